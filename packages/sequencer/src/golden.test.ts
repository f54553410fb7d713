// A journal written by the first release of this format, with every command type in it: it must
// replay to its recorded state hash in every later release. OPENSTRIKE_WRITE_GOLDEN=1 writes it
// anew, which is right only for a new format version, in a new folder beside the old one.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from '@openstrike/domain';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { createSequencer } from './sequencer.ts';
import { commandArbitraries } from './testing/command-arbitraries.ts';
import { createTallyMachine } from './testing/tally-machine.ts';
import { startTally, steppingClock, submitInGroups } from './testing/test-commands.ts';
import { verifyJournal } from './verify.ts';

const golden = fileURLToPath(new URL('../testdata/journal-v1', import.meta.url));

async function writeGolden(): Promise<void> {
  await rm(golden, { recursive: true, force: true });
  const commands: Command[] = Object.values(commandArbitraries).flatMap((arbitrary) =>
    fc.sample<Command>(arbitrary as fc.Arbitrary<Command>, { numRuns: 3, seed: 1 }),
  );
  const sequencer = await startTally(golden, { segmentBytesMax: 8_000 });
  await submitInGroups(sequencer, commands.slice(0, 30), 4);
  await sequencer.snapshot();
  await submitInGroups(sequencer, commands.slice(30), 4);
  await sequencer.stop();
  const { stateHash, chain, lastSeq } = await verify(golden);
  await writeFile(
    join(golden, 'expected.json'),
    `${JSON.stringify({ lastSeq, stateHash, chain }, null, 2)}\n`,
  );
}

const verify = (folder: string) =>
  verifyJournal(folder, { createStateMachine: createTallyMachine, rulesVersion: 1 });

it('replays the journal of the first release to its recorded state', async () => {
  if (process.env['OPENSTRIKE_WRITE_GOLDEN'] === '1') {
    await writeGolden();
  }
  const expected = JSON.parse(await readFile(join(golden, 'expected.json'), 'utf8'));
  const report = await verify(golden);
  expect(report).toMatchObject({ sound: true, firstSeq: 1, ...expected });
  expect(report.snapshots.map(({ state }) => state)).toEqual(['matched', 'matched']);
});

it('starts on a copy of it, from either snapshot, and goes on', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'openstrike-golden-'));
  try {
    await cp(golden, folder, { recursive: true });
    const sequencer = await createSequencer({
      storage: folder,
      clock: steppingClock(),
      createStateMachine: createTallyMachine,
    });
    const report = await sequencer.recover({ publishAfterSeq: 40 as never });
    expect(report).toMatchObject({ snapshotSeq: 30, warnings: [] });
    await sequencer.submit({ type: 'pass-time' });
    await sequencer.stop();
    expect((await verify(folder)).sound).toBe(true);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
