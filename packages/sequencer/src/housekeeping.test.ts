// Snapshots beside the running engine, retention, backup and restore, verify: on a real folder.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OperationalError, type Seq } from '@openstrike/domain';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { restoreBackup } from './backup.ts';
import { MemoryStorage } from './memory-storage.ts';
import { createSequencer, type Sequencer } from './sequencer.ts';
import { createTallyMachine } from './testing/tally-machine.ts';
import {
  deposit,
  mixedCommands,
  startTally,
  steppingClock,
  submitInGroups,
} from './testing/test-commands.ts';
import { verifyJournal } from './verify.ts';

const verifyOptions = { createStateMachine: createTallyMachine, rulesVersion: 1 };
const tallyModule = {
  moduleUrl: new URL('./testing/tally-machine.ts', import.meta.url).href,
  exportName: 'createTallyMachine',
};
const codeOf = (error: unknown) => (error instanceof OperationalError ? error.code : error);
const rejection = (promise: Promise<unknown>) => promise.then(() => 'resolved', codeOf);

let base: string;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'openstrike-sequencer-'));
});
afterEach(async () => {
  await rm(base, { recursive: true, force: true });
});

const journalFiles = async (folder: string) =>
  (await readdir(folder)).filter((name) => /^(journal|snapshot)/.test(name)).sort();

describe('snapshots', () => {
  it('are made by a worker while commands go on, and serve the restart', async () => {
    const folder = join(base, 'venue');
    const sequencer = await startTally(folder, { stateMachineModule: tallyModule });
    await submitInGroups(sequencer, mixedCommands(500), 50);
    let going = true;
    const load = (async () => {
      for (let n = 0; going; n++) {
        await sequencer.submit(deposit(n));
      }
    })();
    const first = await sequencer.snapshot();
    const second = await sequencer.snapshot();
    going = false;
    await load;
    expect(first.position.seq).toBeGreaterThanOrEqual(500);
    expect(second.position.seq).toBeGreaterThanOrEqual(first.position.seq);
    const lastSeq = sequencer.durableSeq();
    await sequencer.stop({ snapshot: false });
    const again = await createSequencer({
      storage: folder,
      clock: steppingClock(),
      createStateMachine: createTallyMachine,
    });
    const report = await again.recover();
    expect(report).toMatchObject({ snapshotSeq: second.position.seq, lastSeq, warnings: [] });
    await again.stop();
    const verified = await verifyJournal(folder, verifyOptions);
    expect(verified).toMatchObject({ sound: true, lastSeq, commandsReplayed: lastSeq });
    expect(verified.snapshots.every(({ state }) => state === 'matched')).toBe(true);
  });

  it('are made after so many commands and thinned by retention', async () => {
    const folder = join(base, 'venue');
    const sequencer = await startTally(folder, {
      snapshotEvery: 40,
      segmentBytesMax: 2_000,
      retention: { snapshots: 2 },
    });
    await submitInGroups(sequencer, mixedCommands(400), 20);
    await sequencer.stop();
    const files = await journalFiles(folder);
    expect(files.filter((name) => name.startsWith('snapshot')).length).toBe(2);
    expect(files.some((name) => name.includes('0000000000000001.bin'))).toBe(false);
    const report = await verifyJournal(folder, verifyOptions);
    expect(report).toMatchObject({ sound: true, lastSeq: 400 });
    expect(report.snapshots.map(({ state }) => state)).toEqual(['matched', 'restored']);
    expect((await startTally(folder)).durableSeq()).toBe(400);
  });

  it('stay as long as the readers of events need them', async () => {
    const storage = new MemoryStorage();
    const sequencer = await startTally(storage, {
      segmentBytesMax: 1_000,
      retention: { snapshots: 1 },
      readersHaveSeq: () => 45 as Seq,
    });
    for (let n = 0; n < 5; n++) {
      await submitInGroups(sequencer, mixedCommands(20), 5);
      await sequencer.snapshot();
    }
    await sequencer.stop();
    const snapshots = (await storage.list()).filter(({ name }) => name.startsWith('snapshot'));
    expect(snapshots.map(({ name }) => Number(name.slice(9, 25)))).toEqual([40, 100]);
    const late = await createSequencer({
      storage,
      clock: steppingClock(),
      createStateMachine: createTallyMachine,
    });
    const seen: number[] = [];
    late.subscribe((batch) => seen.push(...batch.map(({ seq }) => seq)));
    await late.recover({ publishAfterSeq: 45 as Seq });
    expect(seen).toEqual(Array.from({ length: 55 }, (_, n) => 46 + n));
    const tooLate = await createSequencer({
      storage,
      clock: steppingClock(),
      createStateMachine: createTallyMachine,
    });
    expect(await rejection(tooLate.recover({ publishAfterSeq: 10 as Seq }))).toBe('no-start');
  });

  it('that are damaged are passed over, with a warning', async () => {
    const folder = join(base, 'venue');
    const sequencer = await startTally(folder);
    await submitInGroups(sequencer, mixedCommands(10), 5);
    await sequencer.snapshot();
    await submitInGroups(sequencer, mixedCommands(10), 5);
    await sequencer.stop();
    const newest = join(folder, 'snapshot-0000000000000020.bin');
    const whole = await readFile(newest);
    for (let at = 0; at < whole.length; at += 7) {
      const damagedBytes = Buffer.from(whole);
      damagedBytes.writeUInt8(damagedBytes.readUInt8(at) ^ 4, at);
      await writeFile(newest, damagedBytes);
      expect((await verifyJournal(folder, verifyOptions)).sound).toBe(false);
    }
    const again = await createSequencer({
      storage: folder,
      clock: steppingClock(),
      createStateMachine: createTallyMachine,
    });
    const report = await again.recover();
    expect(report).toMatchObject({ snapshotSeq: 10, lastSeq: 20 });
    expect(report.warnings.length).toBe(1);
    await again.stop();
  });

  it('that the worker cannot make stop nothing', async () => {
    const folder = join(base, 'venue');
    const warned: string[] = [];
    const sequencer = await startTally(folder, {
      stateMachineModule: { ...tallyModule, exportName: 'createNothing' },
      snapshotEvery: 5,
      warn: (error) => warned.push(error.message),
    });
    await submitInGroups(sequencer, mixedCommands(12), 4);
    await expect(sequencer.snapshot()).rejects.toThrow(/does not export createNothing/);
    expect(sequencer.metrics.snapshotsFailed).toBeGreaterThan(0);
    expect(warned[0]).toMatch(/does not export createNothing/);
    expect((await sequencer.submit(deposit(1))).seq).toBe(13);
    await sequencer.stop();
  });
});

