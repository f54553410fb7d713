// The line model knows who came first: by placing, by what an edit does to an order's place, and
// that it does not know where the events do not tell.
import type { OrderCause, OrderChanged, OrderState } from '@openstrike/domain';
import { expect, test } from 'vitest';
import { LineModel } from './line-model.ts';

const order = (orderId: number, more: Partial<Record<keyof OrderState, unknown>> = {}) =>
  ({
    orderId,
    side: 'buy',
    status: 'open',
    priceTicks: 100,
    sizeLots: 10,
    displayLots: (more.sizeLots as number | undefined) ?? 10,
    postOnly: 'off',
    reduceOnly: false,
    ...more,
  }) as unknown as OrderState;

const lineOf = (...changes: readonly (readonly [OrderCause, OrderState])[]) => {
  const line = new LineModel();
  const known = new Map<number, OrderState>();
  for (const [cause, next] of changes) {
    const change: OrderChanged = { type: 'order-changed', cause, order: next };
    line.change(change, known.get(next.orderId));
    known.set(next.orderId, next);
  }
  const [first, second] = [known.get(1) as OrderState, known.get(2) as OrderState];
  return { line, first, second };
};

const both = [
  ['placed', order(1)],
  ['placed', order(2)],
] as const;

test('orders stand in the order of their placing, and of their prices before it', () => {
  const { line, first, second } = lineOf(...both);
  expect(line.isBefore(first, second)).toBe(true);
  expect(line.isBefore(second, first)).toBe(false);
  expect(line.standsBefore(first, second)).toBe(true);
  const dearer = lineOf(...both, ['repriced', order(2, { priceTicks: 101 })]);
  expect(dearer.line.standsBefore(dearer.second, dearer.first)).toBe(true);
});

test.each([
  [{ sizeLots: 9 }, true],
  [{ sizeLots: 11 }, false],
  [{ displayLots: 5 }, false],
  [{ priceTicks: 101 }, false],
])('an edit to %o keeps the place: %s', (more, keeps) => {
  const { line, first, second } = lineOf(...both, ['edited', order(1, more)]);
  expect(line.isBefore(first, second)).toBe(keeps);
  expect(line.isBefore(second, first)).toBe(!keeps);
});

test('where an edit may have hidden it nothing is said', () => {
  for (const more of [{ reduceOnly: true }, { postOnly: 'slide' }]) {
    const { line, first, second } = lineOf(...both, ['edited', order(1, more)]);
    expect(line.isBefore(first, second)).toBe(false);
    expect(line.isBefore(second, first)).toBe(false);
  }
});

test('a slice of an iceberg is neither before nor behind at its own price', () => {
  const { line, first, second } = lineOf(
    ['placed', order(1, { displayLots: 5 })],
    ['placed', order(2)],
  );
  expect(line.standsBefore(first, second)).toBe(false);
  expect(line.isBefore(first, second)).toBe(true);
});
