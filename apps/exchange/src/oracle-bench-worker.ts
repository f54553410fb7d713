// Oracle bench worker: the thread that a live market's oracle would have, with connectors replaced
// by a loop that says so many updates a second: quotes of eight spot venues and of an outside
// chain's options and futures. It ticks and fits as the live oracle does, only more often.
import { parentPort, workerData } from 'node:worker_threads';
import type { MarketContract, QuoteEvent, SourceName } from '@openstrike/connectors';
import type { Command, IndexName } from '@openstrike/domain';
import { usPerDay, usPerYear } from '@openstrike/domain';
import {
  LiveOracle,
  type OptionQuote,
  type OwnBooks,
  SurfaceThread,
  sleepMs,
  sleepUntil,
  startingStates,
  usualDefinition,
} from '@openstrike/oracle';
import { black76 } from '@openstrike/pricing';
import { createRandom, exp } from '@openstrike/std';

export interface OracleBenchRound {
  readonly ticks: number;
  readonly tickEveryMs: number;
  /** Every so many ticks the surface of the next index is fitted; 0 for no surfaces. */
  readonly fitEveryTicks: number;
}

export interface OracleBenchTask {
  readonly updatesPerSecond: number;
  /** Venue time at the worker's start, by its own clock. */
  readonly startUs: number;
  /** One after another, of one oracle. */
  readonly rounds: readonly OracleBenchRound[];
}

/** What is said at the end of each round. */
export interface OracleBenchReport {
  readonly events: number;
  /** Processor time of this thread, which fits nothing itself. */
  readonly cpuMs: number;
  readonly wallMs: number;
  /** From the asking for each surface to its telling. */
  readonly fitsMs: readonly number[];
  /** Processor time of each tick. */
  readonly ticksMs: readonly number[];
}

export interface OracleBenchTick {
  readonly type: 'tick';
  readonly dueMs: number;
  /** When it began, and when it was handed over. */
  readonly beganMs: number;
  readonly saidMs: number;
  readonly commands: readonly Command[];
}

export type OracleBenchMessage =
  | OracleBenchTick
  | { readonly type: 'surface'; readonly commands: readonly Command[] }
  | { readonly type: 'round'; readonly report: OracleBenchReport };

const task = workerData as OracleBenchTask;
const random = createRandom('oracle bench');
/** Milliseconds of one clock that both threads share. */
const nowMs = (): number => performance.timeOrigin + performance.now();
const beginMs = nowMs();
const nowUs = (): number => task.startUs + (nowMs() - beginMs) * 1_000;
const post = (message: OracleBenchMessage): void => parentPort?.postMessage(message);

const strikesOf = (spot: number, deviation: number): number[] =>
  Array.from({ length: 30 }, (_, i) => spot * exp(((i - 14.5) / 14.5) * 2.4 * deviation));

interface Told {
  readonly source: SourceName;
  readonly venueSymbol: string;
  readonly contract: MarketContract;
  readonly mid: number;
  readonly half: number;
}

/** Everything that is quoted outside, and our own books of the same chains. */
const marketOf = (underlying: 'BTC' | 'ETH') => {
  const { spotUsd, nodes } = startingStates[underlying];
  const told: Told[] = [];
  const add = (source: SourceName, contract: MarketContract, mid: number, half: number): void => {
    told.push({ source, venueSymbol: `${underlying} ${told.length}`, contract, mid, half });
  };
  for (const source of ['coinbase', 'kraken', 'bitstamp', 'gemini', 'bitfinex'] as const) {
    // Spot speaks most: it is told ten times as often as any one option.
    for (let i = 0; i < 10; i += 1) {
      add(source, { kind: 'spot', base: underlying, quote: 'USD' }, spotUsd, spotUsd * 1e-4);
    }
    add(source, { kind: 'spot', base: 'USDT', quote: 'USD' }, 1, 1e-4);
    add(source, { kind: 'spot', base: 'USDC', quote: 'USD' }, 1, 1e-4);
  }
  for (const source of ['binance', 'okx', 'bybit'] as const) {
    for (let i = 0; i < 10; i += 1) {
      add(source, { kind: 'spot', base: underlying, quote: 'USDT' }, spotUsd, spotUsd * 1e-4);
    }
  }
  const expiries = nodes.map((node) => {
    const expiryUs = Math.round(task.startUs + node.days * usPerDay);
    const years = (expiryUs - task.startUs) / usPerYear;
    const forward = spotUsd * exp(node.basisRate * years);
    const terms = { underlying, payoff: 'inverse', quote: 'USD' } as const;
    add('deribit', { kind: 'future', ...terms, expiryUs }, forward, forward * 1e-4);
    const options: OptionQuote[] = [];
    for (const strike of strikesOf(forward, Math.sqrt(node.theta))) {
      for (const optionType of ['call', 'put'] as const) {
        const iv = Math.sqrt(node.theta / years) * (1 + 0.01 * random.nextFloat());
        const usd = black76(forward, strike, years, iv, optionType === 'call' ? 1 : -1);
        const half = 0.01 * usd + 0.0001 * forward;
        const contract = { kind: 'option', ...terms, expiryUs, strike, optionType } as const;
        if (usd > half) add('deribit', contract, usd / forward, half / forward);
        options.push({ strike, optionType, bid: usd > half ? usd - half : null, ask: usd + half });
      }
    }
    return { expiryUs, future: { bid: forward * 0.9999, ask: forward * 1.0001 }, options };
  });
  return { told, expiries };
};

