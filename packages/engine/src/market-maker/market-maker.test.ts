// Market-maker protection and mass quotes, as a maker meets them: what trips, what is taken out,
// what is refused and until when, and that a group has one quote a side whatever is asked.
import {
  type AccountId,
  type Event,
  expiryOfCode,
  type InstrumentId,
  type MmpLimits,
  type MmpScope,
  type OrderId,
  type OrderState,
  type PriceTicks,
  type Quote,
  type SizeLots,
  type TsUs,
  usPerSecond,
} from '@openstrike/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TestEngine } from '../testing/test-engine.ts';

const friday = expiryOfCode('25SEP26') as TsUs;
const none: MmpLimits = { quantity: 0, delta: 0, vega: 0, gamma: 0, trades: 0, open: 0 };
const call = 'BTC-25SEP26-100000-C';
const put = 'BTC-25SEP26-100000-P';
const later = 'BTC-22SEP26-100000-C';

const scopeOf = (more: Partial<MmpScope> = {}): MmpScope => ({
  indexName: 'btc_usd',
  group: '',
  expiryUs: null,
  ...more,
});

const open = () => {
  const venue = new TestEngine();
  venue.open();
  const maker = venue.account('maker');
  const taker = venue.account('taker');
  for (const account of [maker, taker]) venue.deposit(account, 1_000e8);
  const idOf = (name: string): InstrumentId => venue.instrument(name).id;
  const protect = (limits: Partial<MmpLimits>, scope = scopeOf(), frozenUs = 0) =>
    venue.apply({
      type: 'set-mmp',
      accountId: maker,
      scope,
      intervalUs: usPerSecond,
      frozenUs,
      limits: { ...none, ...limits },
    });
  const sell = (name: string, lots: number, ticks: number) =>
    venue.place(maker, idOf(name), 'sell', lots, ticks, { mmp: true });
  const buy = (name: string, lots: number, ticks: number) =>
    venue.place(taker, idOf(name), 'buy', lots, ticks, { timeInForce: 'ioc' });
  const resting = (): readonly OrderState[] =>
    venue.engine.query('open-orders', { accountId: maker });
  return { venue, maker, taker, idOf, protect, sell, buy, resting };
};

const refusal = (events: readonly Event[]): string | null => {
  const found = events.find(({ type }) => type === 'command-rejected');
  return found?.type === 'command-rejected' ? found.code : null;
};
const triggered = (events: readonly Event[]) =>
  events.flatMap((event) => (event.type === 'mmp-triggered' ? [event] : []));

