// Constituent: what one source last said of an index and whether it may count. Invariant: time of
// what it said never goes back: a quote older than the one before is passed over, and a quote's age
// runs from the venue's own time where it states one, so that a feed that repeats old prices grows
// stale like one that is silent.
import type { ConstituentUse } from '@openstrike/domain';
import type { ConstituentRule, IndexRules } from './index-rules.ts';

/** A best bid and ask as a source states it; null is an empty side. */
export interface SourceQuote {
  readonly bidPrice: number | null;
  readonly askPrice: number | null;
  /** The venue's own time; null where it states none. */
  readonly sourceUs: number | null;
  readonly receivedUs: number;
}

export interface Constituent {
  readonly rule: ConstituentRule;
  /** Mid of the last quote, in the money it is quoted in; 0 before the first. */
  mid: number;
  /** From when that mid is. */
  saidUs: number;
  receivedUs: number;
  erroneous: boolean;
  connected: boolean;
  distrusted: boolean;
  /** Since when it is outside (while trusted) or inside (while not) the clamp; 0 when it is not. */
  turnedUs: number;
}

export const createConstituent = (rule: ConstituentRule): Constituent => ({
  rule,
  mid: 0,
  saidUs: Number.NEGATIVE_INFINITY,
  receivedUs: Number.NEGATIVE_INFINITY,
  erroneous: false,
  connected: true,
  distrusted: false,
  turnedUs: 0,
});

const isPrice = (price: number | null): price is number =>
  price !== null && price > 0 && price < 1e12;

/**
 * Takes a quote. One that is crossed, one-sided, too wide or no number leaves the mid as it was and
 * the constituent out until a sound one comes.
 */
export const takeQuote = (
  constituent: Constituent,
  quote: SourceQuote,
  rules: Pick<IndexRules, 'spreadMax'>,
): void => {
  const { bidPrice, askPrice, sourceUs, receivedUs } = quote;
  const saidUs = sourceUs === null ? receivedUs : Math.min(sourceUs, receivedUs);
  if (!(saidUs >= constituent.saidUs) || receivedUs < constituent.receivedUs) return;
  constituent.saidUs = saidUs;
  constituent.receivedUs = receivedUs;
  constituent.connected = true;
  if (!isPrice(bidPrice) || !isPrice(askPrice)) {
    constituent.erroneous = true;
    return;
  }
  const mid = 0.5 * (bidPrice + askPrice);
  constituent.erroneous = bidPrice > askPrice || askPrice - bidPrice > rules.spreadMax * mid;
  if (!constituent.erroneous) constituent.mid = mid;
};

/** The connection stands or does not; what was said before a break no longer counts. */
export const takeConnection = (constituent: Constituent, connected: boolean): void => {
  constituent.connected = connected;
};

/** Why a constituent cannot count now, its rate of conversion apart; null where it can. */
export const hindranceOf = (
  constituent: Constituent,
  rules: Pick<IndexRules, 'staleUs'>,
  nowUs: number,
): ConstituentUse | null => {
  if (!constituent.connected || constituent.receivedUs === Number.NEGATIVE_INFINITY) return 'down';
  if (nowUs - constituent.saidUs > rules.staleUs) return 'stale';
  return constituent.erroneous || constituent.mid === 0 ? 'erroneous' : null;
};
