// Waterfall: which step of a liquidation comes next, and how large it may be. Each function is a
// decision from figures alone; the engine carries out what they say. Invariants: stages only ever
// go forward; nothing is decided for an account whose equity covers its maintenance margin but to
// end. Margin equity is what the margin rule counts; net equity is what would be left if all were
// closed at the marks. Source: risk reference 2.10.
import type { LiquidationParameters } from '@openstrike/domain';
import { auctionDiscount, bufferedNet, type LiquidatedAccount, largestSlice } from './auction.ts';

/** The stages of a liquidation, in their order. */
export type LiquidationStage = 'hedge' | 'auction' | 'insolvent-auction' | 'deleveraging';

export const liquidationStages: readonly LiquidationStage[] = [
  'hedge',
  'auction',
  'insolvent-auction',
  'deleveraging',
];

/** An account as the waterfall sees it. */
export interface AccountFigures {
  /** What the margin rule counts against the requirement. */
  readonly marginEquity: number;
  readonly maintenance: number;
  /** With everything at its mark, options included. */
  readonly netEquity: number;
}

/** Whether an account lacks maintenance margin; not one that owes and holds nothing. */
export const lacksMargin = ({ marginEquity, maintenance }: AccountFigures): boolean =>
  marginEquity < maintenance;

/**
 * How many of the warning ratios an account has reached, when it had reached `known` before: one is
 * left only some way below it, so that an account at its edge is not warned at every tick.
 *
 * Holds: an account without a requirement has reached none.
 */
export const warningLevel = (
  { marginEquity, maintenance }: AccountFigures,
  known: number,
  { warnings, warningsApart }: LiquidationParameters,
): number => {
  let level = 0;
  warnings.forEach((ratio, i) => {
    const least = i < known ? ratio - warningsApart : ratio;
    if (maintenance > 0 && maintenance >= least * marginEquity) level = i + 1;
  });
  return level;
};

/** How far a liquidation has come. */
export interface LiquidationProgress {
  readonly stage: LiquidationStage;
  /** Seconds that its clock has run in this stage. */
  readonly seconds: number;
}

/**
 * The stage that an account is in after its figures have changed or its clock has run.
 *
 * Holds: never one before the present. A solvent auction without takers goes to deleveraging at the
 * marks; without equity or positions there is nothing to hedge or to sell at a share of equity.
 */
export const stageOf = (
  progress: LiquidationProgress,
  { netEquity, maintenance }: AccountFigures,
  parameters: LiquidationParameters,
  holdsPositions: boolean,
): LiquidationStage => {
  const { stage, seconds } = progress;
  const { firstSeconds, secondSeconds } = parameters.clock;
  if (!holdsPositions || maintenance <= 0) return 'deleveraging';
  switch (stage) {
    case 'hedge':
      return netEquity > 0 ? 'hedge' : 'insolvent-auction';
    case 'auction':
      if (netEquity <= 0) return 'insolvent-auction';
      return seconds >= firstSeconds + secondSeconds ? 'deleveraging' : 'auction';
    case 'insolvent-auction':
      return seconds >= parameters.insolventSeconds ? 'deleveraging' : 'insolvent-auction';
    default:
      return 'deleveraging';
  }
};

/**
 * The price that the clock asks: in an auction the share of the slice's equity, from its start down
 * to 0; where equity is gone, minus the share of the maintenance margin that the fund pays, from 0
 * down to -1.
 */
export const clockPrice = (
  { stage, seconds }: LiquidationProgress,
  parameters: LiquidationParameters,
): number =>
  stage === 'auction'
    ? auctionDiscount(parameters.clock, seconds)
    : 0 - Math.min(1, Math.max(0, seconds / parameters.insolventSeconds));

/** What a liquidity provider would pay, and for how much of the account. */
export interface AuctionAnswer {
  /** Price on the clock's scale: at most 1, at least -1. */
  readonly price: number;
  /** The largest share of the account it takes: above 0, at most 1. */
  readonly shareMax: number;
}

