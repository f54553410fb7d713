// Order row: an open order whose numbers lie in a row of a slab; see `account/holding-store.ts`. A
// million resting orders are then half as much for the garbage collector to carry about. To its
// users it is a plain record; once it is delisted its numbers hold until the next order is opened,
// and no longer.
import type {
  OrderId,
  OrderStatus,
  OrderType,
  PostOnly,
  PriceMode,
  TimeInForce,
  Trigger,
} from '@openstrike/domain';
import type { NumberSlab } from '../account/holding-store.ts';
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
}

export class OrderRow implements OrderRecord {
  readonly id: OrderId;
  readonly holding: Holding;
  readonly side: SideCode;
  type: OrderType;
  originalType: OrderType | null = null;
  readonly timeInForce: TimeInForce;
  status: OrderStatus = 'open';
  postOnly: PostOnly;
  priceMode: PriceMode;
  trigger: Trigger | null;
  readonly triggerOrderId: OrderId | null;
  readonly label: string;
  readonly clientKey: string | null;
  previous: OrderRecord | null = null;
  next: OrderRecord | null = null;
  readonly chunk: Float64Array;
  readonly at: number;

  constructor(
    id: OrderId,
    holding: Holding,
    side: SideCode,
    words: OrderWords,
    triggerOrderId: OrderId | null,
    rows: NumberSlab,
  ) {
    this.id = id;
    this.holding = holding;
    this.side = side;
    this.type = words.orderType;
    this.timeInForce = words.timeInForce;
    this.postOnly = words.postOnly;
    this.priceMode = words.priceMode;
    this.trigger = words.trigger;
    this.triggerOrderId = triggerOrderId;
    this.label = words.label;
    this.clientKey = words.clientKey;
    this.chunk = rows.take();
    this.at = rows.at;
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
