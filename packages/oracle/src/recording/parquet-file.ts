// Parquet file: one file of a recording, written row group by row group. Invariant: a file under
// its own name is whole. While it grows it has a temporary name, and beside it lies the end that
// would close it after the last row group on disk: after a crash that end is put on, so at most the
// open row group is lost.
import { existsSync } from 'node:fs';
import { type FileHandle, open, readFile, rename, rm, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ByteWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import type { Cell, ColumnKind, Table } from './tables.ts';

export interface ParquetFile {
  /** Writes rows as one row group; resolves once they are safe. */
  writeGroup(rows: readonly (readonly Cell[])[]): Promise<void>;
  /** Gives the file its name. */
  close(): Promise<void>;
  readonly rows: () => number;
}

export const partOf = (path: string): string => `${path}.part`;
export const endOf = (path: string): string => `${path}.end`;

const typeOf: Readonly<Record<ColumnKind, Pick<SchemaElement, 'type' | 'converted_type'>>> = {
  long: { type: 'INT64' },
  double: { type: 'DOUBLE' },
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  truth: { type: 'BOOLEAN' },
};

const schemaOf = ({ columns }: Table): SchemaElement[] => [
  { name: 'root', num_children: columns.length },
  ...columns.map(
    ([name, kind]): SchemaElement => ({
      name,
      repetition_type: 'OPTIONAL',
      ...typeOf[kind],
    }),
  ),
];

const columnOf = (rows: readonly (readonly Cell[])[], at: number, kind: ColumnKind): unknown[] =>
  kind === 'long'
    ? rows.map((row) => (row[at] === null ? null : BigInt(Math.round(Number(row[at])))))
    : rows.map((row) => row[at] ?? null);

/** A folder's entry is safe only when the folder is. */
const syncFolder = async (path: string): Promise<void> => {
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
};

class Growing implements ParquetFile {
  readonly #path: string;
  readonly #table: Table;
  readonly #handle: FileHandle;
  readonly #bytes = new ByteWriter(1 << 16);
  readonly #parquet: ParquetWriter;
  #written = 0;
  #rows = 0;

  constructor(path: string, table: Table, handle: FileHandle) {
    this.#path = path;
    this.#table = table;
    this.#handle = handle;
    this.#parquet = new ParquetWriter({ writer: this.#bytes, schema: schemaOf(table) });
  }

  rows = (): number => this.#rows;

  async writeGroup(rows: readonly (readonly Cell[])[]): Promise<void> {
    if (rows.length === 0) return;
    const columnData = this.#table.columns.map(([name, kind], at) => ({
      name,
      data: columnOf(rows, at, kind),
      offsetIndex: false,
    }));
    await this.#parquet.write({ columnData, rowGroupSize: rows.length });
    const group = this.#bytes.getBytes().slice();
    this.#bytes.index = 0;
    await this.#handle.write(group, 0, group.length, this.#written);
    await this.#handle.datasync();
    this.#written += group.length;
    this.#rows += rows.length;
    await this.#writeEnd();
  }

  async close(): Promise<void> {
    const end = this.#end();
    await this.#handle.write(end, 0, end.length, this.#written);
    await this.#handle.sync();
    await this.#handle.close();
    await rename(partOf(this.#path), this.#path);
    await rm(endOf(this.#path), { force: true });
    await syncFolder(this.#path);
  }

  /** What would close the file now. */
  #end(): Uint8Array {
    const writer = new ByteWriter(1 << 12);
    writer.offset = this.#written;
    const closing: ParquetWriter = Object.assign(
      Object.create(ParquetWriter.prototype) as ParquetWriter,
      this.#parquet,
      { writer, pendingIndexes: [] },
    );
    // A writer in memory finishes at once.
    void closing.finish();
    return writer.getBytes().slice();
  }

  async #writeEnd(): Promise<void> {
    const head = Buffer.alloc(8);
    head.writeBigUInt64LE(BigInt(this.#written));
    const temporary = `${endOf(this.#path)}.new`;
    const handle = await open(temporary, 'w');
    await handle.writeFile(Buffer.concat([head, this.#end()]));
    await handle.sync();
    await handle.close();
    await rename(temporary, endOf(this.#path));
  }
}

/** Begins a file; throws when there is one of that name. */
export const createParquetFile = async (path: string, table: Table): Promise<ParquetFile> => {
  const closed = await open(path, 'r').catch(() => null);
  if (closed !== null) {
    await closed.close();
    throw new Error(`${path} is there already`);
  }
  return new Growing(path, table, await open(partOf(path), 'wx'));
};

/**
 * Closes what a killed recorder left open at its last whole row group; whether there was any. A
 * file without one is removed.
 */
export const recoverParquetFile = async (path: string): Promise<boolean> => {
  const end = await readFile(endOf(path)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  await rm(`${endOf(path)}.new`, { force: true });
  if (end === null) {
    await rm(partOf(path), { force: true });
    return false;
  }
  if (!existsSync(partOf(path))) {
    // Killed between giving the file its name and clearing up.
    await rm(endOf(path));
    return true;
  }
  const length = Number(end.readBigUInt64LE(0));
  await truncate(partOf(path), length);
  const handle = await open(partOf(path), 'r+');
  await handle.write(end, 8, end.length - 8, length);
  await handle.sync();
  await handle.close();
  await rename(partOf(path), path);
  await rm(endOf(path), { force: true });
  await syncFolder(path);
  return true;
};
