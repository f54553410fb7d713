// Reduce-only orders: what one sweep may and may not do to them.
import { expect, test } from 'vitest';
import { TestEngine } from '../testing/test-engine.ts';

test('a sweep past an own order does not fill a reduce-only order beyond its position', () => {
  const engine = new TestEngine();
  engine.open();
  const [ann, bob, cat] = ['ann', 'bob', 'cat'].map((name) => {
    const id = engine.account(name);
    engine.deposit(id, 100e8);
    return id;
  }) as [never, never, never];
  const { id } = engine.instrument('BTC-25SEP26-100000-C');
  // Bob is short 10, and would buy them back by either of two orders.
  engine.place(cat, id, 'buy', 10, 200);
  engine.place(bob, id, 'sell', 10, 200);
  engine.place(bob, id, 'buy', 10, 190);
  engine.place(bob, id, 'buy', 10, 185, { reduceOnly: true });
  // Ann's own order is first in line and gives way to the rest of her sale.
  engine.place(ann, id, 'buy', 20, 195);
  const events = engine.place(ann, id, 'sell', 20, 185);
  const trades = events.filter(({ type }) => type === 'trade');
  expect(trades).toHaveLength(1);
  expect(engine.engine.query('positions', { accountId: bob })).toMatchObject([{ sizeLots: 0 }]);
  expect(
    events.filter((event) => event.type === 'order-changed' && event.cause === 'cancelled'),
  ).toMatchObject([
    { order: { accountId: ann, cancelReason: 'self-trade' } },
    { order: { accountId: bob, cancelReason: 'reduce-only' } },
  ]);
});
