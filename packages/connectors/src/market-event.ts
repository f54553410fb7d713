// Market event: one normalised fact from outside (a quote, a trade, a book, an option's ticker, a
// rate, a signed report), in one shape for all venues. Connectors make them, the oracle weighs
// them, the recorder keeps them. Invariant: nothing here is corrected or guessed; what a venue did
// not say is null.
import type { OptionType } from '@openstrike/std';

/** Every place that prices come from. */
export type SourceName =
  | 'binance'
  | 'bitfinex'
  | 'bitstamp'
  | 'bybit'
  | 'chainlink'
  | 'coinbase'
  | 'deribit'
  | 'gemini'
  | 'kraken'
  | 'okx'
  | 'pyth'
  | 'redstone';

export type Coin = 'BTC' | 'ETH' | 'USDC' | 'USDT';

/** What is traded there, told from the venue's own name for it. */
export type MarketContract =
  | { readonly kind: 'spot'; readonly base: Coin; readonly quote: 'USD' | 'USDC' | 'USDT' }
  | {
      readonly kind: 'perpetual' | 'future';
      readonly underlying: 'BTC' | 'ETH';
      readonly payoff: 'linear' | 'inverse';
      readonly quote: 'USD' | 'USDC' | 'USDT';
      /** Microseconds since the Unix epoch; null for a perpetual. */
      readonly expiryUs: number | null;
    }
  | {
      readonly kind: 'option';
      readonly underlying: 'BTC' | 'ETH';
      readonly payoff: 'linear' | 'inverse';
      readonly quote: 'USD' | 'USDC' | 'USDT';
      readonly expiryUs: number;
      readonly strike: number;
      readonly optionType: OptionType;
    };

interface FromSource {
  readonly source: SourceName;
  /** The venue's own name of the contract, such as `BTC-USD` or `BTC-27DEC26-100000-C`. */
  readonly venueSymbol: string;
  readonly contract: MarketContract;
  /** The venue's own time of the fact in microseconds; null where it states none. */
  readonly sourceUs: number | null;
  /** Our clock when the frame arrived, in microseconds. */
  readonly receivedUs: number;
}

/** Best bid and ask. Price in the venue's unit (coins for inverse options), size in base coins. */
export interface QuoteEvent extends FromSource {
  readonly type: 'quote';
  /** Null on an empty side. */
  readonly bidPrice: number | null;
  readonly bidSize: number;
  readonly askPrice: number | null;
  readonly askSize: number;
}

export interface TradeEvent extends FromSource {
  readonly type: 'trade';
  readonly tradeId: string;
  readonly price: number;
  /** In base coins. */
  readonly size: number;
  /** The arriving side; null where the venue does not say. */
  readonly side: 'buy' | 'sell' | null;
  /** Whether it was one; null where the venue does not say. */
  readonly liquidation: boolean | null;
}

/** A whole order book as the connector holds it after an update: best first, cut to its depth. */
export interface BookEvent extends FromSource {
  readonly type: 'book';
  readonly bids: readonly (readonly [price: number, size: number])[];
  readonly asks: readonly (readonly [price: number, size: number])[];
  /** The venue's sequence number or change id after the update; null where it has none. */
  readonly sequence: number | null;
}

/** What a derivatives venue says of one contract besides its book. */
export interface TickerEvent extends FromSource {
  readonly type: 'ticker';
  readonly bidPrice: number | null;
  readonly askPrice: number | null;
  readonly lastPrice: number | null;
  readonly markPrice: number | null;
  /** Annualised fractions (0.55 is 55 %). */
  readonly markIv: number | null;
  readonly bidIv: number | null;
  readonly askIv: number | null;
  /** Forward or future that the venue marks this contract against, in USD. */
  readonly underlyingPrice: number | null;
  readonly indexPrice: number | null;
  /** In base coins. */
  readonly openInterest: number | null;
  /** Perpetuals: the rate for eight hours as a fraction. */
  readonly fundingRate8h: number | null;
}

/** A price that its reporters signed; told only after the signatures were verified. */
export interface ReportEvent extends FromSource {
  readonly type: 'report';
  readonly price: number;
  /** The report's own uncertainty (one standard deviation, or half the spread) in USD. */
  readonly confidence: number | null;
  /** How many distinct authorised signers vouch for it. */
  readonly signers: number;
}

export type MarketEvent = BookEvent | QuoteEvent | ReportEvent | TickerEvent | TradeEvent;

/**
 * How a connection stands. `live`: subscribed and in sequence; `resyncing`: a gap, checksum or
 * crossed book was seen and what it told of those symbols no longer counts; `stale`: connected, and
 * silent for longer than allowed; `down`: no connection.
 */
export type SourceState = 'connecting' | 'live' | 'resyncing' | 'stale' | 'down';

export interface SourceStatusEvent {
  readonly type: 'status';
  readonly source: SourceName;
  /** Null when the whole connection is meant. */
  readonly venueSymbol: string | null;
  readonly state: SourceState;
  /** One sentence for the operator. */
  readonly reason: string;
  readonly receivedUs: number;
}

export type ConnectorEvent = MarketEvent | SourceStatusEvent;
