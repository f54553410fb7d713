import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, type TsUs, usPerHour, usPerSecond, usPerYear } from '@openstrike/domain';
import { certifySurface, sviVolatility } from '@openstrike/pricing';
import { describe, expect, test } from 'vitest';
import {
  annualSmile,
  type MadeSnapshot,
  madeSlice,
  writeBarsCsv,
  writeChainCsv,
} from '../testing/recorded-chain.ts';
import { openRecording } from './open-recording.ts';
import { createReplaySource } from './replay-source.ts';

const folder = mkdtempSync(join(tmpdir(), 'openstrike-replay-'));
let files = 0;
const pathOf = (ending: string): string => {
  files += 1;
  return join(folder, `BTC-${files}.${ending}`);
};
const us = (at: string): TsUs => (Date.parse(at) * 1_000) as TsUs;

const expiries = ['2026-02-03T08:00:00Z', '2026-02-04T08:00:00Z', '2026-02-13T08:00:00Z'];
const snapshot = (
  at: string,
  index: number,
  volatility: number,
  change: Partial<MadeSnapshot> = {},
): MadeSnapshot => ({
  at,
  underlying: 'BTC',
  index,
  basisRate: 0.05,
  expiries: expiries.map((each) => ({ at: each, annual: annualSmile(volatility) })),
  ...change,
});
const day = [
  snapshot('2026-02-03T04:00:00Z', 80_000, 0.5),
  snapshot('2026-02-03T12:00:00Z', 72_000, 0.9),
];

const replay = async (paths: readonly string[], everySeconds = 60) => {
  const recording = await openRecording(paths);
  const source = createReplaySource({
    recording,
    indexNames: ['btc_usd'],
    families: { BTC: 'BTC' },
    forwardsEverySeconds: everySeconds,
    surfaceEverySeconds: everySeconds,
  });
  const commands: (readonly [number, Command])[] = [];
  for (let atUs: number = recording.startUs; atUs <= recording.endUs; atUs += usPerSecond) {
    await source.ready(atUs as TsUs);
    for (const command of source.commandsAt(atUs as TsUs)) commands.push([atUs, command]);
  }
  await source.close();
  return { recording, commands, report: source.report() };
};

const at = <Type extends Command['type']>(
  commands: readonly (readonly [number, Command])[],
  atUs: number,
  type: Type,
): Extract<Command, { type: Type }> => {
  const found = commands.find(([time, command]) => time === atUs && command.type === type)?.[1];
  if (found === undefined) throw new Error(`no ${type} at ${atUs}`);
  return found as Extract<Command, { type: Type }>;
};

