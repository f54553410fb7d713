// Order row: an open order whose numbers lie in a row of a slab; see `account/holding-store.ts`. A
// million resting orders are then half as much for the garbage collector to carry about; and a
// record that has ended serves again, so that orders that come and go leave nothing to collect. To
// its users it is a plain record; once it is delisted it holds until the next order is opened, and
// no longer.
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

/** What an order is, in words; fixed at its placing but for edits. */
export interface OrderWords {
  readonly orderType: OrderType;
  readonly timeInForce: TimeInForce;
  readonly postOnly: PostOnly;
  readonly priceMode: PriceMode;
  readonly trigger: Trigger | null;
  readonly label: string;
  readonly clientKey: string | null;
  readonly quote?: QuoteTag | null;
  readonly clientId?: string;
}

/** Doubles in the row of an order. */
const orderWidth = 16;

/** The fields that every step of an order reads come first, so that they share a cache line. */
export class OrderRow implements OrderRecord {
  id: OrderId;
  holding: Holding;
  readonly chunk: Float64Array;
  readonly at: number;
  side: SideCode;
  status: OrderStatus = 'open';
  priceMode: PriceMode = 'price';
  previous: OrderRecord | null = null;
  next: OrderRecord | null = null;
  readonly slot: number;
  type: OrderType = 'limit';
  originalType: OrderType | null = null;
  timeInForce: TimeInForce = 'gtc';
  postOnly: PostOnly = 'off';
  trigger: Trigger | null = null;
  triggerOrderId: OrderId | null = null;
  label = '';
  clientKey: string | null = null;
  quote: QuoteTag | null = null;
  clientId = '';

  constructor(id: OrderId, holding: Holding, side: SideCode, slot: number, rows: NumberSlab) {
    this.id = id;
    this.holding = holding;
    this.side = side;
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
    triggerOrderId: OrderId | null,
  ): void {
    this.id = id;
    this.holding = holding;
    this.side = side;
    this.type = words.orderType;
    this.originalType = null;
    this.status = 'open';
    this.timeInForce = words.timeInForce;
    this.postOnly = words.postOnly;
    this.priceMode = words.priceMode;
    this.trigger = words.trigger;
    this.triggerOrderId = triggerOrderId;
    this.label = words.label;
    this.clientKey = words.clientKey;
    this.quote = words.quote ?? null;
    this.clientId = words.clientId ?? '';
    clearRow(this.chunk, this.at, orderWidth);
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

  get bookHandle(): number {
    return this.chunk[this.at + 3] as number;
  }
  set bookHandle(value: number) {
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

  get createdUs(): number {
    return this.chunk[this.at + 8] as number;
  }
  set createdUs(value: number) {
    this.chunk[this.at + 8] = value;
  }

  get priceModeValue(): number {
    return this.chunk[this.at + 9] as number;
  }
  set priceModeValue(value: number) {
    this.chunk[this.at + 9] = value;
  }

  get triggerReference(): number {
    return this.chunk[this.at + 10] as number;
  }
  set triggerReference(value: number) {
    this.chunk[this.at + 10] = value;
  }

  get connectionId(): number {
    return this.chunk[this.at + 11] as number;
  }
  set connectionId(value: number) {
    this.chunk[this.at + 11] = value;
  }

  get reduceOnly(): boolean {
    return this.chunk[this.at + 12] !== 0;
  }
  set reduceOnly(value: boolean) {
    this.chunk[this.at + 12] = value ? 1 : 0;
  }

  get replaced(): boolean {
    return this.chunk[this.at + 13] !== 0;
  }
  set replaced(value: boolean) {
    this.chunk[this.at + 13] = value ? 1 : 0;
  }

  get mmp(): boolean {
    return this.chunk[this.at + 14] !== 0;
  }
  set mmp(value: boolean) {
    this.chunk[this.at + 14] = value ? 1 : 0;
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
  take(
    id: OrderId,
    holding: Holding,
    side: SideCode,
    words: OrderWords,
    triggerOrderId: OrderId | null,
  ): OrderRow {
    const slot = this.#free.pop();
    const order = slot === undefined ? this.#make(id, holding, side) : this.at(slot);
    order.become(id, holding, side, words, triggerOrderId);
    return order;
  }

  #make(id: OrderId, holding: Holding, side: SideCode): OrderRow {
    const order = new OrderRow(id, holding, side, this.#bySlot.length + 1, this.#rows);
    this.#bySlot.push(order);
    return order;
  }

  /** Gives the record of an order back that has ended. */
  give(order: OrderRecord): void {
    this.#free.push(order.slot);
  }
}
