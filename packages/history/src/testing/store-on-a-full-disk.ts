// Store on a full disk: a process of its own for the test that takes the room away from it. No file
// of it may grow beyond a limit until history has waited for a while; its last line is what it saw.
import { execFileSync } from 'node:child_process';
import { createHistory } from '../create-history.ts';
import type { HistoryState } from '../history.ts';
import { tellStory } from './venue-story.ts';

const folder = process.argv[2] as string;
const limitFiles = (bytes: string): void => {
  execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:`]);
};

const { batches } = tellStory(4, 6000);
const states: string[] = [];
let turned: (state: HistoryState) => void = () => undefined;
const turn = (): Promise<HistoryState> => new Promise((resolve) => (turned = resolve));
const history = await createHistory({
  folder,
  onState: (state, cause) => {
    states.push(`${state}: ${cause?.code ?? 'well'}`);
    turned(state);
  },
});
limitFiles('500000');
const waiting = turn();
const half = batches.length >> 1;
for (const batch of batches.slice(0, half)) history.absorb(batch);
await waiting;
const storedSeq = history.lastSeq();
const refusedSeq = batches[half - 1]?.at(-1)?.seq;
const refusal = await history.flush().then(
  () => 'none',
  (error: Error) => error.message,
);
for (const batch of batches.slice(half)) history.absorb(batch);
// Longer than two attempts.
await new Promise((resolve) => setTimeout(resolve, 2_500));
const stillSeq = history.lastSeq();
const again = turn();
limitFiles('unlimited');
await again;
await history.flush();
const lastSeq = history.lastSeq();
await history.close();
process.stdout.write(JSON.stringify({ states, storedSeq, refusal, refusedSeq, stillSeq, lastSeq }));
