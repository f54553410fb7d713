// The live oracle on connectors that say what the test tells them to, by the test's own time.
import type {
  Connector,
  ConnectorListener,
  MarketContract,
  SourceName,
} from '@openstrike/connectors';
import type { Command } from '@openstrike/domain';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { usualDefinition } from '../desk/oracle-definition.ts';
import { type SurfaceStepper, stepHere } from '../surface/surface-thread.ts';
import { syntheticChain, syntheticNowUs } from '../testing/synthetic-chain.ts';
import { LiveOracle, type OracleNote } from './live-oracle.ts';

const second = 1_000_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

class FakeConnector implements Connector {
  readonly source: SourceName;
  listener: ConnectorListener = () => undefined;
  stopped = false;

  constructor(source: SourceName) {
    this.source = source;
  }

  start(listener: ConnectorListener): void {
    this.listener = listener;
  }

  async stop(): Promise<void> {
    this.stopped = true;
  }

  state(): 'live' {
    return 'live';
  }

  say(contract: MarketContract, price: number, receivedUs: number, half = 1): void {
    this.listener({
      type: 'quote',
      source: this.source,
      venueSymbol: JSON.stringify(contract),
      contract,
      sourceUs: null,
      receivedUs,
      bidPrice: price - half,
      bidSize: 1,
      askPrice: price + half,
      askSize: 1,
    });
  }
}

const names = ['coinbase', 'kraken', 'bitstamp', 'gemini'] as const;
const bitcoin: MarketContract = { kind: 'spot', base: 'BTC', quote: 'USD' };

const start = (nowUs: () => number, surfaces: SurfaceStepper = stepHere) => {
  const connectors = names.map((name) => new FakeConnector(name));
  const commands: Command[] = [];
  const notes: OracleNote[] = [];
  const chain = syntheticChain('BTC', 16);
  const oracle = new LiveOracle({
    definition: usualDefinition(names),
    connectors,
    expiriesOf: () => chain.map(({ expiryUs }) => expiryUs),
    surfaceVersion: 100,
    surfaces,
    nowUs,
    onCommands: (told) => commands.push(...told),
    onNote: (note) => notes.push(note),
  });
  return { connectors, commands, notes, oracle, chain };
};

test('every second is told on its own time, and stopping ends timers and connectors', async () => {
  const begunMs = Date.now();
  const nowUs = (): number => syntheticNowUs + 700_000 + (Date.now() - begunMs) * 1_000;
  const { connectors, commands, oracle } = start(nowUs);
  oracle.start();
  for (const connector of connectors) connector.say(bitcoin, 77_000, nowUs());
  await vi.advanceTimersByTimeAsync(299);
  expect(commands).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(commands).toMatchObject([{ type: 'set-index', indexName: 'btc_usd', status: 'good' }]);
  await oracle.stop();
  expect(connectors.every(({ stopped }) => stopped)).toBe(true);
  const report = oracle.report();
  expect(report).toMatchObject({
    ticks: 1,
    sources: connectors.map(({ source }) => ({ source, updates: 1 })),
  });
  await vi.advanceTimersByTimeAsync(1_100);
  expect(oracle.report()).toEqual(report);
});

test('a timer that fires a moment early makes no second tick of its second', async () => {
  const begunMs = Date.now();
  let lateUs = 0;
  const { oracle } = start(() => syntheticNowUs + (Date.now() - begunMs) * 1_000 - lateUs);
  oracle.start();
  lateUs = 1_000;
  for (const ticks of [1, 2, 3]) {
    await vi.advanceTimersByTimeAsync(ticks === 1 ? 1_100 : 1_000);
    expect(oracle.report().ticks).toBe(ticks);
  }
  await oracle.stop();
});

