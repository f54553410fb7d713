// Recorder: everything that connectors tell, into Parquet: a folder a day, a folder a table in it,
// numbered files. Invariants: a file under its own name is whole; memory is bounded: what the disk
// cannot take in time is left out and counted, and the sources are never slowed down; the manifest
// names every whole file.
import { existsSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { ConnectorEvent } from '@openstrike/connectors';
import { OperationalError } from '@openstrike/domain';
import { asyncBufferFromFile, parquetMetadataAsync } from 'hyparquet';
import { createParquetFile, type ParquetFile, recoverParquetFile } from './parquet-file.ts';
import { type Cell, rowOf, type TableName, tables } from './tables.ts';

export interface RecorderOptions {
  readonly folder: string;
  /** Rows of a row group, which is what a kill loses at most of each table; 20,000. */
  readonly groupRows?: number;
  /** A row group is written after so long even if it is small; 10 seconds. */
  readonly groupMs?: number;
  /** Rows of a file; 1,000,000. */
  readonly fileRows?: number;
  /** Rows of all tables that may wait for the disk; 400,000. */
  readonly waitingRowsMax?: number;
  readonly onFailure: (error: unknown) => void;
}

export interface Recorder {
  /** Takes an event; never waits. */
  record(event: ConnectorEvent, source?: string): void;
  counts(): { readonly rows: number; readonly dropped: number; readonly files: number };
  /** Writes what waits and closes the files. */
  stop(): Promise<void>;
}

/** One whole file. Paths are relative to the recording's folder. */
export interface RecordedFile {
  readonly path: string;
  readonly day: string;
  readonly table: TableName;
  readonly rows: number;
  readonly bytes: number;
}

export interface Manifest {
  readonly version: 1;
  readonly files: readonly RecordedFile[];
}

const manifestName = 'manifest.json';
const fileName = /^\d{6}\.parquet$/;
const partName = /^(\d{6}\.parquet)\.(part|end)$/;

const dayOf = (us: number): string => new Date(us / 1_000).toISOString().slice(0, 10);

const describeFile = async (folder: string, path: string, day: string, table: TableName) => {
  const { num_rows: rows } = await parquetMetadataAsync(await asyncBufferFromFile(path));
  const { size: bytes } = await stat(path);
  return { path: relative(folder, path), day, table, rows: Number(rows), bytes };
};

/** Throws OperationalError when there is no recording, or its manifest is damaged. */
export const readManifest = async (folder: string): Promise<Manifest> => {
  try {
    return JSON.parse(await readFile(join(folder, manifestName), 'utf8')) as Manifest;
  } catch (cause) {
    const sentence = `${folder} has no manifest of a recording that can be read.`;
    throw new OperationalError('no-manifest', sentence, { cause });
  }
};

/** Closes what a killed recorder left open and lists every whole file anew. */
const recoverFolder = async (folder: string): Promise<RecordedFile[]> => {
  const files: RecordedFile[] = [];
  const days = (await readdir(folder)).filter((name) => /^\d{4}-\d{2}-\d{2}$/.test(name)).sort();
  for (const day of days) {
    for (const name of Object.keys(tables) as TableName[]) {
      const place = join(folder, day, name);
      if (!existsSync(place)) continue;
      const open = (await readdir(place)).flatMap((each) => partName.exec(each)?.[1] ?? []);
      for (const each of new Set(open)) await recoverParquetFile(join(place, each));
      for (const each of (await readdir(place)).filter((found) => fileName.test(found)).sort()) {
        files.push(await describeFile(folder, join(place, each), day, name));
      }
    }
  }
  return files;
};

/** One table of one day. */
class Lane {
  readonly day: string;
  readonly table: TableName;
  readonly rows: (readonly Cell[])[] = [];
  file: ParquetFile | null = null;
  path = '';

  constructor(day: string, table: TableName) {
    this.day = day;
    this.table = table;
  }
}

class ParquetRecorder implements Recorder {
  readonly #options: RecorderOptions;
  readonly #files: RecordedFile[];
  readonly #lanes = new Map<TableName, Lane>();
  readonly #timer: NodeJS.Timeout;
  #working: Promise<void> = Promise.resolve();
  #waiting = 0;
  #rows = 0;
  #dropped = 0;
  #failed = false;

  constructor(options: RecorderOptions, files: RecordedFile[]) {
    this.#options = options;
    this.#files = files;
    this.#timer = setInterval(() => this.#flushAll(), options.groupMs ?? 10_000);
  }

  record(event: ConnectorEvent, source: string = event.source): void {
    if (this.#failed || this.#waiting >= (this.#options.waitingRowsMax ?? 400_000)) {
      this.#dropped += 1;
      return;
    }
    const lane = this.#laneOf(event.type, dayOf(event.receivedUs));
    lane.rows.push(rowOf(event, source));
    this.#waiting += 1;
    if (lane.rows.length >= (this.#options.groupRows ?? 20_000)) this.#flush(lane);
  }

  counts() {
    return { rows: this.#rows, dropped: this.#dropped, files: this.#files.length };
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    for (const lane of this.#lanes.values()) this.#finish(lane);
    this.#lanes.clear();
    await this.#working;
  }

  #laneOf(table: TableName, day: string): Lane {
    const known = this.#lanes.get(table);
    // A straggler of yesterday stays in the open file: days are folders, not a promise of order.
    if (known !== undefined && known.day >= day) return known;
    if (known !== undefined) this.#finish(known);
    const lane = new Lane(day, table);
    this.#lanes.set(table, lane);
    return lane;
  }

  #flushAll(): void {
    for (const lane of this.#lanes.values()) this.#flush(lane);
  }

  /** Writes happen one after the other, in the order they were asked for. */
  #queue(work: () => Promise<void>): void {
    this.#working = this.#working.then(work).catch((error: unknown) => {
      // A full or broken disk: what comes is counted as left out, and the operator hears once.
      if (this.#failed) return;
      this.#failed = true;
      this.#options.onFailure(error);
    });
  }

  #flush(lane: Lane): void {
    const rows = lane.rows.splice(0);
    if (rows.length === 0) return;
    this.#queue(async () => {
      try {
        await this.#write(lane, rows);
      } finally {
        this.#waiting -= rows.length;
      }
    });
  }

  #finish(lane: Lane): void {
    this.#flush(lane);
    this.#queue(() => this.#close(lane));
  }

  async #write(lane: Lane, rows: readonly (readonly Cell[])[]): Promise<void> {
    if (lane.file === null) {
      lane.path = await this.#nextPath(lane);
      lane.file = await createParquetFile(lane.path, tables[lane.table]);
    }
    await lane.file.writeGroup(rows);
    this.#rows += rows.length;
    if (lane.file.rows() >= (this.#options.fileRows ?? 1_000_000)) await this.#close(lane);
  }

  async #nextPath({ day, table }: Lane): Promise<string> {
    const place = join(this.#options.folder, day, table);
    await mkdir(place, { recursive: true });
    const taken = (await readdir(place)).map((name) => Number.parseInt(name, 10));
    const next = Math.max(0, ...taken.filter((number) => !Number.isNaN(number))) + 1;
    return join(place, `${String(next).padStart(6, '0')}.parquet`);
  }

  async #close(lane: Lane): Promise<void> {
    const { file, path, day, table } = lane;
    if (file === null) return;
    lane.file = null;
    await file.close();
    this.#files.push(await describeFile(this.#options.folder, path, day, table));
    await writeManifest(this.#options.folder, this.#files);
  }
}

const writeManifest = async (folder: string, files: readonly RecordedFile[]): Promise<void> => {
  const manifest: Manifest = { version: 1, files };
  const temporary = join(folder, `${manifestName}.new`);
  const handle = await open(temporary, 'w');
  await handle.writeFile(`${JSON.stringify(manifest, null, 2)}\n`);
  await handle.sync();
  await handle.close();
  await rename(temporary, join(folder, manifestName));
};

/**
 * Opens a recording to go on with, or begins one. One recorder a folder at a time.
 * Throws when the folder cannot be made or read.
 */
export const createRecorder = async (options: RecorderOptions): Promise<Recorder> => {
  await mkdir(options.folder, { recursive: true });
  const files = await recoverFolder(options.folder);
  await writeManifest(options.folder, files);
  return new ParquetRecorder(options, files);
};
