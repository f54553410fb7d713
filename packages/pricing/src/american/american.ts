/**
 * American options on spot with a continuous rate and yield, by spectral collocation of the
 * exercise boundary: the price is the European one plus an integral over the boundary, or over the
 * two of double-boundary.ts. Two modes, each with its stated error; where exercise never pays the
 * answer is the European one, exactly.
 * Source: Andersen, Lake and Offengenden (2016), High-Performance American Option Pricing, eq. 8.
 */
import { err, exp, log, millsRatio, ok, type Result } from '@openstrike/std';
import { blackScholes, blackScholesGreeks, GREEK, GREEK_COUNT } from '../black76-greeks.ts';
import {
  type AmericanInputs,
  type AmericanRefusal,
  type CanonicalPut,
  canonicalPut,
  certainExercise,
  certainPut,
  type ExerciseRegime,
  exerciseRegime,
  validInputs,
} from './american-inputs.ts';
import {
  type DoubleBoundary,
  doubleBoundary,
  doublePut,
  fillDoublePut,
} from './double-boundary.ts';
import { collocationScheme, type ExerciseBoundary, exerciseBoundary } from './exercise-boundary.ts';
import { perpetualPut } from './perpetual.ts';

/**
 * How much work a price is worth. Error in units of the strike, the largest measured over terms of
 * a day to ten years, volatilities of 5 % to 200 % and rates of -2 % to 20 %: `fast` 6e-7,
 * `precise` 3e-9; between two boundaries `fast` 1e-7, against `precise`.
 */
export type AmericanMode = 'fast' | 'precise';

/** Price and greeks of an American option, each as in GREEK. */
export type AmericanGreeks = {
  readonly price: number;
  readonly delta: number;
  readonly gamma: number;
  readonly vega: number;
  readonly theta: number;
  readonly rho: number;
};

const SQRT_2PI_INVERSE = 0.3989422804014327;
const COARSE = collocationScheme(5, 8, 8, 6, 1e-3);
const FAST = collocationScheme(12, 16, 40, 5, 1e-3, COARSE);
const MIDDLE = collocationScheme(12, 16, 16, 8, 1e-5, COARSE);
const PRECISE = collocationScheme(24, 32, 100, 12, 1e-9, MIDDLE);
/** Total volatility below which the price is that without volatility. */
const CERTAIN = 1e-8;
/** The last Newton step of a boundary that is good for its mode: the next would be its square. */
const FAST_SETTLED = 2e-3;
const PRECISE_SETTLED = 1e-5;
/** How near the prices of two unsettled boundaries must be, per strike. */
const SAME = 1e-6;
/** Beyond this many e-folds the price is the perpetual one to the last digit. */
const PERPETUAL_FOLDS = 40;

/**
 * The price of an American option.
 * Units: of spot and strike. Domain: intrinsic value at zero time; without volatility the best
 * moment of exercise; the European price where early exercise cannot pay. Refuses: invalid-input;
 * not-settled (binomialPrice prices those) at decades of rates near -20 %, and between two
 * boundaries where the volatility is far below the rates' drift. Cost: about 40 microseconds in
 * mode fast, 0.5 milliseconds in mode precise; 0.25 and 1 milliseconds where exercise pays between
 * two boundaries. Source: Andersen, Lake and Offengenden (2016), eq. 8; between two boundaries the
 * same integral over the region they enclose, after Battauz, De Donno and Sbuelz (2015), section 3,
 * and Andersen and Lake (2021).
 */
export function americanPrice(
  inputs: AmericanInputs,
  mode: AmericanMode = 'fast',
): Result<number, AmericanRefusal> {
  if (!validInputs(inputs) || (mode !== 'fast' && mode !== 'precise')) {
    return err('invalid-input');
  }
  const put = canonicalPut(inputs);
  if (regimeOf(put) === 'never') {
    return ok(europeanPrice(inputs));
  }
  const value = putPrice(put, mode);
  return value === value ? ok(value) : err('not-settled');
}

/**
 * The critical price at which exercise begins to pay now, or why there is none.
 * Units: of the strike. Domain: as americanPrice. Refuses: as americanPrice; never-exercised where
 * exercise before expiry cannot pay; double-boundary where it pays between two prices
 * (americanExerciseInterval gives both). Source: Andersen, Lake and Offengenden (2016), section 4,
 * equation "A".
 */
