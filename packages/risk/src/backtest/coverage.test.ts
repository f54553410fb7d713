import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { recommendedParameters } from '../scenarios/portfolio-parameters.ts';
import { coverageOf } from './coverage.ts';
import { type Bar, realisedVariances, usualVolatility } from './price-history.ts';

interface Crisis {
  readonly name: string;
  readonly underlying: string;
  readonly day: string;
  readonly firstDay: string;
  readonly closes: readonly number[];
}

const file = new URL('../../../../testdata/risk/crisis-days.json', import.meta.url);
const { crises } = JSON.parse(readFileSync(file, 'utf8')) as { readonly crises: readonly Crisis[] };

const barsOf = ({ firstDay, closes }: Crisis): readonly Bar[] =>
  closes.map((close, i) => ({ endHours: Date.parse(firstDay) / 3_600_000 + 24 * (i + 1), close }));

const dayOf = (startHours: number): string =>
  new Date((startHours - 24) * 3_600_000).toISOString().slice(0, 10);

/** Warm-up that leaves the fortnight before the crash and what follows. */
const warmUp = 26;

const coverageOfCrisis = (crisis: Crisis) =>
  coverageOf({
    parameters: recommendedParameters(crisis.underlying),
    bars: barsOf(crisis),
    warmUp,
  });

const flat = (count: number, closeOf: (i: number) => number): readonly Bar[] =>
  Array.from({ length: count }, (_, i) => ({ endHours: i, close: closeOf(i) }));

describe('coverage', () => {
  test('a price that stands still breaches nothing', () => {
    const parameters = recommendedParameters('BTC');
    const found = coverageOf({ parameters, bars: flat(120, () => 50_000), step: 10 });
    expect(found.breaches).toEqual([]);
    expect(found.books.find(({ book }) => book === 'long perpetual')?.worst).toBe(0);
  });

  test('a loss of a perpetual is the fall of the price, and breaches beyond its margin', () => {
    const parameters = recommendedParameters('BTC');
    const bars = flat(100, (i) => (i < 60 ? 50_000 : 35_000));
    const books = [{ name: 'long', legs: [{ kind: 'perpetual', coins: 1 } as const] }];
    const { breaches, books: rows } = coverageOf({ parameters, bars, books });
    expect(breaches).toHaveLength(40);
    for (const { loss, margin } of breaches) {
      expect(loss).toBe(15_000);
      // The scan of 16 %, the roll of 1 % and what closing costs.
      expect(margin).toBeCloseTo(50_000 * (0.16 + 0.01 + 0.0005), 6);
    }
    expect(rows[0]?.worst).toBeCloseTo(15_000 / 8_525, 9);
  });

  test('no start looks ahead: later bars change no margin before them', () => {
    const parameters = recommendedParameters('ETH');
    const calm = flat(100, (i) => 3_000 + (i % 7));
    const crash = calm.map((bar, i) => (i < 95 ? bar : { ...bar, close: 1_500 }));
    const options = { parameters, step: 1, warmUp: 46 };
    const margins = (bars: readonly Bar[]) =>
      coverageOf({ ...options, bars: bars.slice(0, 95) }).books.map(({ meanMargin }) => meanMargin);
    expect(margins(crash)).toEqual(margins(calm));
  });

  test('refuses a history without a whole horizon', () => {
    const parameters = recommendedParameters('BTC');
    expect(() => coverageOf({ parameters, bars: flat(40, () => 1) })).toThrow(RangeError);
  });

  test('realised variance of alternating moves is theirs a year', () => {
    const bars = flat(20_000, (i) => (i % 2 === 0 ? 100 : 101));
    const variances = realisedVariances(bars, usualVolatility);
    expect(variances.at(-1)).toBeCloseTo(Math.log(1.01) ** 2 * 8_760, 6);
  });
});

describe('published days of three crises', () => {
  test.each(crises)('$name, $underlying: what breaches starts just before the crash', (crisis) => {
    const { breaches, starts } = coverageOfCrisis(crisis);
    expect(starts).toBeGreaterThan(200);
    const crash = Date.parse(crisis.day) / 3_600_000;
    for (const { startHours } of breaches) {
      expect(startHours).toBeGreaterThanOrEqual(crash - 24);
      expect(startHours).toBeLessThanOrEqual(crash + 9 * 24);
    }
  });

  test('March 2020 is beyond any two-day level: bitcoin lost 37 % in a day', () => {
    const bitcoin = crises.find(
      ({ name, underlying }) => name === 'March 2020' && underlying === 'BTC',
    );
    const { breaches } = coverageOfCrisis(bitcoin as Crisis);
    const long = breaches.filter(({ book }) => book === 'long perpetual');
    expect(long.map(({ startHours }) => dayOf(startHours))).toContain('2020-03-11');
    const [first] = long.filter(({ startHours }) => dayOf(startHours) === '2020-03-11');
    expect(first?.loss).toBeCloseTo(7_911.43 - 5_563.71, 6);
  });

  test('books with a bounded loss are covered through all of them', () => {
    for (const crisis of crises) {
      for (const { book, breaches } of coverageOfCrisis(crisis).books) {
        if (/^(long straddle|short butterfly|calendar)/.test(book)) expect(breaches).toBe(0);
      }
    }
  });
});

const folder = process.env.OPENSTRIKE_SPOT;

describe.skipIf(folder === undefined)('hourly bars of 2024 to 2026', () => {
  const readBars = (name: string): readonly Bar[] =>
    readFileSync(join(folder as string, name), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','))
      .map(([at, , , , close]) => ({
        endHours: Date.parse(at as string) / 3_600_000 + 1,
        close: Number(close),
      }));

  test.each(['BTC', 'ETH'])(
    '%s: at most 0.5 %% breaches in every book, and the tail covered',
    (coin) => {
      const name = readdirSync(folder as string).find((each) => each.startsWith(`${coin}USDT_1h`));
      const bars = readBars(name as string);
      const parameters = recommendedParameters(coin);
      const { books, breachShare, shortfall995 } = coverageOf({
        parameters,
        bars,
        step: 8,
        warmUp: 240,
      });
      expect(breachShare).toBeLessThan(0.005);
      expect(shortfall995).toBeLessThan(1);
      for (const { breaches, starts } of books) expect(breaches / starts).toBeLessThan(0.005);
    },
  );
});
