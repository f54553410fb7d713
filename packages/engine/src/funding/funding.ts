// Funding: what longs of a perpetual pay shorts, continuously, while its mark stands away from the
// index. It accrues per lot in one number for the whole instrument; an account is charged the
// difference since it was last touched, in whole minor units. Invariant: over all accounts the
// charges sum to zero but for those roundings, which stay in the funding ledger account until
// settlement sweeps them into the rounding account.
// Source: Deribit, "Perpetual", funding rate; risk reference section 4.
import {
  type FundingChanged,
  type FundingHourClosed,
  type Instrument,
  minorPerUnit,
  type PerpetualTerms,
  type TsUs,
  type UsdMicros,
  usPerHour,
} from '@openstrike/domain';
import { type FundingState, hoursPerPeriod } from './funding-state.ts';

const PERIOD_US = hoursPerPeriod * usPerHour;

/**
 * The 8-hour rate of a premium: nothing inside the deadband, beyond it what exceeds the deadband,
 * bounded.
 *
 * Units: all are fractions; `premium` is (mark - index) / index. A positive rate is paid by longs.
 */
export const fundingRate = (premium: number, deadband: number, rateMax: number): number => {
  const rate = Math.max(deadband, premium) + Math.min(-deadband, premium);
  return Math.max(-rateMax, Math.min(rateMax, rate));
};

/**
 * Minor units of settlement currency that one lot of a perpetual is worth at an index price in USD.
 */
export const notionalPerLot = (contract: Instrument, indexUsd: number): number => {
  const lot = (minorPerUnit[contract.settlementCurrency] * contract.lot.num) / contract.lot.den;
  return contract.payoff === 'inverse' ? lot / indexUsd : lot * indexUsd;
};

/** Accrues funding at the rate in force up to an instant; before the first mark there is none. */
export const accrueFunding = (state: FundingState, nowUs: number): void => {
  if (state.accruedUs === 0 || nowUs <= state.accruedUs) {
    return;
  }
  const share = (state.rate * (nowUs - state.accruedUs)) / PERIOD_US;
  state.accruedPerLot += share * state.notionalPerLot;
  state.hourInterest += share;
  state.accruedUs = nowUs;
};

/**
 * Accrues up to now at the old rate, then puts the rate of a new mark in force. Call it at each new
 * mark.
 *
 * Units: `markPrice` and `indexUsd` in USD.
 */
export const setFundingRate = (
  state: FundingState,
  contract: Instrument,
  terms: PerpetualTerms,
  markPrice: number,
  indexUsd: number,
  nowUs: number,
): void => {
  accrueFunding(state, nowUs);
  const premium = (markPrice - indexUsd) / indexUsd;
  state.rate = fundingRate(premium, terms.fundingDeadband, terms.fundingRateMax);
  state.notionalPerLot = notionalPerLot(contract, indexUsd);
  state.accruedUs = nowUs;
};

/**
 * What a position received (positive) or paid since its mark, rounded to nearest with ties away
 * from zero, so that a long and a short of one size get opposite amounts.
 *
 * Units: minor units. `fundingMark` is `accruedPerLot` when the position was last charged or
 * changed.
 */
export const fundingSince = (
  sizeLots: number,
  fundingMark: number,
  accruedPerLot: number,
): number => {
  const paid = sizeLots * (accruedPerLot - fundingMark);
  const rounded = Math.floor(Math.abs(paid) + 0.5);
  return (paid > 0 ? -rounded : rounded) + 0;
};

/** Of a position, as funding sees it; the engine's holdings have these fields. */
export interface FundedPosition {
  readonly sizeLots: number;
  sessionFunding: number;
  fundingMark: number;
}

/**
 * Brings a position's session funding up to date. Call it before its lots change, and before its
 * funding is read for a settlement; the instrument must have accrued up to now.
 */
export const chargeFunding = (position: FundedPosition, state: FundingState): void => {
  position.sessionFunding += fundingSince(
    position.sizeLots,
    position.fundingMark,
    state.accruedPerLot,
  );
  position.fundingMark = state.accruedPerLot;
};

/**
 * Interest over the last eight hours: seven full ones, the running one and what the eighth still
 * covers.
 */
export const fundingOverPeriod = (state: FundingState, nowUs: number): number => {
  let sum = state.hourInterest;
  for (let i = 1; i < hoursPerPeriod; i++) {
    sum += state.hours[i] as number;
  }
  const passed = (nowUs % usPerHour) / usPerHour;
  return sum + (state.hours[0] as number) * (1 - passed);
};

/** The event that tells the funding as it stands. */
export const fundingChanged = (
  state: FundingState,
  contract: Instrument,
  nowUs: number,
): FundingChanged => {
  // Per USD (inverse) or per coin (linear), in whole coins or dollars.
  const perUnit = (minorPerUnit[contract.settlementCurrency] * contract.lot.num) / contract.lot.den;
  return {
    type: 'funding-changed',
    instrumentId: contract.id,
    currentFunding: state.rate,
    funding8h: fundingOverPeriod(state, nowUs),
    accrued: state.accruedPerLot / perUnit,
  };
};

/**
 * Ends an hour: accrues up to it, states its row and begins the next.
 *
 * Units: `indexPrice` is the index now, in micro-dollars.
 */
export const closeFundingHour = (
  state: FundingState,
  contract: Instrument,
  hourEndUs: TsUs,
  indexPrice: UsdMicros,
): FundingHourClosed => {
  accrueFunding(state, hourEndUs);
  const interest1h = state.hourInterest;
  state.hours.shift();
  state.hours.push(interest1h);
  state.hourInterest = 0;
  const previousIndexPrice = state.hourIndexPrice === 0 ? indexPrice : state.hourIndexPrice;
  state.hourIndexPrice = indexPrice;
  return {
    type: 'funding-hour-closed',
    instrumentId: contract.id,
    hourEndUs,
    interest1h,
    interest8h: state.hours.reduce((sum, interest) => sum + interest, 0),
    indexPrice,
    previousIndexPrice: previousIndexPrice as UsdMicros,
  };
};