export function americanExerciseBoundary(
  inputs: AmericanInputs,
): Result<number, AmericanRefusal | 'double-boundary' | 'never-exercised'> {
  if (!validInputs(inputs)) {
    return err('invalid-input');
  }
  const put = canonicalPut(inputs);
  const regime = regimeOf(put);
  if (regime !== 'single-boundary') {
    return err(regime === 'never' ? 'never-exercised' : regime);
  }
  const spread = put.yieldRate > put.rate ? put.rate / put.yieldRate : 1;
  const certain = !(put.volatility * Math.sqrt(put.timeYears) > CERTAIN);
  const boundary = certain ? undefined : boundaryOf(put, 'precise');
  if (!certain && boundary === undefined) {
    return err('not-settled');
  }
  const share = boundary === undefined ? spread : boundary.now / put.strike;
  return ok(inputs.optionType === 'put' ? inputs.strike * share : inputs.strike / share);
}

/** The prices of the asset, both included, between which exercise pays. */
export type ExerciseInterval = { readonly from: number; readonly to: number };

/**
 * Where exercise pays now: from 0 to the boundary of a put, from that of a call to Infinity, or
 * between the two boundaries that rates below zero bring.
 * Units: of the strike. Domain: as americanPrice. Refuses: as americanPrice; never-exercised where
 * exercise before expiry cannot pay; exercised-later where two boundaries have met: it pays nearer
 * to expiry, but not now. Source: as americanExerciseBoundary; Battauz, De Donno and Sbuelz (2015),
 * section 3.
 */
export function americanExerciseInterval(
  inputs: AmericanInputs,
): Result<ExerciseInterval, AmericanRefusal | 'never-exercised' | 'exercised-later'> {
  const isPut = inputs.optionType === 'put';
  const boundary = americanExerciseBoundary(inputs);
  if (boundary.ok) {
    const { value } = boundary;
    return ok(isPut ? { from: 0, to: value } : { from: value, to: Number.POSITIVE_INFINITY });
  }
  if (boundary.error !== 'double-boundary') {
    return err(boundary.error);
  }
  const put = canonicalPut(inputs);
  let low = put.rate / put.yieldRate;
  let high = 1;
  if (put.volatility * Math.sqrt(put.timeYears) > CERTAIN) {
    const found = doubleBoundaryOf(put, 'precise');
    if (found === undefined || !found.isOpenNow) {
      return err(found === undefined ? 'not-settled' : 'exercised-later');
    }
    low = found.lower.now / put.strike;
    high = found.upper.now / put.strike;
  }
  const { strike } = inputs;
  return ok(
    isPut ? { from: strike * low, to: strike * high } : { from: strike / high, to: strike / low },
  );
}

function europeanPrice(inputs: AmericanInputs): number {
  const { spot, strike, timeYears, volatility, rate, yieldRate, optionType } = inputs;
  const sign = optionType === 'call' ? 1 : -1;
  return blackScholes(spot, strike, timeYears, volatility, rate, yieldRate, sign);
}

/** NaN stands for a boundary that did not settle. */
function putPrice(put: CanonicalPut, mode: AmericanMode): number {
  const { spot, strike, timeYears, volatility, rate, yieldRate } = put;
  const regime = regimeOf(put);
  if (regime === 'never') {
    return blackScholes(spot, strike, timeYears, volatility, rate, yieldRate, -1);
  }
  if (!(volatility * Math.sqrt(timeYears) > CERTAIN)) {
    return certainPut(put);
  }
  if (regime === 'double-boundary') {
    return fillDouble(put, mode) ? (doublePut[0] as number) : Number.NaN;
  }
  const perpetual = perpetualPut(put);
  if (perpetual.foldsToExpiry > PERPETUAL_FOLDS) {
    return perpetual.price;
  }
  const boundary = boundaryOf(put, mode);
  return boundary === undefined ? Number.NaN : priceBeside(put, boundary, perpetual.price);
}

/**
 * How exercise can pay; never where two boundaries are so near that it gains less than 1e-11 of the
 * strike: the interest over the width between them, for as long as the price stays within it.
 */
function regimeOf({ timeYears, volatility, rate, yieldRate }: CanonicalPut): ExerciseRegime {
  const regime = exerciseRegime(rate, yieldRate);
  if (regime === 'double-boundary') {
    const width = log(yieldRate / rate);
    const inside = width / volatility;
    return -rate * width * Math.min(timeYears, inside * inside) < 1e-11 ? 'never' : regime;
  }
  return regime;
}

/** Fills doublePut; false where the boundaries did not settle. */
function fillDouble(put: CanonicalPut, mode: AmericanMode): boolean {
  const boundaries = doubleBoundaryOf(put, mode);
  if (boundaries !== undefined) {
    fillDoublePut(put, boundaries);
  }
  return boundaries !== undefined;
}

