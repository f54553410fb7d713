// Order row: an open order whose numbers lie in a row of a slab; see `account/holding-store.ts`. A
// million resting orders are then half as much for the garbage collector to carry about; and a
// record that has ended serves again. What it is in words it shares with its events and with most
// orders of its connection. To its users it is a plain record; once it is delisted it holds until
// the next order is opened, and no longer.
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
import { type OrderTerms, type OrderWords, WordsShelf } from './order-snapshot.ts';

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
  words: OrderWords;
  previous: OrderRecord | null = null;
  next: OrderRecord | null = null;
  readonly slot: number;
  quote: QuoteTag | null = null;
  replaced = false;
  triggerOrderId: OrderId | null = null;
  /** Of a trailing stop; null elsewhere, which keeps it out of the row of what all orders have. */
  #reference: number | null = null;

  constructor(
    id: OrderId,
    holding: Holding,
    side: SideCode,
    words: OrderWords,
    slot: number,
    rows: NumberSlab,
  ) {
    this.id = id;
    this.holding = holding;
    this.side = side;
    this.words = words;
    this.slot = slot;
    this.chunk = rows.take();
    this.at = rows.at;
  }

  /** Makes it the record of another order; its numbers are zero, it stands in no list. */
  become(
    id: OrderId,
    holding: Holding,
    side: SideCode,
    words: OrderWords,
    terms: OrderTerms,
    triggerOrderId: OrderId | null,
  ): void {
    this.id = id;
    this.holding = holding;
    this.side = side;
    this.status = 'open';
    this.bookHandle = 0;
    this.reduceOnly = terms.reduceOnly;
    this.words = words;
    this.triggerOrderId = triggerOrderId;
    this.#reference = null;
    this.quote = terms.quote ?? null;
    this.replaced = false;
    clearRow(this.chunk, this.at, orderWidth);
  }

  get type(): OrderType {
    return this.words.type;
  }

  get originalType(): OrderType | null {
    return this.words.originalType;
  }

  get timeInForce(): TimeInForce {
    return this.words.timeInForce;
  }

  get postOnly(): PostOnly {
    return this.words.postOnly;
  }

  get priceMode(): PriceMode {
    return this.words.priceMode;
  }

  get priceModeValue(): number {
    return this.words.priceModeValue;
  }

  get trigger(): Trigger | null {
    return this.words.trigger;
  }

  get label(): string {
    return this.words.label;
  }

  get clientKey(): string | null {
    return this.words.clientKey;
  }

  get clientId(): string {
    return this.words.clientId;
  }

  get connectionId(): number {
    return this.words.connectionId;
  }

  get mmp(): boolean {
    return this.words.mmp;
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

  get createdUs(): number {
    return this.chunk[this.at + 3] as number;
  }
  set createdUs(value: number) {
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

  get triggerReference(): number {
    return this.#reference ?? 0;
  }
  set triggerReference(value: number) {
    this.#reference = value;
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
  readonly #words = new WordsShelf();

  /** The order of a slot that one was made in. */
  at(slot: number): OrderRow {
    return this.#bySlot[slot - 1] as OrderRow;
  }

  /** A record for a new order. */
  take(
    id: OrderId,
    holding: Holding,
    side: SideCode,
    terms: OrderTerms,
    triggerOrderId: OrderId | null,
  ): OrderRow {
    const words = this.#words.of(terms);
    const slot = this.#free.pop();
    const order = slot === undefined ? this.#make(id, holding, side, words) : this.at(slot);
    order.become(id, holding, side, words, terms, triggerOrderId);
    return order;
  }

  #make(id: OrderId, holding: Holding, side: SideCode, words: OrderWords): OrderRow {
    const order = new OrderRow(id, holding, side, words, this.#bySlot.length + 1, this.#rows);
    this.#bySlot.push(order);
    return order;
  }

  /** Takes over what an edit may change of an order's words. */
  restate(order: OrderRecord, terms: OrderTerms): void {
    order.reduceOnly = terms.reduceOnly;
    const { words } = order;
    const same =
      terms.postOnly === words.postOnly &&
      terms.priceMode === words.priceMode &&
      terms.priceModeValue === words.priceModeValue &&
      terms.trigger === words.trigger;
    // Its type stays what it came to be; what it was placed as is told for good.
    if (!same)
      order.words = this.#words.of({ ...terms, orderType: words.originalType ?? words.type });
  }

  /** Gives the record of an order back that has ended. */
  give(order: OrderRecord): void {
    this.#free.push(order.slot);
  }
}
