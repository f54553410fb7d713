// Run file: `run.json` in the data folder, the one machine-readable statement of a running
// exchange. It is written once the door is open and removed at a clean stop, so that tests and
// clients need not parse the log.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OperationalError } from '@openstrike/domain';

export interface DemoAccount {
  readonly accountId: number;
  readonly username: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface RunFile {
  readonly version: string;
  readonly pid: number;
  readonly startedAt: string;
  /** Base address such as `http://127.0.0.1:8080`. */
  readonly http: string;
  /** Address such as `ws://127.0.0.1:8080/ws/api/v2`. */
  readonly ws: string;
  readonly dataFolder: string;
  /**
   * Certificate to trust when the exchange serves TLS with its development pair; null otherwise.
   */
  readonly certificate: string | null;
  readonly demoAccounts: readonly DemoAccount[];
}

const pathOf = (dataFolder: string): string => join(dataFolder, 'run.json');

/** Appears whole or not at all; holds secrets, so only the owner may read it. */
export const writeRunFile = (run: RunFile): void => {
  const path = pathOf(run.dataFolder);
  writeFileSync(`${path}.new`, `${JSON.stringify(run, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
};

/** Throws OperationalError when no exchange is open on the folder. */
export const readRunFile = (dataFolder: string): RunFile => {
  try {
    return JSON.parse(readFileSync(pathOf(dataFolder), 'utf8')) as RunFile;
  } catch (cause) {
    const sentence = `No exchange is open on ${dataFolder}; start it with npm start.`;
    throw new OperationalError('not-running', sentence, { cause });
  }
};

export const removeRunFile = (dataFolder: string): void => {
  rmSync(pathOf(dataFolder), { force: true });
};
