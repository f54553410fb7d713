// Row codecs: orders, trades, cash and settlements as rows of numbers and texts, and back. One list
// of columns each serves the schema, the insert and the read. Invariant: decode(encode(x)) = x.
import type {
  AccountId,
  Cash,
  CashChanged,
  InstrumentId,
  OrderId,
  OrderState,
  PositionSettled,
  PriceTicks,
  Seq,
  SizeLots,
  Trade,
  TradeId,
  TradeParty,
  TsUs,
  UsdMicros,
} from '@openstrike/domain';
import type { CashRow, SettlementRow } from './history.ts';
import type { RowSink } from './row-sink.ts';
import {
  cancelReasonWords,
  cashReasonWords,
  currencyWords,
  liquidationWords,
  orderTypeWords,
  postOnlyWords,
  priceModeWords,
  settlementWords,
  sideWords,
  statusWords,
  timeInForceWords,
  triggerWords,
} from './words.ts';

/** What SQLite gives back for one column. */
export type Cell = number | string | null;

/** Number columns first, in the order they are written; then text columns. */
export interface RowShape {
  readonly numbers: readonly string[];
  readonly texts: readonly string[];
}

export const columnsOf = (shape: RowShape): readonly string[] => [...shape.numbers, ...shape.texts];

/** Reads the cells of one row in order. */
class CellReader {
  readonly #cells: readonly Cell[];
  #at = 0;

  constructor(cells: readonly Cell[]) {
    this.#cells = cells;
  }

  number(): number {
    return this.#cells[this.#at++] as number;
  }

  maybe(): number | null {
    return this.#cells[this.#at++] as number | null;
  }

  flag(): boolean {
    return this.number() === 1;
  }

  text(): string {
    return this.#cells[this.#at++] as string;
  }

  maybeText(): string | null {
    return this.#cells[this.#at++] as string | null;
  }
}

export const orderShape: RowShape = {
  numbers: [
    'order_id',
    'account_id',
    'instrument_id',
    'side',
    'order_type',
    'original_type',
    'time_in_force',
    'status',
    'price_ticks',
    'size_lots',
    'filled_lots',
    'filled_tick_lots',
    'display_lots',
    'post_only',
    'reduce_only',
    'price_mode',
    'price_mode_value REAL',
    'trigger_source',
    'trigger_price REAL',
    'trigger_offset REAL',
    'trigger_reference REAL',
    'trigger_order_id',
    'connection_id',
    'replaced',
    'cancel_reason',
    'created_us',
    'updated_us',
    'fee',
    'mmp',
  ],
  texts: ['label', 'client_key'],
};

export const encodeOrder = (order: OrderState, sink: RowSink): void => {
  sink.number(order.orderId);
  sink.number(order.accountId);
  sink.number(order.instrumentId);
  sink.number(sideWords.code(order.side));
  sink.number(orderTypeWords.code(order.type));
  sink.number(order.originalType === null ? null : orderTypeWords.code(order.originalType));
  sink.number(timeInForceWords.code(order.timeInForce));
  sink.number(statusWords.code(order.status));
  sink.number(order.priceTicks);
  sink.number(order.sizeLots);
  sink.number(order.filledLots);
  sink.number(order.filledTickLots);
  sink.number(order.displayLots);
  sink.number(postOnlyWords.code(order.postOnly));
  sink.flag(order.reduceOnly);
  sink.number(priceModeWords.code(order.priceMode));
  sink.number(order.priceModeValue);
  sink.number(order.trigger === null ? null : triggerWords.code(order.trigger.source));
  sink.number(order.trigger === null ? null : order.trigger.price);
  sink.number(order.trigger === null ? null : order.trigger.offset);
  sink.number(order.triggerReference);
  sink.number(order.triggerOrderId);
  sink.number(order.connectionId);
  sink.flag(order.replaced);
  sink.number(order.cancelReason === null ? null : cancelReasonWords.code(order.cancelReason));
  sink.number(order.createdUs);
  sink.number(order.updatedUs);
  sink.number(order.fee);
  sink.flag(order.mmp);
  sink.text(order.label);
  sink.text(order.clientKey);
  sink.endRow();
};

