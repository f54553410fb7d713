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
import { startUs, TestEngine } from '../../../packages/engine/src/testing/test-engine.ts';
import { certificateOfFile, certificateOfJournal } from './certificate-report.ts';
import { createStateMachine, rulesVersion, stateMachineModule } from './state-machine.ts';

let folder: string;
let seqBefore: number;
let seqAfter: number;
const first = tablesWith(1.3, 1.25);
const second = tablesWith(1.05, 1);

class RecordingEngine extends TestEngine {
  readonly recorded: { readonly command: Command; readonly tsUs: number }[] = [];

  override apply(command: Command): readonly Event[] {
    this.recorded.push({ command, tsUs: this.nowUs });
    return super.apply(command);
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'openstrike-certificate-'));
  const venue = new RecordingEngine();
  ratioSpread(first, venue);
  seqBefore = venue.recorded.length;
  venue.apply({ type: 'configure', tables: second });
  seqAfter = venue.recorded.length;
  let next = 0;
  const sequencer = await createSequencer({
    storage: folder,
    clock: { nowUs: () => venue.recorded[next++]?.tsUs as TsUs },
    createStateMachine,
    stateMachineModule,
    rulesVersion,
  });
  await sequencer.recover({});
  for (const { command } of venue.recorded) await sequencer.submit(command);
  await sequencer.stop({ snapshot: false });
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

test('a journal of other rules is refused by name and not taken for an empty one', async () => {
  const other = await mkdtemp(join(tmpdir(), 'openstrike-certificate-'));
  const sequencer = await createSequencer({
    storage: other,
    clock: { nowUs: () => startUs as TsUs },
    createStateMachine,
    stateMachineModule,
    rulesVersion: rulesVersion - 1,
  });
  await sequencer.recover({});
  await sequencer.submit({ type: 'create-account', parentId: null, name: 'own' });
  await sequencer.stop({ snapshot: false });
  const asked = certificateOfJournal(other, 'own', 'USDC', 9);
  await expect(asked).rejects.toThrow('rules of another release');
  await rm(other, { recursive: true });
});
