// Tables: how each kind of event lies in a recording, one row an event, so that anyone with a
// Parquet reader can use it without this code. Invariant: a row says what the event said, and null
// where it said nothing.
import type { ConnectorEvent, MarketContract } from '@openstrike/connectors';

/** `long` is a 64-bit integer, `double` a number, `text` a string, `truth` a boolean. */
export type ColumnKind = 'long' | 'double' | 'text' | 'truth';
export type Cell = number | string | boolean | null;
export type TableName = ConnectorEvent['type'];

export interface Table {
  readonly name: TableName;
  readonly columns: readonly (readonly [name: string, kind: ColumnKind])[];
}

type Columns = Table['columns'];

const fromSource: Columns = [
  ['received_us', 'long'],
  ['source_us', 'long'],
  ['source', 'text'],
  ['symbol', 'text'],
  ['kind', 'text'],
  ['underlying', 'text'],
  ['payoff', 'text'],
  ['quote_currency', 'text'],
  ['expiry_us', 'long'],
  ['strike', 'double'],
  ['option_type', 'text'],
];

const doubles = (...names: readonly string[]): Columns =>
  names.map((name) => [name, 'double'] as const);

/** Every table of a recording, with its columns in order. */
export const tables: Readonly<Record<TableName, Table>> = {
  quote: {
    name: 'quote',
    columns: [...fromSource, ...doubles('bid_price', 'bid_size', 'ask_price', 'ask_size')],
  },
  trade: {
    name: 'trade',
    columns: [
      ...fromSource,
      ['trade_id', 'text'],
      ...doubles('price', 'size'),
      ['side', 'text'],
      ['liquidation', 'truth'],
    ],
  },
  book: {
    name: 'book',
    // Levels as JSON, [[price, size], ...], best first.
    columns: [...fromSource, ['bids', 'text'], ['asks', 'text'], ['sequence', 'double']],
  },
  ticker: {
    name: 'ticker',
    columns: [
      ...fromSource,
      ...doubles('bid_price', 'ask_price', 'last_price', 'mark_price'),
      ...doubles('mark_iv', 'bid_iv', 'ask_iv', 'underlying_price', 'index_price'),
      ...doubles('open_interest', 'funding_rate_8h'),
    ],
  },
  report: {
    name: 'report',
    columns: [...fromSource, ...doubles('price', 'confidence', 'signers')],
  },
  status: {
    name: 'status',
    columns: [
      ['received_us', 'long'],
      ['source', 'text'],
      ['symbol', 'text'],
      ['state', 'text'],
      ['reason', 'text'],
    ],
  },
};

const contractCells = (contract: MarketContract): readonly Cell[] => {
  if (contract.kind === 'spot') {
    return ['spot', contract.base, null, contract.quote, null, null, null];
  }
  const { kind, underlying, payoff, quote, expiryUs } = contract;
  const option = kind === 'option' ? [contract.strike, contract.optionType] : [null, null];
  return [kind, underlying, payoff, quote, expiryUs, ...option];
};

/** The cells of an event in the order of its table's columns; `source` is what to call it. */
export const rowOf = (event: ConnectorEvent, source: string): readonly Cell[] => {
  if (event.type === 'status') {
    return [event.receivedUs, source, event.venueSymbol, event.state, event.reason];
  }
  const { receivedUs, sourceUs, venueSymbol, contract } = event;
  const common = [receivedUs, sourceUs, source, venueSymbol, ...contractCells(contract)];
  switch (event.type) {
    case 'quote':
      return [...common, event.bidPrice, event.bidSize, event.askPrice, event.askSize];
    case 'trade':
      return [...common, event.tradeId, event.price, event.size, event.side, event.liquidation];
    case 'book': {
      const { bids, asks, sequence } = event;
      return [...common, JSON.stringify(bids), JSON.stringify(asks), sequence];
    }
    case 'ticker': {
      const { bidPrice, askPrice, lastPrice, markPrice, markIv, bidIv, askIv } = event;
      const { underlyingPrice, indexPrice, openInterest, fundingRate8h } = event;
      const prices = [bidPrice, askPrice, lastPrice, markPrice, markIv, bidIv, askIv];
      return [...common, ...prices, underlyingPrice, indexPrice, openInterest, fundingRate8h];
    }
    case 'report':
      return [...common, event.price, event.confidence, event.signers];
  }
};
