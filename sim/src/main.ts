// `npm run sim -- --seed N --minutes M [--runs R]`: simulates one seed, or R seeds from N on, and
// ends with 1 at the first that fails. `--incident NAME` plays a known incident again.
import { parseArgs } from 'node:util';
import { Coverage } from './coverage.ts';
import { incidents, outcomeLines } from './incidents/incidents.ts';
import { reportLines, summaryLine } from './report.ts';
import { drawOptions } from './sim-options.ts';
import { simulate } from './simulation.ts';

const usage = `Simulates the venue from one seed, with faults in network, disk, oracle and clock.
  --seed N     the seed (default 1)
  --minutes M  virtual minutes of the phase with faults (default 5)
  --runs R     simulates the seeds N to N+R-1, one line each (default 1)
  --incident X plays a known incident again and prints what came of it
  --incidents  lists them
`;

const numberOf = (text: string, name: string): number => {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) {
    process.stderr.write(`--${name} takes a number, not "${text}".\n${usage}`);
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
  const runs = numberOf(values.runs, 'runs');
  const all = new Coverage();
  for (let seed = first; seed < first + runs; seed++) {
    const startedMs = performance.now();
    const report = await simulate(drawOptions(seed, minutes));
    const tookMs = performance.now() - startedMs;
    const whole = runs === 1 || report.failure !== null;
    const lines = whole ? reportLines(report, tookMs) : [summaryLine(report, tookMs)];
    process.stdout.write(`${lines.join('\n')}\n`);
    if (report.failure !== null) process.exit(1);
    all.add(report.coverage);
  }
  if (runs > 1) process.stdout.write(`exercised in all:\n${all.lines().join('\n')}\n`);
};

await main();
