// The zeros behind the last frame: where they are and are not, what a full disk does to them, and
// what somebody sees who reads a journal that grows into them.
import { expect, it } from 'vitest';
import { readToEnd } from './backup.ts';
import { MemoryStorage } from './memory-storage.ts';
import { deposit, mixedCommands, startTally, submitInGroups } from './testing/test-commands.ts';
import { verifyJournal } from './verify.ts';

const name = 'journal-0000000000000001.bin';
const verify = (storage: MemoryStorage) =>
  verifyJournal(storage, { createStateMachine: null, rulesVersion: 1 });

/** What is written in a segment: a frame ends with a byte that is not zero. */
const framesIn = (bytes: Uint8Array): Uint8Array =>
  bytes.slice(0, bytes.findLastIndex((byte) => byte !== 0) + 1);

/** A storage whose files are read as `see` shows them. */
class SeenStorage extends MemoryStorage {
  see: (name: string, bytes: Uint8Array) => Uint8Array = (_, bytes) => bytes;

  override async read(file: string, offset: number, into: Uint8Array): Promise<number> {
    const bytes = this.see(file, this.bytesOf(file)).subarray(offset, offset + into.length);
    into.set(bytes);
    return bytes.length;
  }
}

it('zeros stand behind the frames of an open segment, not of a closed one', async () => {
  const storage = new MemoryStorage();
  const sequencer = await startTally(storage, { segmentBytesMax: 10_000 });
  await submitInGroups(sequencer, mixedCommands(4), 2);
  expect(storage.bytesOf(name).length).toBe(10_000);
  const frames = framesIn(storage.bytesOf(name));
  expect(frames.length).toBeLessThan(2_000);
  expect(await verify(storage)).toMatchObject({ sound: true, lastSeq: 4, tornBytes: 0 });
  await submitInGroups(sequencer, mixedCommands(4), 2);
  expect(storage.bytesOf(name).length).toBe(10_000);
  await sequencer.stop({ snapshot: false });
  expect(storage.bytesOf(name).length).toBe(framesIn(storage.bytesOf(name)).length);
});

it('a segment that another follows has none, and neither has one that was recovered', async () => {
  const storage = new MemoryStorage();
  const sequencer = await startTally(storage, { segmentBytesMax: 2_000 });
  await submitInGroups(sequencer, mixedCommands(100), 2);
  const segments = (await storage.list()).map((file) => file.name);
  expect(segments.length).toBeGreaterThan(3);
  for (const segment of segments.slice(0, -1)) {
    const bytes = storage.bytesOf(segment);
    expect(bytes.length).toBe(framesIn(bytes).length);
  }
  const crashed = storage.clone();
  const last = segments.at(-1) as string;
  expect(crashed.bytesOf(last).length).toBeGreaterThan(framesIn(crashed.bytesOf(last)).length);
  expect((await startTally(crashed)).durableSeq()).toBe(100);
  expect(crashed.bytesOf(last).length).toBe(framesIn(crashed.bytesOf(last)).length);
});

it('a disk with room for a frame but not for zeros stops nothing', async () => {
  const storage = new MemoryStorage();
  const sequencer = await startTally(storage);
  storage.capacityBytes = storage.bytesOf(name).length + 1_000;
  await submitInGroups(sequencer, [deposit(1), deposit(2)], 1);
  expect(sequencer.state()).toBe('running');
  expect(await verify(storage)).toMatchObject({ sound: true, lastSeq: 2 });
  await sequencer.stop({ snapshot: false });
  expect((await startTally(storage)).durableSeq()).toBe(2);
});

it('what a failed sync left stays for the next start to judge', async () => {
  const storage = new MemoryStorage();
  const sequencer = await startTally(storage);
  await sequencer.submit(deposit(1));
  storage.inject('sync-failed');
  await expect(sequencer.submit(deposit(2))).rejects.toThrow('could not be written');
  const bytes = storage.bytesOf(name).slice();
  await sequencer.stop();
  expect(storage.bytesOf(name)).toEqual(bytes);
});

it('a frame seen without the one before it was written while the journal was read', async () => {
  const storage = new SeenStorage();
  const sequencer = await startTally(storage);
  await submitInGroups(sequencer, mixedCommands(2), 2);
  const start = framesIn(storage.bytesOf(name)).length;
  await submitInGroups(sequencer, mixedCommands(2), 2);
  const end = framesIn(storage.bytesOf(name)).length;
  await submitInGroups(sequencer, mixedCommands(2), 2);
  const unlike = (_: string, bytes: Uint8Array) => bytes.slice().fill(0, start, end);
  let reads = 0;
  storage.see = (file, bytes) => {
    const early = bytes.length > end && reads < 2;
    reads += 1;
    return early ? unlike(file, bytes) : bytes;
  };
  expect((await readToEnd(storage)).seq).toBe(6);
  storage.see = unlike;
  await expect(readToEnd(storage)).rejects.toThrow(`is damaged at byte ${start} (command 3)`);
});

it('zeros may be cut off while the journal is read', async () => {
  const storage = new SeenStorage();
  const sequencer = await startTally(storage);
  await submitInGroups(sequencer, mixedCommands(4), 2);
  storage.see = (_, bytes) => framesIn(bytes);
  expect(await verify(storage)).toMatchObject({ sound: true, lastSeq: 4, tornBytes: 0 });
});
