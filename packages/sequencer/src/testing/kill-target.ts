// Kill target: the process that the kill test kills. It recovers the folder it is given, submits
// deposits as fast as they become durable, and prints each acknowledged one as `seq reference`, so
// that the test knows what was promised.
import { writeSync } from 'node:fs';
import { deposit, startTally } from './test-commands.ts';

const [folder, prefix] = process.argv.slice(2) as [string, string];
const sequencer = await startTally(folder, {
  stateMachineModule: {
    moduleUrl: new URL('./tally-machine.ts', import.meta.url).href,
    exportName: 'createTallyMachine',
  },
  segmentBytesMax: 200_000,
  snapshotEvery: 3_000,
  retention: 'all',
});

async function keepSubmitting(lane: number): Promise<never> {
  for (let n = 0; ; n++) {
    const reference = `${prefix}-${lane}-${n}`;
    const { seq } = await sequencer.submit({ ...deposit(0), reference });
    writeSync(1, `${seq} ${reference}\n`);
  }
}

await Promise.all(Array.from({ length: 32 }, (_, lane) => keepSubmitting(lane)));
