// Liquidation steps: the fee a step may carry, whether it may be taken at all, and who bears what
// in the last resorts. Invariants: a step that trades raises the ratio of equity to maintenance
// margin or, where equity is gone, shrinks the shortfall; a loss is shared to the last unit.
// Source: risk reference 2.3, 2.6, 2.7, 2.9 and 2.10.
import type { LiquidationFeeParameters } from '@openstrike/domain';

/** Equity and maintenance margin of an account. */
export interface Solvency {
  readonly equity: number;
  readonly maintenance: number;
}

/**
 * Whether a step helps: the ratio of equity to maintenance margin rises, the account is left with
 * no requirement and no debt, or a shortfall shrinks.
 */
export const stepHelps = (before: Solvency, after: Solvency): boolean => {
  if (after.maintenance === 0 && after.equity >= 0) {
    return before.maintenance > 0 || after.equity > before.equity;
  }
  if (before.equity <= 0) {
    return after.equity > before.equity && after.maintenance <= before.maintenance;
  }
  if (after.maintenance === 0) {
    return false;
  }
  // Multiplied out, so that a requirement of zero needs no division.
  return after.equity * before.maintenance > before.equity * after.maintenance;
};

/**
 * The fee of one liquidated leg before the cap by equity; `premium` is null for futures.
 *
 * Units: `notional` and `premium` in one currency, both at least 0.
 */
export const legFee = (
  parameters: LiquidationFeeParameters,
  notional: number,
  premium: number | null,
): number => {
  const fee = parameters.rate * notional;
  return premium === null ? fee : Math.min(fee, parameters.premiumShareMax * premium);
};

/**
 * The fee of a slice: that of its legs, but no more than leaves the slice cheaper than its share of
 * equity; 0 where equity is gone.
 *
 * Source: risk reference 2.9: the ratio rises whenever the cost is below share * equity.
 */
export const sliceFee = (
  parameters: LiquidationFeeParameters,
  legFees: number,
  share: number,
  equity: number,
  discountCost: number,
): number => {
  const room = parameters.equityShareMax * share * Math.max(0, equity) - discountCost;
  return Math.max(0, Math.min(legFees, room));
};

/** The rank by which gains are closed out: larger first. Domain: cash and equity above 0. */
export const deleveragingRank = (
  unrealised: number,
  cash: number,
  notional: number,
  equity: number,
): number => (unrealised / cash) * (notional / equity);

/**
 * The price at which a position must be filled so that its account keeps its ratio of equity to
 * maintenance margin.
 *
 * Units: price; `ratio` is equity / maintenance, taken as 0 to 1. `spread` times
 * `maintenanceRate` is the discount at no equity. Source: dYdX, liquidations; risk reference 2.3.
 */
export const fillablePrice = (
  oraclePrice: number,
  isLong: boolean,
  ratio: number,
  adjustment: number,
  spread: number,
  maintenanceRate: number,
): number => {
  const gone = Math.min(1, Math.max(0, adjustment * (1 - ratio)));
  const share = spread * maintenanceRate * gone;
  return oraclePrice * (isLong ? 1 - share : 1 + share);
};

/**
 * Shares a loss among gains in proportion, in whole units that add up to it exactly: remainders go
 * to the largest fractions, then to the earliest.
 *
 * Holds: accounts without a gain bear nothing; nobody bears more than their gain. Throws nothing: a
 * loss beyond all gains is cut to them, the rest is for the caller.
 */
export const shareLoss = (loss: bigint, gains: readonly bigint[]): bigint[] => {
  let total = 0n;
  for (const gain of gains) total += gain > 0n ? gain : 0n;
  const borne = loss < total ? loss : total;
  if (total === 0n || borne <= 0n) {
    return gains.map(() => 0n);
  }
  const shares = gains.map((gain) => (gain > 0n ? (gain * borne) / total : 0n));
  let left = borne;
  for (const share of shares) left -= share;
  const remainderOf = (i: number): bigint => {
    const gain = gains[i] as bigint;
    return gain > 0n ? (gain * borne) % total : -1n;
  };
  const order = shares
    .map((_, i) => i)
    .sort((a, b) => {
      const x = remainderOf(a);
      const y = remainderOf(b);
      return x === y ? a - b : x > y ? -1 : 1;
    });
  for (const i of order) {
    if (left === 0n) break;
    shares[i] = (shares[i] as bigint) + 1n;
    left -= 1n;
  }
  return shares;
};

/**
 * The price at which an account with one position and cash meets its maintenance margin, or null
 * where no price does.
 *
 * Units: `cash` includes what the position was paid for: a short's proceeds, a long's cost taken
 * off. Source: dYdX, liquidation price; risk reference 2.3.
 */
export const liquidationPrice = (
  cash: number,
  size: number,
  maintenanceRate: number,
): number | null => {
  const slope = size - maintenanceRate * Math.abs(size);
  const price = -cash / slope;
  return slope !== 0 && price > 0 ? price : null;
};