describe('a replayed chain', () => {
  test('every second has its index, between snapshots on a straight line', async () => {
    const { commands } = await replay([writeChainCsv(pathOf('csv'), day)]);
    const prices = commands.flatMap(([, command]) =>
      command.type === 'set-index' ? [command.price / 1e6] : [],
    );
    expect(prices).toHaveLength(8 * 3600 + 1);
    expect(prices[0]).toBe(80_000);
    expect(prices[4 * 3600]).toBeCloseTo(Math.sqrt(80_000 * 72_000), 1);
    expect(prices.at(-1)).toBe(72_000);
  });

  test('forwards and volatilities are those of the chain, and in between on the way', async () => {
    const { commands, report } = await replay([writeChainCsv(pathOf('csv.gz'), day)]);
    for (const [time, index, volatility] of [
      ['2026-02-03T04:00:00Z', 80_000, 0.5],
      ['2026-02-03T12:00:00Z', 72_000, 0.9],
    ] as const) {
      const { forwards } = at(commands, us(time), 'set-index');
      const { slices } = at(commands, us(time), 'set-surface');
      const far = us(expiries[2] as string);
      const years = (far - us(time)) / usPerYear;
      const forward = forwards?.find(({ expiryUs }) => expiryUs === far);
      expect((forward?.price ?? 0) / 1e6).toBeCloseTo(index * Math.exp(0.05 * years), 1);
      const slice = slices.find(({ expiryUs }) => expiryUs === far);
      if (slice === undefined) throw new Error('no slice');
      const made = madeSlice(annualSmile(volatility), years);
      for (const k of [-0.3, -0.1, 0, 0.1, 0.3]) {
        const found = sviVolatility(k, slice.tauYears, slice);
        expect(Math.abs(found - sviVolatility(k, years, made))).toBeLessThan(0.002);
      }
    }
    const halfway = at(commands, us('2026-02-03T08:00:00Z'), 'set-surface');
    const [, near] = halfway.slices;
    const variance = near === undefined ? 0 : sviVolatility(0, near.tauYears, near) ** 2;
    expect(variance).toBeGreaterThan(0.5 ** 2);
    expect(variance).toBeLessThan(0.9 ** 2);
    expect(report.fitsRefused).toEqual([]);
  });

  test('no surface on the way leaves room for arbitrage, and expired series are gone', async () => {
    const { commands } = await replay([writeChainCsv(pathOf('csv'), day)]);
    const surfaces = commands.flatMap(([time, command]) =>
      command.type === 'set-surface' ? [[time, command.slices] as const] : [],
    );
    expect(surfaces.length).toBeGreaterThan(400);
    for (const [time, slices] of surfaces) {
      const checked = slices.map((slice) => ({ timeYears: slice.tauYears, slice }));
      expect(certifySurface(checked).violations).toEqual([]);
      expect(slices.every(({ expiryUs }) => expiryUs > time)).toBe(true);
    }
    expect(at(commands, us('2026-02-03T07:59:00Z'), 'set-surface').slices).toHaveLength(3);
    expect(at(commands, us('2026-02-03T08:00:00Z'), 'set-surface').slices).toHaveLength(2);
  });

  test('the same files give the same commands; another thinning another hash', async () => {
    const path = writeChainCsv(pathOf('csv'), day);
    const first = await replay([path]);
    const second = await replay([path]);
    expect(second.report).toEqual(first.report);
    expect(second.commands).toEqual(first.commands);
    expect((await replay([path], 600)).report.hash).not.toBe(first.report.hash);
  });

  test('files are merged by time, and a snapshot in two files counts once', async () => {
    const [morning, noon] = day as [MadeSnapshot, MadeSnapshot];
    const whole = await replay([writeChainCsv(pathOf('csv'), day)]);
    const paths = [[noon], [morning], [morning, noon]].map((each) =>
      writeChainCsv(pathOf('csv'), each),
    );
    expect((await replay(paths)).report).toEqual(whole.report);
  });

  test('an expiry with too few quotes is refused, told, and has no slice', async () => {
    const path = writeChainCsv(pathOf('csv'), day);
    const thin = pathOf('csv');
    let kept = 0;
    const rows = readFileSync(path, 'utf8')
      .split('\n')
      .filter((row) => !row.includes('-13FEB26-') || kept++ < 4);
    writeFileSync(thin, rows.join('\n'));
    const { report, commands } = await replay([thin]);
    expect(report.fitsRefused[0]).toMatchObject({
      underlying: 'BTC',
      expiryUs: us('2026-02-13T08:00:00Z'),
      reason: 'too-few-quotes',
    });
    expect(at(commands, us('2026-02-03T04:00:00Z'), 'set-surface').slices).toHaveLength(2);
  });

  describe('an expiry that cannot be fitted in the second of three snapshots', () => {
    const far = '2026-02-13T08:00:00Z';
    const [morning, noon] = day as [MadeSnapshot, MadeSnapshot];
    const evening = snapshot('2026-02-03T20:00:00Z', 75_000, 0.7);
    const thinned = (rowsLeft: number): string => {
      const path = writeChainCsv(pathOf('csv'), [morning, noon, evening]);
      let left = 0;
      const rows = readFileSync(path, 'utf8')
        .split('\n')
        .filter(
          (row) => !row.startsWith(noon.at) || !row.includes('-13FEB26-') || left++ < rowsLeft,
        );
      writeFileSync(path, rows.join('\n'));
      return path;
    };
    const named = async (path: string) => {
      const { commands } = await replay([path]);
      return new Map(
        commands.flatMap(([time, command]) =>
          command.type === 'set-surface' ? [[time, command] as const] : [],
        ),
      );
    };

    test('is named from the first second on the way there until a fit is come to', async () => {
      const surfaces = await named(thinned(4));
      expect(surfaces.get(us(morning.at))).not.toHaveProperty('kept');
      for (const [time, { kept, slices }] of surfaces) {
        const onTheWay = time > us(morning.at) && time < us(noon.at);
        expect([time, kept]).toEqual([time, onTheWay ? [us(far)] : undefined]);
        const slice = slices.find(({ expiryUs }) => expiryUs === us(far));
        // What is held is the volatility a year of the morning, and afterwards the evening's.
        const years = (us(far) - time) / usPerYear;
        const volatility = slice === undefined ? 0 : sviVolatility(0, years, slice);
        const made = madeSlice(annualSmile(time < us(noon.at) ? 0.5 : 0.7), years);
        expect(Math.abs(volatility - sviVolatility(0, years, made))).toBeLessThan(0.02);
      }
    });

    test('is not named when it can, or is not in the recording at all', async () => {
      for (const rowsLeft of [0, 1_000]) {
        const surfaces = await named(thinned(rowsLeft));
        expect([...surfaces.values()].filter(({ kept }) => kept !== undefined)).toEqual([]);
      }
    });
  });

  test('after its last fit an expiry stays named; one that never had a fit is not', async () => {
    const path = writeChainCsv(pathOf('csv'), [
      ...day,
      snapshot('2026-02-03T20:00:00Z', 75_000, 0.7),
    ]);
    const [nearest, next, far] = ['-3FEB26-', '-4FEB26-', '-13FEB26-'];
    const left = new Map<string, number>();
    const rows = readFileSync(path, 'utf8')
      .split('\n')
      .filter((row) => {
        const name = [nearest, next, far].find((each) => row.includes(each as string));
        const time = row.slice(0, 20);
        const whole = name !== far && (name !== next || time === day[0]?.at);
        const key = `${time} ${name}`;
        left.set(key, (left.get(key) ?? 0) + 1);
        return whole || (left.get(key) ?? 0) <= 4;
      });
    writeFileSync(path, rows.join('\n'));
    const { commands } = await replay([path]);
    const surface = (time: string) => at(commands, us(time), 'set-surface');
    const keptAlways = { kept: [us('2026-02-04T08:00:00Z')] };
    expect(surface('2026-02-03T07:00:00Z').slices).toHaveLength(2);
    expect(surface('2026-02-03T07:00:00Z')).toMatchObject(keptAlways);
    // At noon nothing has a fit any more: the surface stays as a whole, with the version it had.
    const { version } = surface('2026-02-03T11:59:00Z');
    expect(surface('2026-02-03T16:00:00Z')).toMatchObject({ slices: [], version, ...keptAlways });
  });

  test('what was recorded is to be listed, with the first second of its snapshot', async () => {
    const { commands, report } = await replay([writeChainCsv(pathOf('csv'), day)]);
    const first = at(commands, us('2026-02-03T04:00:00Z'), 'list-options');
    expect(commands[0]?.[1]).toBe(first);
    expect(first.family).toBe('BTC');
    expect(first.options).toHaveLength(3 * 21);
    expect(first.options[0]).toMatchObject({ expiryUs: us('2026-02-03T08:00:00Z') });
    // Of the second snapshot what is new: its strikes around another price; one expiry is over.
    const second = at(commands, us('2026-02-03T12:00:00Z'), 'list-options');
    const keys = (options: typeof first.options) =>
      options.map(({ expiryUs, strike }) => `${expiryUs} ${strike}`);
    const known = new Set(keys(first.options));
    expect(keys(second.options).filter((key) => known.has(key))).toEqual([]);
    expect(new Set(second.options.map(({ expiryUs }) => expiryUs)).size).toBe(2);
    const lists = commands.filter(([, { type }]) => type === 'list-options');
    expect(lists).toHaveLength(2);
    const placesListed = first.options.length + second.options.length;
    expect(report).toMatchObject({ placesListed, placesRefused: 0 });
  });

  test('with bars the index takes their path and still meets the recorded index', async () => {
    const hours = Array.from({ length: 9 }, (_, hour) => ({
      at: new Date(us('2026-02-03T04:00:00Z') / 1_000 + hour * 3_600_000).toISOString(),
      open: 40_000 - 500 * hour,
      high: 40_200 - 500 * hour,
      low: 39_000 - 500 * hour,
      close: 39_500 - 500 * hour,
    }));
    const paths = [writeChainCsv(pathOf('csv'), day), writeBarsCsv(pathOf('csv'), hours)];
    const { commands, recording } = await replay(paths);
    const index = (time: number): number => at(commands, time, 'set-index').price / 1e6;
    expect(index(recording.startUs)).toBe(80_000);
    expect(index(recording.endUs)).toBe(72_000);
    // A falling bar: the high after a third of it, the low after two thirds.
    const factor = index(recording.startUs + usPerHour) / 39_500;
    expect(index(recording.startUs + 80 * 60 * usPerSecond) / factor).toBeCloseTo(39_700, -2);
    expect(index(recording.startUs + 100 * 60 * usPerSecond) / factor).toBeCloseTo(38_500, -2);
  });
});

