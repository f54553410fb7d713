// Order model: every order from its placing to its end, by the events alone. Invariant: an order is
// placed once, never filled beyond its size nor beyond its limit, and never changes after its end;
// each fill of it is a trade, at the best price there was; at the end of a call auction, of the
// first in line, and the later of the two is the taker.
import type {
  AccountId,
  InstrumentId,
  OrderChanged,
  OrderId,
  OrderState,
  Trade,
  TradeParty,
} from '@openstrike/domain';
import { LineModel } from './line-model.ts';
import { hold, show } from './violation.ts';

/** Lots traded by an order since its last order-changed event. */
interface Traded {
  lots: number;
  tickLots: number;
  fee: number;
}

const none: Traded = { lots: 0, tickLots: 0, fee: 0 };

const rests = (order: OrderState): boolean => order.status === 'open';
const isOpen = ({ status }: OrderState): boolean => status === 'open' || status === 'untriggered';

export class OrderModel {
  readonly open = new Map<OrderId, OrderState>();
  readonly #byInstrument = new Map<InstrumentId, Map<OrderId, OrderState>>();
  readonly #byAccount = new Map<AccountId, Map<OrderId, OrderState>>();
  readonly #traded = new Map<OrderId, Traded>();
  readonly #mustEnd = new Set<OrderId>();
  readonly #line = new LineModel();
  #lastId = 0;

  /** Takes a trade in, before the order-changed events of both sides. */
  trade(trade: Trade, called = false): void {
    const { taker, maker, priceTicks, sizeLots, instrumentId } = trade;
    hold(sizeLots > 0 && Number.isSafeInteger(sizeLots), 'trades have a size', () => show(trade));
    const resting = this.#side(trade, maker);
    const arriving = this.#side(trade, taker);
    // A liquidation's own orders meet each other at the mark and stand in no book.
    const outside = trade.liquidation !== null && maker.orderType === 'market';
    hold(
      outside || called || resting.priceTicks === priceTicks,
      "trades are at the maker's price",
      () => `${show(resting)} ${show(trade)}`,
    );
    hold(maker.side !== taker.side, 'a trade has two sides', () => show(trade));
    hold(
      arriving.postOnly === 'off' || this.#isEdited(arriving),
      'a post-only order takes nothing',
      () => show(arriving),
    );
    if (called) this.#checkLine(resting, arriving);
    if (outside || called) return;
    for (const order of this.#byInstrument.get(instrumentId)?.values() ?? []) {
      if (order.side !== maker.side || !rests(order) || order.orderId === taker.orderId) continue;
      const better =
        maker.side === 'buy' ? order.priceTicks > priceTicks : order.priceTicks < priceTicks;
      hold(
        !better || order.priceTicks === 0 || this.#isUsedUp(order),
        'the best price trades first',
        () => `${show(order)} stood before ${show(trade)}`,
      );
    }
  }

  /** Holds that both sides of an auction's trade were first in line, and who came later takes. */
  #checkLine(maker: OrderState, taker: OrderState): void {
    hold(
      !this.#line.isBefore(taker, maker),
      'who came later takes in an auction',
      () => `${show(taker)} took ${show(maker)}`,
    );
    for (const order of this.#byInstrument.get(taker.instrumentId)?.values() ?? []) {
      if (!rests(order) || order.priceTicks === 0 || this.#isUsedUp(order)) continue;
      const party = order.side === taker.side ? taker : maker;
      hold(
        order.orderId === party.orderId || !this.#line.standsBefore(order, party),
        'an auction trades the first in line',
        () => `${show(order)} stood before ${show(party)}`,
      );
    }
  }

  /** An order whose last state was made within this command may have had fills since. */
  #isUsedUp({ orderId, sizeLots, filledLots }: OrderState): boolean {
    return filledLots + (this.#traded.get(orderId) ?? none).lots >= sizeLots;
  }

