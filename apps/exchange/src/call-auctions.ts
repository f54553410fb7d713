// Call auctions: the terms by which they take place, as an operator gives them: how long one lasts.
// When one begins is the recommendation's. Invariant: a start changes nothing that is in force
// already, so that restarts leave no trail.
import { isDeepStrictEqual } from 'node:util';
import type { CallAuctionTerms, CommandPort, QueryPort } from '@openstrike/domain';
import { recommendedFastMove } from '@openstrike/risk';
import { submitOrThrow } from './operator.ts';

/** Null for none. */
export const callAuctionTerms = (seconds: number): CallAuctionTerms | null =>
  seconds > 0 ? { windows: recommendedFastMove.windows, auctionSeconds: seconds } : null;

/** Puts what the configuration says in force; null says nothing. */
export const applyCallAuctions = async (
  commands: CommandPort,
  queries: QueryPort,
  seconds: number | null,
): Promise<void> => {
  if (seconds === null) return;
  const terms = callAuctionTerms(seconds);
  const inForce = (await queries.query('halts', {})).terms;
  if (isDeepStrictEqual(inForce, terms)) return;
  await submitOrThrow(commands, { type: 'set-call-auctions', terms });
};
