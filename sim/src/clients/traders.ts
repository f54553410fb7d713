// Traders: naive people, makers that keep quotes in the books, and those who use everything that
// an order can be: triggers, icebergs, volatility and dollar prices, edits, reduce-only.
import type {
  AccountId,
  Applied,
  EditOrder,
  Instrument,
  OrderId,
  OrderState,
  OrderType,
  PlaceOrder,
  PriceTicks,
  SizeLots,
  Trigger,
} from '@openstrike/domain';
import { anyOrder } from '@openstrike/domain';
import { chance, pick } from '../world.ts';
import { Client } from './client.ts';
import { apiKeys, markTicks, orderOf, priceNear, someInstrument, someLots } from './order-form.ts';

export abstract class Trader extends Client {
  #keys = 0;
  #lastKey = 0;

  /** A fresh client key for some orders; now and then one used before. */
  key(): string | null {
    if (!chance(this.random, this.world.options.clients.keyShare)) return null;
    if (this.#keys > 0 && chance(this.random, 0.02)) {
      return `${this.accountId}-${this.random.nextInt(1, this.#keys + 1)}`;
    }
    this.#keys += 1;
    this.#lastKey = this.#keys;
    return `${this.accountId}-${this.#lastKey}`;
  }

  place(instrument: Instrument, order: Partial<PlaceOrder>): void {
    const { accountId, random, connection } = this;
    const side = order.side ?? pick(random, ['buy', 'sell'] as const);
    const lots = order.sizeLots ?? someLots(random, instrument);
    const ticks = order.priceTicks ?? priceNear(this.world, random, instrument, 0.15);
    const clientKey = this.key();
    const client = chance(random, 0.5) ? { clientId: pick(random, apiKeys) } : null;
    const more = { clientKey, connectionId: connection.id, ...client, ...order };
    this.send(orderOf(accountId, instrument, side, lots, ticks, more));
  }

  openOrders(): readonly OrderState[] {
    return this.world.venue.feeds.openOrders(this.accountId);
  }
}

/** Sends limit and market orders, cancels, closes. */
export class NaiveTrader extends Trader {
  act(): void {
    const { random, world, accountId } = this;
    const instrument = someInstrument(world, random);
    if (instrument === null) return;
    const drawn = random.nextInt(0, 100);
    if (drawn < 70) {
      const market = chance(random, 0.3);
      this.place(instrument, {
        orderType: market ? pick(random, ['market', 'market-limit'] as const) : 'limit',
        timeInForce: market
          ? 'gtc'
          : pick(random, ['gtc', 'gtc', 'gtc', 'day', 'ioc', 'fok'] as const),
        reduceOnly: chance(random, 0.1),
      });
    } else if (drawn < 88) {
      const open = this.openOrders();
      const orderId = open.length === 0 ? (1 as OrderId) : pick(random, open).orderId;
      this.send({ type: 'cancel-order', accountId, orderId });
    } else {
      const orderType = pick(random, ['limit', 'market'] as const);
      const priceTicks = priceNear(world, random, instrument, 0.3) as PriceTicks;
      this.send({
        type: 'close-position',
        accountId,
        instrumentId: instrument.id,
        orderType,
        priceTicks,
        connectionId: this.connection.id,
      });
    }
  }
}

/** Keeps two-sided quotes in many books, by edits where it can. */
export class Maker extends Trader {
  act(): void {
    const { random, world, accountId } = this;
    const instrument = someInstrument(world, random);
    if (instrument === null) return;
    const own = this.openOrders().filter(({ instrumentId }) => instrumentId === instrument.id);
    if (this.openOrders().length > 120) {
      this.send({
        type: 'cancel-orders',
        accountId,
        filter: { ...anyOrder, instrumentId: pick(random, this.openOrders()).instrumentId },
        reason: 'user-request',
      });
      return;
    }
    const mark = markTicks(world, instrument) ?? 100;
    for (const side of ['buy', 'sell'] as const) {
      const sign = side === 'buy' ? -1 : 1;
      const half = instrument.kind === 'option' ? Math.max(0.05 * mark, 2) : 0.0005 * mark;
      const ticks = priceOf(instrument, mark + sign * half * (0.5 + random.nextFloat()));
      const old = own.find((order) => order.side === side && order.trigger === null);
      if (old !== undefined && chance(random, 0.8)) {
        this.send(editOf(old, { priceTicks: ticks as PriceTicks }));
      } else {
        const postOnly = pick(random, ['off', 'slide', 'reject'] as const);
        const sizeLots = (someLots(random, instrument) * 3) as SizeLots;
        this.place(instrument, { side, priceTicks: ticks as PriceTicks, postOnly, sizeLots });
      }
    }
  }
}

const priceOf = ({ tickSteps }: Instrument, ticks: number): number => {
  const multiple = tickSteps.reduce(
    (found, step) => (ticks > step.aboveTicks ? step.multiple : found),
    1,
  );
  return Math.max(1, Math.round(ticks / multiple) * multiple);
};

/** An edit that leaves everything but what is given. */
const editOf = (order: OrderState, change: Partial<EditOrder>): EditOrder => ({
  type: 'edit-order',
  accountId: order.accountId,
  orderId: order.orderId,
  priceTicks: null,
  sizeLots: null,
  displayLots: null,
  postOnly: null,
  reduceOnly: null,
  priceMode: null,
  priceModeValue: null,
  triggerPrice: null,
  triggerOffset: null,
  validUntilUs: 0,
  ...change,
});

