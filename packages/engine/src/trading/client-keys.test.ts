// Client keys: kept for a day, across a snapshot, and not beyond their number.
import type { AccountId } from '@openstrike/domain';
import { expect, test } from 'vitest';
import { clientKeyAgeUs, clientKeysMax } from '../limits.ts';
import { TestEngine } from '../testing/test-engine.ts';

const prepare = () => {
  const engine = new TestEngine();
  engine.open();
  const ann = engine.account('ann');
  const bob = engine.account('bob');
  engine.deposit(ann, 100e8);
  engine.deposit(bob, 100e8);
  const { id } = engine.instrument('BTC-25SEP26-100000-C');
  return { engine, ann, bob, id };
};

test('a retry tells the first result with its trades, after a restore too', () => {
  const { engine, ann, bob, id } = prepare();
  engine.place(bob, id, 'sell', 5, 200);
  const first = engine.place(ann, id, 'buy', 8, 200, { clientKey: 'k' });
  const copy = engine.copy();
  for (const again of [engine, copy]) {
    const [event, ...rest] = again.place(ann, id, 'sell', 1, 900, { clientKey: 'k' });
    expect(rest).toEqual([]);
    expect(event).toMatchObject({ type: 'command-repeated', clientKey: 'k', rejectCode: null });
    if (event?.type !== 'command-repeated') throw new Error('not repeated');
    expect(event.trades).toEqual(first.filter(({ type }) => type === 'trade'));
    expect(event.order).toMatchObject({ sizeLots: 8, filledLots: 5, status: 'open' });
  }
  expect(engine.place(bob, id, 'buy', 1, 100, { clientKey: 'k' })[0]?.type).toBe('order-changed');
});

test('a retry after a restore tells numbers as they came, finite or not', () => {
  const { engine, ann, id } = prepare();
  const odd = {
    clientKey: 'k',
    priceMode: 'iv',
    priceModeValue: Number.NEGATIVE_INFINITY,
  } as const;
  engine.place(ann, id, 'buy', Number.NaN, 100, odd);
  const copy = engine.copy();
  for (const again of [engine, copy]) {
    const [event] = again.place(ann, id, 'buy', 1, 100, { clientKey: 'k' });
    expect(event).toMatchObject({
      rejectCode: 'invalid-amount',
      order: { sizeLots: Number.NaN, priceModeValue: Number.NEGATIVE_INFINITY },
    });
  }
});

test('a key is forgotten after a day', () => {
  const { engine, ann, id } = prepare();
  engine.place(ann, id, 'buy', 1, 100, { clientKey: 'k' });
  const typesOfRetry = (): string[] =>
    engine.place(ann, id, 'buy', 1, 100, { clientKey: 'k' }).map(({ type }) => type);
  engine.nowUs += clientKeyAgeUs - 1;
  expect(typesOfRetry()).toContain('command-repeated');
  engine.nowUs += 1;
  expect(typesOfRetry()).toContain('order-changed');
});

test('the oldest key goes when there are too many', () => {
  const { engine, ann, id } = prepare();
  const placeKeyed = (clientKey: string, accountId: AccountId = ann) =>
    engine.place(accountId, id, 'buy', 0, 100, { clientKey })[0]?.type;
  for (let n = 0; n <= clientKeysMax; n++) placeKeyed(`key ${n}`);
  expect(placeKeyed('key 0')).toBe('command-rejected');
  expect(placeKeyed(`key ${clientKeysMax}`)).toBe('command-repeated');
});
