// What a journal's end means, tried exhaustively on a small journal: every cut, every flipped byte,
// every subset of the sectors of the frame that a crash interrupted, each with and without zeros
// behind, into which the next frames were to go. See journal-reader for the definitions of torn and
// damaged.
import { type Applied, OperationalError, type Seq } from '@openstrike/domain';
import { createRandom } from '@openstrike/std';
import { beforeAll, describe, expect, it } from 'vitest';
import { canonicalJson } from './canonical-json.ts';
import { MemoryStorage } from './memory-storage.ts';
import { createSequencer } from './sequencer.ts';
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

/** A journal of twelve commands in two segments, with the seq durable after each of its bytes. */
interface Sample {
  readonly storage: MemoryStorage;
  /** Segment names, oldest first. */
  readonly names: readonly string[];
  /** Ends of the whole frames in the last segment: file length and last seq. */
  readonly frameEnds: readonly (readonly [bytes: number, seq: number])[];
  /** State hash after each seq. */
  readonly hashes: readonly string[];
}

async function makeSample(): Promise<Sample> {
  const storage = new MemoryStorage();
  const sequencer = await startTally(storage, { segmentBytesMax: 1_000 });
  const frameEnds: [number, number][] = [];
  const commands = mixedCommands(16);
  let names: string[] = [];
  for (let at = 0; at < commands.length; at += 2) {
    await submitInGroups(sequencer, commands.slice(at, at + 2), 2);
    const files = (await storage.list()).filter(({ name }) => name.startsWith('journal'));
    if (files.length !== names.length) {
      frameEnds.length = 0;
    }
    names = files.map(({ name }) => name);
    frameEnds.push([framesOf(storage, names.at(-1) as string).length, at + 2]);
  }
  await sequencer.stop({ snapshot: false });
  const hashes = [createTallyMachine().stateHash()];
  const machine = createTallyMachine();
  const replayed = await createSequencer({
    storage: storage.clone(),
    clock: steppingClock(),
    createStateMachine: createTallyMachine,
  });
  replayed.subscribe((batch) => {
    for (const { command, seq, tsUs } of batch) {
      machine.apply(command, seq, tsUs);
      hashes.push(machine.stateHash());
    }
  });
  await replayed.recover({ publishAfterSeq: 0 as Seq });
  return { storage, names, frameEnds, hashes };
}

/** What is written in a segment that may have zeros behind: a frame ends with another byte. */
function framesOf(storage: MemoryStorage, name: string): Uint8Array {
  const bytes = storage.bytesOf(name);
  return bytes.slice(0, bytes.findLastIndex((byte) => byte !== 0) + 1);
}

/** The first bytes of a file, then so many zeros. */
function cutAt(whole: Uint8Array, length: number, zerosBehind: number): Uint8Array {
  const bytes = new Uint8Array(length + zerosBehind);
  bytes.set(whole.subarray(0, length));
  return bytes;
}

/** None, less than a frame's header, and more than a sector. */
const zerosBehind = [0, 50, 1_500];

type Outcome = { readonly lastSeq: number; readonly stateHash: string } | OperationalError;

/**
 * Starts on the storage; then submits, stops and verifies, to see that what was recovered is whole.
 */
async function outcomeOf(storage: MemoryStorage): Promise<Outcome> {
  const machines: ReturnType<typeof createTallyMachine>[] = [];
  const createStateMachine = () => {
    machines.push(createTallyMachine());
    return machines.at(-1) as ReturnType<typeof createTallyMachine>;
  };
  try {
    const sequencer = await startTally(storage, { createStateMachine });
    const lastSeq = sequencer.durableSeq();
    const stateHash = (machines.at(-1) as ReturnType<typeof createTallyMachine>).stateHash();
    await sequencer.submit(deposit(99));
    await sequencer.stop({ snapshot: false });
    const report = await verifyJournal(storage, verifyOptions);
    expect(report.problems).toEqual([]);
    expect(report.lastSeq).toBe(lastSeq + 1);
    return { lastSeq, stateHash };
  } catch (error) {
    expect(error).toBeInstanceOf(OperationalError);
    return error as OperationalError;
  }
}