function doubleBoundaryOf(put: CanonicalPut, mode: AmericanMode): DoubleBoundary | undefined {
  const fast = mode === 'fast' ? doubleBoundary(put, FAST, FAST_SETTLED) : undefined;
  return fast ?? doubleBoundary(put, PRECISE, PRECISE_SETTLED);
}

/** The price from the boundary, kept within what it cannot leave. */
function priceBeside(put: CanonicalPut, boundary: ExerciseBoundary, upper: number): number {
  const { spot, strike, timeYears, volatility, rate, yieldRate } = put;
  const intrinsic = strike - spot;
  if (spot <= boundary.now) {
    return intrinsic;
  }
  const european = blackScholes(spot, strike, timeYears, volatility, rate, yieldRate, -1);
  fillPremium(put, boundary);
  const value = european + Math.max(0, premium[0] as number);
  return Math.min(Math.max(value, intrinsic), upper);
}

/**
 * The boundary by the mode, or by the precise one where the fast has not settled. Where neither
 * has, it counts only if both give the same price, as they do where exercise hardly pays.
 */
function boundaryOf(put: CanonicalPut, mode: AmericanMode): ExerciseBoundary | undefined {
  const fast = mode === 'fast' ? exerciseBoundary(put, FAST) : undefined;
  if (fast !== undefined && fast.lastMove < FAST_SETTLED) {
    return fast;
  }
  const precise = exerciseBoundary(put, PRECISE);
  if (precise.lastMove < PRECISE_SETTLED) {
    return precise;
  }
  const other = fast ?? exerciseBoundary(put, FAST);
  const price = priceBeside(put, precise, put.strike);
  const gap = Math.abs(price - priceBeside(put, other, put.strike));
  return gap < SAME * put.strike ? precise : undefined;
}

/** Premium of early exercise, its delta and its gamma, as fillPremium leaves them. */
const premium = new Float64Array(3);

/** The integral over the boundary, with its first two derivatives by spot under the integral. */
function fillPremium(put: CanonicalPut, boundary: ExerciseBoundary): void {
  const { spot, strike, timeYears, volatility, rate, yieldRate } = put;
  const { scheme, squares, atExpiry } = boundary;
  const { nodeCount: n, outer, outerInterpolation } = scheme;
  const total = volatility * Math.sqrt(timeYears);
  const drift = (rate - yieldRate - 0.5 * volatility * volatility) * timeYears;
  const x = log(spot / atExpiry);
  let sum = 0;
  let first = 0;
  let second = 0;
  for (let j = 0; j < outer.pointCount; j++) {
    let square = 0;
    const row = j * n;
    for (let k = 0; k < n; k++) {
      square += (outerInterpolation[row + k] as number) * (squares[k] as number);
    }
    const c = outer.cosines[j] as number;
    const cc = c * c;
    const deviation = total * c;
    const d2 = (x + Math.sqrt(square > 0 ? square : 0) + drift * cc) / deviation;
    const d1 = d2 + deviation;
    const bell2 = exp(-0.5 * d2 * d2);
    const bell1 = exp(-0.5 * d1 * d1);
    const n2 = d2 < 0 ? 1 - bell2 * millsRatio(-d2) : bell2 * millsRatio(d2);
    const n1 = d1 < 0 ? 1 - bell1 * millsRatio(-d1) : bell1 * millsRatio(d1);
    const weight = outer.weights[j] as number;
    const strikeLeg = (weight * rate * strike * exp(-rate * timeYears * cc)) / spot;
    const spotLeg = weight * yieldRate * exp(-yieldRate * timeYears * cc);
    const density2 = (SQRT_2PI_INVERSE * bell2) / deviation;
    const density1 = (SQRT_2PI_INVERSE * bell1) / deviation;
    sum += strikeLeg * n2 - spotLeg * n1;
    first += spotLeg * (density1 - n1) - strikeLeg * density2;
    second +=
      strikeLeg * density2 * (1 + d2 / deviation) + spotLeg * density1 * (1 - d1 / deviation);
  }
  premium[0] = timeYears * spot * sum;
  premium[1] = timeYears * first;
  premium[2] = (timeYears * second) / spot;
}

/**
 * Price and greeks of an American option in the precise mode.
 * Units: greeks with respect to spot, per 1 and per year, as in GREEK. Holds: volatility, time and
 * rates but the one moved; rho holds the yield. Delta and gamma are integrals; theta follows from
 * them by the Black-Scholes equation; vega and rho are central differences of the price, good to
 * about six digits. Domain: where exercise is due at once, the greeks of the intrinsic value.
 * Refuses: as americanPrice. Source: Andersen, Lake and Offengenden (2016), eq. 8, differentiated
 * under the integral.
 */
