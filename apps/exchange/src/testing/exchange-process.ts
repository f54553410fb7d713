// Exchange process: starts the real exchange as a child process for tests, as a user would, and
// waits for its run file. Ends only what it started.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { RunFile } from '../run-file.ts';

const mainPath = fileURLToPath(new URL('../main.ts', import.meta.url));

export interface ExchangeProcess {
  readonly run: RunFile;
  readonly folder: string;
  readonly child: ChildProcess;
  /** What it printed so far. */
  output(): string;
  /** Asks it to stop and waits; resolves with its exit code. */
  stop(): Promise<number | null>;
  kill(): Promise<void>;
}

export interface StartOptions {
  /** An existing data folder, or a new temporary one. */
  readonly folder?: string;
  readonly args?: readonly string[];
  readonly waitMs?: number;
}

/** Resolves with the exit code once a process is gone and all that it printed was read. */
export const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((done) => child.once('close', (code) => done(code)));

const started: (() => Promise<void>)[] = [];

/** Kills whatever a failed test left running; for `afterAll`. */
export const killStarted = async (): Promise<void> => {
  for (const kill of started.splice(0)) await kill();
};

export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), 'openstrike-'));

/** Starts it on a free port; throws with its output when it ends or stays silent. */
export const startExchange = async (options: StartOptions = {}): Promise<ExchangeProcess> => {
  const folder = options.folder ?? join(temporaryFolder(), 'data');
  const runPath = join(folder, 'run.json');
  rmSync(runPath, { force: true });
  const args = ['--disable-warning=ExperimentalWarning', mainPath, '--data', folder, '--port', '0'];
  const child = spawn(process.execPath, [...args, ...(options.args ?? [])], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const gone = ended(child);
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await gone;
  };
  started.push(kill);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const deadlineMs = Date.now() + (options.waitMs ?? 120_000);
  while (!existsSync(runPath)) {
    if (child.exitCode !== null || Date.now() > deadlineMs) {
      child.kill('SIGKILL');
      throw new Error(`the exchange did not start:\n${output}`);
    }
    await sleep(50);
  }
  return {
    run: JSON.parse(readFileSync(runPath, 'utf8')) as RunFile,
    folder,
    child,
    output: () => output,
    stop: () => {
      child.kill('SIGINT');
      return gone;
    },
    kill,
  };
};

/** Polls until the answer is truthy; throws what it waited for when the time is up. */
export const eventually = async <T>(
  what: string,
  ask: () => Promise<T | undefined | null | false> | T | undefined | null | false,
  waitMs = 60_000,
): Promise<T> => {
  const deadlineMs = Date.now() + waitMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > deadlineMs) throw new Error(`waited ${waitMs} ms in vain for ${what}`);
    await sleep(100);
  }
};
