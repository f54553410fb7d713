// Venue: one interface for every place to trade, ours and others', live or simulated. A strategy
// sees nothing else: live, paper and backtest differ by the venue object. Prices and amounts are
// decimals as the venue quotes them. Invariant: listeners are called in the order the venue sent;
// after a gap the adapter resyncs and says so through the status before anything newer arrives.

export type VenueStatus = 'connecting' | 'live' | 'closed';

export interface VenueInstrument {
  readonly name: string;
  readonly kind: 'option' | 'future' | 'perpetual';
  readonly payoff: 'linear' | 'inverse';
  /** Base coin. */
  readonly underlying: string;
  readonly settlementCurrency: string;
  readonly indexName: string;
  /** Null for a perpetual; milliseconds. */
  readonly expiryMs: number | null;
  readonly strike: number | null;
  readonly optionType: 'call' | 'put' | null;
  readonly tickSize: number;
  /** Above a price the coarser tick holds; ascending. */
  readonly tickSteps: readonly { readonly abovePrice: number; readonly tickSize: number }[];
  readonly amountMin: number;
  readonly contractSize: number;
}

export interface VenueMark {
  readonly instrumentName: string;
  readonly price: number;
  /** Annualised fraction; null for futures. */
  readonly iv: number | null;
  readonly timestampMs: number;
}

export interface VenueTicker {
  readonly instrumentName: string;
  readonly timestampMs: number;
  /** Null on an empty side. */
  readonly bid: number | null;
  readonly bidAmount: number;
  readonly ask: number | null;
  readonly askAmount: number;
  readonly markPrice: number;
  readonly indexPrice: number;
  readonly bandMin: number;
  readonly bandMax: number;
  readonly open: boolean;
}

export interface VenueOrderRequest {
  readonly instrumentName: string;
  readonly side: 'buy' | 'sell';
  readonly type: 'limit' | 'market';
  readonly amount: number;
  /** Absent for market orders. */
  readonly price?: number;
  readonly timeInForce?: 'gtc' | 'ioc' | 'fok';
  /** A crossing price is moved behind the opposite best. */
  readonly postOnly?: boolean;
  readonly reduceOnly?: boolean;
  readonly label?: string;
  /** A retry with the same key returns the first result. */
  readonly clientKey?: string;
}

export interface VenueOrder {
  readonly orderId: string;
  readonly instrumentName: string;
  readonly side: 'buy' | 'sell';
  readonly status: 'open' | 'filled' | 'cancelled' | 'rejected' | 'untriggered' | 'triggered';
  /** 0 for an order without a limit. */
  readonly price: number;
  readonly amount: number;
  readonly filledAmount: number;
  readonly averagePrice: number;
  readonly label: string;
}

/** Levels best first, as prices and amounts. */
export interface VenueBook {
  readonly instrumentName: string;
  readonly timestampMs: number;
  readonly bids: readonly (readonly [price: number, amount: number])[];
  readonly asks: readonly (readonly [price: number, amount: number])[];
  /** True from a gap or a lost connection until the venue has sent the whole book anew. */
  readonly stale: boolean;
}

/** One trade of anybody. */
export interface VenuePublicTrade {
  readonly tradeId: string;
  readonly instrumentName: string;
  /** The taker's. */
  readonly side: 'buy' | 'sell';
  readonly price: number;
  readonly amount: number;
  readonly timestampMs: number;
}

export interface VenueTrade {
  readonly tradeId: string;
  readonly orderId: string;
  readonly instrumentName: string;
  readonly side: 'buy' | 'sell';
  readonly price: number;
  readonly amount: number;
  readonly fee: number;
  readonly feeCurrency: string;
  readonly liquidity: 'maker' | 'taker';
  /** Whether it took a position over from an account in liquidation, outside of the book. */
  readonly takeover: boolean;
  readonly timestampMs: number;
}

export interface VenueBalance {
  readonly currency: string;
  readonly equity: number;
  readonly availableFunds: number;
  readonly initialMargin: number;
  readonly maintenanceMargin: number;
}

export interface VenuePosition {
  readonly instrumentName: string;
  /** Signed, in the instrument's amount unit. */
  readonly amount: number;
  readonly averagePrice: number;
}

