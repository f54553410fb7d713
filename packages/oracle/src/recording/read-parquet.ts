// Read Parquet: the tickers of a recording as chain snapshots, one a minute, and as the index of
// every second. A snapshot holds the last ticker of every inverse option heard within five minutes.
// One row group is held at a time.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type TsUs, usPerMinute } from '@openstrike/domain';
import {
  asyncBufferFromFile,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
} from 'hyparquet';
import type { ChainRow, ChainSnapshot, Underlying } from '../replay/chain-snapshot.ts';
import { badRecording } from '../replay/csv-rows.ts';

const columns = [
  'received_us',
  'symbol',
  'kind',
  'underlying',
  'payoff',
  'expiry_us',
  'strike',
  'option_type',
  'bid_price',
  'ask_price',
  'mark_price',
  'mark_iv',
  'underlying_price',
  'index_price',
] as const;

type TickerRow = Readonly<Record<(typeof columns)[number], bigint | number | string | null>>;

const heardUs = 5 * usPerMinute;

/** The ticker files of a recording's folder, ascending by day and number; null for a plain file. */
export const tickerFiles = async (path: string): Promise<readonly string[] | null> => {
  const found = await stat(path).catch((cause: unknown) => {
    throw badRecording(path, `it cannot be read (${String(cause)})`, cause);
  });
  if (!found.isDirectory()) return path.endsWith('.parquet') ? [path] : null;
  const names = await readdir(path, { recursive: true });
  const files = names.filter((name) => /(^|[/\\])ticker[/\\]\d{6}\.parquet$/.test(name)).sort();
  if (files.length === 0) throw badRecording(path, 'there is no file of tickers in this folder');
  return files.map((name) => join(path, name));
};

async function* rowsOf(path: string): AsyncGenerator<TickerRow, void, undefined> {
  const file = await asyncBufferFromFile(path);
  let metadata: FileMetaData;
  try {
    metadata = await parquetMetadataAsync(file);
  } catch (cause) {
    throw badRecording(path, `it is no whole Parquet file (${String(cause)})`, cause);
  }
  const there = parquetSchema(metadata).children.map(({ element }) => element.name);
  const missing = columns.find((name) => !there.includes(name));
  if (missing !== undefined) throw badRecording(path, `it has no column ${missing}`);
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    const wanted = { file, metadata, rowStart, rowEnd, columns: [...columns] };
    yield* (await parquetReadObjects(wanted)) as TickerRow[];
    rowStart = rowEnd;
  }
}

const positive = (value: TickerRow[keyof TickerRow]): number | null =>
  typeof value === 'number' && value > 0 ? value : null;

/** Null for what is no inverse option with a forward and an index. */
const chainRowOf = (row: TickerRow): ChainRow | null => {
  const forward = positive(row.underlying_price);
  const indexPrice = positive(row.index_price);
  const strike = positive(row.strike);
  const optionType = row.option_type;
  if (row.kind !== 'option' || row.payoff !== 'inverse') return null;
  if (forward === null || indexPrice === null || strike === null) return null;
  if (optionType !== 'call' && optionType !== 'put') return null;
  return {
    instrumentName: String(row.symbol),
    atUs: Number(row.received_us) as TsUs,
    expiryUs: Number(row.expiry_us) as TsUs,
    strike,
    optionType,
    forward,
    indexPrice,
    bid: positive(row.bid_price),
    ask: positive(row.ask_price),
    mark: positive(row.mark_price),
    markIv: positive(row.mark_iv),
  };
};

type Latest = Readonly<Record<Underlying, Map<string, ChainRow>>>;

const snapshotsAt = (latest: Latest, atUs: TsUs): readonly ChainSnapshot[] =>
  (['BTC', 'ETH'] as const).flatMap((underlying) => {
    const rows: ChainRow[] = [];
    for (const [name, row] of latest[underlying]) {
      if (row.atUs < atUs - heardUs || row.expiryUs <= atUs) latest[underlying].delete(name);
      else rows.push(row);
    }
    return rows.length === 0 ? [] : [{ atUs, underlying, rows }];
  });

/** Snapshots of files that follow each other in time. */
export async function* readTickers(
  paths: readonly string[],
): AsyncGenerator<ChainSnapshot, void, undefined> {
  const latest: Latest = { BTC: new Map(), ETH: new Map() };
  let minuteEndUs = 0;
  for (const path of paths) {
    for await (const row of rowsOf(path)) {
      const { underlying } = row;
      if (underlying !== 'BTC' && underlying !== 'ETH') continue;
      const chainRow = chainRowOf(row);
      if (chainRow === null) continue;
      const { atUs } = chainRow;
      // Rows lie in the order of arrival; a clock set back does not make a minute twice.
      if (minuteEndUs === 0) minuteEndUs = (Math.floor(atUs / usPerMinute) + 1) * usPerMinute;
      while (atUs >= minuteEndUs) {
        yield* snapshotsAt(latest, minuteEndUs as TsUs);
        minuteEndUs += usPerMinute;
      }
      latest[underlying].set(chainRow.instrumentName, chainRow);
    }
  }
  if (minuteEndUs > 0) yield* snapshotsAt(latest, minuteEndUs as TsUs);
}
