// Liquidation codec: open liquidations, warning levels and providers, to bytes and back; in the
// order of ids, so that equal states give equal bytes.
import { liquidationStages } from '@openstrike/risk';
import { assert, compareNumbers } from '@openstrike/std';
import type { ByteReader } from '../snapshot/byte-reader.ts';
import type { ByteWriter } from '../snapshot/byte-writer.ts';
import type { EngineState } from '../state.ts';
import type { AnswerRecord, LiquidationRecord } from './liquidation-state.ts';

const writeIds = (writer: ByteWriter, ids: Iterable<number>): void => {
  const sorted = [...ids].sort(compareNumbers);
  writer.int(sorted.length);
  for (const id of sorted) writer.int(id);
};

/** Writes all that concerns liquidations. */
export const writeLiquidations = (writer: ByteWriter, { liquidation }: EngineState): void => {
  writer.int(liquidation.lastId);
  for (const cursor of liquidation.cursors) writer.int(cursor);
  for (const levels of liquidation.levels) {
    const sorted = [...levels].sort(([a], [b]) => a - b);
    writer.int(sorted.length);
    for (const [id, level] of sorted) {
      writer.int(id);
      writer.int(level);
    }
  }
  for (const debts of liquidation.debts) writeIds(writer, debts);
  writeIds(writer, liquidation.providers);
  writer.int(liquidation.open.length);
  for (const { id, record, stage, seconds, hedgeSteps, answers } of liquidation.open) {
    writer.int(id);
    writer.int(record.account.id);
    writer.int(record.currencyNo);
    writer.byte(liquidationStages.indexOf(stage));
    writer.int(seconds);
    writer.int(hedgeSteps);
    writer.int(answers.length);
    for (const { accountId, price, shareMax } of answers) {
      writer.int(accountId);
      writer.real(price);
      writer.real(shareMax);
    }
  }
};

const readIds = (reader: ByteReader, into: Set<number>): void => {
  for (let count = reader.int(); count > 0; count--) into.add(reader.int());
};

const readLiquidation = (reader: ByteReader, state: EngineState): LiquidationRecord => {
  const id = reader.int();
  const account = state.accounts[reader.int()];
  const record = account?.currencies[reader.int()];
  assert(record !== undefined && record !== null, 'a liquidation is of an account');
  const stage = liquidationStages[reader.byte()];
  assert(stage !== undefined, 'a liquidation is in a stage');
  const seconds = reader.int();
  const hedgeSteps = reader.int();
  const answers: AnswerRecord[] = [];
  for (let count = reader.int(); count > 0; count--) {
    answers.push({ accountId: reader.int(), price: reader.real(), shareMax: reader.real() });
  }
  return { id, record, stage, seconds, hedgeSteps, answers };
};

/** Reads them back. Holds: the accounts are there. */
export const readLiquidations = (reader: ByteReader, state: EngineState): void => {
  const { liquidation } = state;
  liquidation.lastId = reader.int();
  for (let no = 0; no < liquidation.cursors.length; no++) liquidation.cursors[no] = reader.int();
  for (const levels of liquidation.levels) {
    for (let count = reader.int(); count > 0; count--) levels.set(reader.int(), reader.int());
  }
  for (const debts of liquidation.debts) readIds(reader, debts);
  readIds(reader, liquidation.providers);
  for (let count = reader.int(); count > 0; count--) {
    liquidation.open.push(readLiquidation(reader, state));
  }
};