const contentOf = async (storage: MemoryStorage) =>
  (await storage.list()).map(({ name }) => [
    name,
    Buffer.from(storage.bytesOf(name)).toString('hex'),
  ]);

let sample: Sample;
beforeAll(async () => {
  sample = await makeSample();
});

it('has segments, frames and commands enough to mean something', () => {
  expect(sample.names.length).toBe(2);
  expect(sample.frameEnds.length).toBeGreaterThan(2);
  expect(sample.hashes.length).toBe(17);
});

it.each(zerosBehind)(
  'keeps every whole batch before a cut with %i zeros behind, and refuses a cut header',
  async (zeros) => {
    const name = sample.names.at(-1) as string;
    const whole = sample.storage.bytesOf(name);
    const firstSeq = Number(name.slice(8, 24));
    for (let length = 0; length <= whole.length; length++) {
      const storage = sample.storage.clone();
      storage.put(name, cutAt(whole, length, zeros));
      const outcome = await outcomeOf(storage);
      if (length < 68) {
        expect(outcome).toMatchObject({ code: 'journal-damaged' });
        continue;
      }
      const kept = sample.frameEnds.filter(([end]) => end <= length).at(-1)?.[1] ?? firstSeq - 1;
      expect(outcome).toEqual({ lastSeq: kept, stateHash: sample.hashes[kept] });
    }
  },
  120_000,
);

it.each(zerosBehind)(
  'refuses every cut of an earlier segment, %i zeros behind, and changes nothing',
  async (zeros) => {
    const name = sample.names[0] as string;
    const whole = sample.storage.bytesOf(name);
    for (let length = 0; length < whole.length; length++) {
      const storage = sample.storage.clone();
      storage.put(name, cutAt(whole, length, zeros));
      const before = await contentOf(storage);
      expect(await outcomeOf(storage)).toMatchObject({ code: 'journal-damaged' });
      expect(await contentOf(storage)).toEqual(before);
    }
  },
);

it.each(zerosBehind)(
  'refuses every flipped byte, %i zeros behind, and names it',
  async (zeros) => {
    for (const name of sample.names) {
      const whole = sample.storage.bytesOf(name);
      for (let at = 0; at < whole.length; at++) {
        const storage = sample.storage.clone();
        storage.put(name, cutAt(whole, whole.length, name === sample.names.at(-1) ? zeros : 0));
        const bytes = storage.bytesOf(name);
        bytes[at] = (bytes[at] as number) ^ (1 << (at % 8));
        const before = await contentOf(storage);
        const outcome = await outcomeOf(storage);
        expect(outcome).toMatchObject({ code: 'journal-damaged' });
        const place = /^(\S+) is damaged at byte (\d+) \(command (\d+)\)/.exec(
          String((outcome as Error).message),
        );
        expect(place?.[1]).toBe(name);
        // The place is the start of the header or record that holds the byte (of the batch, for its
        // end mark).
        expect(Number(place?.[2])).toBeLessThanOrEqual(at);
        expect(at - Number(place?.[2])).toBeLessThan(250);
        expect(await contentOf(storage)).toEqual(before);
        const report = await verifyJournal(storage, verifyOptions).catch((error: Error) => error);
        expect(report instanceof Error || !report.sound).toBe(true);
      }
    }
  },
  120_000,
);

