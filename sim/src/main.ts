// `npm run sim -- --seed N --minutes M [--runs R]`: simulates one seed, or R seeds from N on, and
// ends with 1 at the first that fails. `--incident NAME` plays a known incident again.
import { parseArgs } from 'node:util';
import { Coverage } from './coverage.ts';
import { incidents, outcomeLines } from './incidents/incidents.ts';
import { runSeed, type SeedTask } from './seed-outcome.ts';
import { runSideBySide, threadsFor } from './side-by-side.ts';

const usage = `Simulates the venue from one seed, with faults in network, disk, oracle and clock.
  --seed N     the seed (default 1)
  --minutes M  virtual minutes of the phase with faults (default 5)
  --runs R     simulates the seeds N to N+R-1, one line each (default 1)
  --threads T  so many of them side by side (default one for each processor)
  --incident X plays a known incident again and prints what came of it
  --incidents  lists them
`;

const runsMax = 1_000_000;
const threadsMax = 256;

const numberOf = (text: string, name: string): number => {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) {
    process.stderr.write(`--${name} takes a number, not "${text}".\n${usage}`);
    process.exit(2);
  }
  return value;
};

/** Seeds and threads come in whole numbers, from 1 on. */
const countOf = (text: string, name: string, most: number): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1 || value > most) {
    const sentence = `--${name} takes a whole number from 1 to ${most}, not "${text}".`;
    process.stderr.write(`${sentence}\n${usage}`);
    process.exit(2);
  }
  return value;
};

const playIncident = (name: string): void => {
  const incident = incidents.find((one) => one.name === name);
  if (incident === undefined) {
    process.stderr.write(`There is no incident "${name}"; --incidents lists them.\n`);
    process.exit(2);
  }
  const { what, source, promise } = incident;
  const outcome = outcomeLines(incident).join('\n');
  process.stdout.write(`${name}: ${what}\nsource: ${source}\n${outcome}\npromise: ${promise}\n`);
};

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      minutes: { type: 'string', default: '5' },
      runs: { type: 'string', default: '1' },
      threads: { type: 'string' },
      incident: { type: 'string' },
      incidents: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  if (values.incidents) {
    for (const { name, what } of incidents) process.stdout.write(`${name}: ${what}\n`);
    return;
  }
  if (values.incident !== undefined) {
    playIncident(values.incident);
    return;
  }
  const first = numberOf(values.seed, 'seed');
  const minutes = numberOf(values.minutes, 'minutes');
  const runs = countOf(values.runs, 'runs', runsMax);
  const tasks = Array.from({ length: runs }, (_, i) => ({ seed: first + i, minutes }));
  if (runs === 1) {
    const { lines, held } = await runSeed(tasks[0] as SeedTask, true);
    process.stdout.write(`${lines.join('\n')}\n`);
    if (!held) process.exit(1);
    return;
  }
  const all = new Coverage();
  const threads = countOf(values.threads ?? `${threadsFor(runs)}`, 'threads', threadsMax);
  for await (const { lines, held, counts } of runSideBySide(tasks, threads)) {
    process.stdout.write(`${lines.join('\n')}\n`);
    if (!held) process.exit(1);
    all.add(new Coverage(counts));
  }
  process.stdout.write(`exercised in all:\n${all.lines().join('\n')}\n`);
};

await main();