describe('backup and restore', () => {
  const loaded = async (folder: string): Promise<Sequencer> => {
    const sequencer = await startTally(folder, { segmentBytesMax: 3_000 });
    await submitInGroups(sequencer, mixedCommands(100), 10);
    await sequencer.snapshot();
    await submitInGroups(sequencer, mixedCommands(50), 10);
    return sequencer;
  };

  it('copies a running venue to a durable place, from which it starts elsewhere', async () => {
    const sequencer = await loaded(join(base, 'venue'));
    let going = true;
    const load = (async () => {
      for (let n = 0; going; n++) {
        await sequencer.submit(deposit(n));
      }
    })();
    const report = await sequencer.backup(join(base, 'backup'));
    going = false;
    await load;
    await sequencer.stop();
    expect(report.lastSeq).toBeGreaterThanOrEqual(150);
    const restored = await restoreBackup(join(base, 'backup'), join(base, 'restored'));
    expect(restored).toEqual(report);
    const elsewhere = await startTally(join(base, 'restored'));
    expect(elsewhere.durableSeq()).toBe(report.lastSeq);
    await elsewhere.stop();
    const verified = await verifyJournal(join(base, 'restored'), verifyOptions);
    expect(verified).toMatchObject({ sound: true, firstSeq: 1, chain: report.chain });
  });

  it('refuses a folder in use and a damaged backup, and leaves nothing half made', async () => {
    const sequencer = await loaded(join(base, 'venue'));
    await sequencer.backup(join(base, 'backup'));
    expect(await rejection(sequencer.backup(join(base, 'backup')))).toBe('folder-not-empty');
    expect(await rejection(sequencer.backup(join(base, 'venue')))).toBe('folder-held');
    await sequencer.stop();
    const [segment] = await journalFiles(join(base, 'backup'));
    const path = join(base, 'backup', segment as string);
    const bytes = await readFile(path);
    bytes.writeUInt8(bytes.readUInt8(900) ^ 1, 900);
    await writeFile(path, bytes);
    const refused = await rejection(restoreBackup(join(base, 'backup'), join(base, 'restored')));
    expect(refused).toBe('journal-damaged');
    expect(await rejection(restoreBackup(join(base, 'nothing'), join(base, 'x')))).toBe(
      'no-journal',
    );
  });
});

describe('verify', () => {
  it('reads a running venue without disturbing it and reports progress', async () => {
    const folder = join(base, 'venue');
    const sequencer = await startTally(folder);
    await submitInGroups(sequencer, mixedCommands(30), 10);
    const progress: number[] = [];
    const report = await verifyJournal(folder, {
      ...verifyOptions,
      progress: ({ seq }) => progress.push(seq),
    });
    expect(report).toMatchObject({ sound: true, batches: 3, commands: 30, tornBytes: 0 });
    expect(progress).toEqual([30]);
    expect((await sequencer.submit(deposit(1))).seq).toBe(31);
    await sequencer.stop();
  });

  it('says where the journal and a snapshot disagree', async () => {
    const storage = new MemoryStorage();
    const sequencer = await startTally(storage);
    await submitInGroups(sequencer, mixedCommands(9), 3);
    await sequencer.stop();
    const other = new MemoryStorage();
    const twin = await startTally(other, { clock: steppingClock(1e15) });
    await submitInGroups(twin, mixedCommands(9), 3);
    await twin.stop();
    const name = 'snapshot-0000000000000009.bin';
    storage.put(name, other.bytesOf(name));
    const report = await verifyJournal(storage, verifyOptions);
    expect(report.problems).toEqual([`${name} was made from another journal`]);
    other.put('snapshot-0000000000000012.bin', other.bytesOf(name));
    expect((await verifyJournal(other, verifyOptions)).problems.length).toBe(1);
  });
});
