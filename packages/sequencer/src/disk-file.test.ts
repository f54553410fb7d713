// A file of the journal's folder: the same bytes and the same errors whether a write and its sync
// are made on the calling thread or in the pool, and the rule by which one is taken or the other.
import * as fs from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OperationalError } from '@openstrike/domain';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DiskFile } from './disk-file.ts';
import { SyncPace, slowMs } from './sync-pace.ts';

/** The pace of a disk that was quick, and of one that was slow. */
const quick = (): SyncPace => new SyncPace();
const slow = (): SyncPace => {
  const pace = new SyncPace();
  pace.took(slowMs * 2);
  pace.took(slowMs * 2);
  return pace;
};

const outcome = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);

describe.each([
  ['in place', quick],
  ['in the pool', slow],
])('%s', (_, pace) => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'openstrike-disk-file-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('writes all bytes where they belong', async () => {
    const path = join(folder, 'file');
    const file = new DiskFile(path, fs.openSync(path, 'w+'), pace());
    const large = new Uint8Array(300_000).fill(7);
    await file.write(new Uint8Array([1, 2, 3]), 0);
    await file.write(new Uint8Array([9]), 1);
    await file.sync();
    await file.write(large, 3);
    await file.sync();
    await file.close();
    expect(await readFile(path)).toEqual(Buffer.concat([Buffer.from([1, 9, 3]), large]));
  });

  it('rejects a write that fails, naming the file', async () => {
    const path = join(folder, 'file');
    fs.writeFileSync(path, '');
    const file = new DiskFile(path, fs.openSync(path, 'r'), pace());
    const error = await outcome(file.write(new Uint8Array([1]), 0));
    await file.close();
    expect(error).toBeInstanceOf(OperationalError);
    expect(error).toMatchObject({
      code: 'storage-failed',
      message: `Could not access ${path} (EBADF): check the disk and restart.`,
    });
  });

  it.skipIf(!fs.existsSync('/dev/full'))(
    'tells a full disk apart from a sync that fails',
    async () => {
      const file = new DiskFile('/dev/full', fs.openSync('/dev/full', 'r+'), pace());
      const unwritten = await outcome(file.write(new Uint8Array([1]), 0));
      const unsynced = await outcome(file.sync());
      await file.close();
      expect(unwritten).toMatchObject({ code: 'disk-full' });
      expect(unsynced).toMatchObject({
        code: 'storage-failed',
        message: 'Could not sync /dev/full (EINVAL): check the disk and restart.',
      });
    },
  );
});

describe('the pace', () => {
  /** How many go through the pool until one is made in place again. */
  const pooledAfter = (pace: SyncPace): number => {
    let count = 0;
    while (!pace.inPlace) {
      pace.pooled();
      count += 1;
    }
    return count;
  };

  it('stays in place while syncs are quick', () => {
    const pace = quick();
    for (let i = 0; i < 1_000; i++) {
      pace.took(slowMs);
      expect(pace.inPlace).toBe(true);
    }
  });

  it('stays in place after a slow one among quick ones', () => {
    const pace = quick();
    for (let i = 0; i < 1_000; i++) {
      pace.took(slowMs * 2);
      expect(pace.inPlace).toBe(true);
      pace.took(slowMs);
      expect(pace.inPlace).toBe(true);
    }
  });

  it('goes to the pool after two slow ones in a row, for longer each time the next is slow', () => {
    const pace = quick();
    pace.took(slowMs * 2);
    const counts = [0, 0, 0, 0, 0, 0, 0, 0].map(() => {
      pace.took(slowMs * 2);
      return pooledAfter(pace);
    });
    expect(counts).toEqual([64, 128, 256, 512, 1_024, 2_048, 4_096, 4_096]);
  });

  it('forgets slow ones as quick ones come', () => {
    const pace = slow();
    for (let i = 0; i < 3; i++) {
      pooledAfter(pace);
      pace.took(slowMs * 2);
    }
    pooledAfter(pace);
    for (let i = 0; i < 4; i++) {
      pace.took(0);
    }
    pace.took(slowMs * 2);
    expect(pace.inPlace).toBe(true);
    pace.took(slowMs * 2);
    expect(pooledAfter(pace)).toBe(64);
  });
});
