// Chain quotes: what is quoted of a chain, in USD, and the smile of one expiry made of it. A call
// and a put of one strike speak of one volatility, so together they bound it more tightly than each
// alone; where they contradict each other the narrower one is believed.
import { impliedBlack76, type SmileQuote } from '@openstrike/pricing';
import { compareNumbers, log, type OptionType } from '@openstrike/std';

/** One option's quote. Prices in USD a coin, of payment at expiry (undiscounted). */
export interface OptionQuote {
  readonly strike: number;
  readonly optionType: OptionType;
  /** Null on an empty side. */
  readonly bid: number | null;
  readonly ask: number | null;
  /** The forward at the moment of the quote, where it is known better than the expiry's. */
  readonly forward?: number;
  /** Tick at its price in USD, for the report alone; 0 where absent. */
  readonly tick?: number;
  /** How much it counts: 1 for a book of our own, less for outside ones; 1 where absent. */
  readonly weight?: number;
}

export interface ExpiryQuotes {
  readonly expiryUs: number;
  /** USD. */
  readonly forward: number;
  readonly quotes: readonly OptionQuote[];
}

/** Volatility of a bid at or below the intrinsic value: it says nothing but that there is one. */
const ivMin = 0.001;
/** A quote wider than this share of the forward is no opinion. */
const spreadShareMax = 0.5;

/** A smile's quote with its strike. */
export interface StrikeQuote extends SmileQuote {
  readonly strike: number;
}

interface Bounds {
  strike: number;
  k: number;
  bidIv: number;
  askIv: number;
}

/** Both sides quoted, in order. */
export const isTwoSided = (
  quote: OptionQuote,
): quote is OptionQuote & { readonly bid: number; readonly ask: number } =>
  quote.bid !== null && quote.ask !== null && quote.bid > 0 && quote.ask >= quote.bid;

const boundsOf = (quote: OptionQuote, forward: number, timeYears: number): Bounds | null => {
  if (!isTwoSided(quote) || quote.ask - quote.bid > spreadShareMax * forward) return null;
  const sign = quote.optionType === 'call' ? 1 : -1;
  const bid = impliedBlack76(quote.bid, forward, quote.strike, timeYears, sign);
  const ask = impliedBlack76(quote.ask, forward, quote.strike, timeYears, sign);
  if (!(ask > ivMin)) return null;
  const { strike } = quote;
  return { strike, k: log(strike / forward), bidIv: Math.max(bid, ivMin), askIv: ask };
};

const join = (known: Bounds, more: Bounds): void => {
  const bidIv = Math.max(known.bidIv, more.bidIv);
  const askIv = Math.min(known.askIv, more.askIv);
  if (bidIv <= askIv) {
    known.bidIv = bidIv;
    known.askIv = askIv;
  } else if (more.askIv - more.bidIv < known.askIv - known.bidIv) {
    Object.assign(known, more);
  }
};

/**
 * The smile that the quotes of an expiry draw, by ascending strike; two-sided quotes only.
 *
 * Units: `timeYears` above 0. Quotes of different weights stay apart.
 */
export const smileOf = (expiry: ExpiryQuotes, timeYears: number): StrikeQuote[] => {
  const byWeight = new Map<number, Map<number, Bounds>>();
  for (const quote of expiry.quotes) {
    const forward = quote.forward ?? expiry.forward;
    const bounds = boundsOf(quote, forward, timeYears);
    if (bounds === null) continue;
    const weight = quote.weight ?? 1;
    let strikes = byWeight.get(weight);
    if (strikes === undefined) {
      strikes = new Map();
      byWeight.set(weight, strikes);
    }
    const known = strikes.get(quote.strike);
    if (known === undefined) strikes.set(quote.strike, bounds);
    else join(known, bounds);
  }
  const smile: StrikeQuote[] = [];
  for (const [weight, strikes] of byWeight) {
    for (const bounds of strikes.values()) smile.push({ ...bounds, weight });
  }
  return smile.sort((a, b) => compareNumbers(a.k, b.k));
};
