import type { Applied, Command, Seq } from '@openstrike/domain';
import { OperationalError } from '@openstrike/domain';
import { describe, expect, it } from 'vitest';
import { MemoryStorage } from './memory-storage.ts';
import { createSequencer, type Sequencer } from './sequencer.ts';
import { createTallyMachine, TallyMachine } from './testing/tally-machine.ts';
import {
  deposit,
  mixedCommands,
  startTally,
  steppingClock,
  submitInGroups,
} from './testing/test-commands.ts';

const codeOf = (error: unknown) => (error instanceof OperationalError ? error.code : error);
/** Resolves when commands are taken again. */
const runningAgain = (sequencer: Sequencer): Promise<void> =>
  new Promise((resolve) => {
    sequencer.onState((state) => state === 'running' && resolve());
  });
const endOfTurn = () => new Promise<void>((resolve) => setImmediate(resolve));
const rejection = (promise: Promise<unknown>) => promise.then(() => 'resolved', codeOf);

describe('the life of a command', () => {
  it('stamps, applies in order, and resolves with the events once durable', async () => {
    const storage = new MemoryStorage();
    const sequencer = await startTally(storage);
    const synced = storage.syncs;
    const first = sequencer.submit(deposit(1, 250));
    const second = sequencer.submit(deposit(2, 50));
    expect(sequencer.durableSeq()).toBe(0);
    const [a, b] = await Promise.all([first, second]);
    expect([a.seq, b.seq]).toEqual([1, 2]);
    expect(b.tsUs - a.tsUs).toBe(1_000);
    expect(b.events).toMatchObject([{ type: 'cash-changed', change: 50, balance: 300 }]);
    expect(sequencer.durableSeq()).toBe(2);
    expect(storage.syncs - synced).toBe(1);
    expect(sequencer.metrics).toMatchObject({ batches: 1, commandsDurable: 2, queueCommands: 0 });
  });

  it('names a group to the machine before it, and a query sees all that came', async () => {
    const told: (number | string)[] = [];
    class Foreseeing extends TallyMachine {
      override apply(...[command, seq, tsUs]: Parameters<TallyMachine['apply']>) {
        told.push(seq);
        return super.apply(command, seq, tsUs);
      }
      foresee(commands: readonly Command[]) {
        told.push(`foresees ${commands.length}`);
      }
    }
    const more = { createStateMachine: () => new Foreseeing() };
    const sequencer = await startTally(new MemoryStorage(), more);
    const sent = mixedCommands(18).map((command) => sequencer.submit(command));
    const first = Array.from({ length: 16 }, (_, n) => n + 1);
    expect(told).toEqual(['foresees 16', ...first]);
    const answered = sequencer.query('next-timer', {});
    expect(told.slice(17)).toEqual(['foresees 2', 17, 18]);
    await answered;
    sent.push(sequencer.submit(deposit(19)));
    const results = await Promise.all(sent);
    expect(results.map(({ seq }) => seq)).toEqual([...first, 17, 18, 19]);
    expect(told.slice(20)).toEqual([19]);
  });

  it('publishes each batch once, in order, before its submitters go on', async () => {
    const sequencer = await startTally(new MemoryStorage());
    const seen: (number | string)[] = [];
    const end = sequencer.subscribe((batch) => seen.push(...batch.map((applied) => applied.seq)));
    const waits = [1, 2, 3].map((n) =>
      sequencer.submit(deposit(n)).then(({ seq }) => seen.push(`resolved ${seq}`)),
    );
    await Promise.all(waits);
    expect(seen).toEqual([1, 2, 3, 'resolved 1', 'resolved 2', 'resolved 3']);
    end();
    await sequencer.submit(deposit(4));
    expect(seen.length).toBe(6);
  });

  it('gathers the next batch while one is on its way to the disk', async () => {
    const sequencer = await startTally(new MemoryStorage());
    const batches: number[] = [];
    sequencer.subscribe((batch) => {
      batches.push(batch.length);
      if (batches.length === 1) {
        for (let n = 0; n < 5; n++) {
          void sequencer.submit(deposit(n));
        }
      }
    });
    await sequencer.submit(deposit(0));
    await sequencer.stop();
    expect(batches).toEqual([1, 5]);
  });

  it('never lets venue time go back, across a restart either', async () => {
    const storage = new MemoryStorage();
    const clock = steppingClock(9e15);
    const first = await startTally(storage, { clock });
    const { tsUs } = await first.submit(deposit(1));
    await first.stop({ snapshot: false });
    const second = await startTally(storage, { clock: steppingClock(1e15) });
    expect((await second.submit(deposit(2))).tsUs).toBe(tsUs);
  });

  it('answers a query only when what it rests on is durable', async () => {
    const sequencer = await startTally(new MemoryStorage());
    const order: string[] = [];
    const submitted = sequencer.submit(deposit(1)).then(() => order.push('command'));
    const answered = sequencer.query('next-timer', {}).then(() => order.push('query'));
    await Promise.all([submitted, answered]);
    expect(order).toEqual(['command', 'query']);
  });
});

