// Past marks from the journal: they are those that were told, and follow from the commands shown.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, goodIndex, type TsUs, type UsdMicros } from '@openstrike/domain';
import { createSimulatedSource } from '@openstrike/oracle';
import { createSequencer } from '@openstrike/sequencer';
import { afterAll, expect, test } from 'vitest';
import { loadContractTables } from './contract-tables.ts';
import { expiriesToQuote } from './expiries-to-quote.ts';
import { markAt } from './mark-at.ts';
import { createStateMachine, rulesVersion } from './state-machine.ts';

const second = 1_000_000;
const startUs = 1_789_984_800 * second;
const folder = mkdtempSync(join(tmpdir(), 'mark-at-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a past mark is the one that was told, with what made it', async () => {
  let nowUs = startUs as TsUs;
  const sequencer = await createSequencer({
    storage: folder,
    clock: { nowUs: () => nowUs },
    createStateMachine,
    rulesVersion,
  });
  await sequencer.recover();
  const tables = loadContractTables('', ['BTC']);
  await sequencer.submit({ type: 'configure', tables });
  const source = createSimulatedSource({
    seed: 'mark at',
    startUs: nowUs,
    expiriesOf: expiriesToQuote(tables),
  });
  const name = 'BTC-25SEP26-77000-C';
  const told: { atUs: number; markPrice: number; markIv: number; version: number }[] = [];
  for (let i = 0; i < 4; i += 1) {
    nowUs = (startUs + i * second) as TsUs;
    let version = 0;
    for (const command of source.commandsAt(nowUs)) {
      if (!('indexName' in command) || command.indexName !== 'btc_usd') continue;
      await sequencer.submit(pinned(command));
      if (command.type === 'set-surface') version = command.version;
    }
    const listed = await sequencer.query('instruments', {});
    const mark = listed.find(({ instrument }) => instrument.name === name)?.mark ?? null;
    if (mark === null) throw new Error('no mark');
    told.push({ atUs: nowUs, markPrice: mark.markPrice, markIv: mark.markIv, version });
  }
  await sequencer.submit(goodIndex('btc_usd', 70_000_000_000 as UsdMicros));
  await sequencer.stop();
  for (const { atUs, markPrice, markIv, version } of told.slice(0, 3)) {
    const report = await markAt(folder, name, atUs + second / 2);
    expect(report).toMatchObject({ instrument: name, markPrice, markIv, recomputed: markPrice });
    expect(report.surface?.value.version).toBe(version);
    expect(report.surface?.value.slice.pins).toEqual([{ strike: 77_000, shift: 0.02 }]);
    expect(report.index?.value.status).toBe('good');
  }
  await expect(markAt(folder, 'BTC-25SEP26-1-C', nowUs)).rejects.toThrow('had no mark by');
  await expect(markAt(folder, name, startUs - second)).rejects.toThrow('had no mark by');
});

/** A surface with a pin at the strike that is looked at. */
const pinned = (command: Command): Command =>
  command.type === 'set-surface'
    ? {
        ...command,
        slices: command.slices.map((slice) => ({
          ...slice,
          pins: [{ strike: 77_000, shift: 0.02 }],
        })),
      }
    : command;
