// A process under load is killed at random moments. What it had acknowledged must be there after
// recovery, in its place and once. OPENSTRIKE_KILLS sets how often.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Seq } from '@openstrike/domain';
import { createRandom } from '@openstrike/std';
import { expect, it } from 'vitest';
import { createSequencer } from './sequencer.ts';
import { createTallyMachine } from './testing/tally-machine.ts';
import { steppingClock } from './testing/test-commands.ts';
import { verifyJournal } from './verify.ts';

const kills = Number(process.env['OPENSTRIKE_KILLS'] ?? 5);
const target = fileURLToPath(new URL('./testing/kill-target.ts', import.meta.url));

/**
 * Runs the target, kills it some milliseconds after its first acknowledgement; the lines it
 * printed.
 */
async function runAndKill(folder: string, prefix: string, afterMs: number): Promise<string[]> {
  const child = spawn(process.execPath, [target, folder, prefix], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => {
    if (printed === '') {
      setTimeout(() => child.kill('SIGKILL'), afterMs);
    }
    printed += chunk.toString();
  });
  await once(child, 'close');
  return printed.split('\n').slice(0, -1);
}

it(`survives being killed under load ${kills} times`, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'openstrike-kill-'));
  const random = createRandom(Date.now());
  const acknowledged = new Map<number, string>();
  try {
    for (let round = 0; round < kills; round++) {
      const lines = await runAndKill(folder, `round${round}`, random.nextInt(0, 400));
      expect(lines.length).toBeGreaterThan(0);
      for (const line of lines) {
        const [seq, reference] = line.split(' ') as [string, string];
        acknowledged.set(Number(seq), reference);
      }
      const sequencer = await createSequencer({
        storage: folder,
        clock: steppingClock(),
        createStateMachine: createTallyMachine,
      });
      const found: string[] = [];
      sequencer.subscribe((batch) => {
        for (const { command } of batch) {
          found.push(command.type === 'deposit' ? command.reference : command.type);
        }
      });
      await sequencer.recover({ publishAfterSeq: 0 as Seq });
      await sequencer.stop({ snapshot: random.nextInt(0, 2) === 0 });
      expect(new Set(found).size).toBe(found.length);
      for (const [seq, reference] of acknowledged) {
        expect(found[seq - 1]).toBe(reference);
      }
    }
    const report = await verifyJournal(folder, {
      createStateMachine: createTallyMachine,
      rulesVersion: 1,
    });
    expect(report.problems).toEqual([]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 600_000);
