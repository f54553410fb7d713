// Collateral: what assets count for beside their price: a haircut that grows with the amount held,
// since much of one asset cannot be sold at its price. Invariants: the counted value never falls as
// the amount grows, and never exceeds what the asset is worth; a debt counts in full and more.
// Source: risk reference 1.16, "plus quadratic concentration".
import type { CollateralParameters } from '@openstrike/domain';

/**
 * What an amount of an asset counts for.
 *
 * Units: `value` in dollars, negative for a debt. The concentration takes half the square of what
 * lies beyond its beginning over its scale, up to where another unit would count for nothing.
 */
export const collateralValue = (
  parameters: CollateralParameters,
  value: number,
  initial: boolean,
): number => {
  if (value <= 0) {
    return value * (1 + parameters.debtMarkup) + 0;
  }
  const extra = initial ? parameters.initialHaircut : 0;
  const share = Math.max(0, 1 - parameters.haircut - extra);
  const beyond = value - parameters.concentrationFromUsd;
  if (beyond <= 0) {
    return share * value;
  }
  // Marginal value falls straight from `share` to zero over `share * scale`.
  const counted = Math.min(beyond, share * parameters.concentrationScaleUsd);
  const concentration = (counted * counted) / (2 * parameters.concentrationScaleUsd);
  return share * (parameters.concentrationFromUsd + counted) - concentration;
};
