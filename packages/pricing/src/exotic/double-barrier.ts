/**
 * European options between two barriers, watched without pause: knock-out and knock-in, with a
 * rebate, and the double touch and no-touch. Two series, images for wide corridors and sines for
 * narrow ones, each summed until nothing is left.
 * Source: Kunitomo and Ikeda (1992), Pricing Options with Curved Boundaries, with flat boundaries;
 * Hui (1996), One-touch Double Barrier Binary Option Values; the values of Haug (2007), sections
 * 4.17.3 and 4.19.6.
 */
import {
  err,
  exp,
  isOptionType,
  log,
  logRatio,
  type OptionType,
  ok,
  type Result,
} from '@openstrike/std';
import { blackScholes } from '../black76-greeks.ts';
import { type ExoticRefusal, type ExoticTerms, validTerms } from './exotic-terms.ts';
import { corridorPower } from './killed-expectation.ts';
import { isPayTime } from './touch.ts';
import { discountedExit, type ExitSide, exitChance, survivalBetween } from './touch-time.ts';

/** What a double barrier option is priced from. */
export type DoubleBarrierInputs = ExoticTerms & {
  readonly strike: number;
  /** Domain: above 0 and below upperBarrier. */
  readonly lowerBarrier: number;
  readonly upperBarrier: number;
  readonly optionType: OptionType;
  /** Whether a touch of either barrier ends or begins the option. */
  readonly barrierType: 'out' | 'in';
  /** Paid by a knock-out at its touch, by a knock-in at expiry; 0 where absent. */
  readonly rebate?: number;
};

/** What a double touch or no-touch is priced from. */
export type DoubleTouchInputs = ExoticTerms & {
  readonly lowerBarrier: number;
  readonly upperBarrier: number;
  /** What is paid. Domain: at least 0. */
  readonly cash: number;
};

const CERTAIN = 1e-10;

/**
 * The price of a double barrier option.
 * Units: of the spot. Domain: a spot at or beyond a barrier is a touch now; strikes outside the
 * corridor are allowed. Refuses: invalid-input. Cost: a few microseconds. Source: Haug (2007), eq.
 * 4.57 and 4.58, with flat boundaries, after Kunitomo and Ikeda (1992).
 */
export function doubleBarrierPrice(inputs: DoubleBarrierInputs): Result<number, ExoticRefusal> {
  const { spot, strike, timeYears, volatility, rate, yieldRate, barrierType } = inputs;
  const { rebate = 0 } = inputs;
  const finite = Number.isFinite(strike) && Number.isFinite(rebate);
  const known = isOptionType(inputs.optionType) && (barrierType === 'in' || barrierType === 'out');
  if (!(validCorridor(inputs) && finite && known && strike > 0 && rebate >= 0)) {
    return err('invalid-input');
  }
  const sign = inputs.optionType === 'call' ? 1 : -1;
  const vanilla = blackScholes(spot, strike, timeYears, volatility, rate, yieldRate, sign);
  const corridor = { ...inputs, cash: rebate };
  const knockIn = barrierType === 'in';
  const paid = knockIn ? noTouchValue(corridor) : touchValue(corridor, 'hit');
  const out = outPrice(inputs, sign, vanilla);
  return ok((knockIn ? Math.max(0, vanilla - out) : out) + paid);
}

/**
 * Cash paid if a barrier is touched, at the touch or at expiry: either one, or the given one before
 * the other.
 * Units: of the cash. Domain: as doubleBarrierPrice. Refuses: invalid-input. Source: Hui (1996),
 * and Haug (2007), eq. 4.90, for one before the other; survival as doubleNoTouchPrice for either.
 */
export function doubleTouchPrice(
  inputs: DoubleTouchInputs & {
    readonly payAt?: 'hit' | 'expiry';
    /** The barrier that pays, 'either' where absent. */
    readonly side?: ExitSide;
  },
): Result<number, ExoticRefusal> {
  const { payAt = 'hit', side = 'either' } = inputs;
  const known = isPayTime(payAt) && (side === 'either' || side === 'lower' || side === 'upper');
  return validCorridor(inputs) && validCash(inputs.cash) && known
    ? ok(touchValue(inputs, payAt, side))
    : err('invalid-input');
}

/**
 * Cash paid at expiry if neither barrier was touched.
 * Units, Domain and Refuses: as doubleTouchPrice. Source: Hui (1996), and Haug (2007), eq. 4.89.
 */
