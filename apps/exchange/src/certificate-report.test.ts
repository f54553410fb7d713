// The offline tool on a journal and on a saved answer: an account's margins compute again from the
// rates of the tables in force at that command, and from no others.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command, Event, TsUs } from '@openstrike/domain';
import { createSequencer } from '@openstrike/sequencer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  largestLoss,
  ratioSpread,
  tablesWith,
} from '../../../packages/engine/src/testing/ratio-spread.ts';
import { TestEngine } from '../../../packages/engine/src/testing/test-engine.ts';
import { certificateOfFile, certificateOfJournal } from './certificate-report.ts';
import { createStateMachine, rulesVersion, stateMachineModule } from './state-machine.ts';

let folder: string;
let recorded: readonly Recorded[];
let seqBefore: number;
let seqAfter: number;
const first = tablesWith(1.3, 1.25);
const second = tablesWith(1.05, 1);

interface Recorded {
  readonly command: Command;
  readonly tsUs: number;
}

class RecordingEngine extends TestEngine {
  readonly recorded: Recorded[] = [];

  override apply(command: Command): readonly Event[] {
    this.recorded.push({ command, tsUs: this.nowUs });
    return super.apply(command);
  }
}

interface Recording {
  readonly rules?: number;
  /** Whether the journal ends with one. */
  readonly snapshot?: boolean;
  /** Whether what the last snapshot does not need is removed. */
  readonly trimmed?: boolean;
}

/** Adds commands to a journal as an exchange of some rules would that starts, runs and stops. */
const record = async (
  journal: string,
  commands: readonly Recorded[],
  { rules = rulesVersion, snapshot = true, trimmed = false }: Recording = {},
): Promise<void> => {
  let next = 0;
  const sequencer = await createSequencer({
    storage: journal,
    clock: { nowUs: () => commands[next++]?.tsUs as TsUs },
    createStateMachine,
    stateMachineModule,
    rulesVersion: rules,
    ...(trimmed ? { retention: { snapshots: 1 }, segmentBytesMax: 1_000 } : null),
  });
  await sequencer.recover({});
  for (const { command } of commands) await sequencer.submit(command);
  await sequencer.stop({ snapshot });
};

const inFolder = async (use: (journal: string) => Promise<void>): Promise<void> => {
  const journal = await mkdtemp(join(tmpdir(), 'openstrike-certificate-'));
  await use(journal);
  await rm(journal, { recursive: true });
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'openstrike-certificate-'));
  const venue = new RecordingEngine();
  ratioSpread(first, venue);
  seqBefore = venue.recorded.length;
  venue.apply({ type: 'configure', tables: second });
  seqAfter = venue.recorded.length;
  recorded = venue.recorded;
  await record(folder, recorded, { snapshot: false });
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

test('the margins of any command of a journal compute again from the rates in force', async () => {
  const before = await certificateOfJournal(folder, 'own', 'USDC', seqBefore);
  expect(before.largestDifference).toBe(0);
  expect(before.certificate.figures.initialMargin).toBe(largestLoss(1.3));
  const after = await certificateOfJournal(folder, 'own', 'USDC', seqAfter);
  expect(after.largestDifference).toBe(0);
  expect(after.certificate.figures.initialMargin).toBe(largestLoss(1.05));
});

test('a saved certificate computes again with its tables and is refused with others', async () => {
  const { certificate } = await certificateOfJournal(folder, 'own', 'USDC', seqBefore);
  const file = join(folder, 'certificate.json');
  await writeFile(file, JSON.stringify({ jsonrpc: '2.0', result: certificate }));
  expect(certificateOfFile(file, first).largestDifference).toBe(0);
  expect(() => certificateOfFile(file, second)).toThrow('the tables are not those');
  await writeFile(file, JSON.stringify({ ...certificate, parameters: [] }));
  expect(() => certificateOfFile(file, second)).toThrow('initial margin is');
});

test('a command that is not there yet has no certificate', async () => {
  const asked = certificateOfJournal(folder, 'own', 'USDC', seqAfter + 1);
  await expect(asked).rejects.toThrow(`ends with command ${seqAfter}`);
  const last = await certificateOfJournal(folder, 'own', 'USDC', null);
  expect(last.certificate.figures.initialMargin).toBe(largestLoss(1.05));
});

test('a journal of other rules is refused by name and not taken for an empty one', async () => {
  await inFolder(async (journal) => {
    await record(journal, recorded.slice(0, 3), { rules: rulesVersion - 1 });
    for (const seq of [null, 1, 3]) {
      const asked = certificateOfJournal(journal, 'own', 'USDC', seq);
      await expect(asked, `${seq}`).rejects.toThrow('rules of another release');
    }
  });
});

test('of a journal of two rules the part of these computes again', async () => {
  await inFolder(async (journal) => {
    // A start in the middle of the other rules leaves a snapshot there, from which nothing follows.
    await record(journal, recorded.slice(0, 5), { rules: rulesVersion - 1 });
    await record(journal, recorded.slice(5, seqBefore), { rules: rulesVersion - 1 });
    await record(journal, recorded.slice(seqBefore), { snapshot: false });
    for (const seq of [null, seqAfter]) {
      const { certificate } = await certificateOfJournal(journal, 'own', 'USDC', seq);
      expect(certificate.figures.initialMargin).toBe(largestLoss(1.05));
    }
    for (const seq of [4, 5, 6, seqBefore - 1, seqBefore]) {
      const asked = certificateOfJournal(journal, 'own', 'USDC', seq);
      await expect(asked, `${seq}`).rejects.toThrow('rules of another release');
    }
  });
});

test('of a trimmed journal all computes again that its snapshot leads to', async () => {
  await inFolder(async (journal) => {
    await record(journal, recorded.slice(0, seqBefore), { trimmed: true });
    await record(journal, recorded.slice(seqBefore), { trimmed: true, snapshot: false });
    for (const [seq, rate] of [
      [null, 1.05],
      [seqAfter, 1.05],
      [seqBefore, 1.3],
    ] as const) {
      const { certificate } = await certificateOfJournal(journal, 'own', 'USDC', seq);
      expect(certificate.figures.initialMargin).toBe(largestLoss(rate));
    }
    for (const seq of [1, seqBefore - 1]) {
      const asked = certificateOfJournal(journal, 'own', 'USDC', seq);
      await expect(asked, `${seq}`).rejects.toThrow('what was before is removed');
    }
  });
});
