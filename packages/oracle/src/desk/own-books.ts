// Own books: the best bids and asks of our own contracts, as the oracle takes them in once a
// second. Prices in USD (or USDC) a coin, so that inverse and linear books speak alike.
import type { IndexName } from '@openstrike/domain';
import type { OptionQuote } from '../surface/chain-quotes.ts';

/** A two-sided impact price of a future or perpetual; an empty side is null. */
export interface OwnFuture {
  readonly bid: number | null;
  readonly ask: number | null;
}

export interface OwnExpiry {
  readonly expiryUs: number;
  readonly future: OwnFuture | null;
  /** Every listed option, quoted or not: those without quotes still say where strikes are. */
  readonly options: readonly OptionQuote[];
}

export interface OwnBooks {
  readonly indexName: IndexName;
  readonly perpetual: OwnFuture | null;
  readonly expiries: readonly OwnExpiry[];
}
