// Perpetual basis: how far a perpetual's mark stands from its index. It follows the fair price of
// the perpetual's own book with a half-life of seconds, so that no single order moves the mark far,
// and is bounded besides.
// Invariant: |basis| <= basisMax * index after every step. Source: Deribit, mark price of futures:
// index plus a 30-second exponential average of (fair price - index).
import { expm1 } from '@openstrike/std';

/** What is remembered between marks; part of the engine's state. */
export interface PerpetualBasis {
  /** USD per coin. */
  usd: number;
  /** When it was last advanced; 0 before the first time. */
  atUs: number;
}

/** Time constant of the average. */
export const basisTimeUs = 30_000_000;

export const createPerpetualBasis = (): PerpetualBasis => ({ usd: 0, atUs: 0 });

/** An impact price strays at most this far from the best price of its side. */
export const impactReach = 0.001;

/**
 * The price at which so much of one side would fill on average, no further than `impactReach` from
 * its best.
 *
 * Shape: `ticks` and `lots` are the levels of one side from the best, of which the first `count`
 * count.
 * Units: in ticks; 0 for an empty side. A side too thin for `impactLots` counts as at full reach.
 */
export const impactTicks = (
  ticks: ArrayLike<number>,
  lots: ArrayLike<number>,
  count: number,
  impactLots: number,
  side: 'bid' | 'ask',
): number => {
  if (count === 0) {
    return 0;
  }
  const best = ticks[0] as number;
  const bound = best * (side === 'bid' ? 1 - impactReach : 1 + impactReach);
  let left = impactLots;
  let sum = 0;
  for (let i = 0; i < count && left > 0; i++) {
    const taken = Math.min(left, lots[i] as number);
    sum += taken * (ticks[i] as number);
    left -= taken;
  }
  if (left > 0) {
    return bound;
  }
  const average = sum / impactLots;
  return side === 'bid' ? Math.max(average, bound) : Math.min(average, bound);
};

/**
 * The fair price between two impact prices in USD; 0 stands for an empty side. A book with one side
 * says only that the price is not beyond it; an empty book that it is the index.
 */
export const fairPrice = (bid: number, ask: number, index: number): number => {
  if (bid > 0 && ask > 0) {
    return 0.5 * (bid + ask);
  }
  if (bid > 0) {
    return Math.max(bid, index);
  }
  return ask > 0 ? Math.min(ask, index) : index;
};

/**
 * Moves the basis towards (fair - index) by the time passed, and returns the mark.
 *
 * Units: USD per coin; `basisMax` a fraction of the index.
 */
export const advanceBasis = (
  basis: PerpetualBasis,
  fair: number,
  index: number,
  basisMax: number,
  nowUs: number,
): number => {
  const bound = basisMax * index;
  const target = clamp(fair - index, bound);
  const weight = basis.atUs === 0 ? 1 : -expm1((basis.atUs - nowUs) / basisTimeUs);
  basis.usd = clamp(basis.usd + weight * (target - basis.usd), bound);
  basis.atUs = nowUs;
  return index + basis.usd;
};

const clamp = (value: number, bound: number): number => Math.max(-bound, Math.min(bound, value));
