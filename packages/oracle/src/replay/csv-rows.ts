// CSV rows: one file, plain or gzipped, as a stream of rows by column name. Memory is bounded by
// one row; a file that is not what it should be is refused with its name, line and remedy.
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { OperationalError } from '@openstrike/domain';
import { parse } from 'csv-parse';

export interface CsvRow {
  readonly line: number;
  /** The text of a column; empty where the row has nothing there. */
  text(column: string): string;
}

/** A longer line than this is not one of ours. */
const lineBytesMax = 10_000;

export const badRecording = (path: string, why: string, cause?: unknown): OperationalError =>
  new OperationalError('bad-recording', `${path}: ${why}.`, cause === undefined ? {} : { cause });

const open = (path: string) => {
  const bytes = createReadStream(path);
  const parser = parse({ bom: true, max_record_size: lineBytesMax, skip_empty_lines: true });
  // A failure of any part ends the parser, whose reader then hears of it.
  if (path.endsWith('.gz')) pipeline(bytes, createGunzip(), parser, () => {});
  else pipeline(bytes, parser, () => {});
  return parser;
};

/**
 * The names of a file's columns.
 * Throws OperationalError when the file cannot be read or is empty.
 */
export const csvColumns = async (path: string): Promise<readonly string[]> => {
  const parser = open(path);
  try {
    for await (const row of parser) return row as string[];
  } catch (cause) {
    throw badRecording(path, `it cannot be read as CSV (${String(cause)})`, cause);
  } finally {
    parser.destroy();
  }
  throw badRecording(path, 'it is empty; it needs a first line with the names of the columns');
};

/**
 * The rows of a file in their order.
 * Throws OperationalError when the file cannot be read or lacks a required column.
 */
export async function* csvRows(
  path: string,
  required: readonly string[],
): AsyncGenerator<CsvRow, void, undefined> {
  const parser = open(path);
  let places: ReadonlyMap<string, number> | null = null;
  let line = 0;
  try {
    for await (const each of parser) {
      const fields = each as string[];
      line += 1;
      if (places === null) {
        places = new Map(fields.map((name, place) => [name, place]));
        const known = places;
        const missing = required.filter((name) => !known.has(name));
        if (missing.length > 0) throw badRecording(path, `it has no column ${missing[0]}`);
        continue;
      }
      const known = places;
      yield { line, text: (column) => fields[known.get(column) ?? -1] ?? '' };
    }
  } catch (cause) {
    if (cause instanceof OperationalError) throw cause;
    throw badRecording(path, `line ${line + 1} cannot be read as CSV (${String(cause)})`, cause);
  } finally {
    parser.destroy();
  }
}

/** Microseconds of an instant in ISO 8601. Throws OperationalError that names the line. */
export const instantOf = (path: string, row: CsvRow, column: string): number => {
  const ms = Date.parse(row.text(column));
  if (Number.isNaN(ms)) {
    const found = JSON.stringify(row.text(column));
    const wanted = 'a time such as 2026-02-05T15:51:32Z';
    throw badRecording(
      path,
      `line ${row.line}, column ${column}: expected ${wanted}, not ${found}`,
    );
  }
  return ms * 1_000;
};

/** A positive number. Throws OperationalError that names the line. */
export const positiveOf = (path: string, row: CsvRow, column: string): number => {
  const value = Number(row.text(column));
  if (!(value > 0 && value < Number.POSITIVE_INFINITY)) {
    const found = JSON.stringify(row.text(column));
    const where = `line ${row.line}, column ${column}`;
    throw badRecording(path, `${where}: expected a number above 0, not ${found}`);
  }
  return value;
};

/** A positive number, or null where there is none. */
export const positiveOrNull = (row: CsvRow, column: string): number | null => {
  const text = row.text(column);
  const value = text === '' ? Number.NaN : Number(text);
  return value > 0 && value < Number.POSITIVE_INFINITY ? value : null;
};
