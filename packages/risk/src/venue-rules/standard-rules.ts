// Standard rules of other venues for one short option: the larger of a rate that falls with the
// distance out of the money and a least rate, on top of the mark. One formula with a parameter set
// per venue. Invariant: both margins include the mark, and with it what the short owes now. Source:
// risk reference 1.3 to 1.6 (published help pages).
import type { OptionType } from '@openstrike/std';

export interface ShortOptionRule {
  readonly initialRate: number;
  readonly initialRateMin: number;
  /** Whether a put's least rate grows with its mark: rate * (1 + mark / underlying). */
  readonly putMinWithMark: boolean;
  readonly maintenanceRate: number;
  /** Of the mark, where that is more than the rate of the underlying. */
  readonly callMaintenanceOfMark: number;
  readonly putMaintenanceOfMark: number;
  /** Of the underlying, for the fee of a liquidation. */
  readonly liquidationFee: number;
  /** Whether a margin to open is at least that to keep: of calls, of puts. */
  readonly initialCoversCall: boolean;
  readonly initialCoversPut: boolean;
}

/** Bybit, cross margin. */
export const bybitRule: ShortOptionRule = {
  initialRate: 0.15,
  initialRateMin: 0.1,
  putMinWithMark: false,
  maintenanceRate: 0.03,
  callMaintenanceOfMark: 0.03,
  putMaintenanceOfMark: 0.03,
  liquidationFee: 0.002,
  initialCoversCall: true,
  initialCoversPut: true,
};

/** Aevo. */
export const aevoRule: ShortOptionRule = {
  initialRate: 0.15,
  initialRateMin: 0.1,
  putMinWithMark: false,
  maintenanceRate: 0.1,
  callMaintenanceOfMark: 0,
  putMaintenanceOfMark: 0.1,
  liquidationFee: 0,
  initialCoversCall: false,
  initialCoversPut: true,
};

/** OKX, simple mode: its initial margin; the maintenance margin is not published with it. */
export const okxRule: ShortOptionRule = {
  initialRate: 0.15,
  initialRateMin: 0.1,
  putMinWithMark: true,
  maintenanceRate: 0.075,
  callMaintenanceOfMark: 0,
  putMaintenanceOfMark: 0.075,
  liquidationFee: 0,
  initialCoversCall: false,
  initialCoversPut: false,
};

/**
 * Initial and maintenance margin of one coin of a short option.
 *
 * Units: `mark`, `underlying` and `strike` in one currency, and the results; for a coin-settled
 * option divide by the underlying. Where orders fill above the mark, `premium` is their price.
 */
export const shortOptionByRule = (
  rule: ShortOptionRule,
  optionType: OptionType,
  strike: number,
  underlying: number,
  mark: number,
  premium: number = mark,
): { readonly initial: number; readonly maintenance: number } => {
  const call = optionType === 'call';
  const out = Math.max(0, call ? strike - underlying : underlying - strike);
  const ofMark = call ? rule.callMaintenanceOfMark : rule.putMaintenanceOfMark;
  const maintenance =
    Math.max(rule.maintenanceRate * underlying, ofMark * mark) +
    mark +
    rule.liquidationFee * underlying;
  const leastBase = !call && rule.putMinWithMark ? underlying + mark : underlying;
  const open =
    Math.max(rule.initialRate * underlying - out, rule.initialRateMin * leastBase) +
    Math.max(premium, mark);
  const covers = call ? rule.initialCoversCall : rule.initialCoversPut;
  return { initial: covers ? Math.max(open, maintenance) : open, maintenance };
};

/** Cboe's rates: 0.2 for shares and narrow indexes, 0.15 for broad ones, at least 0.1. */
export interface StrategyRates {
  readonly rate: number;
  readonly rateMin: number;
}

/**
 * Cboe's margin of one unit of an uncovered short option, its proceeds included.
 *
 * Source: Cboe margin manual; risk reference 1.14. The least is of the strike for puts.
 */
export const strategyNaked = (
  rates: StrategyRates,
  optionType: OptionType,
  strike: number,
  underlying: number,
  premium: number,
): number => {
  const call = optionType === 'call';
  const out = Math.max(0, call ? strike - underlying : underlying - strike);
  const least = rates.rateMin * (call ? underlying : strike);
  return premium + Math.max(rates.rate * underlying - out, least);
};

/** Cboe's margin of a short straddle or strangle: the larger side and the other's premium. */
export const strategyStrangle = (
  callMargin: number,
  callPremium: number,
  putMargin: number,
  putPremium: number,
): number => (callMargin >= putMargin ? callMargin + putPremium : putMargin + callPremium);

/** Cboe's margin of a credit spread beyond its proceeds: the width less the credit. */
export const strategySpread = (width: number, netCredit: number): number =>
  Math.max(0, width - netCredit);
