// Key model: the first result of each client key. Invariant: within a day of the first arrival
// every arrival of the same key tells the first result and does nothing; no key makes two orders.
import type { Applied, Event, OrderState, PlaceOrder, RejectCode } from '@openstrike/domain';
import { usPerDay } from '@openstrike/domain';
import { placedOf } from './placed-orders.ts';
import { hold, show } from './violation.ts';

interface FirstResult {
  readonly tsUs: number;
  readonly orderId: number;
  readonly rejectCode: RejectCode | null;
  readonly trades: string;
}

export class KeyModel {
  readonly #first = new Map<string, FirstResult>();
  /** Keys that were told again, for the run's coverage. */
  repeats = 0;

  /** Takes an applied place-order with a client key in. */
  arrived(command: PlaceOrder, clientKey: string, { tsUs, events }: Applied): void {
    const key = `${command.accountId}:${clientKey}`;
    const known = this.#first.get(key);
    const result = resultOf(command, tsUs, events);
    if (known === undefined || known.tsUs + usPerDay <= tsUs) {
      hold(!result.repeated, 'a new key is no repetition', () => `${key} ${show(result)}`);
      if (result.first.rejectCode !== 'unknown-account') this.#first.set(key, result.first);
      return;
    }
    this.repeats += 1;
    const { orderId, rejectCode, trades } = result.first;
    hold(
      result.repeated &&
        orderId === known.orderId &&
        rejectCode === known.rejectCode &&
        trades === known.trades,
      'a retry returns the first result',
      () => `${key} gave ${show(known)}, then ${show(result)}`,
    );
  }
}

const resultOf = (
  command: PlaceOrder,
  tsUs: number,
  events: readonly Event[],
): { readonly repeated: boolean; readonly first: FirstResult } => {
  const placed = placedOf(command, events);
  for (const event of events) {
    if (event.type === 'command-repeated') {
      hold(placed.length === 0, 'a repetition places nothing', () => show(placed));
      const { order, rejectCode } = event;
      const trades = event.trades.map(({ tradeId }) => tradeId).join(' ');
      return { repeated: true, first: { tsUs, orderId: order.orderId, rejectCode, trades } };
    }
    if (event.type === 'command-rejected') {
      hold(placed.length === 0, 'a refusal places nothing', () => show(placed));
      return { repeated: false, first: { tsUs, orderId: 0, rejectCode: event.code, trades: '' } };
    }
  }
  hold(
    placed.length === 1,
    'an order is placed or refused',
    () => `${show(command)} ${show(placed)}`,
  );
  const orderId = (placed[0] as OrderState).orderId;
  const trades: number[] = [];
  for (const event of events) {
    if (event.type === 'trade' && event.taker.orderId === orderId) trades.push(event.tradeId);
  }
  return { repeated: false, first: { tsUs, orderId, rejectCode: null, trades: trades.join(' ') } };
};
