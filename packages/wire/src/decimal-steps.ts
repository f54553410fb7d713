// Decimal steps: prices and amounts cross the edge as decimals and live inside as counts of a
// step. Invariant: a count, once rendered, reads back as the same count, and a decimal between two
// steps is never rounded: it is refused. In an order's life this is the last place where a price
// is a decimal.
import {
  type Cash,
  type Currency,
  fromSteps,
  type Instrument,
  minorPerUnit,
  type PriceTicks,
  type SizeLots,
  type Step,
  type UsdMicros,
  usdMicrosPerUsd,
} from '@openstrike/domain';

/**
 * How far, relatively, a double may lie from a step's nearest double and still mean that step: a
 * few units in the last place, which is what a client's own sum or product of decimals leaves
 * behind (0.1 + 0.2).
 */
const noise = 2 ** -50;

/**
 * The count of steps that a decimal stands for; null when it lies between two steps or outside the
 * safe range.
 *
 * Domain: any finite number; the smallest step the house knows is 1e-8, so no two steps share a
 * double.
 */
export const stepsOf = (value: number, step: Step): number | null => {
  const count = Math.round((value * step.den) / step.num);
  if (!Number.isSafeInteger(count)) {
    return null;
  }
  const exact = fromSteps(count, step);
  return Math.abs(value - exact) <= Math.abs(exact) * noise ? count + 0 : null;
};

/** The finest-tick count of a price on the instrument's grid; null when it is off the grid. */
export const ticksOf = (price: number, instrument: Instrument): PriceTicks | null => {
  const ticks = stepsOf(price, instrument.tick);
  if (ticks === null) {
    return null;
  }
  const { tickSteps } = instrument;
  for (let i = tickSteps.length - 1; i >= 0; i--) {
    const tickStep = tickSteps[i];
    if (tickStep !== undefined && ticks > tickStep.aboveTicks) {
      return ticks % tickStep.multiple === 0 ? (ticks as PriceTicks) : null;
    }
  }
  return ticks as PriceTicks;
};

/** The lots of an amount; null when it is not a multiple of the instrument's lot. */
export const lotsOf = (amount: number, instrument: Instrument): SizeLots | null =>
  stepsOf(amount, instrument.lot) as SizeLots | null;

/** The lots of a number of contracts; null when it is not a multiple of the instrument's lot. */
export const lotsOfContracts = (contracts: number, instrument: Instrument): SizeLots | null =>
  lotsOf(contracts * instrument.contractSize, instrument);

export const priceOf = (ticks: PriceTicks, instrument: Instrument): number =>
  fromSteps(ticks, instrument.tick);

export const amountOf = (lots: SizeLots, instrument: Instrument): number =>
  fromSteps(lots, instrument.lot);

/** Contracts of an amount, cleared of the noise of the division. */
export const contractsOf = (lots: SizeLots, instrument: Instrument): number => {
  const contracts = fromSteps(lots, instrument.lot) / instrument.contractSize;
  return roundTo(contracts, 8);
};

const minorSteps: Readonly<Record<Currency, Step>> = {
  BTC: { num: 1, den: minorPerUnit.BTC },
  ETH: { num: 1, den: minorPerUnit.ETH },
  USDC: { num: 1, den: minorPerUnit.USDC },
};

/**
 * Minor units of a decimal amount of money; null when it is finer than the currency's minor unit.
 */
export const cashOf = (amount: number, currency: Currency): Cash | null =>
  stepsOf(amount, minorSteps[currency]) as Cash | null;

export const moneyOf = (minor: number, currency: Currency): number =>
  minor / minorPerUnit[currency];

export const usdOf = (micros: UsdMicros): number => micros / usdMicrosPerUsd;

const powersOfTen = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12];

/** Rounds what is shown, never what is counted with; NaN becomes 0, because JSON has none. */
export const roundTo = (value: number, decimals: number): number => {
  if (!Number.isFinite(value)) {
    return 0;
  }
  const power = powersOfTen[decimals] ?? 1;
  return Math.round(value * power) / power + 0;
};

/** An annualised fraction as Deribit shows it: percent with two decimals. */
export const percentOf = (fraction: number): number => roundTo(fraction * 100, 2);
