// Fees: what a fill costs each side, in whole minor units. Rounded up to the venue's favour, while
// the cap on an option's fee is rounded down to the trader's, so that no fee ever exceeds its
// stated share of the premium.
import { mulDivCeil, mulDivFloor } from '@openstrike/std';
import { valueAtTicks } from '../account/holdings.ts';
import type { EngineState, IndexRecord, InstrumentRecord } from '../state.ts';

const RATE_UNIT = 1_000_000_000;
const MICROS_PER_USD = 1_000_000;

/**
 * The amount that a fee rate is a share of.
 *
 * Units: minor units of the settlement currency: coins for inverse options, coins at the index for
 * linear options, the value traded for futures.
 */
const feeBase = (
  state: EngineState,
  instrument: InstrumentRecord,
  lots: number,
  priceTicks: number,
): number => {
  const { contract, fees } = instrument;
  if (contract.kind !== 'option') {
    return Math.abs(valueAtTicks(instrument, lots, priceTicks));
  }
  const coins = lots * fees.coinMinorPerLot;
  if (contract.payoff === 'inverse') {
    return coins;
  }
  const index = state.indexes[instrument.indexNo] as IndexRecord;
  return mulDivCeil(coins, index.price, MICROS_PER_USD);
};

/**
 * The fee of one side of a fill; negative is a rebate.
 *
 * Units: minor units of the settlement currency. `rate` in billionths.
 */
export const feeOf = (
  state: EngineState,
  instrument: InstrumentRecord,
  lots: number,
  priceTicks: number,
  rate: number,
): number => {
  if (rate === 0) {
    return 0;
  }
  const fee = mulDivCeil(feeBase(state, instrument, lots, priceTicks), rate, RATE_UNIT);
  const { premiumCap } = instrument.fees;
  if (premiumCap < 0) {
    return fee;
  }
  const premium = lots * priceTicks * instrument.cashPerTickLot;
  return Math.min(fee, mulDivFloor(premium, premiumCap, RATE_UNIT));
};
