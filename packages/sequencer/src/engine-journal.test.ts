// The real engine behind the sequencer: a random crowd's commands give the same events live,
// replayed from zero and replayed from a snapshot, and the same state everywhere.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Applied, Command, Event, Seq, StateMachine, TsUs } from '@openstrike/domain';
import { createEngine } from '@openstrike/engine';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RandomCommands } from '../../engine/src/testing/random-commands.ts';
import { TestEngine } from '../../engine/src/testing/test-engine.ts';
import { createSequencer } from './sequencer.ts';
import { verifyJournal } from './verify.ts';

const commandsMax = 1_500;

interface Recorded {
  readonly command: Command;
  readonly tsUs: number;
  readonly events: readonly Event[];
}

class RecordingEngine extends TestEngine {
  readonly recorded: Recorded[] = [];

  override apply(command: Command): readonly Event[] {
    const events = super.apply(command);
    this.recorded.push({ command, tsUs: this.nowUs, events });
    return events;
  }
}

let folder: string;
const original = new RecordingEngine();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'openstrike-engine-'));
  const crowd = new RandomCommands(11);
  crowd.prepare(original);
  while (original.recorded.length < commandsMax) {
    original.apply(crowd.next(original));
  }
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** A sequencer whose clock gives the recorded times, and the engine it ended up with. */
async function open(publishAfterSeq?: number) {
  const engines: StateMachine[] = [];
  let next = 0;
  const sequencer = await createSequencer({
    storage: folder,
    clock: { nowUs: () => original.recorded[next++]?.tsUs as TsUs },
    createStateMachine: () => {
      engines.push(createEngine());
      return engines.at(-1) as StateMachine;
    },
    stateMachineModule: {
      moduleUrl: new URL('../../engine/src/index.ts', import.meta.url).href,
      exportName: 'createEngine',
    },
    segmentBytesMax: 40_000,
  });
  const published: Applied[] = [];
  sequencer.subscribe((batch) => published.push(...batch));
  const report = await sequencer.recover(
    publishAfterSeq === undefined ? {} : { publishAfterSeq: publishAfterSeq as Seq },
  );
  next = report.lastSeq;
  return {
    sequencer,
    report,
    published,
    stateHash: () => (engines.at(-1) as StateMachine).stateHash(),
  };
}

const eventsOf = (applied: readonly { readonly events: readonly Event[] }[]) =>
  applied.map(({ events }) => events);

it('gives the same events live, from zero and from a snapshot', async () => {
  const { recorded } = original;
  const half = recorded.length / 2;
  const live = await open();
  for (let at = 0; at < half; at += 50) {
    await Promise.all(recorded.slice(at, at + 50).map((r) => live.sequencer.submit(r.command)));
  }
  const snapshot = await live.sequencer.snapshot();
  expect(snapshot.position.seq).toBe(half);
  for (let at = half; at < recorded.length; at += 50) {
    await Promise.all(recorded.slice(at, at + 50).map((r) => live.sequencer.submit(r.command)));
  }
  expect(eventsOf(live.published)).toEqual(eventsOf(recorded));
  expect(live.stateHash()).toBe(original.engine.stateHash());
  await live.sequencer.stop({ snapshot: false });

  const fromSnapshot = await open();
  expect(fromSnapshot.report).toMatchObject({ snapshotSeq: half, lastSeq: recorded.length });
  expect(fromSnapshot.stateHash()).toBe(original.engine.stateHash());
  await fromSnapshot.sequencer.stop();

  const fromZero = await open(0);
  expect(fromZero.report.checkpointsMatched).toEqual([half, recorded.length]);
  expect(eventsOf(fromZero.published)).toEqual(eventsOf(recorded));
  await fromZero.sequencer.stop();

  const report = await verifyJournal(folder, { createStateMachine: createEngine, rulesVersion: 1 });
  expect(report).toMatchObject({ sound: true, stateHash: original.engine.stateHash() });
});
