// How long a full re-mark of 1,000 options takes. Run: node --expose-gc src/mark-plan.bench.ts
import type { Instrument, OptionTerms } from '@openstrike/domain';
import { createMarkColumns, createMarkPlan, markAll } from './mark-plan.ts';

const DAY_US = 86_400_000_000;
const nowUs = 20_000 * DAY_US;
const expiries = [1, 2, 3, 8, 15, 29, 57, 85, 176, 267].map((days) => ({
  expiryUs: nowUs + days * DAY_US,
  forward: 100_000 + days,
  slice: {
    expiryUs: nowUs + days * DAY_US,
    tauYears: days / 365,
    a: (0.16 * days) / 365,
    b: (0.3 * days) / 365,
    rho: -0.3,
    m: 0.02,
    sigma: 0.15,
  },
}));
const instruments = Array.from({ length: 1000 }, (_, i) => ({
  contract: {
    id: i + 1,
    kind: 'option',
    payoff: 'inverse',
    expiryUs: expiries[i % 10]?.expiryUs,
    strike: 60_000 + 1_000 * Math.floor(i / 10),
    optionType: i % 2 === 0 ? 'call' : 'put',
    tick: { num: 1, den: 10_000 },
    tickSteps: [{ aboveTicks: 50, multiple: 5 }],
  } as unknown as Instrument,
  terms: { bandMin: 0.04, bandPerDelta: 0.1 } as OptionTerms,
}));
const plan = createMarkPlan(instruments);
const columns = createMarkColumns(plan.size);
const none = new Float64Array(plan.size);
const times: number[] = [];
let sum = 0;
for (let round = 0; round < 2_000; round++) {
  const inputs = {
    nowUs: nowUs + round * 1_000_000,
    index: 100_000,
    expiries: expiries as never,
    fixingEndUs: 0,
    fixingSeconds: 0,
    fixingSum: 0,
  };
  const start = process.hrtime.bigint();
  markAll(plan, inputs, none, columns);
  times.push(Number(process.hrtime.bigint() - start) / 1e3);
  sum += columns.markPrice[500] as number;
}
times.sort((a, b) => a - b);
const at = (share: number): string =>
  (times[Math.floor(share * times.length)] as number).toFixed(0);
process.stdout.write(
  `re-mark of ${plan.size} options on Node ${process.versions.node}: p50 ${at(0.5)} us, ` +
    `p99 ${at(0.99)} us, p99.9 ${at(0.999)} us; sum of marks ${sum}\n`,
);