/** An account without maintenance margin, a share of which is offered to liquidity providers. */
export interface VenueAuction {
  readonly auctionId: number;
  /** That its figures are in. */
  readonly currency: string;
  /** Where equity is gone an answer asks for a payment instead of offering one. */
  readonly insolvent: boolean;
  /** The largest share on offer at the price that the clock asks now. */
  readonly share: number;
  readonly maintenanceMargin: number;
  /** With everything at its mark. */
  readonly netEquity: number;
  /** Of the whole account; signed, in each instrument's amount unit. */
  readonly positions: readonly { readonly instrumentName: string; readonly amount: number }[];
}

/** A refusal by the venue: its code and sentence; `retryable` when waiting may help. */
export class VenueRefusal extends Error {
  override readonly name: string = 'VenueRefusal';
  readonly code: number;
  readonly retryable: boolean;

  constructor(code: number, sentence: string, retryable: boolean) {
    super(sentence);
    this.code = code;
    this.retryable = retryable;
  }
}

/** Ends a subscription. */
export type Unwatch = () => void;

export interface Venue {
  readonly name: string;
  /** Resolves when live: connected, authenticated where keys were given. */
  connect(): Promise<void>;
  close(): Promise<void>;
  status(): VenueStatus;
  onStatus(listener: (status: VenueStatus) => void): Unwatch;
  /** Wall milliseconds since the venue was last heard; Infinity while not live. */
  silentForMs(): number;
  /** Requests sent and unanswered, and those that wait for their turn. */
  outstanding(): number;

  /** All live instruments. */
  instruments(): Promise<readonly VenueInstrument[]>;
  /**
   * Tells of instruments that were listed or ended; resubscribed after a reconnect, like every
   * watch.
   */
  watchListing(listener: (instrumentName: string, change: 'listed' | 'ended') => void): Unwatch;
  /** Index value in USD. */
  watchIndex(indexName: string, listener: (price: number, timestampMs: number) => void): Unwatch;
  /** Marks of all options of an index, about once a venue second. */
  watchOptionMarks(indexName: string, listener: (marks: readonly VenueMark[]) => void): Unwatch;
  watchTicker(instrumentName: string, listener: (ticker: VenueTicker) => void): Unwatch;
  /** The whole book after every change; gaps are resynchronised, and `stale` says so meanwhile. */
  watchBook(instrumentName: string, listener: (book: VenueBook) => void): Unwatch;
  /** Each trade of the instrument, in order. */
  watchTrades(instrumentName: string, listener: (trade: VenuePublicTrade) => void): Unwatch;
  watchOwnOrders(listener: (order: VenueOrder) => void): Unwatch;
  watchOwnTrades(listener: (trade: VenueTrade) => void): Unwatch;
  /**
   * All liquidation auctions, about once a second while there are any. A venue that holds none
   * never calls.
   */
  watchAuctions(listener: (auctions: readonly VenueAuction[]) => void): Unwatch;

  /**
   * Requests reach the venue in the order of the calls and need not wait for one another. Each
   * rejects with VenueRefusal when the venue says no, with OperationalError when it cannot be
   * reached or its answer was lost with the connection: what became of the request is then seen in
   * `openOrders` after the next `live`.
   */
  place(request: VenueOrderRequest): Promise<VenueOrder>;
  /** New total amount (filled part included) and price. */
  edit(orderId: string, amount: number, price: number): Promise<VenueOrder>;
  cancel(orderId: string): Promise<VenueOrder>;
  /** The number cancelled. */
  cancelAll(): Promise<number>;
  /**
   * A provider's answer: above 0 the share of the slice's equity that it pays; at 0 or below minus
   * the share of its maintenance margin that it asks for. The share is the most that it takes; 0
   * takes the answer back.
   */
  answerAuction(auctionId: number, price: number, shareMax: number): Promise<void>;
  openOrders(): Promise<readonly VenueOrder[]>;
  positions(): Promise<readonly VenuePosition[]>;
  balance(currency: string): Promise<VenueBalance>;
  /** Best bid and ask now. */
  ticker(instrumentName: string): Promise<VenueTicker>;
}
