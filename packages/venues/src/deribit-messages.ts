// Deribit messages: the fields this client reads of Deribit's answers and notifications, and how
// they read in the words of a venue. Fields that nobody here needs are not named.
import type {
  VenueAuction,
  VenueBalance,
  VenueInstrument,
  VenueMark,
  VenueOrder,
  VenuePosition,
  VenuePublicTrade,
  VenueTicker,
  VenueTrade,
} from './venue.ts';

export interface DeribitInstrument {
  readonly instrument_name: string;
  readonly kind: string;
  readonly instrument_type?: string;
  readonly base_currency: string;
  readonly settlement_currency?: string;
  readonly settlement_period: string;
  readonly price_index: string;
  readonly expiration_timestamp: number;
  readonly strike?: number;
  readonly option_type?: 'call' | 'put';
  readonly tick_size: number;
  readonly tick_size_steps?: readonly { above_price: number; tick_size: number }[];
  readonly min_trade_amount: number;
  readonly contract_size: number;
}

/** Null for kinds that are not traded here: spot and combos. */
export const readInstrument = (row: DeribitInstrument): VenueInstrument | null => {
  if (row.kind !== 'option' && row.kind !== 'future') {
    return null;
  }
  const perpetual = row.settlement_period === 'perpetual';
  return {
    name: row.instrument_name,
    kind: row.kind === 'option' ? 'option' : perpetual ? 'perpetual' : 'future',
    payoff: row.instrument_type === 'linear' ? 'linear' : 'inverse',
    underlying: row.base_currency,
    settlementCurrency: row.settlement_currency ?? row.base_currency,
    indexName: row.price_index,
    expiryMs: perpetual ? null : row.expiration_timestamp,
    strike: row.strike ?? null,
    optionType: row.option_type ?? null,
    tickSize: row.tick_size,
    tickSteps: (row.tick_size_steps ?? []).map((step) => ({
      abovePrice: step.above_price,
      tickSize: step.tick_size,
    })),
    amountMin: row.min_trade_amount,
    contractSize: row.contract_size,
  };
};

export interface DeribitTicker {
  readonly instrument_name: string;
  readonly timestamp: number;
  readonly state: string;
  readonly best_bid_price: number | null;
  readonly best_bid_amount: number | null;
  readonly best_ask_price: number | null;
  readonly best_ask_amount: number | null;
  readonly mark_price: number;
  readonly index_price: number;
  readonly min_price: number;
  readonly max_price: number;
}

/** A side without amount is empty, whatever price is sent for it. */
export const readTicker = (row: DeribitTicker): VenueTicker => {
  const bidAmount = row.best_bid_amount ?? 0;
  const askAmount = row.best_ask_amount ?? 0;
  return {
    instrumentName: row.instrument_name,
    timestampMs: row.timestamp,
    bid: bidAmount > 0 ? row.best_bid_price : null,
    bidAmount,
    ask: askAmount > 0 ? row.best_ask_price : null,
    askAmount,
    markPrice: row.mark_price,
    indexPrice: row.index_price,
    bandMin: row.min_price,
    bandMax: row.max_price,
    open: row.state === 'open',
  };
};

export interface DeribitOrder {
  readonly order_id: string;
  readonly instrument_name: string;
  readonly direction: 'buy' | 'sell';
  readonly order_state: VenueOrder['status'];
  /** `market_price` for an order without a limit. */
  readonly price?: number | string;
  readonly amount?: number;
  readonly filled_amount?: number;
  readonly average_price?: number;
  readonly label?: string;
}

export const readOrder = (row: DeribitOrder): VenueOrder => ({
  orderId: row.order_id,
  instrumentName: row.instrument_name,
  side: row.direction,
  status: row.order_state,
  price: typeof row.price === 'number' ? row.price : 0,
  amount: row.amount ?? 0,
  filledAmount: row.filled_amount ?? 0,
  averagePrice: row.average_price ?? 0,
  label: row.label ?? '',
});

export interface DeribitTrade {
  readonly trade_id: string;
  readonly order_id: string;
  readonly instrument_name: string;
  readonly direction: 'buy' | 'sell';
  readonly price: number;
  readonly amount: number;
  readonly fee: number;
  readonly fee_currency: string;
  readonly liquidity?: 'M' | 'T';
  readonly label?: string;
  /** Which side was in liquidation. */
  readonly liquidation?: 'M' | 'T' | 'MT';
  readonly timestamp: number;
}

/** Of the order of who takes over; who is hit by a hedge has the label of its own order. */
const takeoverLabel = 'liquidation';

const isTakeover = ({ liquidation, liquidity, label }: DeribitTrade): boolean =>
  liquidation === 'T' && liquidity === 'M' && label === takeoverLabel;

export const readTrade = (row: DeribitTrade): VenueTrade => ({
  tradeId: row.trade_id,
  orderId: row.order_id,
  instrumentName: row.instrument_name,
  side: row.direction,
  price: row.price,
  amount: row.amount,
  fee: row.fee,
  feeCurrency: row.fee_currency,
  liquidity: row.liquidity === 'M' ? 'maker' : 'taker',
  takeover: isTakeover(row),
  timestampMs: row.timestamp,
});

export const readPublicTrade = (
  row: Omit<DeribitTrade, 'order_id' | 'fee' | 'fee_currency' | 'liquidity' | 'label'>,
): VenuePublicTrade => ({
  tradeId: row.trade_id,
  instrumentName: row.instrument_name,
  side: row.direction,
  price: row.price,
  amount: row.amount,
  timestampMs: row.timestamp,
});

export interface DeribitMark {
  readonly instrument_name: string;
  readonly mark_price: number;
  /** A fraction on this channel, unlike everywhere else. */
  readonly iv: number | null;
  readonly timestamp: number;
}

export const readMark = (row: DeribitMark): VenueMark => ({
  instrumentName: row.instrument_name,
  price: row.mark_price,
  iv: row.iv,
  timestampMs: row.timestamp,
});

export interface DeribitPosition {
  readonly instrument_name: string;
  readonly size: number;
  readonly average_price: number;
}

export const readPosition = (row: DeribitPosition): VenuePosition => ({
  instrumentName: row.instrument_name,
  amount: row.size,
  averagePrice: row.average_price,
});

export interface DeribitSummary {
  readonly currency: string;
  readonly equity: number;
  readonly available_funds: number;
  readonly initial_margin: number;
  readonly maintenance_margin: number;
}

export const readBalance = (row: DeribitSummary): VenueBalance => ({
  currency: row.currency,
  equity: row.equity,
  availableFunds: row.available_funds,
  initialMargin: row.initial_margin,
  maintenanceMargin: row.maintenance_margin,
});

/** Ours only: Deribit has no such auctions. */
export interface DeribitAuction {
  readonly liquidation_id: number;
  readonly currency: string;
  readonly phase: string;
  readonly share: number;
  readonly state: { readonly maintenance_margin: number; readonly net_equity: number };
  readonly positions: readonly { readonly instrument_name: string; readonly amount: number }[];
}

export const readAuction = (row: DeribitAuction): VenueAuction => ({
  auctionId: row.liquidation_id,
  currency: row.currency,
  insolvent: row.phase === 'insolvent-auction',
  share: row.share,
  maintenanceMargin: row.state.maintenance_margin,
  netEquity: row.state.net_equity,
  positions: row.positions.map((leg) => ({
    instrumentName: leg.instrument_name,
    amount: leg.amount,
  })),
});
