// The order of precedence: of two faults the one that stands first in domain's table is reported.
import {
  type AccountId,
  type InstrumentId,
  type PlaceOrder,
  type PriceTicks,
  plainOrder,
  type RejectCode,
  rejectCodes,
  type SizeLots,
  type TsUs,
} from '@openstrike/domain';
import { expect, test } from 'vitest';
import { TestEngine } from '../testing/test-engine.ts';

/** A way to spoil a good order, and what it is refused for. */
const faults: readonly (readonly [RejectCode, Partial<PlaceOrder>])[] = [
  ['unknown-account', { accountId: 99 as AccountId }],
  ['account-locked', { accountId: 3 as AccountId }],
  ['account-cancel-only', { accountId: 4 as AccountId }],
  ['unknown-instrument', { instrumentId: 999 as InstrumentId }],
  ['timed-out', { validUntilUs: 1 as TsUs }],
  ['invalid-amount', { sizeLots: -1 as SizeLots }],
  ['amount-too-small', { sizeLots: 0.5 as SizeLots }],
  ['amount-too-large', { sizeLots: 5001 as SizeLots }],
  ['invalid-price', { priceTicks: 0 as PriceTicks }],
  ['price-wrong-tick', { priceTicks: 203 as PriceTicks }],
  ['invalid-display-amount', { displayLots: 5 as SizeLots }],
  ['unsupported-combination', { timeInForce: 'ioc', postOnly: 'slide' }],
  ['advanced-post-only', { priceMode: 'iv', priceModeValue: 0.5, postOnly: 'reject' }],
  ['invalid-trigger', { trigger: { source: 'index', price: 1, offset: null } }],
  ['price-too-high', { priceTicks: 900 as PriceTicks }],
  ['reduce-only', { reduceOnly: true }],
  ['post-only-cross', { priceTicks: 205 as PriceTicks, postOnly: 'reject' }],
  ['insufficient-funds', { accountId: 2 as AccountId }],
];

const prepare = (): { test: TestEngine; order: PlaceOrder } => {
  const engine = new TestEngine();
  engine.open();
  for (const name of ['rich', 'poor', 'locked', 'cancel-only', 'seller']) engine.account(name);
  for (const id of [1, 3, 4, 5]) engine.deposit(id as AccountId, 100e8);
  const instrumentId = engine.instrument('BTC-25SEP26-100000-C').id;
  for (const [id, access] of [
    [3, 'locked'],
    [4, 'cancel-only'],
  ] as const) {
    engine.apply({
      type: 'configure-account',
      accountId: id as AccountId,
      selfTradeMode: 'cancel-maker',
      selfTradeAcrossSubaccounts: false,
      access,
    });
  }
  engine.place(5 as AccountId, instrumentId, 'sell', 10, 205);
  const order: PlaceOrder = {
    ...plainOrder,
    accountId: 1 as AccountId,
    instrumentId,
    side: 'buy',
    priceTicks: 200 as PriceTicks,
    sizeLots: 10 as SizeLots,
  };
  return { test: engine, order };
};

const refusalOf = (engine: TestEngine, order: PlaceOrder): RejectCode | null => {
  const [event] = engine.apply(order);
  return event?.type === 'command-rejected' ? event.code : null;
};

const rankOf = (code: RejectCode): number => rejectCodes.findIndex((row) => row.code === code);

test('the faults stand in the order of the table', () => {
  const ranks = faults.map(([code]) => rankOf(code));
  expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
});

test.each(faults)('%s alone', (code, fault) => {
  const { test: engine, order } = prepare();
  expect(refusalOf(engine, { ...order, ...fault })).toBe(code);
});

test('of two faults the first in the table is reported', () => {
  const { test: engine, order } = prepare();
  for (const [first, one] of faults) {
    for (const [second, other] of faults) {
      const shared = Object.keys(one).some((key) => key in other);
      // Pairs that cancel each other out are not two faults.
      const undone = second === 'invalid-display-amount' || first === 'invalid-display-amount';
      const pegged = 'priceMode' in one || 'priceMode' in other;
      if (rankOf(first) < rankOf(second) && !shared && !undone && !pegged) {
        expect([second, refusalOf(engine, { ...order, ...one, ...other })]).toEqual([
          second,
          first,
        ]);
      }
    }
  }
});

test('a good order is placed', () => {
  const { test: engine, order } = prepare();
  expect(refusalOf(engine, order)).toBe(null);
});