/** Uses triggers, icebergs, pegged prices, validity and edits of all of them. */
export class AdvancedTrader extends Trader {
  act(): void {
    const { random, world } = this;
    const instrument = someInstrument(world, random);
    if (instrument === null) return;
    const drawn = random.nextInt(0, 100);
    if (drawn < 30) this.#trigger(instrument);
    else if (drawn < 50) this.#pegged(instrument);
    else if (drawn < 60) this.#iceberg(instrument);
    else if (drawn < 90) this.#edit(instrument);
    else this.#cancelSome(instrument);
  }

  #trigger(instrument: Instrument): void {
    const { random, world } = this;
    const { tick } = instrument;
    const source = pick(random, ['index', 'mark', 'last'] as const);
    const index = world.venue.feeds.index(instrument.indexName)?.price ?? 1e6;
    const mark = ((markTicks(world, instrument) ?? 100) * tick.num) / tick.den;
    const base = source === 'index' ? index / 1e6 : mark;
    const orderType = pick(random, triggerTypes);
    const trailing = orderType === 'trailing-stop';
    const near = base * (1 + 0.003 * (2 * random.nextFloat() - 1));
    const trigger: Trigger = trailing
      ? { source, price: null, offset: base * 0.001 * (1 + random.nextFloat()) }
      : { source, price: near, offset: null };
    this.place(instrument, { orderType, trigger, reduceOnly: chance(random, 0.3) });
  }

  #pegged(instrument: Instrument): void {
    const { random, world } = this;
    const usd = chance(random, 0.4);
    const index = (world.venue.feeds.index(instrument.indexName)?.price ?? 1e6) / 1e6;
    const mark = world.venue.feeds.mark(instrument.id);
    const value = usd
      ? (mark?.markPrice ?? 0.01) * index * (0.9 + 0.2 * random.nextFloat())
      : (mark?.markIv ?? 0.5) * (0.9 + 0.2 * random.nextFloat());
    this.place(instrument, {
      priceMode: usd ? 'usd' : 'iv',
      priceModeValue: Number.isFinite(value) ? value : 0.5,
      priceTicks: 0 as PriceTicks,
    });
  }

  #iceberg(instrument: Instrument): void {
    const displayLots = (100 * instrument.sizeLotsMin) as SizeLots;
    const sizeLots = (displayLots * this.random.nextInt(2, 6)) as SizeLots;
    this.place(instrument, { sizeLots, displayLots, validUntilUs: this.world.venue.nowUs() });
  }

  #edit(instrument: Instrument): void {
    const { random, world } = this;
    const open = this.openOrders();
    if (open.length === 0) return this.place(instrument, {});
    const order = pick(random, open);
    const own = world.venue.feeds.instrument(order.instrumentId) ?? instrument;
    const price = priceNear(world, random, own, 0.2) as PriceTicks;
    const size = Math.max(1, order.sizeLots + random.nextInt(-5, 10)) as SizeLots;
    this.send(
      editOf(order, {
        priceTicks: chance(random, 0.6) ? price : null,
        sizeLots: chance(random, 0.5) ? size : null,
        postOnly: chance(random, 0.1) ? pick(random, ['off', 'slide', 'reject'] as const) : null,
        reduceOnly: chance(random, 0.1) ? chance(random, 0.5) : null,
        priceMode: chance(random, 0.1) ? pick(random, ['price', 'iv', 'usd'] as const) : null,
        priceModeValue: chance(random, 0.2) ? 0.3 + random.nextFloat() : null,
        triggerPrice: chance(random, 0.2) ? (order.trigger?.price ?? 1) * 1.001 : null,
        triggerOffset: chance(random, 0.1) ? (order.trigger?.offset ?? 1) * 1.1 : null,
      }),
    );
  }

  #cancelSome(instrument: Instrument): void {
    const { random, accountId } = this;
    const orders = pick(random, ['trigger', 'stop', 'take', 'trailing-stop', 'resting'] as const);
    const filter = pick(random, [
      { ...anyOrder, orders },
      { ...anyOrder, instrumentId: instrument.id },
      { ...anyOrder, kind: 'option' as const },
      { ...anyOrder, indexName: instrument.indexName },
    ]);
    this.send({ type: 'cancel-orders', accountId, filter, reason: 'user-request' });
  }
}

const triggerTypes: readonly OrderType[] = [
  'stop-limit',
  'stop-market',
  'take-limit',
  'take-market',
  'trailing-stop',
];

/** Places many orders and cancels them all at once, over and over. */
export class Stormer extends Trader {
  act(): void {
    const { random, world, accountId } = this;
    const instrument = someInstrument(world, random);
    if (instrument === null) return;
    for (let i = random.nextInt(3, 15); i > 0; i--) {
      this.place(instrument, { label: 'storm', sizeLots: instrument.sizeLotsMin });
    }
    const filter = chance(random, 0.5) ? anyOrder : { ...anyOrder, label: 'storm' };
    this.send({ type: 'cancel-orders', accountId, filter, reason: 'user-request' });
    if (chance(random, 0.5)) {
      for (const { orderId } of this.openOrders().slice(0, 20)) {
        this.send({ type: 'cancel-order', accountId, orderId });
      }
    }
  }

  override answered(applied: Applied): void {
    // A cancel for each order at once: many come too late.
    if (applied.command.type !== 'place-order' || this.resting) return;
    for (const event of applied.events) {
      if (event.type === 'order-changed' && event.cause === 'placed' && chance(this.random, 0.5)) {
        const { orderId } = event.order;
        this.send({ type: 'cancel-order', accountId: this.accountId as AccountId, orderId });
      }
    }
  }
}