  /** An edit may have turned post-only off and on again around a fill. */
  #isEdited(order: OrderState): boolean {
    return order.replaced;
  }

  #side(trade: Trade, party: TradeParty): OrderState {
    const order = this.open.get(party.orderId);
    const { priceTicks, sizeLots } = trade;
    hold(order !== undefined, 'only open orders trade', () => show(trade));
    hold(
      order.accountId === party.accountId &&
        order.side === party.side &&
        order.instrumentId === trade.instrumentId &&
        order.status === 'open',
      'trades are of their orders',
      () => `${show(order)} ${show(trade)}`,
    );
    const limited = order.priceTicks !== 0;
    const beyond =
      order.side === 'buy' ? priceTicks > order.priceTicks : priceTicks < order.priceTicks;
    hold(
      !limited || !beyond,
      'no order trades beyond its limit',
      () => `${show(order)} ${show(trade)}`,
    );
    const before = this.#traded.get(party.orderId) ?? none;
    this.#traded.set(party.orderId, {
      lots: before.lots + sizeLots,
      tickLots: before.tickLots + sizeLots * priceTicks,
      fee: before.fee + party.fee,
    });
    return order;
  }

  /** Takes an order's new state in. */
  change(change: OrderChanged): void {
    const { cause, order } = change;
    const { orderId, filledLots, sizeLots, status } = order;
    const before = this.open.get(orderId);
    if (cause === 'placed' || cause === 'rejected') {
      hold(orderId > this.#lastId, 'an order is placed once', () => show(order));
      this.#lastId = orderId;
    } else {
      hold(before !== undefined, 'an ended order never changes', () => `${cause} ${show(order)}`);
    }
    if (before !== undefined) this.#checkSame(before, order);
    const traded = this.#traded.get(orderId) ?? none;
    hold(
      filledLots === (before?.filledLots ?? 0) + traded.lots &&
        order.filledTickLots === (before?.filledTickLots ?? 0) + traded.tickLots &&
        order.fee === (before?.fee ?? 0) + traded.fee,
      'orders are filled by their trades',
      () => `${show(before)} became ${show(order)} with ${show(traded)}`,
    );
    this.#traded.delete(orderId);
    this.#line.change(change, before);
    hold(filledLots >= 0 && filledLots <= sizeLots, 'no order is overfilled', () => show(order));
    hold(
      sizeLots > 0 && (status === 'filled') === (filledLots === sizeLots),
      'filled is full',
      () => show(order),
    );
    if (order.timeInForce === 'fok' && status === 'cancelled') {
      hold(filledLots === 0, 'fill or kill does one of both', () => show(order));
    }
    this.#keep(order);
  }

  /** Holds what must hold between two commands. */
  close(): void {
    hold(this.#traded.size === 0, 'every fill is told', () => show([...this.#traded]));
    for (const orderId of this.#mustEnd) {
      const order = this.open.get(orderId);
      hold(order === undefined || !rests(order), 'immediate orders do not rest', () => show(order));
    }
    this.#mustEnd.clear();
  }

  ofInstrument(instrumentId: InstrumentId): Iterable<OrderState> {
    return this.#byInstrument.get(instrumentId)?.values() ?? [];
  }

  ofAccount(accountId: AccountId): Iterable<OrderState> {
    return this.#byAccount.get(accountId)?.values() ?? [];
  }

  #checkSame(before: OrderState, order: OrderState): void {
    hold(
      before.accountId === order.accountId &&
        before.instrumentId === order.instrumentId &&
        before.side === order.side &&
        before.timeInForce === order.timeInForce &&
        before.clientKey === order.clientKey &&
        before.label === order.label &&
        before.connectionId === order.connectionId &&
        before.createdUs === order.createdUs &&
        before.updatedUs <= order.updatedUs,
      'an order stays the same order',
      () => `${show(before)} became ${show(order)}`,
    );
  }

  #keep(order: OrderState): void {
    let siblings = this.#byInstrument.get(order.instrumentId);
    if (siblings === undefined) {
      siblings = new Map();
      this.#byInstrument.set(order.instrumentId, siblings);
    }
    let own = this.#byAccount.get(order.accountId);
    if (own === undefined) {
      own = new Map();
      this.#byAccount.set(order.accountId, own);
    }
    if (isOpen(order)) {
      this.open.set(order.orderId, order);
      siblings.set(order.orderId, order);
      own.set(order.orderId, order);
      const { timeInForce } = order;
      if (timeInForce === 'ioc' || timeInForce === 'fok') this.#mustEnd.add(order.orderId);
    } else {
      this.open.delete(order.orderId);
      siblings.delete(order.orderId);
      own.delete(order.orderId);
    }
  }
}