describe('refusals before anything is applied', () => {
  it('refuses before recovery and after stop', async () => {
    const sequencer = await createSequencer({
      storage: new MemoryStorage(),
      clock: steppingClock(),
      createStateMachine: createTallyMachine,
    });
    expect(await rejection(sequencer.submit(deposit(1)))).toBe('not-running');
    expect(await rejection(sequencer.query('next-timer', {}))).toBe('not-running');
    await sequencer.recover();
    await sequencer.stop();
    expect(sequencer.state()).toBe('stopped');
    expect(await rejection(sequencer.submit(deposit(1)))).toBe('not-running');
  });

  it('refuses a record over the limit and goes on as if it had not been sent', async () => {
    const storage = new MemoryStorage();
    const sequencer = await startTally(storage);
    const huge: Command = { ...deposit(1), reference: 'x'.repeat(2_000_000) };
    const before = sequencer.submit(deposit(1));
    expect(await rejection(sequencer.submit(huge))).toBe('record-too-large');
    expect((await before).seq).toBe(1);
    expect((await sequencer.submit(deposit(2))).seq).toBe(2);
    await sequencer.stop({ snapshot: false });
    expect((await startTally(storage)).durableSeq()).toBe(2);
  });

  it('refuses when too many commands or bytes wait for the disk', async () => {
    for (const bound of [{ queueCommandsMax: 10 }, { queueBytesMax: 1_000 }]) {
      const sequencer = await startTally(new MemoryStorage(), bound);
      const sent = await Promise.all(
        mixedCommands(40).map((command) => rejection(sequencer.submit(command))),
      );
      const taken = sent.indexOf('queue-full');
      expect(taken).toBeGreaterThan(4);
      expect(taken).toBeLessThan(20);
      expect(sent.slice(taken).every((outcome) => outcome === 'queue-full')).toBe(true);
      expect(sequencer.metrics.commandsRefused).toBe(40 - taken);
      expect((await sequencer.submit(deposit(1))).seq).toBe(taken + 1);
    }
  });

  it('stops with the poison out of the journal when the engine breaks an invariant', async () => {
    class Breakable extends TallyMachine {
      override apply(...[command, seq, tsUs]: Parameters<TallyMachine['apply']>) {
        if (command.type === 'set-trading') {
          throw new Error('an invariant');
        }
        return super.apply(command, seq, tsUs);
      }
    }
    const storage = new MemoryStorage();
    const sequencer = await startTally(storage, { createStateMachine: () => new Breakable() });
    const states: unknown[] = [];
    sequencer.onState((state, cause) => states.push([state, cause?.message]));
    const before = sequencer.submit(deposit(1));
    const poison: Command = { type: 'set-trading', scope: 'all', state: 'halted', reason: '' };
    const poisoned = sequencer.submit(poison);
    const after = sequencer.submit(deposit(3));
    await expect(poisoned).rejects.toThrow('an invariant');
    await expect(after).rejects.toThrow('an invariant');
    expect(await rejection(sequencer.submit(deposit(2)))).toBe('not-running');
    expect((await before).seq).toBe(1);
    expect(sequencer.metrics).toMatchObject({ commandsApplied: 1, queueCommands: 0 });
    await sequencer.stop();
    expect(states).toEqual([['stopped', 'an invariant']]);
    expect((await startTally(storage)).durableSeq()).toBe(1);
  });
});

