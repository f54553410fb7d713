// The desk: events of many sources in, commands out; what is no evidence moves nothing.
import type { ConnectorEvent, MarketContract, SourceName } from '@openstrike/connectors';
import type { Command, ForwardPrice, SetIndex } from '@openstrike/domain';
import { black76 } from '@openstrike/pricing';
import { expect, test } from 'vitest';
import { createSurfaceMachine, stepSurface } from '../surface/surface-machine.ts';
import { usualDefinition } from './oracle-definition.ts';
import { OracleDesk } from './oracle-desk.ts';

const second = 1_000_000;
const day = 86_400 * second;
const startUs = 1_800_000_000 * second;
const expiries = [startUs + 7 * day, startUs + 30 * day];

const spot = (base: 'BTC' | 'ETH' | 'USDC' | 'USDT', quote: 'USD' | 'USDT'): MarketContract => ({
  kind: 'spot',
  base,
  quote,
});

class Desk {
  readonly desk = new OracleDesk({ definition: usualDefinition(), expiriesOf: () => expiries });
  nowUs = startUs;

  quote(source: SourceName, contract: MarketContract, bidPrice: number, askPrice: number): void {
    this.desk.take({
      type: 'quote',
      source,
      venueSymbol: JSON.stringify(contract),
      contract,
      sourceUs: this.nowUs,
      receivedUs: this.nowUs,
      bidPrice,
      bidSize: 1,
      askPrice,
      askSize: 1,
    });
  }

  /** All sound sources, with tether and USDC at their prices. */
  world(btc: number, { tether = 1, usdc = 1 } = {}): void {
    const around = (source: SourceName, contract: MarketContract, mid: number): void =>
      this.quote(source, contract, mid * 0.9999, mid * 1.0001);
    for (const source of ['coinbase', 'kraken', 'bitstamp', 'gemini', 'bitfinex'] as const) {
      around(source, spot('BTC', 'USD'), btc);
      around(source, spot('USDT', 'USD'), tether);
      around(source, spot('USDC', 'USD'), usdc);
    }
    for (const source of ['binance', 'okx', 'bybit'] as const) {
      around(source, spot('BTC', 'USDT'), btc / tether);
    }
  }

  tick(): readonly Command[] {
    return this.desk.tick(this.nowUs).commands;
  }
}

const indexOf = (commands: readonly Command[], indexName: string): SetIndex | undefined =>
  commands.find(
    (command): command is SetIndex =>
      command.type === 'set-index' && command.indexName === indexName,
  );
const forwardsOf = (commands: readonly Command[]): readonly ForwardPrice[] =>
  indexOf(commands, 'btc_usd')?.forwards ?? [];

test('dollar and stablecoin venues make one index, stated in dollars and in USDC', () => {
  const desk = new Desk();
  expect(desk.tick()).toEqual([]);
  desk.world(100_000, { tether: 0.97, usdc: 0.99 });
  const commands = desk.tick();
  expect(indexOf(commands, 'btc_usd')).toMatchObject({
    price: 100_000_000_000,
    status: 'good',
  });
  expect(indexOf(commands, 'btc_usdc')?.price).toBeCloseTo(100_000_000_000 / 0.99, -5);
  expect(indexOf(commands, 'eth_usd')).toBeUndefined();
  expect(indexOf(commands, 'btc_usd')?.constituents).toHaveLength(8);
});

test('without a rate the tether venues do not count, and the USDC index waits', () => {
  const desk = new Desk();
  for (const source of ['coinbase', 'kraken', 'bitstamp'] as const) {
    desk.quote(source, spot('BTC', 'USD'), 99_990, 100_010);
  }
  desk.quote('okx', spot('BTC', 'USDT'), 99_990, 100_010);
  const commands = desk.tick();
  expect(indexOf(commands, 'btc_usdc')).toBeUndefined();
  expect(
    indexOf(commands, 'btc_usd')?.constituents.find(({ source }) => source === 'okx'),
  ).toMatchObject({ use: 'unconverted' });
});

test('a lost connection takes a source out, a new quote brings it back', () => {
  const desk = new Desk();
  desk.world(100_000);
  desk.tick();
  const use = (): string | undefined =>
    indexOf(desk.tick(), 'btc_usd')?.constituents.find(({ source }) => source === 'kraken')?.use;
  const reason = 'closed';
  const status = { type: 'status', source: 'kraken', venueSymbol: null, reason } as const;
  desk.desk.take({ ...status, state: 'down', receivedUs: desk.nowUs });
  expect(use()).toBe('down');
  desk.world(100_000);
  expect(use()).toBe('whole');
});