export function doubleNoTouchPrice(inputs: DoubleTouchInputs): Result<number, ExoticRefusal> {
  return validCorridor(inputs) && validCash(inputs.cash)
    ? ok(noTouchValue(inputs))
    : err('invalid-input');
}

function validCorridor(inputs: ExoticTerms & Omit<DoubleTouchInputs, 'cash'>): boolean {
  const { lowerBarrier, upperBarrier } = inputs;
  return (
    validTerms(inputs) &&
    Number.isFinite(lowerBarrier) &&
    Number.isFinite(upperBarrier) &&
    lowerBarrier > 0 &&
    lowerBarrier < upperBarrier
  );
}

function validCash(cash: number): boolean {
  return cash >= 0 && Number.isFinite(cash);
}

/** Logarithms over spot of the corridor, and the path in it. */
function corridorOf(inputs: Omit<DoubleTouchInputs, 'cash'>): {
  readonly path: { start: number; drift: number; deviation: number };
  readonly floor: number;
  readonly ceiling: number;
  readonly touched: boolean;
} {
  const { spot, lowerBarrier, upperBarrier, timeYears, volatility, rate, yieldRate } = inputs;
  const deviation = volatility * Math.sqrt(timeYears);
  const drift = (rate - yieldRate) * timeYears - 0.5 * deviation * deviation;
  return {
    path: { start: 0, drift, deviation },
    floor: logRatio(lowerBarrier, spot),
    ceiling: logRatio(upperBarrier, spot),
    touched: spot <= lowerBarrier || spot >= upperBarrier,
  };
}

/** Which barrier the certain path reaches, as a logarithm over spot; undefined for none. */
function certainTouch(inputs: Omit<DoubleTouchInputs, 'cash'>): number | undefined {
  const { spot, lowerBarrier, upperBarrier, timeYears, rate, yieldRate } = inputs;
  const end = (rate - yieldRate) * timeYears;
  const ceiling = log(upperBarrier / spot);
  const floor = log(lowerBarrier / spot);
  return end >= ceiling ? ceiling : end <= floor ? floor : undefined;
}

function noTouchValue(inputs: DoubleTouchInputs): number {
  const { cash, timeYears, rate } = inputs;
  const { path, floor, ceiling, touched } = corridorOf(inputs);
  if (touched || cash === 0) {
    return 0;
  }
  const discounted = cash * exp(-rate * timeYears);
  if (!(path.deviation > CERTAIN)) {
    return certainTouch(inputs) === undefined ? discounted : 0;
  }
  return discounted * survivalBetween(path, floor, ceiling);
}

function touchValue(
  inputs: DoubleTouchInputs,
  payAt: 'hit' | 'expiry',
  side: ExitSide = 'either',
): number {
  const { cash, spot, lowerBarrier, timeYears, rate, yieldRate } = inputs;
  const { path, floor, ceiling, touched } = corridorOf(inputs);
  const discounted = cash * exp(-rate * timeYears);
  const paid = payAt === 'hit' ? cash : discounted;
  if (touched || cash === 0) {
    const first = spot <= lowerBarrier ? 'lower' : 'upper';
    return side === 'either' || side === first ? paid : 0;
  }
  if (!(path.deviation > CERTAIN)) {
    const at = certainTouch(inputs);
    if (at === undefined || (side !== 'either' && (side === 'lower') !== at < 0)) {
      return 0;
    }
    return payAt === 'hit' ? cash * exp((-rate * at) / (rate - yieldRate)) : discounted;
  }
  return payAt === 'expiry'
    ? discounted * exitChance(path, floor, ceiling, side)
    : cash * discountedExit(path, floor, ceiling, rate * timeYears, side);
}

/** The knock-out without its rebate. */
function outPrice(inputs: DoubleBarrierInputs, sign: number, vanilla: number): number {
  const { spot, strike, timeYears, rate } = inputs;
  const { path, floor, ceiling, touched } = corridorOf(inputs);
  if (touched) {
    return 0;
  }
  if (!(path.deviation > CERTAIN)) {
    return certainTouch(inputs) === undefined ? vanilla : 0;
  }
  const at = logRatio(strike, spot);
  const low = sign > 0 ? Math.max(at, floor) : floor;
  const high = sign > 0 ? ceiling : Math.min(at, ceiling);
  const corridor = { floor, ceiling, low, high };
  const value =
    corridorPower(path, { ...corridor, p: 1 }) -
    (strike / spot) * corridorPower(path, { ...corridor, p: 0 });
  return Math.max(0, exp(-rate * timeYears) * spot * sign * value);
}
