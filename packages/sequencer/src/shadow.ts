// Shadow: makes a snapshot without stopping the engine. Beside it a second state machine is
// restored from the newest snapshot, replays the durable journal up to a given place and writes
// what it reached. Because it replays from bytes, every snapshot is also a check that journal,
// codec and rules still reproduce the state. Its thread gives way to the engine's.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { OperationalError, type StateMachine } from '@openstrike/domain';
import { workerEntry } from '@openstrike/threads';
import { JournalReader } from './journal-reader.ts';
import type { JournalStorage } from './journal-storage.ts';
import { applyFrame, checkState, chooseStart, refuseOtherRules } from './recovery.ts';
import { type JournalPosition, listSegments, segmentsUntil } from './segment.ts';
import { listSnapshots, type SnapshotHeader, writeSnapshot } from './snapshot-file.ts';

/** Where a worker finds the state machine: `exportName` of the module makes a fresh one. */
export interface StateMachineModule {
  readonly moduleUrl: string;
  readonly exportName: string;
}

/** What a shadow worker is started with and what it answers. */
export interface ShadowTask extends StateMachineModule {
  readonly folder: string;
  readonly until: JournalPosition;
  readonly rulesVersion: number;
}
export type ShadowAnswer =
  | { readonly kind: 'done'; readonly snapshot: SnapshotHeader }
  | { readonly kind: 'failed'; readonly code: string; readonly sentence: string };

/** Replays to `until` with a machine of its own and writes the snapshot there. */
export async function writeShadowSnapshot(
  storage: JournalStorage,
  createStateMachine: () => StateMachine,
  until: JournalPosition,
  rulesVersion: number,
): Promise<SnapshotHeader> {
  const segments = segmentsUntil(await listSegments(storage), until);
  const { snapshots } = await listSnapshots(storage);
  const options = { createStateMachine, rulesVersion };
  const { machine, position } = await chooseStart(storage, segments, snapshots, until.seq, options);
  const reader = await JournalReader.open(storage, segments, position);
  while (await reader.fill()) {
    refuseOtherRules(reader, rulesVersion);
    for (let frame = reader.take(); frame !== null; frame = reader.take()) {
      applyFrame(reader.window, frame, machine, Number.POSITIVE_INFINITY);
    }
  }
  if (reader.position.seq !== until.seq) {
    throw new OperationalError(
      'journal-behind',
      `The journal could be read to command ${reader.position.seq} where ${until.seq} is ` +
        'durable: check the disk; no snapshot was made.',
    );
  }
  const known = snapshots.find((snapshot) => snapshot.position.seq === until.seq);
  if (known !== undefined && known.rulesVersion === rulesVersion) {
    checkState(machine, known);
  }
  return writeSnapshot(storage, machine, until, rulesVersion);
}

/** The same in a worker thread, on a folder. */
export async function runShadowWorker(task: ShadowTask): Promise<SnapshotHeader> {
  const worker = new Worker(workerEntry(import.meta.url, 'shadow-worker'), { workerData: task });
  worker.unref();
  const [answer] = (await Promise.race([
    once(worker, 'message'),
    once(worker, 'exit').then(([code]) => [
      { kind: 'failed', code: 'shadow-failed', sentence: `The snapshot worker ended (${code}).` },
    ]),
  ])) as [ShadowAnswer];
  await worker.terminate();
  if (answer.kind === 'failed') {
    throw new OperationalError(answer.code, answer.sentence);
  }
  return answer.snapshot;
}