describe('protection', () => {
  test('is needed by an order that is marked for it', () => {
    const { sell, protect } = open();
    expect(refusal(sell(call, 10, 300))).toBe('mmp-required');
    protect({ quantity: 5 });
    expect(refusal(sell(call, 10, 300))).toBeNull();
  });

  test('counts quantity over both sides of a book, and takes all orders of the index out', () => {
    const { venue, maker, protect, sell, buy, resting, idOf } = open();
    protect({ quantity: 2 });
    sell(call, 10, 300);
    sell(call, 10, 305);
    sell(later, 10, 300);
    venue.place(maker, idOf(put), 'buy', 10, 200, { mmp: true });
    venue.place(maker, idOf(put), 'buy', 7, 190);
    expect(triggered(buy(call, 10, 300))).toEqual([]);
    const events = buy(call, 10, 305);
    expect(triggered(events)).toMatchObject([
      { accountId: maker, cause: 'quantity', frozenUntilUs: 0 },
    ]);
    const cancelled = events.flatMap((event) =>
      event.type === 'order-changed' && event.cause === 'cancelled' ? [event.order] : [],
    );
    expect(cancelled.map(({ cancelReason }) => cancelReason)).toEqual(['mmp', 'mmp']);
    expect(resting().map(({ sizeLots }) => sizeLots)).toEqual([7]);
    expect(refusal(sell(call, 1, 300))).toBe('mmp-frozen');
  });

  test('counts from the first fill of an interval, and anew after it', () => {
    const { venue, protect, sell, buy } = open();
    protect({ quantity: 2 });
    sell(call, 100, 300);
    expect(triggered(buy(call, 19, 300))).toEqual([]);
    venue.nowUs += usPerSecond;
    expect(triggered(buy(call, 19, 300))).toEqual([]);
    venue.nowUs += usPerSecond - 1;
    expect(triggered(buy(call, 1, 300)).map(({ cause }) => cause)).toEqual(['quantity']);
  });

  test.each([
    // A call at the money has a delta a little above a half, less its price in coins.
    ['delta', { quantity: 100, delta: 1 }, 25],
    ['vega', { vega: 100 }, 30],
    ['gamma', { gamma: 0.1 }, 30],
    ['trades', { trades: 1 }, 1],
  ] as const)('limits %s', (cause, limits, lots) => {
    const { protect, sell, buy } = open();
    protect(limits);
    sell(call, 100, 300);
    expect(triggered(buy(call, lots, 300)).map((event) => event.cause)).toEqual([cause]);
  });

  test('nets delta: what is bought and sold alike does not trip it', () => {
    const { venue, maker, taker, idOf, protect, sell, buy } = open();
    protect({ delta: 1 });
    sell(call, 100, 300);
    venue.place(maker, idOf(call), 'buy', 100, 200, { mmp: true });
    for (let n = 0; n < 10; n++) {
      expect(triggered(buy(call, 15, 300))).toEqual([]);
      const back = venue.place(taker, idOf(call), 'sell', 15, 200, { timeInForce: 'ioc' });
      expect(triggered(back)).toEqual([]);
    }
  });

  test('lets no more be open on one side of a contract than it says', () => {
    const { protect, sell, resting, venue, maker } = open();
    protect({ quantity: 100, open: 2 });
    expect(refusal(sell(call, 15, 300))).toBeNull();
    expect(refusal(sell(call, 6, 305))).toBe('mmp-open-limit');
    expect(refusal(sell(put, 20, 300))).toBeNull();
    expect(refusal(sell(call, 5, 305))).toBeNull();
    const [first] = resting();
    const edit = (sizeLots: number): readonly Event[] =>
      venue.apply({
        type: 'edit-order',
        accountId: maker,
        orderId: first?.orderId as OrderId,
        priceTicks: null,
        sizeLots: sizeLots as SizeLots,
        displayLots: null,
        postOnly: null,
        reduceOnly: null,
        priceMode: null,
        priceModeValue: null,
        triggerPrice: null,
        triggerOffset: null,
        validUntilUs: 0,
      });
    expect(refusal(edit(16))).toBe('mmp-open-limit');
    expect(refusal(edit(14))).toBeNull();
  });

  test('of one expiry leaves the others alone', () => {
    const { protect, sell, buy, resting } = open();
    protect({ quantity: 1 }, scopeOf({ expiryUs: friday }));
    protect({ quantity: 50 });
    sell(call, 20, 300);
    sell(later, 20, 300);
    const events = buy(call, 10, 300);
    expect(triggered(events)).toMatchObject([{ scope: { expiryUs: friday } }]);
    expect(resting().length).toBe(1);
    expect(refusal(sell(call, 1, 300))).toBe('mmp-frozen');
    expect(refusal(sell(later, 1, 300))).toBeNull();
  });

  test('thaws by itself, or by a reset', () => {
    const { venue, maker, protect, sell, buy } = open();
    protect({ trades: 1 }, scopeOf(), 5 * usPerSecond);
    sell(call, 10, 300);
    expect(triggered(buy(call, 1, 300))[0]?.frozenUntilUs).toBe(venue.nowUs + 5 * usPerSecond);
    venue.nowUs += 5 * usPerSecond - 1;
    expect(refusal(sell(call, 10, 300))).toBe('mmp-frozen');
    const copy = venue.copy();
    expect(copy.engine.query('mmp', { accountId: maker })).toEqual(
      venue.engine.query('mmp', { accountId: maker }),
    );
    venue.nowUs += 1;
    expect(refusal(sell(call, 10, 300))).toBeNull();
    buy(call, 1, 300);
    expect(refusal(sell(call, 10, 300))).toBe('mmp-frozen');
    venue.apply({ type: 'reset-mmp', accountId: maker, scope: scopeOf() });
    expect(refusal(sell(call, 10, 300))).toBeNull();
  });

  test.each([
    [{}, usPerSecond, 0],
    [{ quantity: -1 }, usPerSecond, 0],
    [{ quantity: Number.NaN }, usPerSecond, 0],
    [{ quantity: 1, delta: 2 }, usPerSecond, 0],
    [{ quantity: 1 }, 1.5, 0],
    [{ quantity: 1 }, usPerSecond, 3_600_000_001],
  ] as const)('refuses limits of %o over %d', (limits, intervalUs, frozenUs) => {
    const { venue, maker } = open();
    const scope = scopeOf();
    const set = { ...none, ...limits };
    const events = venue.apply({
      type: 'set-mmp',
      accountId: maker,
      scope,
      intervalUs,
      frozenUs,
      limits: set,
    });
    expect(refusal(events)).toBe('mmp-limits');
  });
});

