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
import { NumberSlab } from '../account/holding-store.ts';
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

export class OrderRow implements OrderRecord {
  id: OrderId;
  holding: Holding;
  side: SideCode;
  type: OrderType = 'limit';
  originalType: OrderType | null = null;
  timeInForce: TimeInForce = 'gtc';
  status: OrderStatus = 'open';
  postOnly: PostOnly = 'off';
  priceMode: PriceMode = 'price';
  trigger: Trigger | null = null;
  triggerOrderId: OrderId | null = null;
  label = '';
  clientKey: string | null = null;
  quote: QuoteTag | null = null;
  clientId = '';
  previous: OrderRecord | null = null;
  next: OrderRecord | null = null;
  readonly chunk: Float64Array;
  readonly at: number;

  constructor(id: OrderId, holding: Holding, side: SideCode, rows: NumberSlab) {
    this.id = id;
    this.holding = holding;
    this.side = side;
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
    this.chunk.fill(0, this.at, this.at + orderWidth);
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

  get slot(): number {
    return this.chunk[this.at + 9] as number;
  }
  set slot(value: number) {
    this.chunk[this.at + 9] = value;
  }

  get priceModeValue(): number {
    return this.chunk[this.at + 10] as number;
  }
  set priceModeValue(value: number) {
    this.chunk[this.at + 10] = value;
  }

  get triggerReference(): number {
    return this.chunk[this.at + 11] as number;
  }
  set triggerReference(value: number) {
    this.chunk[this.at + 11] = value;
  }

  get connectionId(): number {
    return this.chunk[this.at + 12] as number;
  }
  set connectionId(value: number) {
    this.chunk[this.at + 12] = value;
  }

  get reduceOnly(): boolean {
    return this.chunk[this.at + 13] !== 0;
  }
  set reduceOnly(value: boolean) {
    this.chunk[this.at + 13] = value ? 1 : 0;
  }

  get replaced(): boolean {
    return this.chunk[this.at + 14] !== 0;
  }
  set replaced(value: boolean) {
    this.chunk[this.at + 14] = value ? 1 : 0;
  }

  get mmp(): boolean {
    return this.chunk[this.at + 15] !== 0;
  }
  set mmp(value: boolean) {
    this.chunk[this.at + 15] = value ? 1 : 0;
  }
}

/** The records of orders, each with its row: those that have ended are used again. */
export class OrderPool {
  readonly #rows = new NumberSlab(orderWidth);
  readonly #free: OrderRow[] = [];

  /** A record for a new order. */
  take(
    id: OrderId,
    holding: Holding,
    side: SideCode,
    words: OrderWords,
    triggerOrderId: OrderId | null,
  ): OrderRow {
    const order = this.#free.pop() ?? new OrderRow(id, holding, side, this.#rows);
    order.become(id, holding, side, words, triggerOrderId);
    return order;
  }

  /** Gives the record of an order back that has ended. */
  give(order: OrderRow): void {
    this.#free.push(order);
  }
}
