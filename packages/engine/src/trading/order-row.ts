// Order row: an open order whose numbers lie in a row of a slab; see `account/holding-store.ts`. A
// million resting orders are then half as much for the garbage collector to carry about; and a
// record that has ended serves again. What it is in words stands on its ticket, which its events
// share. To its users it is a plain record; once it is delisted it holds until the next order is
// opened, and no longer.
import type {
  OrderId,
  OrderStatus,
  OrderType,
  PostOnly,
  PriceMode,
  QuoteTag,
  TimeInForce,
  Trigger,
} from '@openstrike/domain';
import { clearRow, NumberSlab } from '../account/holding-store.ts';
import type { Holding, OrderRecord, SideCode } from '../state.ts';
import { type OrderTerms, OrderTicket } from './order-snapshot.ts';

/** Doubles in the row of an order: one cache line. */
const orderWidth = 8;

/** The fields that every step of an order reads come first, so that they share a cache line. */
export class OrderRow implements OrderRecord {
  id: OrderId;
  holding: Holding;
  readonly chunk: Float64Array;
  readonly at: number;
  side: SideCode;
  status: OrderStatus = 'open';
  bookHandle = 0;
  reduceOnly = false;
  ticket: OrderTicket;
  previous: OrderRecord | null = null;
  next: OrderRecord | null = null;
  readonly slot: number;
  quote: QuoteTag | null = null;
  replaced = false;

  constructor(
    ticket: OrderTicket,
    holding: Holding,
    side: SideCode,
    slot: number,
    rows: NumberSlab,
  ) {
    this.id = ticket.orderId;
    this.holding = holding;
    this.side = side;
    this.ticket = ticket;
    this.slot = slot;
    this.chunk = rows.take();
    this.at = rows.at;
  }

  /** Makes it the record of another order; its numbers are zero, it stands in no list. */
  become(ticket: OrderTicket, holding: Holding, side: SideCode, terms: OrderTerms): void {
    this.id = ticket.orderId;
    this.holding = holding;
    this.side = side;
    this.status = 'open';
    this.bookHandle = 0;
    this.reduceOnly = terms.reduceOnly;
    this.ticket = ticket;
    this.quote = terms.quote ?? null;
    this.replaced = false;
    clearRow(this.chunk, this.at, orderWidth);
  }

  /** Takes over what an edit may change of the words. */
  restate(terms: OrderTerms): void {
    const { ticket } = this;
    this.reduceOnly = terms.reduceOnly;
    if (
      terms.postOnly === ticket.postOnly &&
      terms.priceMode === ticket.priceMode &&
      terms.priceModeValue === ticket.priceModeValue &&
      terms.trigger === ticket.trigger
    ) {
      return;
    }
    const orderType = ticket.originalType ?? ticket.type;
    const { triggerOrderId, createdUs } = ticket;
    this.ticket = new OrderTicket(
      this.id,
      this.holding,
      this.side,
      { ...terms, orderType },
      triggerOrderId,
      createdUs,
    );
  }

  get type(): OrderType {
    return this.ticket.type;
  }

  get originalType(): OrderType | null {
    return this.ticket.originalType;
  }

  get timeInForce(): TimeInForce {
    return this.ticket.timeInForce;
  }

  get postOnly(): PostOnly {
    return this.ticket.postOnly;
  }

  get priceMode(): PriceMode {
    return this.ticket.priceMode;
  }

  get priceModeValue(): number {
    return this.ticket.priceModeValue;
  }

  get trigger(): Trigger | null {
    return this.ticket.trigger;
  }

  get triggerOrderId(): OrderId | null {
    return this.ticket.triggerOrderId;
  }

  get label(): string {
    return this.ticket.label;
  }

  get clientKey(): string | null {
    return this.ticket.clientKey;
  }

  get clientId(): string {
    return this.ticket.clientId;
  }

  get connectionId(): number {
    return this.ticket.connectionId;
  }

  get createdUs(): number {
    return this.ticket.createdUs;
  }

  get mmp(): boolean {
    return this.ticket.mmp;
  }

  get priceTicks(): number {
    return this.chunk[this.at] as number;
  }
  set priceTicks(value: number) {
    this.chunk[this.at] = value;
  }

  get sizeLots(): number {
    return this.chunk[this.at + 1] as number;
  }
  set sizeLots(value: number) {
    this.chunk[this.at + 1] = value;
  }

  get filledLots(): number {
    return this.chunk[this.at + 2] as number;
  }
  set filledLots(value: number) {
    this.chunk[this.at + 2] = value;
  }

  get triggerReference(): number {
    return this.chunk[this.at + 3] as number;
  }
  set triggerReference(value: number) {
    this.chunk[this.at + 3] = value;
  }

  get displayLots(): number {
    return this.chunk[this.at + 4] as number;
  }
  set displayLots(value: number) {
    this.chunk[this.at + 4] = value;
  }

  get updatedUs(): number {
    return this.chunk[this.at + 5] as number;
  }
  set updatedUs(value: number) {
    this.chunk[this.at + 5] = value;
  }

  get filledTickLots(): number {
    return this.chunk[this.at + 6] as number;
  }
  set filledTickLots(value: number) {
    this.chunk[this.at + 6] = value;
  }

  get fee(): number {
    return this.chunk[this.at + 7] as number;
  }
  set fee(value: number) {
    this.chunk[this.at + 7] = value;
  }
}

/** The records of orders, each with its row and its slot: those that have ended are used again. */
export class OrderPool {
  readonly #rows = new NumberSlab(orderWidth);
  /** Number 0 names no order. */
  readonly #bySlot: OrderRow[] = [];
  readonly #free: number[] = [];

  /** The order of a slot that one was made in. */
  at(slot: number): OrderRow {
    return this.#bySlot[slot - 1] as OrderRow;
  }

  /** A record for a new order. */
  take(ticket: OrderTicket, holding: Holding, side: SideCode, terms: OrderTerms): OrderRow {
    const slot = this.#free.pop();
    const order = slot === undefined ? this.#make(ticket, holding, side) : this.at(slot);
    order.become(ticket, holding, side, terms);
    return order;
  }

  #make(ticket: OrderTicket, holding: Holding, side: SideCode): OrderRow {
    const order = new OrderRow(ticket, holding, side, this.#bySlot.length + 1, this.#rows);
    this.#bySlot.push(order);
    return order;
  }

  /** Gives the record of an order back that has ended. */
  give(order: OrderRecord): void {
    this.#free.push(order.slot);
  }
}
