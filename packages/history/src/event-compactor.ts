// Event compactor: picks from published batches what history keeps, thins marks and index values,
// and packs it for the worker, so that the thread that publishes pays little. Rules of thinning:
// the first index value of each venue second, the first marks of each index in a venue minute, and
// of an order only its newest state among those gathered; orders that are open, untraded and
// without a trigger are left to the feeds.
import {
  type AccountChanged,
  type Applied,
  type Event,
  type ExpiryFixed,
  type FundingHourClosed,
  type IndexName,
  type InstrumentId,
  type InstrumentListed,
  indexNames,
  type MarksChanged,
  type OrderId,
  type OrderState,
  type Seq,
  type TsUs,
  usPerMinute,
  usPerSecond,
} from '@openstrike/domain';
import { encodeCash, encodeOrder, encodeSettlement, encodeTrade } from './row-codecs.ts';
import { type PackedRows, RowSink } from './row-sink.ts';

/** Events that are few enough to go as they are. */
export type RareEvent = InstrumentListed | AccountChanged | FundingHourClosed | ExpiryFixed;

/** One minute's marks of one index. */
export interface MarkColumns {
  readonly indexName: IndexName;
  readonly tsUs: TsUs;
  readonly instrumentIds: Int32Array;
  readonly markPrice: Float64Array;
  readonly underlyingPrice: Float64Array;
  readonly markIv: Float64Array;
  /** What the books' two sides implied at that moment; NaN where that is not known. */
  readonly bidIv: Float64Array;
  readonly askIv: Float64Array;
}

/** What the two sides of an option's public book imply now, fractions; null for none. */
export type QuotedIvOf = (
  instrumentId: InstrumentId,
) => { readonly bidIv: number; readonly askIv: number } | null;

/** What goes to the worker at once; complete through `lastSeq`. */
export interface RowBatch {
  readonly lastSeq: Seq;
  readonly rows: number;
  readonly orders: PackedRows;
  readonly triggerStates: PackedRows;
  readonly trades: PackedRows;
  readonly cash: PackedRows;
  readonly settlements: PackedRows;
  /** Index code, time, price. */
  readonly indexPoints: PackedRows;
  readonly marks: readonly MarkColumns[];
  readonly rare: readonly RareEvent[];
}

export class EventCompactor {
  #lastSeq: Seq;
  /** Rows gathered since the last `take`. */
  rows = 0;
  readonly #orders = new Map<OrderId, OrderState>();
  readonly #triggerStates = new RowSink();
  readonly #trades = new RowSink();
  readonly #cash = new RowSink();
  readonly #settlements = new RowSink();
  readonly #indexPoints = new RowSink();
  #marks: MarkColumns[] = [];
  #rare: RareEvent[] = [];
  /** By index code: the venue second and minute last kept. */
  readonly #second: number[] = indexNames.map(() => 0);
  readonly #minute: number[] = indexNames.map(() => 0);

  readonly #quotedIvOf: QuotedIvOf;

  constructor(lastSeq: Seq, quotedIvOf: QuotedIvOf = () => null) {
    this.#lastSeq = lastSeq;
    this.#quotedIvOf = quotedIvOf;
  }

  get lastSeq(): Seq {
    return this.#lastSeq;
  }

  /** Takes one command's events; it must be the next one. */
  absorb(applied: Applied): void {
    for (const event of applied.events) {
      this.#absorbEvent(event, applied.seq, applied.tsUs);
    }
    this.#lastSeq = applied.seq;
  }

  #absorbEvent(event: Event, seq: Seq, tsUs: TsUs): void {
    switch (event.type) {
      case 'order-changed':
        this.#order(event.order);
        break;
      case 'trade':
        encodeTrade(event, this.#trades);
        this.rows++;
        break;
      case 'cash-changed':
        encodeCash(event, seq, tsUs, this.#cash);
        this.rows++;
        break;
      case 'position-settled':
        encodeSettlement(event, tsUs, this.#settlements);
        this.rows++;
        break;
      case 'index-changed':
        this.#index(event.indexName, event.price, tsUs);
        break;
      case 'marks-changed':
        this.#mark(event, tsUs);
        break;
      case 'instrument-listed':
      case 'account-changed':
      case 'funding-hour-closed':
      case 'expiry-fixed':
        this.#rare.push(event);
        this.rows++;
        break;
      default:
        break;
    }
  }

  #order(order: OrderState): void {
    if (order.trigger !== null) {
      encodeOrder(order, this.#triggerStates);
      this.rows++;
    } else if (order.status === 'open' && order.filledLots === 0) {
      return;
    }
    this.#orders.set(order.orderId, order);
    this.rows++;
  }

  #index(indexName: IndexName, price: number, tsUs: TsUs): void {
    const code = indexNames.indexOf(indexName);
    const second = Math.floor(tsUs / usPerSecond);
    if (this.#second[code] === second) {
      return;
    }
    this.#second[code] = second;
    this.#indexPoints.number(code);
    this.#indexPoints.number(tsUs);
    this.#indexPoints.number(price);
    this.#indexPoints.endRow();
    this.rows++;
  }

  #mark(event: MarksChanged, tsUs: TsUs): void {
    const code = indexNames.indexOf(event.indexName);
    const minute = Math.floor(tsUs / usPerMinute);
    // Before the first surface all marks may be missing: such an event does not stand for its
    // minute.
    if (this.#minute[code] === minute || event.markPrice.every(Number.isNaN)) {
      return;
    }
    this.#minute[code] = minute;
    const quoted = Array.from(event.instrumentIds, (id, row) =>
      Number.isNaN(event.markIv[row]) ? null : this.#quotedIvOf(id as InstrumentId),
    );
    this.#marks.push({
      indexName: event.indexName,
      tsUs,
      instrumentIds: event.instrumentIds.slice(),
      markPrice: event.markPrice.slice(),
      underlyingPrice: event.underlyingPrice.slice(),
      markIv: event.markIv.slice(),
      bidIv: Float64Array.from(quoted, (one) => one?.bidIv ?? Number.NaN),
      askIv: Float64Array.from(quoted, (one) => one?.askIv ?? Number.NaN),
    });
    this.rows += event.instrumentIds.length;
  }

  /** Hands over all that was gathered and starts anew. */
  take(): RowBatch {
    const orders = new RowSink();
    for (const order of this.#orders.values()) {
      encodeOrder(order, orders);
    }
    const batch: RowBatch = {
      lastSeq: this.#lastSeq,
      rows: this.rows,
      orders: orders.take(),
      triggerStates: this.#triggerStates.take(),
      trades: this.#trades.take(),
      cash: this.#cash.take(),
      settlements: this.#settlements.take(),
      indexPoints: this.#indexPoints.take(),
      marks: this.#marks,
      rare: this.#rare,
    };
    this.#orders.clear();
    this.#marks = [];
    this.#rare = [];
    this.rows = 0;
    return batch;
  }
}

/** The buffers of a batch that may move to another thread instead of being copied. */
export const transferablesOf = (batch: RowBatch): ArrayBuffer[] => {
  const packed = [
    batch.orders,
    batch.triggerStates,
    batch.trades,
    batch.cash,
    batch.settlements,
    batch.indexPoints,
  ].map((rows) => rows.numbers);
  const columns = batch.marks.flatMap((marks) => [
    marks.instrumentIds,
    marks.markPrice,
    marks.underlyingPrice,
    marks.markIv,
    marks.bidIv,
    marks.askIv,
  ]);
  return [...packed, ...columns].map((array) => array.buffer as ArrayBuffer);
};