export function americanGreeks(inputs: AmericanInputs): Result<AmericanGreeks, AmericanRefusal> {
  if (!validInputs(inputs)) {
    return err('invalid-input');
  }
  const put = canonicalPut(inputs);
  const price = putPrice(put, 'precise');
  if (price !== price) {
    return err('not-settled');
  }
  const { spot, strike, timeYears, volatility, rate, yieldRate, optionType } = inputs;
  const sign = optionType === 'call' ? 1 : -1;
  if (regimeOf(put) === 'never') {
    const out = new Float64Array(GREEK_COUNT);
    blackScholesGreeks(spot, strike, timeYears, volatility, rate, yieldRate, sign, out);
    return ok({ ...greeksOf(out), price: europeanPrice(inputs) });
  }
  if (!(volatility * Math.sqrt(timeYears) > CERTAIN)) {
    return ok(certainGreeks(inputs, price));
  }
  const [putDelta, putGamma] = putSlopes(put, price);
  const delta = sign < 0 ? putDelta : (price - strike * putDelta) / spot;
  const gamma = sign < 0 ? putGamma : (putGamma * strike * strike) / (spot * spot);
  const theta =
    price <= sign * (spot - strike)
      ? 0
      : rate * price -
        (rate - yieldRate) * spot * delta -
        0.5 * volatility * volatility * spot * spot * gamma;
  const vega = slopeBy(
    (shift) => putPrice(canonicalPut({ ...inputs, volatility: volatility + shift }), 'precise'),
    0.01 * volatility,
  );
  const rho = slopeBy(
    (shift) => putPrice(canonicalPut({ ...inputs, rate: rate + shift }), 'precise'),
    2e-4,
  );
  const found = vega === vega && rho === rho;
  return found ? ok({ price, delta, gamma, vega, theta, rho }) : err('not-settled');
}

function greeksOf(out: Float64Array): AmericanGreeks {
  return {
    price: out[GREEK.price] as number,
    delta: out[GREEK.delta] as number,
    gamma: out[GREEK.gamma] as number,
    vega: out[GREEK.vega] as number,
    theta: out[GREEK.theta] as number,
    rho: out[GREEK.rho] as number,
  };
}

/** Delta and gamma of the put by its own spot. */
function putSlopes(put: CanonicalPut, price: number): readonly [number, number] {
  const { spot, strike, timeYears, volatility, rate, yieldRate } = put;
  if (regimeOf(put) === 'double-boundary') {
    fillDouble(put, 'precise');
    return [doublePut[1] as number, doublePut[2] as number];
  }
  const perpetual = perpetualPut(put);
  if (perpetual.foldsToExpiry > PERPETUAL_FOLDS) {
    return [perpetual.delta, perpetual.gamma];
  }
  const boundary = exerciseBoundary(put, PRECISE);
  if (spot <= boundary.now || price <= strike - spot) {
    return [-1, 0];
  }
  const out = new Float64Array(GREEK_COUNT);
  blackScholesGreeks(spot, strike, timeYears, volatility, rate, yieldRate, -1, out);
  fillPremium(put, boundary);
  return [
    (out[GREEK.delta] as number) + (premium[1] as number),
    (out[GREEK.gamma] as number) + (premium[2] as number),
  ];
}

/** The slope at 0 by the five-point rule; from one side where the other is refused. */
function slopeBy(f: (shift: number) => number, h: number): number {
  const centred = (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h);
  if (centred === centred) {
    return centred;
  }
  return (4 * f(h) - f(2 * h) - 3 * f(0)) / (2 * h);
}

/** The greeks without volatility: those of the best moment of exercise. */
function certainGreeks(inputs: AmericanInputs, price: number): AmericanGreeks {
  const put = canonicalPut(inputs);
  const { spot, strike, timeYears, rate, yieldRate } = put;
  const at = certainExercise(put);
  const held = price > 0;
  const strikeLeg = held ? strike * exp(-rate * at) : 0;
  const spotLeg = held ? spot * exp(-yieldRate * at) : 0;
  const theta = held && at === timeYears && at > 0 ? rate * strikeLeg - yieldRate * spotLeg : 0;
  return inputs.optionType === 'put'
    ? { price, delta: -spotLeg / spot, gamma: 0, vega: 0, theta, rho: -at * strikeLeg }
    : { price, delta: strikeLeg / strike, gamma: 0, vega: 0, theta, rho: at * spotLeg };
}
