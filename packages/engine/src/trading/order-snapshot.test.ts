// What events tell of orders holds for good: a record that serves again must not reach back into
// what was told of the order before.
import {
  type EditOrder,
  type Event,
  type OrderId,
  type PriceTicks,
  plainEdit,
} from '@openstrike/domain';
import { expect, test } from 'vitest';
import { TestEngine } from '../testing/test-engine.ts';

/** An engine that keeps what it told, and how it looked then. */
class Told extends TestEngine {
  readonly told: { readonly event: Event; readonly text: string }[] = [];

  override apply(command: Parameters<TestEngine['apply']>[0]): readonly Event[] {
    this.nowUs += 1;
    const events = super.apply(command);
    for (const event of events) this.told.push({ event, text: JSON.stringify(event) });
    return events;
  }

  edit(orderId: number, more: Partial<EditOrder>): void {
    this.apply({ ...plainEdit, accountId: 1 as never, orderId: orderId as OrderId, ...more });
  }

  orders() {
    return this.told.flatMap(({ event }) =>
      event.type === 'order-changed'
        ? [{ cause: event.cause, ...JSON.parse(JSON.stringify(event.order)) }]
        : [],
    );
  }
}

const traded = (): Told => {
  const engine = new Told();
  engine.open();
  const ann = engine.account('ann');
  const bob = engine.account('bob');
  engine.deposit(ann, 100e8);
  engine.deposit(bob, 100e8);
  const { id } = engine.instrument('BTC-25SEP26-100000-C');
  engine.place(ann, id, 'buy', 5, 100, { label: 'first', connectionId: 7, clientKey: 'one' });
  engine.edit(1, { priceTicks: 105 as PriceTicks });
  engine.edit(1, { postOnly: 'slide' });
  engine.edit(1, { priceMode: 'iv', priceModeValue: 0.4, postOnly: 'off' });
  engine.edit(1, { priceMode: 'price', priceTicks: 110 as PriceTicks });
  engine.place(bob, id, 'sell', 2, 110);
  engine.cancelAll(ann);
  engine.place(ann, id, 'buy', 1, 90, { label: 'second', timeInForce: 'day' });
  engine.place(ann, id, 'sell', 1, 0, {
    orderType: 'trailing-stop',
    trigger: { source: 'mark', price: null, offset: 0.001 },
  });
  engine.cancelAll(ann);
  return engine;
};

test('what was told of an order stays as it was', () => {
  const { told } = traded();
  expect(told.map(({ event }) => JSON.stringify(event))).toEqual(told.map(({ text }) => text));
});

test('each state of an order is that of its instant', () => {
  const orders = traded().orders();
  const first = orders.filter(({ orderId }) => orderId === 1);
  expect(
    first.map(({ cause, status, priceTicks, filledLots, postOnly, priceMode, priceModeValue }) => [
      cause,
      status,
      priceMode === 'price' ? priceTicks : priceModeValue,
      filledLots,
      postOnly,
    ]),
  ).toEqual([
    ['placed', 'open', 100, 0, 'off'],
    ['edited', 'open', 105, 0, 'off'],
    ['edited', 'open', 105, 0, 'slide'],
    ['edited', 'open', 0.4, 0, 'off'],
    ['edited', 'open', 110, 0, 'off'],
    ['filled', 'open', 110, 2, 'off'],
    ['cancelled', 'cancelled', 110, 2, 'off'],
  ]);
  for (const order of first) {
    expect(order).toMatchObject({ label: 'first', connectionId: 7, clientKey: 'one', side: 'buy' });
    expect(order.triggerReference).toBe(null);
  }
  const stops = orders.filter(({ type }) => type === 'trailing-stop');
  expect(stops.map(({ cause }) => cause)).toEqual(['placed', 'cancelled']);
  expect(stops[0].triggerReference).toBeGreaterThan(0);
});

test('what is kept of an order for a retry is the same after a restart', () => {
  const engine = traded();
  const again = engine.copy();
  expect(again.engine.stateHash()).toBe(engine.engine.stateHash());
  const { id } = engine.instrument('BTC-25SEP26-100000-C');
  const retry = (on: TestEngine) => on.place(1 as never, id, 'buy', 5, 100, { clientKey: 'one' });
  const [told] = retry(engine);
  expect(told).toMatchObject({
    type: 'command-repeated',
    order: { label: 'first', priceTicks: 100 },
  });
  expect(retry(again)).toEqual([told]);
});