test('surfaces follow our own books; what stops them is told once', async () => {
  let nowUs: number = syntheticNowUs;
  const { connectors, commands, notes, oracle, chain } = start(() => nowUs);
  oracle.start();
  const turn = async (): Promise<void> => {
    for (const connector of connectors) connector.say(bitcoin, 77_067, nowUs);
    oracle.tick(nowUs);
    await oracle.fit('btc_usd', nowUs);
  };
  // Before the first surface there is none to stay, and nothing to tell.
  await turn();
  expect(oracle.report().indexes[0]).toMatchObject({ surfacesFailed: 1, surfacesKept: 0 });
  expect(commands.some(({ type }) => type === 'set-surface')).toBe(false);
  const expiries = chain.map(({ expiryUs, quotes }) => ({
    expiryUs,
    future: null,
    options: quotes,
  }));
  oracle.takeOwn({ indexName: 'btc_usd', perpetual: null, expiries });
  await turn();
  const surface = commands.find(({ type }) => type === 'set-surface');
  expect(surface).toMatchObject({ version: 101, indexName: 'btc_usd' });
  expect(surface?.type === 'set-surface' && surface.slices).toHaveLength(12);
  const silent = expiries.map((expiry) => ({ ...expiry, options: [] }));
  oracle.takeOwn({ indexName: 'btc_usd', perpetual: null, expiries: silent });
  for (let i = 0; i < 3; i += 1) {
    nowUs += second;
    await turn();
  }
  // The surface stays, and the venue is told so each second.
  const stayed = commands.filter(({ type }) => type === 'set-surface').slice(1);
  const kept = chain.map(({ expiryUs }) => expiryUs);
  expect(stayed).toEqual(
    stayed.map(() => ({
      type: 'set-surface',
      indexName: 'btc_usd',
      version: 101,
      slices: [],
      kept,
    })),
  );
  expect(stayed).toHaveLength(3);
  const [bitcoinIndex] = oracle.report().indexes;
  expect(bitcoinIndex).toMatchObject({
    indexName: 'btc_usd',
    status: 'good',
    surfacesPublished: 1,
    surfacesLimited: 0,
    surfacesKept: 3,
    surfacesFailed: 1,
    slicesRefused: 48,
  });
  expect(notes.filter(({ sentence }) => sentence.startsWith('the surface of'))).toHaveLength(2);
  // Of one expiry alone: the others are fitted, it is named.
  const [first, ...others] = expiries;
  oracle.takeOwn({
    indexName: 'btc_usd',
    perpetual: null,
    expiries: [{ ...first, options: [] } as (typeof expiries)[number], ...others],
  });
  nowUs += second;
  await turn();
  expect(commands.findLast(({ type }) => type === 'set-surface')).toMatchObject({
    version: 102,
    kept: [chain[0]?.expiryUs],
  });
  void oracle.stop();
});

test('a surface that is late or fails is told of, and the next one is fitted', async () => {
  const nowUs: number = syntheticNowUs;
  let failing = false;
  let go: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    go = resolve;
  });
  const { connectors, commands, notes, oracle, chain } = start(() => nowUs, {
    ...stepHere,
    step: async (machine, inputs) => {
      await gate;
      if (failing) throw new Error('no such luck');
      return stepHere.step(machine, inputs);
    },
  });
  oracle.start();
  for (const connector of connectors) connector.say(bitcoin, 77_067, nowUs);
  oracle.tick(nowUs);
  const expiries = chain.map(({ expiryUs, quotes }) => ({
    expiryUs,
    future: null,
    options: quotes,
  }));
  oracle.takeOwn({ indexName: 'btc_usd', perpetual: null, expiries });
  const slow = oracle.fit('btc_usd', nowUs);
  expect(await oracle.fit('btc_usd', nowUs)).toBe(null);
  const told = 'the surface of btc_usd is late: its last fit is still under way';
  expect(notes.at(-1)).toEqual({ level: 'warn', sentence: told });
  go();
  expect(await slow).toMatchObject({ version: 101 });
  failing = true;
  expect(await oracle.fit('btc_usd', nowUs + second)).toBe(null);
  expect(notes.at(-1)?.sentence).toBe('the surface of btc_usd failed: Error: no such luck');
  failing = false;
  expect(await oracle.fit('btc_usd', nowUs + second)).toMatchObject({ version: 102 });
  const versions = commands.flatMap((each) => (each.type === 'set-surface' ? [each.version] : []));
  expect(versions).toEqual([101, 102]);
  await oracle.stop();
});

test('an operator is told when an index turns, and why', () => {
  let nowUs: number = syntheticNowUs;
  const { connectors, notes, oracle } = start(() => nowUs);
  oracle.start();
  for (const connector of connectors) connector.say(bitcoin, 77_000, nowUs);
  oracle.tick(nowUs);
  nowUs += 11 * second;
  for (const connector of connectors.slice(2)) connector.say(bitcoin, 77_000, nowUs);
  oracle.tick(nowUs);
  oracle.tick(nowUs + second);
  expect(notes.map(({ level, sentence }) => `${level}: ${sentence}`)).toEqual([
    'info: btc_usd is good at 77000.00: confidence 1.00',
    'warn: btc_usd is frozen at 77000.00: confidence 0.00, coinbase stale, kraken stale',
  ]);
  const reason = 'the venue closed it';
  const status = { type: 'status', source: 'kraken', venueSymbol: null, reason } as const;
  oracle.take({ ...status, state: 'down', receivedUs: nowUs });
  expect(notes.at(-1)?.sentence).toBe('kraken is down: the venue closed it');
  const { sources, indexes } = oracle.report();
  expect(sources.find(({ source }) => source === 'kraken')).toMatchObject({ state: 'down' });
  expect(indexes[0]).toMatchObject({
    indexName: 'btc_usd',
    status: 'frozen',
    confidence: 0,
    frozen: 2,
    valuedUs: syntheticNowUs,
  });
  void oracle.stop();
});
