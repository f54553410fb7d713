// One bad source of eight, all the way to the engine: an account within a seventh of a per cent of
// its liquidation is left alone, orders go on being taken, and the venue stays open. The same fault
// let through would have liquidated it: that is tested too.
import type { MarketContract, SourceName } from '@openstrike/connectors';
import {
  type AccountId,
  type Cash,
  type Command,
  type Event,
  goodIndex,
  type Instrument,
  type PlaceOrder,
  type PriceTicks,
  plainOrder,
  type Seq,
  type SizeLots,
  type TsUs,
  type UsdMicros,
} from '@openstrike/domain';
import { createEngine } from '@openstrike/engine';
import { OracleDesk, usualConstituents, usualDefinition } from '@openstrike/oracle';
import { expect, test } from 'vitest';
import { loadContractTables } from './contract-tables.ts';

const second = 1_000_000;
/** Monday 21 September 2026, 10:00 UTC. */
const startUs = 1_789_984_800 * second;
const index = 100_000;

class World {
  readonly engine = createEngine();
  readonly desk = new OracleDesk({ definition: usualDefinition(), expiriesOf: () => [] });
  readonly events: Event[] = [];
  nowUs = startUs;
  #seq = 0;
  readonly trader: AccountId;
  readonly maker: AccountId;
  readonly perpetual: Instrument;

  constructor() {
    this.apply({ type: 'configure', tables: loadContractTables('', ['BTC']) });
    this.apply(goodIndex('btc_usd', (index * 1e6) as UsdMicros));
    this.trader = this.#account('trader', 22_000_000);
    this.maker = this.#account('maker', 10_000_000_000);
    const listed = this.events.find(
      (event) => event.type === 'instrument-listed' && event.instrument.kind === 'perpetual',
    );
    if (listed?.type !== 'instrument-listed') throw new Error('no perpetual');
    this.perpetual = listed.instrument;
    // A million dollars long on 0.22 coins.
    this.order(this.maker, 'sell', 1_000_000, index);
    this.order(this.trader, 'buy', 1_000_000, index);
  }

  apply(command: Command): readonly Event[] {
    this.#seq += 1;
    const told = this.engine.apply(command, this.#seq as Seq, this.nowUs as TsUs);
    this.events.push(...told);
    return told;
  }

  order(accountId: AccountId, side: 'buy' | 'sell', usd: number, price: number): readonly Event[] {
    const { tick, lot, id } = this.perpetual;
    const order: PlaceOrder = {
      ...plainOrder,
      accountId,
      instrumentId: id,
      side,
      priceTicks: Math.round((price * tick.den) / tick.num) as PriceTicks,
      sizeLots: Math.round((usd * lot.den) / lot.num) as SizeLots,
    };
    return this.apply(order);
  }

  #account(name: string, satoshi: number): AccountId {
    const [made] = this.apply({ type: 'create-account', parentId: null, name });
    if (made?.type !== 'account-changed') throw new Error('no account');
    const { accountId } = made;
    const amount = satoshi as Cash;
    this.apply({ type: 'deposit', accountId, currency: 'BTC', amount, reference: name });
    return accountId;
  }

  say(source: SourceName, contract: MarketContract, price: number, lagUs = 0): void {
    this.desk.take({
      type: 'quote',
      source,
      venueSymbol: JSON.stringify(contract),
      contract,
      sourceUs: this.nowUs - lagUs,
      receivedUs: this.nowUs,
      bidPrice: price * 0.99995,
      bidSize: 1,
      askPrice: price * 1.00005,
      askSize: 1,
    });
  }

  /** One second in which all are sound but those that `spoil` speaks for. */
  turn(price: number, spoil: (source: SourceName, contract: MarketContract) => boolean): void {
    this.nowUs += second;
    for (const source of ['coinbase', 'kraken', 'bitstamp'] as const) {
      this.say(source, { kind: 'spot', base: 'USDT', quote: 'USD' }, 1);
    }
    for (const { source, quotedIn } of usualConstituents) {
      const contract: MarketContract = { kind: 'spot', base: 'BTC', quote: quotedIn };
      if (!spoil(source as SourceName, contract)) this.say(source as SourceName, contract, price);
    }
    for (const command of this.desk.tick(this.nowUs).commands) {
      const told = this.apply(command);
      expect(told.some(({ type }) => type === 'command-rejected')).toBe(false);
    }
  }

  liquidations(): number {
    return this.events.filter(({ type }) => type === 'liquidation-started').length;
  }
}

/** A world whose trader is a seventh of a per cent from liquidation. */
const edge = 0.9905;
const worldAtTheEdge = (): World => {
  const world = new World();
  for (let i = 1; i <= 10; i += 1) world.turn(index * (1 - (1 - edge) * (i / 10)), () => false);
  expect(world.liquidations()).toBe(0);
  return world;
};

type Fault = (world: World, contract: MarketContract, i: number) => void;
const down = index * edge;
const status = { type: 'status', source: 'coinbase', venueSymbol: null, reason: 'gone' } as const;
const faults: Readonly<Record<string, Fault>> = {
  lies: (world, contract) => world.say('coinbase', contract, down * 0.87),
  spikes: (world, contract, i) => world.say('coinbase', contract, i % 7 === 0 ? down * 0.01 : down),
  'is frozen high': (world, contract) => world.say('coinbase', contract, index * 1.02),
  'is gone': (world, _contract, i) => {
    if (i === 0) world.desk.take({ ...status, state: 'down', receivedUs: world.nowUs });
  },
  'is out of order': (world, contract, i) => {
    world.say('coinbase', contract, i % 2 === 0 ? down : down * 0.5, i % 2 === 0 ? 0 : 3 * second);
  },
};

test.each(Object.keys(faults))('a source that %s liquidates nobody', (name) => {
  const world = worldAtTheEdge();
  const before = world.events.length;
  for (let i = 0; i < 90; i += 1) {
    world.turn(down, (source, contract) => {
      if (source !== 'coinbase') return false;
      faults[name]?.(world, contract, i);
      return true;
    });
    const placed = world.order(world.maker, 'buy', 10, 98_000);
    expect(placed).toContainEqual(expect.objectContaining({ cause: 'placed' }));
  }
  expect(world.liquidations()).toBe(0);
  const told = world.events.slice(before);
  const indexes = told.filter((event) => event.type === 'index-changed');
  expect(indexes).toHaveLength(90);
  for (const { price, status: state } of indexes) {
    expect(state).toBe('good');
    // An eighth of the clamp, and the cent that an index is rounded to.
    expect(Math.abs(price / 1e6 / down - 1)).toBeLessThan(0.005 / 8 + 0.01 / down);
  }
  expect(told.some(({ type }) => type === 'trading-state-changed')).toBe(false);
});

test('the same lie in a plain mean would have', () => {
  const world = worldAtTheEdge();
  const mean = (down * 7 + down * 0.87) / 8;
  world.nowUs += second;
  world.apply(goodIndex('btc_usd', Math.round(mean * 1e6) as UsdMicros));
  expect(world.liquidations()).toBe(1);
});