export const decodeOrder = (cells: readonly Cell[]): OrderState => {
  const row = new CellReader(cells);
  const order = {
    orderId: row.number() as OrderId,
    accountId: row.number() as AccountId,
    instrumentId: row.number() as InstrumentId,
    side: sideWords.word(row.number()),
    type: orderTypeWords.word(row.number()),
    originalType: wordOrNull(orderTypeWords, row.maybe()),
    timeInForce: timeInForceWords.word(row.number()),
    status: statusWords.word(row.number()),
    priceTicks: row.number() as PriceTicks,
    sizeLots: row.number() as SizeLots,
    filledLots: row.number() as SizeLots,
    filledTickLots: row.number(),
    displayLots: row.number() as SizeLots,
    postOnly: postOnlyWords.word(row.number()),
    reduceOnly: row.flag(),
    priceMode: priceModeWords.word(row.number()),
    priceModeValue: row.number(),
  };
  const source = wordOrNull(triggerWords, row.maybe());
  const [price, offset] = [row.maybe(), row.maybe()];
  return {
    ...order,
    trigger: source === null ? null : { source, price, offset },
    triggerReference: row.maybe(),
    triggerOrderId: row.maybe() as OrderId | null,
    connectionId: row.number(),
    replaced: row.flag(),
    cancelReason: wordOrNull(cancelReasonWords, row.maybe()),
    createdUs: row.number() as TsUs,
    updatedUs: row.number() as TsUs,
    fee: row.number(),
    mmp: row.flag(),
    label: row.text(),
    clientKey: row.maybeText(),
  };
};

const partyColumns = (role: 'taker' | 'maker'): string[] =>
  [
    'account_id',
    'order_id',
    'order_type',
    'side',
    'fee',
    'realised',
    'position_lots',
    'reduce_only',
    'post_only',
    'mmp',
    'status',
    'price_mode',
  ].map((column) => `${role}_${column}`);

export const tradeShape: RowShape = {
  numbers: [
    'trade_id',
    'trade_seq',
    'instrument_id',
    'ts_us',
    'price_ticks',
    'size_lots',
    'tick_direction',
    'index_price',
    'mark_price REAL',
    'underlying_price REAL',
    'iv REAL',
    'liquidation',
    ...partyColumns('taker'),
    ...partyColumns('maker'),
  ],
  texts: ['taker_label', 'maker_label'],
};

const encodeParty = (party: TradeParty, sink: RowSink): void => {
  sink.number(party.accountId);
  sink.number(party.orderId);
  sink.number(orderTypeWords.code(party.orderType));
  sink.number(sideWords.code(party.side));
  sink.number(party.fee);
  sink.number(party.realised);
  sink.number(party.positionLots);
  sink.flag(party.reduceOnly);
  sink.flag(party.postOnly);
  sink.flag(party.mmp);
  sink.number(statusWords.code(party.status));
  sink.number(priceModeWords.code(party.priceMode));
};

const decodeParty = (row: CellReader): Omit<TradeParty, 'label'> => ({
  accountId: row.number() as AccountId,
  orderId: row.number() as OrderId,
  orderType: orderTypeWords.word(row.number()),
  side: sideWords.word(row.number()),
  fee: row.number() as Cash,
  realised: row.number() as Cash,
  positionLots: row.number() as SizeLots,
  reduceOnly: row.flag(),
  postOnly: row.flag(),
  mmp: row.flag(),
  status: statusWords.word(row.number()),
  priceMode: priceModeWords.word(row.number()),
});

export const encodeTrade = (trade: Trade, sink: RowSink): void => {
  sink.number(trade.tradeId);
  sink.number(trade.tradeSeq);
  sink.number(trade.instrumentId);
  sink.number(trade.tsUs);
  sink.number(trade.priceTicks);
  sink.number(trade.sizeLots);
  sink.number(trade.tickDirection);
  sink.number(trade.indexPrice);
  sink.number(trade.markPrice);
  sink.number(trade.underlyingPrice);
  sink.number(trade.iv);
  sink.number(trade.liquidation === null ? null : liquidationWords.code(trade.liquidation));
  encodeParty(trade.taker, sink);
  encodeParty(trade.maker, sink);
  sink.text(trade.taker.label);
  sink.text(trade.maker.label);
  sink.endRow();
};

