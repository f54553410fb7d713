/**
 * European options in the models of Heston, Bates and Merton: one price, a strip of strikes of one
 * expiry, and the greeks with respect to spot. Errors are absolute, about 1e-11 of the root of
 * forward times strike, from a day to ten years and beyond.
 * Source: fourier-pricer.ts and merton-series.ts.
 */
import {
  err,
  exp,
  expm1,
  isOptionType,
  log,
  logRatio,
  type OptionType,
  ok,
  type Result,
} from '@openstrike/std';
import { black76 } from '../black76.ts';
import { black76Greeks, GREEK_COUNT } from '../black76-greeks.ts';
import { expectedVariance } from './characteristic-function.ts';
import {
  type FourierGrid,
  fillGrid,
  integral,
  integrateTilted,
  sumGrid,
  sumGridSlopes,
} from './fourier-pricer.ts';
import { mertonSeries } from './merton-series.ts';
import { type BatesModel, batesOf, type StochasticModel, validModel } from './stochastic-models.ts';

const PI = 3.141592653589793;

/** What an option in a model is priced from, besides the model. */
export type StochasticInputs = {
  /** Domain: above 0. */
  readonly spot: number;
  /** Domain: above 0. */
  readonly strike: number;
  /** Domain: at least 0. */
  readonly timeYears: number;
  /** Continuous, 1 = 100 % a year. */
  readonly rate: number;
  readonly yieldRate: number;
  readonly optionType: OptionType;
};

/** The terms that a strip of strikes has in common. */
export type StripTerms = Omit<StochasticInputs, 'strike' | 'optionType'>;

/** Price and the greeks with respect to spot. */
export type StochasticGreeks = {
  readonly price: number;
  /** Per 1 of spot; holds the variance. */
  readonly delta: number;
  /** Change of delta per 1 of spot. */
  readonly gamma: number;
};

/** An argument outside its domain. */
export type StochasticRefusal = 'invalid-input';

/**
 * The price of a European option in a model.
 * Units: of the spot. Domain: intrinsic value of the forward at zero time or variance. Error:
 * absolute, about 1e-11 of the root of forward times strike. Refuses: invalid-input. Cost: 20 to
 * 200 microseconds; milliseconds where the variance nearly vanishes against its volatility. Source:
 * Lewis (2001), eq. 3.11, on Albrecher et al. (2007), eq. 4 and 6; without volatility of variance
 * Merton (1976), eq. 19.
 */
export function stochasticPrice(
  model: StochasticModel,
  inputs: StochasticInputs,
): Result<number, StochasticRefusal> {
  const out = new Float64Array(1);
  const done = stochasticStrip(model, inputs, [inputs.strike], inputs.optionType, out);
  return done.ok ? ok(out[0] as number) : done;
}

/**
 * Prices a strip of strikes of one expiry into out, from one evaluation of the model.
 * Units, Domain, Error and Source: as stochasticPrice. Shape: one price per strike. Refuses:
 * invalid-input. Cost: 40 strikes take 0.1 to 0.5 milliseconds.
 */
export function stochasticStrip(
  model: StochasticModel,
  terms: StripTerms,
  strikes: ArrayLike<number>,
  optionType: OptionType,
  out: Float64Array,
): Result<Float64Array, StochasticRefusal> {
  const { spot, timeYears, rate, yieldRate } = terms;
  let widest = 0;
  let valid = validModel(model) && validTerms(terms) && isOptionType(optionType);
  const forward = spot * exp((rate - yieldRate) * timeYears);
  for (let i = 0; i < strikes.length; i++) {
    const strike = strikes[i] as number;
    valid &&= strike > 0 && Number.isFinite(strike);
    widest = Math.max(widest, Math.abs(logRatio(forward, strike)));
  }
  if (!valid) {
    return err('invalid-input');
  }
  const sign = optionType === 'call' ? 1 : -1;
  const discount = exp(-rate * timeYears);
  const bates = batesOf(model);
  const certain = isCertain(bates, timeYears);
  const grid = certain ? undefined : fillGrid(bates, timeYears, widest);
  for (let i = 0; i < strikes.length; i++) {
    const strike = strikes[i] as number;
    const value = certain
      ? certainPrice(bates, forward, strike, timeYears, sign)
      : undiscounted(bates, grid, forward, strike, timeYears, sign);
    out[i] = discount * value;
  }
  return ok(out);
}

/**
 * Price, delta and gamma of a European option in a model.
 * Units, Domain and Refuses: as stochasticPrice. Holds: the variance and its parameters; delta is
 * not adjusted for their correlation. Source: Lewis (2001), eq. 3.11, differentiated under the
 * integral.
 */
export function stochasticGreeks(
  model: StochasticModel,
  inputs: StochasticInputs,
): Result<StochasticGreeks, StochasticRefusal> {
  const { spot, strike, timeYears, rate, yieldRate } = inputs;
  const priced = stochasticPrice(model, inputs);
  if (!priced.ok) {
    return priced;
  }
  const sign = inputs.optionType === 'call' ? 1 : -1;
  const growth = exp((rate - yieldRate) * timeYears);
  const forward = spot * growth;
  const discount = exp(-rate * timeYears);
  const bates = batesOf(model);
  const x = logRatio(forward, strike);
  if (isCertain(bates, timeYears)) {
    return ok(certainGreeks(model, inputs, priced.value));
  }
  const grid = fillGrid(bates, timeYears, Math.abs(x));
  if (grid === undefined) {
    mixTilted(bates, forward, strike, timeYears, sign);
  } else {
    sumGridSlopes(grid, x);
    fromIntegral(forward, strike, grid.controlVariance, sign);
  }
  return ok({
    price: priced.value,
    delta: discount * growth * (found[1] as number),
    gamma: discount * growth * growth * (found[2] as number),
  });
}

