// Call auctions: the terms by which they take place, as an operator gives them: how long one lasts.
// When one begins is the recommendation's. Invariant: a start changes nothing that is in force
// already, so that restarts leave no trail.
import { isDeepStrictEqual } from 'node:util';
import type { CallAuctionTerms, SetCallAuctions } from '@openstrike/domain';
import { recommendedFastMove } from '@openstrike/risk';

/** Null for none. */
export const callAuctionTerms = (seconds: number): CallAuctionTerms | null =>
  seconds > 0 ? { windows: recommendedFastMove.windows, auctionSeconds: seconds } : null;

/** What puts the configured seconds in force; null where nothing is said, or they are already. */
export const callAuctionsCommand = (
  seconds: number | null,
  inForce: CallAuctionTerms | null,
): SetCallAuctions | null => {
  if (seconds === null) return null;
  const terms = callAuctionTerms(seconds);
  return isDeepStrictEqual(inForce, terms) ? null : { type: 'set-call-auctions', terms };
};