/**
 * The answers that trade now, the best first: those at or above the clock once the sealed time is
 * over; equal ones in the order given.
 */
export const takenAnswers = <Answer extends AuctionAnswer>(
  answers: readonly Answer[],
  progress: LiquidationProgress,
  parameters: LiquidationParameters,
): readonly Answer[] => {
  if (progress.seconds < parameters.sealedSeconds) return [];
  const asked = clockPrice(progress, parameters);
  const insolvent = progress.stage !== 'auction';
  return answers
    .filter(({ price }) => price >= asked && price <= 0 === insolvent)
    .sort((a, b) => b.price - a.price);
};

/**
 * The share of an account that may be sold at a price: up to its buffer while it has equity, else
 * as much as the fund can pay for.
 */
export const shareFor = (
  figures: AccountFigures,
  price: number,
  fund: number,
  parameters: LiquidationParameters,
): number => {
  const { marginEquity, maintenance, netEquity } = figures;
  if (netEquity > 0) {
    const account: LiquidatedAccount = {
      equity: netEquity,
      maintenanceNet: marginEquity - maintenance,
      reservedCash: 0,
    };
    // Equity that came back in an insolvent auction: nothing of it is sold for less than nothing.
    return price < 0 || bufferedNet(account, parameters.buffer) >= 0
      ? 0
      : largestSlice(account, price, parameters.buffer);
  }
  const cost = 0 - netEquity - price * maintenance;
  return cost <= 0 ? 1 : Math.min(1, Math.max(0, fund / cost));
};

/**
 * The lots of a position that a share of the account takes, toward more, so that a share above 0
 * takes something of each.
 */
export const sliceLots = (lots: number, share: number): number => {
  const size = Math.abs(lots);
  const taken = Math.min(size, Math.ceil(size * share - 1e-9));
  return lots < 0 ? 0 - taken : taken;
};

/**
 * Signed lots of a hedge: against the excess delta, no more than its share of it and of the depth
 * that is near the mark. At least one lot where both allow one.
 *
 * Units: `delta` in lots of the hedge, signed; `depth` in lots.
 */
export const hedgeLots = (
  delta: number,
  depth: number,
  parameters: LiquidationParameters,
): number => {
  const size = Math.abs(delta);
  if (size < 1) return 0;
  const wanted = Math.max(1, Math.floor(size * parameters.hedgeShareMax));
  const lots = Math.min(wanted, Math.floor(depth * parameters.hedgeDepthShareMax));
  return delta > 0 ? 0 - lots : lots;
};

/**
 * Shares a loss in proportion to weights, nobody above their cap, in whole units; what no cap has
 * room for is left. Units go to the first that have room.
 *
 * Returns what each bears; the sum is the smaller of the loss and all caps.
 */
export const shareWithin = (
  loss: bigint,
  weights: readonly bigint[],
  caps: readonly bigint[],
): bigint[] => {
  const borne = caps.map(() => 0n);
  const roomOf = (i: number): bigint => {
    const cap = caps[i] as bigint;
    return (weights[i] as bigint) > 0n && cap > (borne[i] as bigint)
      ? cap - (borne[i] as bigint)
      : 0n;
  };
  let left = loss;
  for (let progress = true; left > 0n && progress; ) {
    progress = false;
    let total = 0n;
    caps.forEach((_, i) => {
      if (roomOf(i) > 0n) total += weights[i] as bigint;
    });
    const round = left;
    for (let i = 0; i < caps.length && left > 0n; i++) {
      const room = roomOf(i);
      if (room === 0n) continue;
      // Rounded up, so that every round ends in fewer rooms or no loss.
      const share = (round * (weights[i] as bigint) + total - 1n) / total;
      const taken = share < room ? (share < left ? share : left) : room < left ? room : left;
      borne[i] = (borne[i] as bigint) + taken;
      left -= taken;
      progress ||= taken > 0n;
    }
  }
  return borne;
};