describe('a disk that fails', () => {
  it('waits for room on a full disk, then makes what it had applied durable', async () => {
    const storage = new MemoryStorage();
    const sequencer = await startTally(storage, { retryMs: 5 });
    await sequencer.submit(deposit(1));
    const published: Applied[] = [];
    sequencer.subscribe((batch) => published.push(...batch));
    storage.capacityBytes = 0;
    const waiting = sequencer.submit(deposit(2));
    const [command, query] = await Promise.all([
      rejection(waiting),
      rejection(sequencer.query('next-timer', {})),
    ]);
    expect([command, query]).toEqual(['disk-full', 'disk-full']);
    expect(sequencer.state()).toBe('storage-failed');
    expect(await rejection(sequencer.submit(deposit(3)))).toBe('disk-full');
    expect(await rejection(sequencer.query('next-timer', {}))).toBe('disk-full');
    expect(published).toEqual([]);
    storage.capacityBytes = Number.POSITIVE_INFINITY;
    await runningAgain(sequencer);
    expect(published.map(({ seq }) => seq)).toEqual([2]);
    expect((await sequencer.submit(deposit(4))).seq).toBe(3);
    await sequencer.stop({ snapshot: false });
    const again = await startTally(storage);
    expect(again.durableSeq()).toBe(3);
  });

  it('hands what comes once there is room its own result', async () => {
    class SlowStorage extends MemoryStorage {
      override async open(name: string) {
        const file = await super.open(name);
        const write = (bytes: Uint8Array, offset: number) =>
          endOfTurn().then(() => file.write(bytes, offset));
        return { ...file, write };
      }
    }
    const storage = new SlowStorage();
    const sequencer = await startTally(storage, { retryMs: 5 });
    storage.capacityBytes = 0;
    const flying = sequencer.submit(deposit(1));
    // Comes while the first is on its way to the disk, so that it lies in the next batch.
    const gathering = endOfTurn().then(() => sequencer.submit(deposit(2)));
    expect(await Promise.all([flying, gathering].map(rejection))).toEqual([
      'disk-full',
      'disk-full',
    ]);
    const later = new Promise<Applied>((resolve) => {
      sequencer.onState((state) => {
        if (state === 'running') resolve(sequencer.submit(deposit(3)));
      });
    });
    storage.capacityBytes = Number.POSITIVE_INFINITY;
    const { seq, command } = await later;
    expect([seq, command]).toEqual([3, deposit(3)]);
    await sequencer.stop();
  });

  it('starts a new segment again after the disk was full in the middle of it', async () => {
    const storage = new MemoryStorage();
    const sequencer = await startTally(storage, { retryMs: 2, segmentBytesMax: 100 });
    await sequencer.submit(deposit(1));
    storage.inject('disk-full');
    const again = runningAgain(sequencer);
    expect(await rejection(sequencer.submit(deposit(2)))).toBe('disk-full');
    await again;
    await sequencer.submit(deposit(3));
    await sequencer.stop({ snapshot: false });
    expect((await startTally(storage)).durableSeq()).toBe(3);
  });

  it.each(['sync-failed', 'write-failed'] as const)('takes no more after %s', async (fault) => {
    const storage = new MemoryStorage();
    const sequencer = await startTally(storage, { retryMs: 1 });
    await sequencer.submit(deposit(1));
    storage.inject(fault);
    expect(await rejection(sequencer.submit(deposit(2)))).toBe('storage-failed');
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(sequencer.state()).toBe('storage-failed');
    expect(await rejection(sequencer.submit(deposit(3)))).toBe('storage-failed');
    await sequencer.stop();
    const names = (await storage.list()).map(({ name }) => name);
    expect(names.some((name) => name.startsWith('snapshot'))).toBe(false);
    expect((await startTally(storage)).durableSeq()).toBeGreaterThanOrEqual(1);
  });

  it('makes durable on restart what a failed sync left in the page cache only', async () => {
    const { createRandom } = await import('@openstrike/std');
    const storage = new MemoryStorage();
    const sequencer = await startTally(storage);
    await sequencer.submit(deposit(1));
    storage.inject('sync-failed');
    await rejection(sequencer.submit(deposit(2)));
    const restarted = await startTally(storage);
    const seen = restarted.durableSeq();
    expect(seen).toBe(2);
    for (let seed = 0; seed < 20; seed++) {
      expect((await startTally(storage.crash(createRandom(seed)))).durableSeq()).toBe(2);
    }
  });
});

