// Opens one of the gateway's SQLite files. Invariant: a file is either of the version asked for
// or refused untouched, and only its owner may read it, because API secrets live in it.
import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { OperationalError } from '@openstrike/domain';

export interface DatabaseOptions {
  /** `:memory:` for tests. */
  readonly path: string;
  readonly version: number;
  /** Run once, on an empty file. */
  readonly schema: string;
  /** `full` survives a power cut, `normal` a killed process only. */
  readonly durability: 'full' | 'normal';
}

/**
 * Opens or creates a database in write-ahead mode.
 *
 * Throws: OperationalError when the file cannot be opened or has another version.
 */
export const openDatabase = (options: DatabaseOptions): DatabaseSync => {
  const { path, version } = options;
  try {
    if (path !== ':memory:') closeSync(openSync(path, 'a', 0o600));
    const database = new DatabaseSync(path);
    const row = database.prepare('PRAGMA user_version').get() as { user_version: number };
    if (row.user_version !== 0 && row.user_version !== version) {
      database.close();
      throw new OperationalError(
        'store-version',
        `The file ${path} has version ${row.user_version}, this program needs ${version}: ` +
          'use the program that wrote it, or another data folder.',
      );
    }
    database.exec('PRAGMA journal_mode = WAL');
    database.exec(`PRAGMA synchronous = ${options.durability.toUpperCase()}`);
    database.exec('PRAGMA busy_timeout = 5000');
    if (row.user_version === 0) {
      database.exec(`BEGIN IMMEDIATE; ${options.schema}; PRAGMA user_version = ${version}; COMMIT`);
    }
    return database;
  } catch (error) {
    if (error instanceof OperationalError) throw error;
    throw new OperationalError(
      'store-unreadable',
      `The file ${path} cannot be opened as a database: check its folder, owner and free space.`,
      { cause: error },
    );
  }
};
