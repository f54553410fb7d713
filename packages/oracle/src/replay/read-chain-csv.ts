// Read chain CSV: option chains as one row an option, snapshot by snapshot, into chain snapshots.
// One snapshot is held at a time. Rows within five minutes of a snapshot's first row belong to it:
// a venue's chain takes a minute or two to collect.
import { type TsUs, usPerSecond } from '@openstrike/domain';
import type { ChainRow, ChainSnapshot, Underlying } from './chain-snapshot.ts';
import {
  badRecording,
  type CsvRow,
  csvRows,
  instantOf,
  positiveOf,
  positiveOrNull,
} from './csv-rows.ts';

/** The columns that tell a file of chains; `mark` and `mark_iv` are taken where they are there. */
export const chainColumns: readonly string[] = [
  'ts',
  'instrument',
  'currency',
  'expiry',
  'strike',
  'type',
  'underlying',
  'index',
  'bid',
  'ask',
];

const snapshotUs = 300 * usPerSecond;
/** A chain of one underlying has about a thousand options. */
const snapshotRowsMax = 50_000;

const rowOf = (path: string, row: CsvRow, atUs: TsUs): ChainRow => {
  const type = row.text('type');
  if (type !== 'C' && type !== 'P') {
    throw badRecording(path, `line ${row.line}, column type: expected C or P, not "${type}"`);
  }
  return {
    instrumentName: row.text('instrument'),
    atUs,
    expiryUs: instantOf(path, row, 'expiry') as TsUs,
    strike: positiveOf(path, row, 'strike'),
    optionType: type === 'C' ? 'call' : 'put',
    forward: positiveOf(path, row, 'underlying'),
    indexPrice: positiveOf(path, row, 'index'),
    bid: positiveOrNull(row, 'bid'),
    ask: positiveOrNull(row, 'ask'),
    mark: positiveOrNull(row, 'mark'),
    markIv: positiveOrNull(row, 'mark_iv'),
  };
};

/**
 * The snapshots of a file, in order of time, BTC before ETH at one time. Rows of other currencies
 * are passed over.
 * Throws OperationalError when a row is wrong, or the file goes back in time.
 */
export async function* readChainCsv(path: string): AsyncGenerator<ChainSnapshot, void, undefined> {
  let atUs: number | null = null;
  let rows: Record<Underlying, ChainRow[]> = { BTC: [], ETH: [] };
  const finished = (): readonly ChainSnapshot[] =>
    (['BTC', 'ETH'] as const)
      .map((underlying) => ({ atUs: atUs as TsUs, underlying, rows: rows[underlying] }))
      .filter((snapshot) => snapshot.rows.length > 0);
  for await (const row of csvRows(path, chainColumns)) {
    const currency = row.text('currency');
    if (currency !== 'BTC' && currency !== 'ETH') continue;
    const rowUs = instantOf(path, row, 'ts') as TsUs;
    if (atUs !== null && rowUs < atUs - snapshotUs) {
      throw badRecording(path, `line ${row.line} goes back in time; sort the file by ts`);
    }
    if (atUs === null || rowUs > atUs + snapshotUs) {
      yield* finished();
      atUs = rowUs;
      rows = { BTC: [], ETH: [] };
    }
    rows[currency].push(rowOf(path, row, rowUs));
    if (rows[currency].length > snapshotRowsMax) {
      throw badRecording(path, `more than ${snapshotRowsMax} rows of one snapshot; is ts right`);
    }
  }
  yield* finished();
}