describe('restart', () => {
  it('hands the subscribers what they had not stored, once, in order', async () => {
    const storage = new MemoryStorage();
    const first = await startTally(storage, { segmentBytesMax: 400 });
    const published: Applied[] = [];
    first.subscribe((batch) => published.push(...batch));
    await submitInGroups(first, mixedCommands(30), 3);
    await first.snapshot();
    await submitInGroups(first, mixedCommands(10), 3);
    await first.stop();
    for (const have of [0, 1, 17, 30, 39, 40]) {
      const second = await createSequencer({
        storage: storage.clone(),
        clock: steppingClock(),
        createStateMachine: createTallyMachine,
      });
      const caughtUp: Applied[] = [];
      second.subscribe((batch) => caughtUp.push(...batch));
      const report = await second.recover({ publishAfterSeq: have as Seq });
      expect(caughtUp).toEqual(published.slice(have));
      expect(report.snapshotSeq).toBe(have === 40 ? 40 : have >= 30 ? 30 : 0);
      expect(report.checkpointsMatched).toEqual([30, 40].filter((s) => s > report.snapshotSeq));
    }
  });

  it('refuses when the readers of events are ahead of the journal', async () => {
    const storage = new MemoryStorage();
    const first = await startTally(storage);
    await first.submit(deposit(1));
    await first.stop();
    const second = await createSequencer({
      storage,
      clock: steppingClock(),
      createStateMachine: createTallyMachine,
    });
    expect(await rejection(second.recover({ publishAfterSeq: 2 as Seq }))).toBe('journal-behind');
  });

  it('refuses to replay what other rules applied, and goes on from their snapshot', async () => {
    const storage = new MemoryStorage();
    const first = await startTally(storage, { rulesVersion: 1 });
    await first.submit(deposit(1));
    await first.stop({ snapshot: false });
    expect(await rejection(startTally(storage.clone(), { rulesVersion: 2 }))).toBe('other-rules');
    await (await startTally(storage, { rulesVersion: 1 })).stop();
    const second = await startTally(storage, { rulesVersion: 2 });
    expect((await second.submit(deposit(2))).seq).toBe(2);
    await second.stop({ snapshot: false });
    expect((await startTally(storage, { rulesVersion: 2 })).durableSeq()).toBe(2);
  });

  it('notices a program that applies commands differently', async () => {
    class Other extends TallyMachine {
      override apply(...[command, seq, tsUs]: Parameters<TallyMachine['apply']>) {
        return super.apply(seq === 3 ? deposit(99) : command, seq, tsUs);
      }
    }
    const storage = new MemoryStorage();
    const first = await startTally(storage);
    await submitInGroups(first, mixedCommands(5), 2);
    await first.stop();
    const second = await createSequencer({
      storage,
      clock: steppingClock(),
      createStateMachine: () => new Other(),
    });
    expect(await rejection(second.recover({ publishAfterSeq: 0 as Seq }))).toBe('state-diverged');
  });
});