test('forwards come from futures here and outside, and from put-call parity', () => {
  const desk = new Desk();
  desk.world(100_000);
  desk.tick();
  const [near, far] = expiries as [number, number];
  const future = (quote: 'USD' | 'USDT', expiryUs: number): MarketContract => ({
    kind: 'future',
    underlying: 'BTC',
    payoff: quote === 'USD' ? 'inverse' : 'linear',
    quote,
    expiryUs,
  });
  desk.quote('deribit', future('USD', near), 100_195, 100_205);
  desk.quote('binance', future('USDT', near), 100_190, 100_210);
  expect(forwardsOf(desk.tick())).toHaveLength(1);
  for (const strike of [95_000, 100_000, 105_000]) {
    for (const optionType of ['call', 'put'] as const) {
      const price = black76(101_000, strike, 30 / 365, 0.5, optionType === 'call' ? 1 : -1);
      const terms = { underlying: 'BTC', payoff: 'inverse', quote: 'USD' } as const;
      desk.quote(
        'deribit',
        { kind: 'option', ...terms, expiryUs: far, strike, optionType },
        price / 101_000 - 0.0005,
        price / 101_000 + 0.0005,
      );
    }
  }
  for (let i = 0; i < 20; i += 1) desk.desk.gather('btc_usd', desk.nowUs);
  desk.nowUs += second;
  desk.world(100_000);
  const told = forwardsOf(desk.tick());
  expect(told.map(({ expiryUs }) => expiryUs)).toEqual(expiries);
  expect((told[0]?.price ?? 0) / 1e6).toBeCloseTo(100_200, 0);
  expect(Math.abs((told[1]?.price ?? 0) / 1e6 - 101_000)).toBeLessThan(15);
});

test('trades, of a liquidation or not, move nothing', () => {
  const told = (withTrades: boolean): readonly Command[] => {
    const desk = new Desk();
    desk.world(100_000);
    desk.tick();
    for (let i = 0; withTrades && i < 100; i += 1) {
      const contract = spot('BTC', 'USD');
      const trade: ConnectorEvent = {
        type: 'trade',
        source: 'coinbase',
        venueSymbol: JSON.stringify(contract),
        contract,
        sourceUs: desk.nowUs,
        receivedUs: desk.nowUs,
        tradeId: String(i),
        price: 60_000,
        size: 1_000,
        side: 'sell',
        liquidation: i % 2 === 0,
      };
      desk.desk.take(trade);
    }
    desk.nowUs += second;
    desk.world(100_001);
    return desk.tick();
  };
  expect(told(true)).toEqual(told(false));
});

test('a frozen index takes its forwards with it', () => {
  const desk = new Desk();
  desk.world(100_000);
  const [near] = expiries as [number];
  const terms = { underlying: 'BTC', payoff: 'inverse', quote: 'USD' } as const;
  desk.quote('deribit', { kind: 'future', ...terms, expiryUs: near }, 100_195, 100_205);
  expect(forwardsOf(desk.tick())).toHaveLength(1);
  desk.nowUs += 11 * second;
  desk.quote('deribit', { kind: 'future', ...terms, expiryUs: near }, 110_195, 110_205);
  const commands = desk.tick();
  expect(indexOf(commands, 'btc_usd')).toMatchObject({ status: 'frozen', confidence: 0 });
  expect(forwardsOf(commands)).toEqual([]);
});

test('our own books weigh more than outside ones, and both fit one surface', () => {
  const desk = new Desk();
  desk.world(100_000);
  const [near] = expiries as [number];
  const strikes = [80_000, 90_000, 95_000, 100_000, 105_000, 110_000, 120_000];
  const terms = { underlying: 'BTC', payoff: 'inverse', quote: 'USD' } as const;
  const priced = (strike: number, optionType: 'call' | 'put', iv: number): number =>
    black76(100_000, strike, 7 / 365, iv, optionType === 'call' ? 1 : -1);
  const options = strikes.flatMap((strike) =>
    (['call', 'put'] as const).map((optionType) => {
      const price = priced(strike, optionType, 0.6);
      return { strike, optionType, bid: price * 0.99, ask: price * 1.01 };
    }),
  );
  const own = { indexName: 'btc_usd', perpetual: null } as const;
  desk.desk.takeOwn({ ...own, expiries: [{ expiryUs: near, future: null, options }] });
  for (const strike of strikes) {
    for (const optionType of ['call', 'put'] as const) {
      const coins = priced(strike, optionType, 0.7) / 100_000;
      const contract = { kind: 'option', ...terms, expiryUs: near, strike, optionType } as const;
      desk.quote('deribit', contract, coins * 0.99, coins * 1.01);
    }
  }
  desk.tick();
  const quotes = desk.desk.gather('btc_usd', desk.nowUs);
  const found = quotes?.expiries[0]?.quotes ?? [];
  expect(found).toHaveLength(28);
  expect(new Set(found.map(({ weight }) => weight))).toEqual(new Set([undefined, 0.5]));
  const machine = createSurfaceMachine();
  const index = quotes?.index ?? 0;
  const step = stepSurface(machine, { nowUs: desk.nowUs, index, expiries: quotes?.expiries ?? [] });
  const [slice] = step.slices ?? [];
  const { a, b, rho, m, sigma, tauYears } = slice ?? {
    a: 0,
    b: 0,
    rho: 0,
    m: 0,
    sigma: 0,
    tauYears: 1,
  };
  const iv = Math.sqrt((a + b * (-rho * m + Math.sqrt(m * m + sigma * sigma))) / tauYears);
  expect(iv).toBeGreaterThan(0.6);
  expect(iv).toBeLessThan(0.65);
});