it('refuses a journal cut before its newest snapshot, whichever it starts from', async () => {
  const storage = new MemoryStorage();
  const sequencer = await startTally(storage);
  await submitInGroups(sequencer, mixedCommands(4), 2);
  await sequencer.snapshot();
  await submitInGroups(sequencer, mixedCommands(4), 2);
  await sequencer.snapshot();
  const name = 'journal-0000000000000001.bin';
  const end = framesOf(storage, name).length;
  await submitInGroups(sequencer, mixedCommands(4), 2);
  const whole = framesOf(storage, name);
  for (let length = 68; length < whole.length; length++) {
    for (const publishAfterSeq of [null, 5 as Seq]) {
      const cut = storage.clone();
      cut.put(name, whole.subarray(0, length));
      const again = await createSequencer({
        storage: cut,
        clock: steppingClock(),
        createStateMachine: createTallyMachine,
      });
      const report = await again
        .recover(publishAfterSeq === null ? {} : { publishAfterSeq })
        .catch((error: OperationalError) => error);
      if (length < end) {
        expect(report).toBeInstanceOf(OperationalError);
      } else {
        expect(report).toMatchObject({ snapshotSeq: publishAfterSeq === null ? 8 : 4 });
      }
    }
  }
});

it('refuses a removed segment, a swapped one and one of another journal', async () => {
  const [first, last] = sample.names as [string, string];
  const missing = sample.storage.clone();
  await missing.remove(first);
  expect(await outcomeOf(missing)).toMatchObject({ code: 'no-start' });
  const other = new MemoryStorage();
  const sequencer = await startTally(other, {
    segmentBytesMax: 1_000,
    clock: steppingClock(1_800_000_000_000_000),
  });
  await submitInGroups(sequencer, mixedCommands(16), 2);
  const mixed = sample.storage.clone();
  mixed.put(last, other.bytesOf(last));
  expect(await outcomeOf(mixed)).toMatchObject({ code: 'journal-damaged' });
});

describe('a crash in the middle of an append', () => {
  /** A journal whose last frame spans several sectors, and the file length before that frame. */
  async function longLastFrame(): Promise<{
    storage: MemoryStorage;
    name: string;
    durable: number;
  }> {
    const storage = new MemoryStorage();
    const sequencer = await startTally(storage);
    await submitInGroups(sequencer, mixedCommands(7), 7);
    const name = 'journal-0000000000000001.bin';
    const durable = framesOf(storage, name).length;
    await submitInGroups(sequencer, mixedCommands(20), 20);
    storage.put(name, framesOf(storage, name));
    return { storage, name, durable };
  }

  it.each(zerosBehind)(
    'is cut off for every subset of its sectors but all, %i zeros behind',
    async (zeros) => {
      const { storage, name, durable } = await longLastFrame();
      const whole = storage.bytesOf(name);
      const edges = [durable];
      for (let at = (Math.floor(durable / 512) + 1) * 512; at < whole.length; at += 512) {
        edges.push(at);
      }
      edges.push(whole.length);
      const sectors = edges.length - 1;
      expect(sectors).toBeGreaterThan(3);
      for (let written = 0; written < 1 << sectors; written++) {
        const bytes = cutAt(whole, whole.length, zeros);
        for (let sector = 0; sector < sectors; sector++) {
          if ((written & (1 << sector)) === 0) {
            bytes.fill(0, edges[sector], edges[sector + 1]);
          }
        }
        const crashed = new MemoryStorage();
        crashed.put(name, bytes);
        const all = written === (1 << sectors) - 1;
        expect(await outcomeOf(crashed)).toMatchObject({ lastSeq: all ? 27 : 7 });
      }
    },
  );

  it('is told from a sector lost in a batch that another batch follows', async () => {
    const { storage, name, durable } = await longLastFrame();
    const sequencer = await startTally(storage);
    // So long that no one sector holds all of it: with it lost, nothing would tell that it was.
    await submitInGroups(sequencer, mixedCommands(12), 12);
    for (let sector = Math.ceil(durable / 512); sector * 512 < durable + 1_500; sector++) {
      const damagedToo = storage.clone();
      damagedToo.bytesOf(name).fill(0, sector * 512, (sector + 1) * 512);
      expect(await outcomeOf(damagedToo)).toMatchObject({ code: 'journal-damaged' });
    }
    const headerLost = storage.clone();
    headerLost.bytesOf(name).fill(0, durable, (Math.floor(durable / 512) + 1) * 512);
    expect(await outcomeOf(headerLost)).toMatchObject({ code: 'journal-damaged' });
  });
});

