// Pre-trade control: kill switches of every scope, and the limits of the table against a plain
// count of what is held and open.
import {
  type AccountId,
  type ContractTable,
  type EditOrder,
  type Event,
  type ExposureLimits,
  type InstrumentId,
  type PriceTicks,
  plainEdit,
  type SizeLots,
} from '@openstrike/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TestEngine } from '../testing/test-engine.ts';
import { testTables } from '../testing/test-tables.ts';

const call = 'BTC-25SEP26-100000-C';
const put = 'BTC-25SEP26-100000-P';
const noLimits: ExposureLimits = {
  ordersPerInstrument: null,
  ordersPerFamily: null,
  positionPerInstrument: null,
  positionPerFamily: null,
  openInterestPerInstrument: null,
  openInterestPerFamily: null,
  restingBandFactor: null,
};

const tablesWith = (limits: Partial<ExposureLimits>): readonly ContractTable[] =>
  testTables.map((table) => ({
    ...table,
    families: table.families.map((family) => ({
      ...family,
      options: family.options && { ...family.options, limits: { ...noLimits, ...limits } },
    })),
  }));

const open = (limits: Partial<ExposureLimits> = {}) => {
  const venue = new TestEngine();
  venue.open(tablesWith(limits));
  const ann = venue.account('ann');
  const sub = venue.account('sub', ann);
  const bob = venue.account('bob');
  for (const account of [ann, sub, bob]) venue.deposit(account, 1_000e8);
  const idOf = (name: string): InstrumentId => venue.instrument(name).id;
  const buy = (account: AccountId, lots: number, ticks = 100, clientId?: string, name = call) =>
    venue.place(account, idOf(name), 'buy', lots, ticks, clientId ? { clientId } : {});
  const kill = (accountId: AccountId | null, clientId: string | null, engaged = true) =>
    venue.apply({ type: 'set-kill-switch', accountId, clientId, engaged, reason: 'test' });
  const orders = (): number => venue.engine.query('open-orders', { accountId: null }).length;
  return { venue, ann, sub, bob, idOf, buy, kill, orders };
};

const refusal = (events: readonly Event[]): string | null => {
  const found = events.find(({ type }) => type === 'command-rejected');
  return found?.type === 'command-rejected' ? found.code : null;
};

