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

/** Of a record that is no holding yet. */
const noChunk = new Float64Array(0);

export class HoldingRecord implements Holding {
  account: AccountRecord;
  instrument: InstrumentRecord;
  record: CurrencyRecord;
  marginSet: MarginSet | null = null;
  firstOrder: OrderRecord | null = null;
  lastOrder: OrderRecord | null = null;
  chunk: Float64Array = noChunk;
  at = 0;

  constructor(account: AccountRecord, instrument: InstrumentRecord, record: CurrencyRecord) {
    this.account = account;
    this.instrument = instrument;
    this.record = record;
  }

  /** Makes a record that has waited that of a holding. */
  become(
    account: AccountRecord,
    instrument: InstrumentRecord,
    record: CurrencyRecord,
    rows: NumberSlab,
  ): void {
    this.account = account;
    this.instrument = instrument;
    this.record = record;
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

/** So many are opened between two collections of the young generation that each is old by then. */
export const WAITING_MAX = 16_384;

/**
 * Records that are made before their turn. Table, account and orders come to point to a holding,
 * all over the memory, and of each place that points to a young object the collector takes a note
 * and looks there again; what has waited here is not young any more.
 */
export class HoldingPool {
  /** From `#next` on and around. */
  readonly #waiting: HoldingRecord[] = [];
  #next = 0;

  /** The record of a new holding, its numbers zero. */
  take(
    account: AccountRecord,
    instrument: InstrumentRecord,
    record: CurrencyRecord,
    rows: NumberSlab,
  ): HoldingRecord {
    const holding = this.#exchange(new HoldingRecord(account, instrument, record));
    holding.become(account, instrument, record, rows);
    return holding;
  }

  /** Puts a record in line and takes out the first; until the line is full it lengthens it. */
  #exchange(made: HoldingRecord): HoldingRecord {
    if (this.#waiting.length < WAITING_MAX) {
      this.#waiting.push(made);
      return new HoldingRecord(made.account, made.instrument, made.record);
    }
    const first = this.#waiting[this.#next] as HoldingRecord;
    this.#waiting[this.#next] = made;
    this.#next = (this.#next + 1) % WAITING_MAX;
    return first;
  }
}