export const decodeTrade = (cells: readonly Cell[]): Trade => {
  const row = new CellReader(cells);
  const trade = {
    type: 'trade',
    tradeId: row.number() as TradeId,
    tradeSeq: row.number(),
    instrumentId: row.number() as InstrumentId,
    tsUs: row.number() as TsUs,
    priceTicks: row.number() as PriceTicks,
    sizeLots: row.number() as SizeLots,
    tickDirection: row.number() as Trade['tickDirection'],
    indexPrice: row.number() as UsdMicros,
    markPrice: row.maybe() ?? Number.NaN,
    underlyingPrice: row.maybe(),
    iv: row.maybe(),
    liquidation: wordOrNull(liquidationWords, row.maybe()),
  } as const;
  const taker = decodeParty(row);
  const maker = decodeParty(row);
  const [takerLabel, makerLabel] = [row.text(), row.text()];
  return {
    ...trade,
    taker: { ...taker, label: takerLabel },
    maker: { ...maker, label: makerLabel },
  };
};

export const cashShape: RowShape = {
  numbers: [
    'account_id',
    'currency',
    'reason',
    'change',
    'balance',
    'instrument_id',
    'order_id',
    'trade_id',
    'seq',
    'ts_us',
  ],
  texts: ['reference'],
};

export const encodeCash = (cash: CashChanged, seq: Seq, tsUs: TsUs, sink: RowSink): void => {
  sink.number(cash.accountId);
  sink.number(currencyWords.code(cash.currency));
  sink.number(cashReasonWords.code(cash.reason));
  sink.number(cash.change);
  sink.number(cash.balance);
  sink.number(cash.instrumentId);
  sink.number(cash.orderId);
  sink.number(cash.tradeId);
  sink.number(seq);
  sink.number(tsUs);
  sink.text(cash.reference);
  sink.endRow();
};

/** Cells in the shape's order, after the row's id. */
export const decodeCash = (id: number, cells: readonly Cell[], trade: Trade | null): CashRow => {
  const row = new CellReader(cells);
  return {
    type: 'cash-changed',
    id,
    accountId: row.number() as AccountId,
    currency: currencyWords.word(row.number()),
    reason: cashReasonWords.word(row.number()),
    change: row.number() as Cash,
    balance: row.number() as Cash,
    instrumentId: row.maybe() as InstrumentId | null,
    orderId: row.maybe() as OrderId | null,
    tradeId: row.maybe() as TradeId | null,
    seq: row.number() as Seq,
    tsUs: row.number() as TsUs,
    reference: row.maybeText(),
    trade,
  };
};

export const settlementShape: RowShape = {
  numbers: [
    'kind',
    'account_id',
    'instrument_id',
    'size_lots',
    'mark_price REAL',
    'index_price',
    'session_profit',
    'funding',
    'payoff',
    'fee',
    'ts_us',
  ],
  texts: [],
};

export const encodeSettlement = (row: PositionSettled, tsUs: TsUs, sink: RowSink): void => {
  sink.number(settlementWords.code(row.kind));
  sink.number(row.accountId);
  sink.number(row.instrumentId);
  sink.number(row.sizeLots);
  sink.number(row.markPrice);
  sink.number(row.indexPrice);
  sink.number(row.sessionProfit);
  sink.number(row.funding);
  sink.number(row.payoff);
  sink.number(row.fee);
  sink.number(tsUs);
  sink.endRow();
};

export const decodeSettlement = (id: number, cells: readonly Cell[]): SettlementRow => {
  const row = new CellReader(cells);
  return {
    type: 'position-settled',
    id,
    kind: settlementWords.word(row.number()),
    accountId: row.number() as AccountId,
    instrumentId: row.number() as InstrumentId,
    sizeLots: row.number() as SizeLots,
    markPrice: row.maybe() ?? Number.NaN,
    indexPrice: row.number() as UsdMicros,
    sessionProfit: row.number() as Cash,
    funding: row.number() as Cash,
    payoff: row.number() as Cash,
    fee: row.number() as Cash,
    tsUs: row.number() as TsUs,
  };
};

const wordOrNull = <Word extends string>(
  list: { word(code: number): Word },
  code: number | null,
): Word | null => (code === null ? null : list.word(code));
