// Delivery: what one position is paid when its contract expires, in exact integers. Pure functions
// of the contract, the lots and the delivery price. Invariant: a long and a short of one size get
// opposite payoffs; a fee is never above its rate (rounded up to a minor unit) nor above its share
// of an option's payoff (rounded down).
// Source: Deribit, settlement and fees; reference sections 2 (payoffs) and 3 (fees).
import { type Instrument, type UsdMicros, usdMicrosPerUsd } from '@openstrike/domain';
import { mulDivCeil, mulDivFloor, mulDivHalfEven } from '@openstrike/std';

const RATE_UNIT = 1_000_000_000;

/**
 * What signed lots of an option are paid at a delivery price: (S - K) of a call, (K - S) of a put,
 * where positive; divided by S, so in coin, for an inverse option. Rounded half-even to a minor
 * unit, alike for long and short.
 *
 * Units: minor units; `minorPerLot` is minor units of settlement currency per lot and coin
 * (inverse) or dollar (linear).
 */
export const optionPayoff = (
  contract: Instrument,
  lots: number,
  minorPerLot: number,
  deliveryPrice: UsdMicros,
): number => {
  const strike = Math.round((contract.strike as number) * usdMicrosPerUsd);
  const inside = contract.optionType === 'call' ? deliveryPrice - strike : strike - deliveryPrice;
  if (inside <= 0) {
    return 0;
  }
  const divisor = contract.payoff === 'inverse' ? deliveryPrice : usdMicrosPerUsd;
  return mulDivHalfEven(lots * minorPerLot, inside, divisor) + 0;
};

/**
 * The fee of delivering signed lots of an option.
 *
 * Units: minor units; `rate` and `cap` in billionths, `cap` negative for none. The rate is a share
 * of the coins (inverse) or of the coins at the delivery price (linear), the cap one of the payoff.
 */
export const optionDeliveryFee = (
  contract: Instrument,
  lots: number,
  minorPerLot: number,
  deliveryPrice: UsdMicros,
  rate: number,
  cap: number,
): number => {
  const coins = Math.abs(lots) * minorPerLot;
  const base =
    contract.payoff === 'inverse' ? coins : mulDivCeil(coins, deliveryPrice, usdMicrosPerUsd);
  const fee = mulDivCeil(base, rate, RATE_UNIT);
  if (cap < 0) {
    return fee;
  }
  const payoff = Math.abs(optionPayoff(contract, lots, minorPerLot, deliveryPrice));
  return Math.min(fee, mulDivFloor(payoff, cap, RATE_UNIT));
};

/**
 * The fee of delivering a future: a share of its value at the delivery price, both in minor units.
 */
export const futureDeliveryFee = (value: number, rate: number): number =>
  mulDivCeil(Math.abs(value), rate, RATE_UNIT);
