// Holding record: a holding whose numbers lie in a row of a slab; see `holding-store.ts`. The first
// eight, which every order reads, share a cache line; the next eight are of those with a position.
// To its users it is a plain record.
import type {
  AccountRecord,
  CurrencyRecord,
  Holding,
  InstrumentRecord,
  MarginSet,
  OrderRecord,
} from '../state.ts';
import type { NumberSlab } from './holding-store.ts';

export class HoldingRecord implements Holding {
  readonly account: AccountRecord;
  readonly instrument: InstrumentRecord;
  readonly record: CurrencyRecord;
  marginSet: MarginSet | null;
  firstOrder: OrderRecord | null = null;
  lastOrder: OrderRecord | null = null;
  readonly chunk: Float64Array;
  readonly at: number;

  constructor(
    account: AccountRecord,
    instrument: InstrumentRecord,
    record: CurrencyRecord,
    marginSet: MarginSet | null,
    rows: NumberSlab,
  ) {
    this.account = account;
    this.instrument = instrument;
    this.record = record;
    this.marginSet = marginSet;
    this.chunk = rows.take();
    this.at = rows.at;
  }

  get sizeLots(): number {
    return this.chunk[this.at] as number;
  }
  set sizeLots(value: number) {
    this.chunk[this.at] = value;
  }

  get openBuyLots(): number {
    return this.chunk[this.at + 1] as number;
  }
  set openBuyLots(value: number) {
    this.chunk[this.at + 1] = value;
  }

  get openSellLots(): number {
    return this.chunk[this.at + 2] as number;
  }
  set openSellLots(value: number) {
    this.chunk[this.at + 2] = value;
  }

  get openBuyTickLots(): number {
    return this.chunk[this.at + 3] as number;
  }
  set openBuyTickLots(value: number) {
    this.chunk[this.at + 3] = value;
  }

  get orderCount(): number {
    return this.chunk[this.at + 4] as number;
  }
  set orderCount(value: number) {
    this.chunk[this.at + 4] = value;
  }

  get reduceOnlyCount(): number {
    return this.chunk[this.at + 5] as number;
  }
  set reduceOnlyCount(value: number) {
    this.chunk[this.at + 5] = value;
  }

  get ordersMargin(): number {
    return this.chunk[this.at + 6] as number;
  }
  set ordersMargin(value: number) {
    this.chunk[this.at + 6] = value;
  }

  get weight(): number {
    return this.chunk[this.at + 7] as number;
  }
  set weight(value: number) {
    this.chunk[this.at + 7] = value;
  }

  get initialMargin(): number {
    return this.chunk[this.at + 8] as number;
  }
  set initialMargin(value: number) {
    this.chunk[this.at + 8] = value;
  }

  get maintenanceMargin(): number {
    return this.chunk[this.at + 9] as number;
  }
  set maintenanceMargin(value: number) {
    this.chunk[this.at + 9] = value;
  }

  get optionsValue(): number {
    return this.chunk[this.at + 10] as number;
  }
  set optionsValue(value: number) {
    this.chunk[this.at + 10] = value;
  }

  get sessionProfit(): number {
    return this.chunk[this.at + 11] as number;
  }
  set sessionProfit(value: number) {
    this.chunk[this.at + 11] = value;
  }

  get openCost(): number {
    return this.chunk[this.at + 12] as number;
  }
  set openCost(value: number) {
    this.chunk[this.at + 12] = value;
  }

  get sessionCost(): number {
    return this.chunk[this.at + 13] as number;
  }
  set sessionCost(value: number) {
    this.chunk[this.at + 13] = value;
  }

  get entryValue(): number {
    return this.chunk[this.at + 14] as number;
  }
  set entryValue(value: number) {
    this.chunk[this.at + 14] = value;
  }

  get realised(): number {
    return this.chunk[this.at + 15] as number;
  }
  set realised(value: number) {
    this.chunk[this.at + 15] = value;
  }

  get sessionRealised(): number {
    return this.chunk[this.at + 16] as number;
  }
  set sessionRealised(value: number) {
    this.chunk[this.at + 16] = value;
  }

  get sessionFunding(): number {
    return this.chunk[this.at + 17] as number;
  }
  set sessionFunding(value: number) {
    this.chunk[this.at + 17] = value;
  }

  get fundingMark(): number {
    return this.chunk[this.at + 18] as number;
  }
  set fundingMark(value: number) {
    this.chunk[this.at + 18] = value;
  }
}