function validTerms({ spot, timeYears, rate, yieldRate }: StripTerms): boolean {
  const finite =
    Number.isFinite(spot) &&
    Number.isFinite(timeYears) &&
    Number.isFinite(rate) &&
    Number.isFinite(yieldRate);
  return finite && spot > 0 && timeYears >= 0;
}

/** Whether the variance has no chance in it, so that the price is a mixture of Black's. */
function isCertain(model: BatesModel, timeYears: number): boolean {
  const still = model.variance === 0 && model.reversion * model.longRunVariance === 0;
  return model.volOfVariance === 0 || still || timeYears === 0;
}

function certainPrice(
  model: BatesModel,
  forward: number,
  strike: number,
  timeYears: number,
  sign: number,
): number {
  const variance = expectedVariance(model, timeYears);
  const jumps = model.jumpIntensity * timeYears;
  return jumps > 0
    ? mertonSeries(forward, strike, variance, jumps, model.jumpMean, model.jumpDeviation, sign)
    : black76(forward, strike, 1, Math.sqrt(variance), sign);
}

function undiscounted(
  model: BatesModel,
  grid: FourierGrid | undefined,
  forward: number,
  strike: number,
  timeYears: number,
  sign: number,
): number {
  const x = logRatio(forward, strike);
  if (grid !== undefined) {
    sumGrid(grid, x);
    fromIntegral(forward, strike, grid.controlVariance, sign);
  } else {
    mixTilted(model, forward, strike, timeYears, sign);
  }
  const gap = sign * (forward - strike);
  return Math.max(found[0] as number, gap > 0 ? gap : 0);
}

/** Undiscounted price, delta and gamma by the forward. */
const found = new Float64Array(3);
const control = new Float64Array(GREEK_COUNT);

/** Adds the Black price that was taken out to the integral at hand, into found. */
function fromIntegral(
  forward: number,
  strike: number,
  controlVariance: number,
  sign: number,
): void {
  black76Greeks(forward, strike, 1, Math.sqrt(controlVariance), sign, control);
  const scale = Math.sqrt(forward * strike) / PI;
  const value = integral[0] as number;
  const first = integral[1] as number;
  // By ln(forward): of root(forward strike) times the integral.
  const byLog = -scale * (0.5 * value + first);
  const byLog2 = -scale * (0.25 * value + first + (integral[2] as number));
  found[0] = (control[0] as number) - scale * value;
  found[1] = (control[1] as number) + byLog / forward;
  found[2] = (control[2] as number) + (byLog2 - byLog) / (forward * forward);
}

/**
 * The tilted contour, given the count of jumps: each adds to the forward and to a normal variance
 * beside the diffusion. Into found.
 */
function mixTilted(
  model: BatesModel,
  forward: number,
  strike: number,
  timeYears: number,
  sign: number,
): void {
  const { jumpMean, jumpDeviation } = model;
  const count = model.jumpIntensity * timeYears;
  const jumpSquare = jumpDeviation * jumpDeviation;
  const logGrowth = jumpMean + 0.5 * jumpSquare;
  const drift = count * expm1(logGrowth);
  const diffusion = expectedVariance(model, timeYears);
  const busier = count * Math.max(1, exp(logGrowth));
  const last = count > 0 ? Math.ceil(busier + 9 * Math.sqrt(busier + 1) + 9) : 0;
  let logWeight = -count;
  let price = 0;
  let delta = 0;
  let gamma = 0;
  for (let n = 0; n <= last; n++) {
    const growth = exp(n * logGrowth - drift);
    const weight = exp(logWeight);
    const moved = forward * growth;
    const added = n * jumpSquare;
    integrateTilted(model, timeYears, added, diffusion + added, logRatio(moved, strike));
    fromIntegral(moved, strike, diffusion + added, sign);
    price += weight * (found[0] as number);
    delta += weight * growth * (found[1] as number);
    gamma += weight * growth * growth * (found[2] as number);
    logWeight += log(count / (n + 1));
  }
  found[0] = price;
  found[1] = delta;
  found[2] = gamma;
}

/** Where the price is a mixture of Black's: differences of it, which are smooth. */
function certainGreeks(
  model: StochasticModel,
  inputs: StochasticInputs,
  price: number,
): StochasticGreeks {
  const h = 1e-4 * inputs.spot;
  const at = (shift: number): number => {
    const moved = stochasticPrice(model, { ...inputs, spot: inputs.spot + shift });
    return moved.ok ? moved.value : Number.NaN;
  };
  const above = at(h);
  const below = at(-h);
  return {
    price,
    delta: (above - below) / (2 * h),
    gamma: (above - 2 * price + below) / (h * h),
  };
}
