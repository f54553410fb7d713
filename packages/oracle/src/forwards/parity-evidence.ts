// Parity evidence: the forward that calls and puts of one expiry imply at their tightest strikes.
// Prices in coins become dollars at the forward as it is believed now; near the money, where the
// tightest strikes are, an error of that belief cancels but for its product with call less put.
import { forwardFromParity, type ParityQuote } from '@openstrike/pricing';
import { compareNumbers } from '@openstrike/std';
import type { OptionQuote } from '../surface/chain-quotes.ts';
import type { ForwardEvidence } from './forward-machine.ts';

/** How many strikes count, and how far from the forward they may lie. */
const strikesMax = 5;
const reachShare = 0.25;

const pairsOf = (quotes: readonly OptionQuote[], near: number): ParityQuote[] => {
  const puts = new Map<number, OptionQuote>();
  for (const quote of quotes) {
    if (quote.optionType === 'put') puts.set(quote.strike, quote);
  }
  const pairs: ParityQuote[] = [];
  for (const call of quotes) {
    const put = call.optionType === 'call' ? puts.get(call.strike) : undefined;
    if (put === undefined || Math.abs(call.strike / near - 1) > reachShare) continue;
    const [callBid, callAsk, putBid, putAsk] = [call.bid, call.ask, put.bid, put.ask];
    if (callBid === null || callAsk === null || putBid === null || putAsk === null) continue;
    if (!(callBid > 0 && putBid > 0 && callAsk >= callBid && putAsk >= putBid)) continue;
    pairs.push({ strike: call.strike, callBid, callAsk, putBid, putAsk });
  }
  return pairs;
};

const widthOf = ({ callBid, callAsk, putBid, putAsk }: ParityQuote): number =>
  callAsk - callBid + putAsk - putBid;

/**
 * The evidence of one source's options of an expiry; null where no strike is quoted on both types.
 *
 * Units: USD a coin; `near` the forward as believed now.
 */
export const parityEvidence = (
  source: string,
  quotes: readonly OptionQuote[],
  at: { readonly index: number; readonly near: number; readonly weight: number },
): ForwardEvidence | null => {
  const pairs = pairsOf(quotes, at.near).sort((a, b) => compareNumbers(widthOf(a), widthOf(b)));
  const tightest = pairs.slice(0, strikesMax);
  const found = forwardFromParity(tightest);
  if (!found.ok || !(found.value.forward > 0)) return null;
  const { forward } = found.value;
  const [first] = tightest as [ParityQuote];
  return {
    kind: 'parity',
    source,
    basis: forward - at.index,
    half: 0.5 * widthOf(first),
    weight: at.weight,
  };
};