describe('kill switch', () => {
  test('of an account takes its and its subaccounts orders out, and lets none in', () => {
    const { venue, ann, sub, bob, buy, kill, orders } = open();
    for (const account of [ann, sub, bob]) buy(account, 10);
    const events = kill(ann, null);
    expect(events[0]).toMatchObject({ type: 'kill-switch-changed', engaged: true, orders: 2 });
    expect(orders()).toBe(1);
    expect([ann, sub, bob].map((account) => refusal(buy(account, 1)))).toEqual([
      'kill-switch',
      'kill-switch',
      null,
    ]);
    const copy = venue.copy();
    expect(copy.engine.stateHash()).toBe(venue.engine.stateHash());
    kill(ann, null, false);
    expect(refusal(buy(sub, 1))).toBeNull();
  });

  test('of a key touches the orders of that key alone', () => {
    const { venue, ann, buy, kill, orders } = open();
    buy(ann, 10, 100, 'k1');
    buy(ann, 10, 100, 'k2');
    buy(ann, 10);
    expect(kill(ann, 'k1')[0]).toMatchObject({ orders: 1 });
    expect(orders()).toBe(2);
    expect(refusal(buy(ann, 1, 100, 'k1'))).toBe('kill-switch');
    expect(refusal(buy(ann, 1, 100, 'k2'))).toBeNull();
    expect(venue.copy().engine.stateHash()).toBe(venue.engine.stateHash());
    kill(ann, 'k1', false);
    expect(refusal(buy(ann, 1, 100, 'k1'))).toBeNull();
  });

  test('of a key keeps it from closing positions and changing orders of other keys', () => {
    const { venue, ann, bob, idOf, buy, kill } = open();
    venue.place(bob, idOf(call), 'sell', 10, 300);
    buy(ann, 10, 300, 'k2');
    const [placed] = buy(ann, 10, 100, 'k2');
    const order = placed?.type === 'order-changed' ? placed.order : null;
    kill(ann, 'k1');
    const close = (clientId: string) =>
      venue.apply({
        type: 'close-position',
        accountId: ann,
        instrumentId: idOf(call),
        orderType: 'limit',
        priceTicks: 300 as never,
        connectionId: 0,
        clientId,
      });
    const edit = (clientId: string, sizeLots: number) =>
      venue.apply({
        type: 'edit-order',
        accountId: ann,
        orderId: order?.orderId as never,
        priceTicks: null,
        sizeLots: sizeLots as never,
        displayLots: null,
        postOnly: null,
        reduceOnly: null,
        priceMode: null,
        priceModeValue: null,
        triggerPrice: null,
        triggerOffset: null,
        validUntilUs: 0,
        clientId,
      });
    expect([refusal(close('k1')), refusal(edit('k1', 20))]).toEqual(['kill-switch', 'kill-switch']);
    expect([refusal(close('k2')), refusal(edit('k2', 20))]).toEqual([null, null]);
  });

  test('of an account is on subaccounts that it opens later', () => {
    const { venue, ann, buy, kill } = open();
    kill(ann, null);
    const later = venue.account('later', ann);
    venue.deposit(later, 1e8);
    expect(refusal(buy(later, 1))).toBe('kill-switch');
    kill(ann, null, false);
    expect(refusal(buy(later, 1))).toBeNull();
  });

  test('of the venue stops everybody', () => {
    const { ann, bob, buy, kill, orders } = open();
    buy(ann, 10);
    buy(bob, 10);
    expect(kill(null, null)[0]).toMatchObject({ orders: 2 });
    expect(orders()).toBe(0);
    expect(refusal(buy(bob, 1))).toBe('kill-switch');
    expect(refusal(kill(null, 'k1'))).toBe('unsupported-combination');
    kill(null, null, false);
    expect(refusal(buy(bob, 1))).toBeNull();
  });
});

