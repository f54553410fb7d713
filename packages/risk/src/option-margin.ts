// Option margin: what one short option asks for, before and after the trade, by the published
// per-leg rule. A long option asks for nothing beyond its premium. Invariant: maintenance never
// exceeds initial, and both include the mark, since the premium received is in cash. Source:
// Deribit, standard margin, before August 2026; risk reference 1.1 (coin-settled, per coin) and
// 1.16 (USD-settled, per dollar of index).
import type { OptionMarginParameters, PayoffKind } from '@openstrike/domain';
import type { OptionType } from '@openstrike/std';

/**
 * Initial margin of one coin of a short option.
 *
 * Units: coins for inverse contracts, USD for linear ones; `mark` likewise. `underlying` is in USD:
 * the forward of the expiry for inverse contracts, the index for linear ones.
 */
export const shortOptionInitial = (
  parameters: OptionMarginParameters,
  payoff: PayoffKind,
  optionType: OptionType,
  strike: number,
  underlying: number,
  mark: number,
): number => {
  const { initialRate, initialRateMin } = parameters;
  const outUsd = optionType === 'call' ? strike - underlying : underlying - strike;
  const out = Math.max(0, outUsd) / underlying;
  const unit = payoff === 'inverse' ? 1 : underlying;
  const initial = Math.max(initialRate - out, initialRateMin) * unit + mark;
  return optionType === 'call'
    ? initial
    : Math.max(initial, shortOptionMaintenance(parameters, payoff, optionType, underlying, mark));
};

/** Maintenance margin of one coin of a short option; units as for `shortOptionInitial`. */
export const shortOptionMaintenance = (
  parameters: OptionMarginParameters,
  payoff: PayoffKind,
  optionType: OptionType,
  underlying: number,
  mark: number,
): number => {
  const { maintenanceRate } = parameters;
  const unit = payoff === 'inverse' ? 1 : underlying;
  // A put deep in the money is worth more than a coin; a share of its mark then exceeds that of the
  // coin.
  return maintenanceRate * (optionType === 'call' ? unit : Math.max(unit, mark)) + mark;
};
