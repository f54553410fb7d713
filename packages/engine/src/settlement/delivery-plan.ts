// Delivery plan: everything that one expiry pays, worked out and proved before the first posting,
// so that the batch is carried out as a whole or not at all. Invariant: planning changes nothing;
// in a plan the lots of every contract sum to zero and its payoffs to no more than their roundings.
//
// Where a family exercises into futures, an option in the money becomes, for the instant between
// the fixing and the payment, a future at its strike, which nets with the account's future of that
// expiry. Both are paid at the one delivery price, so the payoff is the same to the unit; what
// netting saves is the fee of the future that the exercise has closed.
import { type UsdMicros, usdMicrosPerUsd } from '@openstrike/domain';
import { assert, mulDivHalfEven } from '@openstrike/std';
import { holdingsInOrder, valueAtPrice } from '../account/holdings.ts';
import type { CurrencyRecord, EngineState, ExpiryRecord, Holding } from '../state.ts';
import { futureDeliveryFee, optionDeliveryFee, optionPayoff } from './delivery.ts';

/** What one position gets. */
export interface PlannedDelivery {
  readonly record: CurrencyRecord;
  readonly holding: Holding;
  /** Value of the lots at the delivery price: the payoff of an option, the notional of a future. */
  readonly value: number;
  /** What cash changes by, the fee apart. */
  readonly change: number;
  fee: number;
}

export interface DeliveryPlan {
  readonly price: UsdMicros;
  /** By account, then by instrument. */
  readonly deliveries: readonly PlannedDelivery[];
}

const rateOf = ({ instrument }: Holding): number => {
  const { fees, terms, contract } = instrument;
  const free = terms.fees.deliveryFreeTenors.some((tenor) => tenor === contract.tenor);
  return free ? 0 : fees.delivery;
};

const planPosition = (
  record: CurrencyRecord,
  holding: Holding,
  price: UsdMicros,
): PlannedDelivery => {
  const { instrument, sizeLots } = holding;
  const { contract, fees } = instrument;
  const rate = rateOf(holding);
  if (contract.kind === 'option') {
    const perLot = fees.coinMinorPerLot;
    const value = optionPayoff(contract, sizeLots, perLot, price);
    const fee = optionDeliveryFee(contract, sizeLots, perLot, price, rate, fees.premiumCap);
    return { record, holding, value, change: value, fee };
  }
  const value = sizeLots === 0 ? 0 : valueAtPrice(instrument, sizeLots, price / usdMicrosPerUsd);
  const change = value - holding.sessionCost + holding.sessionRealised;
  return { record, holding, value, change, fee: futureDeliveryFee(value, rate) };
};

/**
 * The future that an option in the money is exercised into, as its value at the delivery price: a
 * call bought or a put sold is long. 0 where it lapses.
 *
 * Units: minor units, positive for long. Of an inverse option on c coins it is a future of c times
 * the strike in USD.
 */
export const exercisedValue = (holding: Holding, payoff: number, price: UsdMicros): number => {
  const { instrument, sizeLots } = holding;
  const { contract, fees } = instrument;
  if (payoff === 0) {
    return 0;
  }
  const lots = contract.optionType === 'call' ? sizeLots : -sizeLots;
  const minor = lots * fees.coinMinorPerLot;
  const strike = Math.round((contract.strike as number) * usdMicrosPerUsd);
  return contract.payoff === 'inverse'
    ? mulDivHalfEven(minor, strike, price)
    : mulDivHalfEven(minor, price, usdMicrosPerUsd);
};

/** Takes off the fee of a future what the exercised options of its account have closed of it. */
const netFutures = (deliveries: readonly PlannedDelivery[], price: UsdMicros): void => {
  for (const future of deliveries) {
    const { contract, family } = future.holding.instrument;
    if (contract.kind !== 'future' || family.options?.exercise !== 'future') {
      continue;
    }
    let exercised = 0;
    for (const { holding, value } of deliveries) {
      const { contract: other } = holding.instrument;
      if (other.family === contract.family && other.kind === 'option') {
        exercised += exercisedValue(holding, value, price);
      }
    }
    const own = future.holding.sizeLots > 0 ? Math.abs(future.value) : 0 - Math.abs(future.value);
    const opposed = own > 0 !== exercised > 0;
    const left = opposed ? Math.max(Math.abs(own) - Math.abs(exercised), 0) : Math.abs(own);
    future.fee = futureDeliveryFee(left, rateOf(future.holding));
  }
};

/** Holds of each contract that what longs get, shorts give, but for a unit of rounding each. */
const proveSums = (deliveries: readonly PlannedDelivery[]): void => {
  const sums = new Map<number, { lots: number; value: number; count: number }>();
  for (const { holding, value, change, fee } of deliveries) {
    assert(Number.isSafeInteger(change) && Number.isSafeInteger(fee), 'a delivery is exact');
    let sum = sums.get(holding.instrument.id);
    if (sum === undefined) {
      sum = { lots: 0, value: 0, count: 0 };
      sums.set(holding.instrument.id, sum);
    }
    sum.lots += holding.sizeLots;
    sum.value += value;
    sum.count += 1;
  }
  for (const [id, { lots, value, count }] of sums) {
    assert(lots === 0, `the positions of instrument ${id} sum to ${lots}, not to zero`);
    assert(Math.abs(value) <= count, `instrument ${id} pays ${value} more than it is paid`);
  }
};

/** Works out what every position of an expiry gets at its delivery price; changes nothing. */
export const planDelivery = (
  state: EngineState,
  expiry: ExpiryRecord,
  price: UsdMicros,
): DeliveryPlan => {
  const due = new Set(expiry.instruments);
  const deliveries: PlannedDelivery[] = [];
  for (const account of state.accounts) {
    for (const record of account?.currencies ?? []) {
      if (record === null) {
        continue;
      }
      const own: PlannedDelivery[] = [];
      for (const holding of holdingsInOrder(record)) {
        if (due.has(holding.instrument)) {
          own.push(planPosition(record, holding, price));
        }
      }
      netFutures(own, price);
      for (const delivery of own) {
        deliveries.push(delivery);
      }
    }
  }
  proveSums(deliveries);
  return { price, deliveries };
};
