/**
 * Lookback options, watched without pause: a floating strike at the extreme, or a fixed strike on
 * the extreme. Two expectations, of the maximum above a level and the minimum below one, give all
 * four; their difference quotients in the carry are taken without cancellation, so that a carry of
 * zero is no special case.
 * Source: Goldman, Sosin and Gatto (1979), Path Dependent Options: Buy at the Low, Sell at the
 * High; Conze and Viswanathan (1991), Path Dependent Options: The Case of Lookback Options; the
 * values of Haug (2007), sections 4.15.1 and 4.15.2.
 */
import {
  err,
  exp,
  expm1,
  gaussian,
  isOptionType,
  logRatio,
  millsRatio,
  normCdf,
  type OptionType,
  ok,
  type Result,
} from '@openstrike/std';
import { millsSlope } from '../black76.ts';
import { type ExoticRefusal, type ExoticTerms, validTerms } from './exotic-terms.ts';

/** What a lookback with a floating strike is priced from. */
export type FloatingLookbackInputs = ExoticTerms & {
  /** A call buys at the lowest price, a put sells at the highest. */
  readonly optionType: OptionType;
  /** The lowest (call) or highest (put) price so far; the spot where absent. */
  readonly extreme?: number;
};

/** What a lookback with a fixed strike is priced from. */
export type FixedLookbackInputs = ExoticTerms & {
  /** Domain: above 0. */
  readonly strike: number;
  /** A call on the highest price, a put on the lowest. */
  readonly optionType: OptionType;
  /** The highest (call) or lowest (put) price so far; the spot where absent. */
  readonly extreme?: number;
};

/**
 * The price of a lookback with a floating strike.
 * Units: of the spot. Domain: an extreme at most (call) or at least (put) the spot. Refuses:
 * invalid-input. Source: Goldman, Sosin and Gatto (1979), eq. 11; Haug (2007), eq. 4.39 to 4.42.
 */
export function floatingLookback(inputs: FloatingLookbackInputs): Result<number, ExoticRefusal> {
  const { spot, timeYears, rate, yieldRate, optionType, extreme = spot } = inputs;
  const known = isOptionType(optionType);
  if (!(validTerms(inputs) && known && extreme > 0 && Number.isFinite(extreme))) {
    return err('invalid-input');
  }
  const asset = spot * exp(-yieldRate * timeYears);
  const held = extreme * exp(-rate * timeYears);
  if (optionType === 'call') {
    return extreme <= spot ? ok(asset - held + belowLevel(inputs, extreme)) : err('invalid-input');
  }
  return extreme >= spot ? ok(held - asset + aboveLevel(inputs, extreme)) : err('invalid-input');
}

/**
 * The price of a lookback with a fixed strike.
 * Units: of the spot. Domain: an extreme at least (call) or at most (put) the spot. Refuses:
 * invalid-input. Source: Conze and Viswanathan (1991), section 2; Haug (2007), eq. 4.43 and 4.44.
 */
export function fixedLookback(inputs: FixedLookbackInputs): Result<number, ExoticRefusal> {
  const { spot, strike, timeYears, rate, optionType, extreme = spot } = inputs;
  const finite = Number.isFinite(extreme) && Number.isFinite(strike);
  const known = isOptionType(optionType);
  if (!(validTerms(inputs) && known && finite && extreme > 0 && strike > 0)) {
    return err('invalid-input');
  }
  const discount = exp(-rate * timeYears);
  if (optionType === 'call') {
    const level = Math.max(strike, extreme);
    return extreme >= spot
      ? ok(discount * (level - strike) + aboveLevel(inputs, level))
      : err('invalid-input');
  }
  const level = Math.min(strike, extreme);
  return extreme <= spot
    ? ok(discount * (strike - level) + belowLevel(inputs, level))
    : err('invalid-input');
}

/** What the maximum's excess over a level at or above the spot is worth. */
function aboveLevel(terms: ExoticTerms, level: number): number {
  const { spot, timeYears, volatility, rate, yieldRate } = terms;
  const s = volatility * Math.sqrt(timeYears);
  const carried = (rate - yieldRate) * timeYears;
  const discount = exp(-rate * timeYears);
  if (!(s > 1e-10)) {
    return discount * Math.max(0, spot * exp(Math.max(0, carried)) - level);
  }
  const shift = (2 * carried) / s;
  const d1 = (logRatio(spot, level) + carried) / s + 0.5 * s;
  const plain = spot * exp(carried) * normCdf(d1) - level * normCdf(d1 - s);
  return Math.max(0, discount * (plain + spot * exp(carried) * s * tailSlope(-d1, shift)));
}

/** What the minimum's shortfall below a level at or below the spot is worth. */
function belowLevel(terms: ExoticTerms, level: number): number {
  const { spot, timeYears, volatility, rate, yieldRate } = terms;
  const s = volatility * Math.sqrt(timeYears);
  const carried = (rate - yieldRate) * timeYears;
  const discount = exp(-rate * timeYears);
  if (!(s > 1e-10)) {
    return discount * Math.max(0, level - spot * exp(Math.min(0, carried)));
  }
  const shift = (2 * carried) / s;
  const d1 = (logRatio(spot, level) + carried) / s + 0.5 * s;
  const plain = level * normCdf(s - d1) - spot * exp(carried) * normCdf(-d1);
  return Math.max(0, discount * (plain + spot * exp(carried) * s * tailSlope(d1, -shift)));
}

/**
 * (N(-p) - e^((q^2 - p^2) / 2) N(-q)) / (q - p) for q = p + shift: the slope of the scaled tail,
 * of full precision as the shift goes to zero.
 */
function tailSlope(p: number, shift: number): number {
  const half = 0.5 * shift;
  const middle = p + half;
  if (!(half < 1 / 16 && half > -1 / 16)) {
    const q = p + shift;
    const scaled = q > 0 ? gaussian(p) * millsRatio(q) : exp(middle * shift) * normCdf(-q);
    return (normCdf(-p) - scaled) / shift;
  }
  const size = Math.abs(half);
  if (middle > -1) {
    return (
      gaussian(p) * (middle < 11 ? millsSlope(middle, size) : INVERSE_SQRT_2PI / (p * (p + shift)))
    );
  }
  const growth = shift === 0 ? middle : expm1(middle * shift) / shift;
  return (-middle < 11 ? gaussian(p) * millsSlope(-middle, size) : 0) - growth;
}

const INVERSE_SQRT_2PI = 0.3989422804014327;
