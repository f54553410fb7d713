// Folder lock: one process holds a journal folder at a time. The file `lock` names its holder; it
// is made by linking, which fails where one is. A lock is stale, and taken over, when its holder is
// known to be dead: on the same machine by process id and start time, elsewhere (another container
// or host on a shared disk) when its heartbeat stands still.
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { OperationalError } from '@openstrike/domain';

const lockName = 'lock';
/** Two that take over the same stale lock both wait this out; the later one wins. */
const settleMs = 50;

export interface FolderLock {
  release(): void;
}

/** Who holds a lock. `place` is equal only where process ids mean the same processes. */
interface Holder {
  readonly pid: number;
  readonly startedAt: string;
  readonly place: string;
  readonly host: string;
  readonly since: string;
}

/** A holder elsewhere whose heartbeat does not move for `silenceMs` is dead. */
export interface LockTiming {
  readonly heartbeatMs: number;
  readonly silenceMs: number;
}
const usualTiming: LockTiming = { heartbeatMs: 1_000, silenceMs: 8_000 };

/** Takes the folder, or throws an OperationalError that says who holds it. */
export async function lockFolder(
  folder: string,
  timing: LockTiming = usualTiming,
): Promise<FolderLock> {
  const path = join(folder, lockName);
  const mine = JSON.stringify(thisProcess());
  const draft = `${path}.${process.pid}.${process.hrtime.bigint()}`;
  try {
    fs.writeFileSync(draft, mine);
    if (!tryMake(draft, path, mine)) {
      const held = read(path);
      if (held !== null && (await isAlive(held, path, timing))) {
        throw heldBy(folder, held);
      }
      fs.renameSync(draft, path);
      await sleep(settleMs);
    }
  } catch (error) {
    throw error instanceof OperationalError
      ? error
      : new OperationalError(
          'storage-failed',
          `Could not make ${path} (${(error as Error).message}): check the folder.`,
          { cause: error },
        );
  } finally {
    fs.rmSync(draft, { force: true });
  }
  const now = read(path);
  if (now === null || JSON.stringify(now) !== mine) {
    throw heldBy(folder, now);
  }
  const beat = setInterval(() => touch(path), timing.heartbeatMs);
  beat.unref();
  return {
    release: () => {
      clearInterval(beat);
      if (JSON.stringify(read(path)) === mine) {
        fs.rmSync(path, { force: true });
      }
    },
  };
}

/** False where there is a lock. Linked, so that nobody sees half of it, where the disk can link. */
function tryMake(draft: string, path: string, mine: string): boolean {
  try {
    fs.linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      return false;
    }
  }
  try {
    fs.writeFileSync(path, mine, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      return false;
    }
    throw error;
  }
}

function heldBy(folder: string, holder: Holder | null): OperationalError {
  const who =
    holder === null
      ? 'another process'
      : `process ${holder.pid} on ${holder.host} since ${holder.since}`;
  return new OperationalError(
    'folder-held',
    `${folder} is held by ${who}: stop it first, or name another folder.`,
  );
}

async function isAlive(holder: Holder, path: string, timing: LockTiming): Promise<boolean> {
  const self = thisProcess();
  if (holder.place === self.place) {
    return startOf(holder.pid) === holder.startedAt;
  }
  const before = fs.statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  for (let waitedMs = 0; waitedMs < timing.silenceMs; waitedMs += timing.heartbeatMs) {
    await sleep(timing.heartbeatMs);
    if (fs.statSync(path, { throwIfNoEntry: false })?.mtimeMs !== before) {
      return true;
    }
  }
  return false;
}

function thisProcess(): Holder {
  return {
    pid: process.pid,
    startedAt: startOf(process.pid) ?? '',
    place: [
      hostname(),
      readText('/proc/sys/kernel/random/boot_id'),
      readLink('/proc/self/ns/pid'),
    ].join(' '),
    host: hostname(),
    since: new Date(Date.now() - process.uptime() * 1000).toISOString(),
  };
}

/** When a process started, in the system's own notation; null when there is no such process. */
function startOf(pid: number): string | null {
  if (process.platform === 'linux') {
    // Fields after the command, which is in brackets and may hold anything; the start time is the
    // 20th.
    const fields = readText(`/proc/${pid}/stat`)
      .replace(/^.*\)\s/s, '')
      .split(' ');
    return fields[19] ?? null;
  }
  try {
    const started = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
    return started.trim() === '' ? null : started.trim();
  } catch {
    return null;
  }
}

function read(path: string): Holder | null {
  try {
    return JSON.parse(fs.readFileSync(path, 'utf8')) as Holder;
  } catch {
    return null;
  }
}

function touch(path: string): void {
  try {
    const now = new Date();
    fs.utimesSync(path, now, now);
  } catch {
    // The folder is gone or read-only; the journal's own writes say so.
  }
}

function readText(path: string): string {
  try {
    return fs.readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}

function readLink(path: string): string {
  try {
    return fs.readlinkSync(path);
  } catch {
    return '';
  }
}
