// Market-maker codec: an account's protections, with what has traded under them, and its kill
// switches, to bytes and back.
import type { MmpLimits, MmpScope } from '@openstrike/domain';
import { createMmpRecord, type MmpRecord } from '../market-maker/mmp.ts';
import type { AccountRecord } from '../state.ts';
import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import { canonicalText } from './canonical-text.ts';

const writeRecord = (writer: ByteWriter, record: MmpRecord): void => {
  writer.text(canonicalText([record.scope, record.limits]));
  writer.int(record.intervalUs);
  writer.int(record.frozenUs);
  writer.int(record.windowUs);
  writer.real(record.quantity);
  writer.real(record.delta);
  writer.real(record.vega);
  writer.real(record.gamma);
  writer.int(record.trades);
  writer.int(record.frozenUntilUs);
};

const readRecord = (reader: ByteReader, account: AccountRecord): MmpRecord => {
  const [scope, limits] = JSON.parse(reader.text()) as [MmpScope, MmpLimits];
  const record = createMmpRecord(account, scope, reader.int(), reader.int(), limits);
  record.windowUs = reader.int();
  record.quantity = reader.real();
  record.delta = reader.real();
  record.vega = reader.real();
  record.gamma = reader.real();
  record.trades = reader.int();
  record.frozenUntilUs = reader.int();
  return record;
};

/** Writes the protections of an account, in the order in which they were set. */
export const writeProtections = (writer: ByteWriter, account: AccountRecord): void => {
  writer.flag(account.killed);
  writer.int(account.killedKeys.size);
  for (const clientId of account.killedKeys) {
    writer.text(clientId);
  }
  writer.int(account.quotesFrozenUntilUs);
  writer.int(account.mmp.length);
  for (const record of account.mmp) {
    writeRecord(writer, record);
  }
};

/** Reads what `writeProtections` wrote. */
export const readProtections = (reader: ByteReader, account: AccountRecord): void => {
  account.killed = reader.flag();
  const killed = new Set<string>();
  for (let count = reader.int(); count > 0; count--) {
    killed.add(reader.text());
  }
  if (killed.size > 0) account.killedKeys = killed;
  account.quotesFrozenUntilUs = reader.int();
  for (let count = reader.int(); count > 0; count--) {
    account.mmp.push(readRecord(reader, account));
  }
};
