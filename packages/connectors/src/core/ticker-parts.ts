// Ticker parts: venues that tell mark, rates and volatilities on several channels, or only what has
// changed, are gathered here into whole tickers. Invariant: what a venue has not said of a market
// is null.
import type { SourceName, TickerEvent } from '../market-event.ts';
import type { Market } from './market.ts';

export type TickerValues = Pick<
  TickerEvent,
  | 'bidPrice'
  | 'askPrice'
  | 'lastPrice'
  | 'markPrice'
  | 'markIv'
  | 'bidIv'
  | 'askIv'
  | 'underlyingPrice'
  | 'indexPrice'
  | 'openInterest'
  | 'fundingRate8h'
>;

const unsaid: TickerValues = {
  bidPrice: null,
  askPrice: null,
  lastPrice: null,
  markPrice: null,
  markIv: null,
  bidIv: null,
  askIv: null,
  underlyingPrice: null,
  indexPrice: null,
  openInterest: null,
  fundingRate8h: null,
};

export interface TickerTimes {
  readonly sourceUs: number | null;
  readonly receivedUs: number;
}

export class TickerParts {
  readonly #source: SourceName;
  readonly #said = new Map<string, TickerValues>();

  constructor(source: SourceName) {
    this.#source = source;
  }

  remove(venueSymbol: string): void {
    this.#said.delete(venueSymbol);
  }

  /** What is known of a market. */
  of(venueSymbol: string): TickerValues {
    return this.#said.get(venueSymbol) ?? unsaid;
  }

  /** Takes what was said now; gives the whole ticker. */
  merge(market: Market, values: Partial<TickerValues>, times: TickerTimes): TickerEvent {
    const { venueSymbol, contract } = market;
    const whole = { ...this.of(venueSymbol), ...values };
    this.#said.set(venueSymbol, whole);
    const { sourceUs, receivedUs } = times;
    return {
      type: 'ticker',
      source: this.#source,
      venueSymbol,
      contract,
      sourceUs,
      receivedUs,
      ...whole,
    };
  }
}