const markets = { BTC: marketOf('BTC'), ETH: marketOf('ETH') };
const told = [...markets.BTC.told, ...markets.ETH.told];
const expiriesUs = markets.BTC.expiries.map(({ expiryUs }) => expiryUs);
const definition = usualDefinition();
let fitsMs: number[] = [];
let ticksMs: number[] = [];
let dueMs = 0;
let beganMs = 0;

const oracle = new LiveOracle({
  definition,
  connectors: [],
  expiriesOf: () => expiriesUs,
  surfaceVersion: 0,
  surfaces: new SurfaceThread(),
  nowUs,
  onCommands: (commands) => {
    if (commands[0]?.type === 'set-surface') post({ type: 'surface', commands });
    else post({ type: 'tick', dueMs, beganMs, saidMs: nowMs(), commands });
  },
  onNote: () => undefined,
});
for (const { indexName, underlying } of definition.indexes) {
  const { expiries } = markets[underlying];
  oracle.takeOwn({ indexName, perpetual: null, expiries } satisfies OwnBooks);
}

let at = 0;
let events = 0;
const sayOne = (): void => {
  const { mid, half, ...from } = told[at % told.length] as Told;
  at += 1;
  events += 1;
  const price = mid * (1 + 0.0002 * (random.nextFloat() - 0.5));
  const receivedUs = nowUs();
  const event: QuoteEvent = {
    type: 'quote',
    ...from,
    sourceUs: receivedUs,
    receivedUs,
    bidPrice: price - half,
    bidSize: 1,
    askPrice: price + half,
    askSize: 1,
  };
  oracle.take(event);
};

/** Brings the stream up to where it should be by now. */
const catchUp = (): void => {
  const due = Math.floor(((nowMs() - beginMs) / 1_000) * task.updatesPerSecond);
  while (events < due) sayOne();
};

const names: readonly IndexName[] = definition.indexes.map(({ indexName }) => indexName);
let ticks = 0;
/** Processor milliseconds of this thread so far. */
const cpuMs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
};

const fit = async (name: IndexName): Promise<void> => {
  const askedMs = nowMs();
  await oracle.fit(name, nowUs());
  fitsMs.push(nowMs() - askedMs);
};

const tick = ({ fitEveryTicks }: OracleBenchRound): void => {
  catchUp();
  beganMs = nowMs();
  const startedMs = cpuMs();
  oracle.tick(nowUs());
  ticks += 1;
  ticksMs.push(cpuMs() - startedMs);
  if (fitEveryTicks > 0 && ticks % fitEveryTicks === 0) {
    const name = names[(ticks / fitEveryTicks) % names.length] as IndexName;
    setTimeout(() => void fit(name), 5);
  }
};

const started = { events: 0, cpuMs: cpuMs(), atMs: nowMs() };
/** Tells of the round that ends, and begins the next. */
const endRound = (): void => {
  const now = { events, cpuMs: cpuMs(), atMs: nowMs() };
  const report = {
    events: now.events - started.events,
    cpuMs: now.cpuMs - started.cpuMs,
    wallMs: now.atMs - started.atMs,
    fitsMs,
    ticksMs,
  };
  post({ type: 'round', report });
  Object.assign(started, now);
  fitsMs = [];
  ticksMs = [];
};

const roundsLeft = [...task.rounds];
dueMs = beginMs;
let endsAfter = 0;
/** Goes on to the next round where one has ended; null after the last. */
const roundNow = (): OracleBenchRound | null => {
  if (ticks === endsAfter) {
    if (ticks > 0) {
      endRound();
      roundsLeft.shift();
    }
    endsAfter += roundsLeft[0]?.ticks ?? 0;
  }
  return roundsLeft[0] ?? null;
};

let round = roundNow();
const pump = setInterval(() => {
  catchUp();
  if (round !== null) {
    const nextMs = dueMs + round.tickEveryMs;
    if (nowMs() < nextMs - sleepMs) return;
    // As the live oracle waits for its second.
    if (!sleepUntil(nextMs, nowMs)) return;
    dueMs = nextMs;
    tick(round);
    round = roundNow();
    return;
  }
  clearInterval(pump);
  void oracle.stop();
  parentPort?.close();
}, 1);
