// Option price at a volatility and back, on the curves of the last marking: what IV orders are
// priced by and what a trade's implied volatility is.
import { type ExpiryCurve, optionPriceAt, optionVolatilityAt } from '@openstrike/marks';
import { priceOf } from '../instruments.ts';
import type { EngineState, IndexRecord, InstrumentRecord } from '../state.ts';

const curveOf = (state: EngineState, instrument: InstrumentRecord): ExpiryCurve | null => {
  const { plan } = state.indexes[instrument.indexNo] as IndexRecord;
  if (plan === null) {
    return null;
  }
  return plan.curves[plan.expiryAt[instrument.planAt] as number] ?? null;
};

/** The price of an option at a volatility, in its price unit; NaN without a curve. */
export const optionPriceAtIv = (
  state: EngineState,
  instrument: InstrumentRecord,
  volatility: number,
): number => {
  const curve = curveOf(state, instrument);
  const { strike, optionType, payoff } = instrument.contract;
  return curve === null || strike === null
    ? Number.NaN
    : optionPriceAt(curve, strike, optionType === 'call' ? 1 : -1, payoff, volatility);
};

/** The volatility that a price in ticks implies, an annualised fraction; null where none does. */
export const ivAtTicks = (
  state: EngineState,
  instrument: InstrumentRecord,
  priceTicks: number,
): number | null => {
  const { strike, optionType, payoff } = instrument.contract;
  const curve = strike === null ? null : curveOf(state, instrument);
  if (curve === null || strike === null) {
    return null;
  }
  const price = priceOf(instrument, priceTicks);
  return optionVolatilityAt(curve, strike, optionType === 'call' ? 1 : -1, payoff, price);
};
