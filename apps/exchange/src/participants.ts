// Participants: starts the worker of the simulated makers and takers and keeps it running: one
// that dies is started anew, and said so.
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import type { ParticipantsReport, ParticipantsTask } from './participants-worker.ts';

export interface Participants {
  /** What the makers cover and the takers sent, as last told. */
  report(): ParticipantsReport | null;
  /** Resolves when every maker has quoted nearly everything, or when the time is up. */
  quoted(waitMs: number): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Sides that must rest, as a share of both sides of every instrument: worthless options have no
 * bid.
 */
const quotedShare = 0.8;
/** Of a recorded chain many far options have no bid, and some no ask. */
const replayQuotedShare = 0.5;

const isQuoted = (report: ParticipantsReport | null, share: number): boolean =>
  report !== null &&
  report.makers.every(
    ({ instruments, resting }) => instruments > 0 && resting >= 2 * share * instruments,
  );

/** Wait before a dead worker is replaced. */
const restartMs = 2_000;
/** Wait for a stopping worker to cancel its orders. */
const farewellMs = 3_000;

const workerUrl = new URL('./participants-worker.ts', import.meta.url);

export const startParticipants = (task: ParticipantsTask, log: Logger): Participants => {
  let latest: ParticipantsReport | null = null;
  let stopped = false;
  /** Null while a dead one waits for the next. */
  let worker: Worker | null = null;
  let restart: NodeJS.Timeout | null = null;

  const start = (): void => {
    const started = new Worker(workerUrl, { workerData: task });
    worker = started;
    started.on('message', (message: ParticipantsReport | 'stopped') => {
      if (message === 'stopped') return;
      latest = message;
      for (const warning of message.warnings) log.warn(warning);
    });
    started.on('error', (error) => log.error({ err: error }, 'the simulated participants failed'));
    started.on('exit', () => {
      worker = null;
      if (!stopped) restart = setTimeout(start, restartMs);
    });
  };

  start();
  return {
    report: () => latest,
    quoted: async (waitMs) => {
      const deadlineMs = performance.now() + waitMs;
      const share = task.replayFiles.length === 0 ? quotedShare : replayQuotedShare;
      while (!isQuoted(latest, share) && !stopped && performance.now() < deadlineMs)
        await sleep(50);
    },
    stop: async () => {
      stopped = true;
      if (restart !== null) clearTimeout(restart);
      const leaving = worker;
      if (leaving === null) return;
      const gone = new Promise<void>((done) => leaving.once('exit', () => done()));
      leaving.postMessage('stop');
      const late = setTimeout(() => void leaving.terminate(), farewellMs);
      await gone;
      clearTimeout(late);
    },
  };
};