const side = (ticks: number, lots: number) => ({
  priceTicks: ticks as PriceTicks,
  sizeLots: lots as SizeLots,
  postOnly: 'off' as const,
});

const openQuotes = () => {
  const own = open();
  own.protect({ quantity: 100 }, scopeOf({ group: 'g' }));
  const quote = (quotes: readonly Quote[], quoteId = 'q', group = 'g') =>
    own.venue.apply({
      type: 'mass-quote',
      accountId: own.maker,
      group,
      quoteId,
      quotes,
      validUntilUs: 0,
      connectionId: 0,
    });
  const both = (name: string, bid: number, ask: number, lots = 10, setId = 's'): Quote => ({
    instrumentId: own.idOf(name),
    setId,
    bid: side(bid, lots),
    ask: side(ask, lots),
  });
  const prices = (): readonly number[] =>
    own
      .resting()
      .map(({ priceTicks }) => priceTicks)
      .sort((a, b) => a - b);
  return { ...own, quote, both, prices };
};

const refusedSides = (events: readonly Event[]) =>
  events.flatMap((event) =>
    event.type === 'quote-refused' ? [`${event.side} ${event.code}`] : [],
  );

describe('mass quotes', () => {
  test('place, move past themselves both ways, shrink in place and go', () => {
    const { quote, both, prices, resting } = openQuotes();
    quote([both(call, 200, 300)]);
    expect(prices()).toEqual([200, 300]);
    expect(refusedSides(quote([both(call, 310, 400)]))).toEqual([]);
    expect(prices()).toEqual([310, 400]);
    expect(refusedSides(quote([both(call, 200, 300)]))).toEqual([]);
    expect(prices()).toEqual([200, 300]);
    const [before] = resting();
    quote([both(call, 200, 300, 4, 't')], 'r');
    const after = resting().find(({ orderId }) => orderId === before?.orderId);
    expect(after).toMatchObject({ sizeLots: 4, quote: { group: 'g', quoteId: 'r', setId: 't' } });
    quote([both(call, 0, 0, 0)]);
    expect(resting()).toEqual([]);
  });

  test('each side stands by itself, and one that is refused leaves none behind', () => {
    const { quote, both, prices } = openQuotes();
    quote([both(call, 200, 300), both(put, 200, 300)]);
    const events = quote([both(call, 200, 100_000), both(put, 205, 305)]);
    // Beyond the band a sell is taken; a bid above it is not.
    expect(refusedSides(events)).toEqual([]);
    expect(refusedSides(quote([both(call, 90_000, 100_000)]))).toEqual(['buy price-too-high']);
    expect(prices()).toEqual([205, 305, 100_000]);
  });

  test('do not meet themselves', () => {
    const { quote, both, prices } = openQuotes();
    expect(refusedSides(quote([both(call, 300, 300)]))).toEqual(['sell self-trade']);
    expect(prices()).toEqual([300]);
  });

  test('need a group that is protected, and are taken out with it', () => {
    const { quote, both, buy, resting } = openQuotes();
    expect(refusedSides(quote([both(call, 200, 300)], 'q', 'other'))).toEqual([
      'buy mmp-required',
      'sell mmp-required',
    ]);
    expect(refusal(quote([both(call, 200, 300)], 'q', ''))).toBe('too-many-quotes');
    quote([both(call, 200, 300, 1_000), both(put, 200, 300)]);
    expect(triggered(buy(call, 1_000, 300))).toMatchObject([{ scope: { group: 'g' } }]);
    expect(resting()).toEqual([]);
    expect(refusedSides(quote([both(call, 200, 300)]))).toEqual([
      'buy mmp-frozen',
      'sell mmp-frozen',
    ]);
  });

  test('are cancelled by what they are, and frozen for a while', () => {
    const { venue, maker, quote, both, prices } = openQuotes();
    const cancel = (filter: object, freezeUs = 0): readonly Event[] =>
      venue.apply({
        type: 'cancel-quotes',
        accountId: maker as AccountId,
        filter: {
          instrumentId: null,
          currency: null,
          indexName: null,
          kind: null,
          setId: null,
          delta: null,
          ...filter,
        },
        freezeUs,
      });
    quote([both(call, 200, 300, 10, 'a'), both(put, 210, 310, 10, 'b')]);
    cancel({ setId: 'c' });
    cancel({ delta: { min: -1, max: 0 } });
    expect(prices()).toEqual([200, 300]);
    quote([both(put, 210, 310, 10, 'b')]);
    cancel({ setId: 'a' });
    expect(prices()).toEqual([210, 310]);
    cancel({}, usPerSecond);
    expect(prices()).toEqual([]);
    expect(refusal(quote([both(call, 200, 300)]))).toBe('quotes-frozen');
    venue.nowUs += usPerSecond;
    expect(refusal(quote([both(call, 200, 300)]))).toBeNull();
  });

  test('at most one a side, contract and group rests, whatever is asked', () => {
    const ticks = fc.integer({ min: -2, max: 80 }).map((n) => n * 5);
    const lots = fc.integer({ min: -1, max: 30 });
    const one = fc.option(fc.tuple(ticks, lots), { nil: null });
    const request = fc.record({
      group: fc.constantFrom('g', 'h'),
      quotes: fc.array(fc.record({ name: fc.constantFrom(call, put, later), bid: one, ask: one }), {
        maxLength: 5,
      }),
      sweep: fc.option(fc.tuple(fc.constantFrom(call, put), fc.integer({ min: 1, max: 40 }))),
    });
    fc.assert(
      fc.property(fc.array(request, { maxLength: 12 }), (requests) => {
        const { venue, quote, protect, idOf, resting, buy } = openQuotes();
        protect({ trades: 3 }, scopeOf({ group: 'h' }), usPerSecond);
        for (const { group, quotes, sweep } of requests) {
          quote(
            quotes.map(({ name, bid, ask }) => ({
              instrumentId: idOf(name),
              setId: 's',
              bid: bid && side(...bid),
              ask: ask && side(...ask),
            })),
            'q',
            group,
          );
          const seen = new Set<string>();
          for (const order of resting()) {
            const key = `${order.instrumentId}:${order.side}:${order.quote?.group}`;
            expect(seen.has(key)).toBe(false);
            seen.add(key);
          }
          if (sweep) buy(...sweep, 400);
          venue.nowUs += usPerSecond / 4;
        }
        expect(venue.copy().engine.stateHash()).toBe(venue.engine.stateHash());
      }),
      { numRuns: 60, seed: 20_261_127 },
    );
  });
});