describe('a file that is no recording', () => {
  const good = 'ts,instrument,currency,expiry,strike,type,underlying,index,bid,ask';
  const row =
    '2026-02-03T04:00:00Z,BTC-13FEB26-80000-C,BTC,2026-02-13T08:00:00Z,80000,C,80100,80000';
  test.each([
    ['empty', '', 'it is empty'],
    ['of other columns', 'a,b,c\n1,2,3\n', 'it is no recording'],
    ['without rows', `${good}\n`, 'it has no BTC or ETH option'],
    ['with a wrong time', `${good}\n${row.replace('2026-02-03T', 'x')},0.1,0.2\n`, 'column ts'],
    ['with a wrong type', `${good}\n${row.replace(',C,', ',X,')},0.1,0.2\n`, 'column type'],
    ['with a strike of 0', `${good}\n${row.replace('80000,C', '0,C')},0.1,0.2\n`, 'column strike'],
    ['with a torn line', `${good}\n${row}\n`, 'line 2'],
    [
      'that goes back in time',
      `${good}\n${row},0.1,0.2\n${row.replace('04:00', '03:00')},0.1,0.2\n`,
      'goes back in time',
    ],
  ])('%s is refused with what is wrong', async (_what, text, why) => {
    const path = pathOf('csv');
    writeFileSync(path, text);
    await expect(openRecording([path])).rejects.toThrow(why);
    await expect(openRecording([path])).rejects.toMatchObject({ code: 'bad-recording' });
  });

  test('a missing or damaged file is refused', async () => {
    await expect(openRecording([pathOf('csv')])).rejects.toThrow('ENOENT');
    const path = pathOf('csv.gz');
    writeFileSync(path, 'not gzip');
    await expect(openRecording([path])).rejects.toMatchObject({ code: 'bad-recording' });
    await expect(openRecording([])).rejects.toMatchObject({ code: 'no-chain' });
  });
});
