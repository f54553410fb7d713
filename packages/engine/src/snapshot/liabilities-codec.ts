// Liabilities codec: the last settlement's statement to bytes and back. Most figures are zero, so
// they are varints.
import type { LiabilityStatement, TsUs } from '@openstrike/domain';
import { currencies, liabilityColumns } from '@openstrike/domain';
import type { EngineState } from '../state.ts';
import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';

const writeStatement = (writer: ByteWriter, statement: LiabilityStatement): void => {
  writer.int(statement.settledUs);
  writer.int(statement.accountIds.length);
  statement.accountIds.forEach((accountId, at) => {
    writer.int(accountId);
    for (const column of statement.columns) {
      writer.int(column[at] as number);
    }
  });
};

const readStatement = (reader: ByteReader): LiabilityStatement => {
  const settledUs = reader.int() as TsUs;
  const size = reader.int();
  const accountIds = new Int32Array(size);
  const width = currencies.length * liabilityColumns.length;
  const columns = Array.from({ length: width }, () => new Float64Array(size));
  for (let at = 0; at < size; at++) {
    accountIds[at] = reader.int();
    for (const column of columns) {
      column[at] = reader.int();
    }
  }
  return { settledUs, accountIds, columns };
};

/** Writes the last settlement's statement and root, and the venue's kill switch. */
export const writeLiabilities = (writer: ByteWriter, state: EngineState): void => {
  writer.flag(state.killed);
  writer.flag(state.liabilities !== null);
  if (state.liabilities !== null) {
    writeStatement(writer, state.liabilities);
    writer.text(state.liabilitiesRoot ?? '');
  }
};

/** Reads what `writeLiabilities` wrote. */
export const readLiabilities = (reader: ByteReader, state: EngineState): void => {
  state.killed = reader.flag();
  if (reader.flag()) {
    state.liabilities = readStatement(reader);
    state.liabilitiesRoot = reader.text() || null;
  }
};