describe('random faults, crashes and restarts', () => {
  const runs = Number(process.env['OPENSTRIKE_JOURNAL_SEEDS'] ?? 40);
  const seeds = Array.from({ length: runs }, (_, seed) => seed);

  it.each(seeds)('seed %i loses nothing and makes nothing up', async (seed) => {
    const random = createRandom(seed);
    let storage = new MemoryStorage();
    /** What was acknowledged, by seq. */
    const acknowledged = new Map<number, string>();
    for (let life = 0; life < 6; life++) {
      const segmentBytesMax = random.nextInt(100, 3_000);
      if (random.nextInt(0, 6) === 0) {
        storage.inject('sync-failed');
        await replayed(storage, segmentBytesMax).catch((error: OperationalError) =>
          expect(error.code).toBe('storage-failed'),
        );
      }
      const { sequencer, seen } = await replayed(storage, segmentBytesMax);
      for (const [seq, text] of acknowledged) {
        expect(seen[seq - 1]).toBe(text);
      }
      let alive = true;
      for (let round = random.nextInt(1, 8); round > 0; round--) {
        if (random.nextInt(0, 5) === 0) {
          storage.inject(random.nextInt(0, 2) === 0 ? 'sync-failed' : 'disk-full');
        }
        const group = mixedCommands(random.nextInt(1, 12)).map((command) =>
          sequencer.submit(command).then(
            (applied) => alive && acknowledged.set(applied.seq, textOf(applied)),
            () => false,
          ),
        );
        if (random.nextInt(0, 4) > 0) {
          await Promise.all(group);
          if (random.nextInt(0, 6) === 0 && sequencer.state() === 'running') {
            await sequencer.snapshot();
          }
        }
      }
      if (random.nextInt(0, 3) === 0) {
        await sequencer.stop({ snapshot: random.nextInt(0, 2) === 0 });
      }
      alive = false;
      storage = storage.crash(random);
    }
    expect((await verifyJournal(storage, verifyOptions)).problems).toEqual([]);
  });

  it.each(seeds)('seed %i on a disk whose syncs lie makes nothing up', async (seed) => {
    const random = createRandom(seed);
    const storage = new MemoryStorage();
    const sequencer = await startTally(storage, { segmentBytesMax: 2_000 });
    const sent: string[] = [];
    sequencer.subscribe((batch) => sent.push(...batch.map(textOf)));
    for (let round = 0; round < 12; round++) {
      if (random.nextInt(0, 3) === 0) {
        storage.inject('lost-sync');
      }
      await submitInGroups(sequencer, mixedCommands(random.nextInt(1, 12)), 12);
    }
    const outcome = await replayed(storage.crash(random), 2_000).catch((error: Error) => error);
    if (outcome instanceof Error) {
      expect(outcome).toMatchObject({ code: 'journal-damaged' });
    } else {
      expect(outcome.seen).toEqual(sent.slice(0, outcome.seen.length));
    }
  });
});

const textOf = ({ seq, tsUs, command }: Applied) => `${seq} ${tsUs} ${canonicalJson(command)}`;

/** A sequencer recovered from zero and what it replayed. */
async function replayed(storage: MemoryStorage, segmentBytesMax: number) {
  const sequencer = await createSequencer({
    storage,
    clock: steppingClock(),
    createStateMachine: createTallyMachine,
    segmentBytesMax,
    retryMs: 1,
  });
  const seen: string[] = [];
  const end = sequencer.subscribe((batch) => seen.push(...batch.map(textOf)));
  await sequencer.recover({ publishAfterSeq: 0 as Seq });
  end();
  return { sequencer, seen };
}