describe('limits', () => {
  test('orders of an account are counted by contract and by family', () => {
    const { ann, buy } = open({ ordersPerInstrument: 2, ordersPerFamily: 3 });
    expect(refusal(buy(ann, 1))).toBeNull();
    expect(refusal(buy(ann, 1))).toBeNull();
    expect(refusal(buy(ann, 1))).toBe('too-many-orders');
    expect(refusal(buy(ann, 1, 100, '', put))).toBeNull();
    expect(refusal(buy(ann, 1, 100, '', put))).toBe('too-many-orders');
  });

  test('a price may rest only so far from the band', () => {
    // The call's mark is about 0.02 and its band half of that again at least.
    const { ann, bob, venue, idOf, buy } = open({ restingBandFactor: 1.5 });
    const sell = (ticks: number) => venue.place(bob, idOf(call), 'sell', 1, ticks);
    expect(refusal(sell(600))).toBeNull();
    expect(refusal(sell(5_000))).toBe('price-too-high');
    expect(refusal(buy(ann, 1, 1))).toBeNull();
  });

  test('an order that only shrinks a position passes whatever the count of orders', () => {
    const { ann, bob, venue, idOf, buy } = open({ ordersPerInstrument: 1, ordersPerFamily: 1 });
    venue.place(bob, idOf(call), 'sell', 10, 300);
    buy(ann, 10, 300);
    const sell = (lots: number) => refusal(venue.place(ann, idOf(call), 'sell', lots, 600));
    expect(sell(4)).toBeNull();
    expect(sell(6)).toBeNull();
    expect(sell(1)).toBe('too-many-orders');
  });

  test('an order edited in a call auction does not count beside itself', () => {
    const { venue, ann, idOf } = open({ openInterestPerInstrument: 7 });
    const windows = [{ seconds: 10, move: 0.03, everySeconds: 1 }];
    venue.apply({ type: 'set-call-auctions', terms: { windows, auctionSeconds: 60 } });
    for (const price of [100_000, 105_000]) {
      venue.nowUs += 1_000_000;
      venue.index('btc_usd', price);
      venue.curve('btc_usd', price, 0.5);
    }
    const [placed] = venue.place(ann, idOf(call), 'buy', 60, 500);
    if (placed?.type !== 'order-changed') throw new Error('no order');
    const { orderId } = placed.order;
    const edit = (more: Partial<EditOrder>): string | null =>
      refusal(venue.apply({ ...plainEdit, accountId: ann, orderId, ...more }));
    expect(edit({ sizeLots: 70 as SizeLots })).toBeNull();
    expect(edit({ priceTicks: 490 as PriceTicks })).toBeNull();
    expect(edit({ sizeLots: 71 as SizeLots })).toBe('open-interest-limit');
  });

  test('a call auction opens no more than may be open', () => {
    const { venue, ann, bob, idOf } = open({ openInterestPerInstrument: 7 });
    const windows = [{ seconds: 10, move: 0.03, everySeconds: 1 }];
    venue.apply({ type: 'set-call-auctions', terms: { windows, auctionSeconds: 60 } });
    for (const price of [100_000, 105_000]) {
      venue.nowUs += 1_000_000;
      venue.index('btc_usd', price);
      venue.curve('btc_usd', price, 0.5);
    }
    const both = (lots: number): readonly (string | null)[] => [
      refusal(venue.place(ann, idOf(call), 'buy', lots, 500)),
      refusal(venue.place(bob, idOf(call), 'sell', lots, 500)),
    ];
    const stateOf = () =>
      venue.engine.query('instruments', {}).find((view) => view.instrument.id === idOf(call));
    expect(stateOf()?.state).toBe('auction');
    expect(both(40)).toEqual([null, null]);
    expect(both(40)).toEqual(['open-interest-limit', 'open-interest-limit']);
    expect(both(30)).toEqual([null, null]);
    venue.nowUs += 61_000_000;
    venue.index('btc_usd', 105_000);
    expect(stateOf()).toMatchObject({ state: 'open', openInterestLots: 70 });
  });

  test('positions and open interest hold to their limits, and what shrinks always passes', () => {
    const order = fc.record({
      account: fc.constantFrom(0, 1),
      name: fc.constantFrom(call, put),
      side: fc.constantFrom('buy' as const, 'sell' as const),
      lots: fc.integer({ min: 1, max: 60 }),
      ticks: fc.constantFrom(200, 250, 300),
    });
    // Coins; lots are tenths.
    const limits = {
      positionPerInstrument: 8,
      positionPerFamily: 12,
      openInterestPerInstrument: 7,
    };
    fc.assert(
      fc.property(fc.array(order, { maxLength: 30 }), (all) => {
        const { venue, ann, bob, idOf } = open(limits);
        for (const { account, name, side, lots, ticks } of all) {
          const accountId = account === 0 ? ann : bob;
          const before = venue.engine.query('positions', { accountId });
          const open = venue.engine.query('open-orders', { accountId });
          const events = venue.place(accountId, idOf(name), side, lots, ticks);
          const code = refusal(events);
          const sign = side === 'buy' ? 1 : -1;
          const held = before.find((row) => row.instrumentId === idOf(name))?.sizeLots ?? 0;
          const same = (row: { instrumentId: number; side: string }): boolean =>
            row.side === side && row.instrumentId === idOf(name);
          const resting = open
            .filter(same)
            .reduce((sum, row) => sum + row.sizeLots - row.filledLots, 0);
          const shrinks = resting + lots <= -sign * held;
          if (shrinks) expect(code).not.toBe('position-limit');
          const worst = Math.max(sign * held, 0) + resting + lots;
          if (!shrinks && worst > 80) expect(code).toBe('position-limit');
          if (code === 'open-interest-limit') expect(shrinks).toBe(false);
        }
        for (const { openInterestLots } of venue.engine.query('instruments', {})) {
          expect(openInterestLots).toBeLessThanOrEqual(70);
        }
      }),
      { numRuns: 60, seed: 20_261_127 },
    );
  });
});
