/**
 * Calibration of Heston and Bates to quoted volatilities: least squares of the price errors over
 * vega, within bounds, by the damped method the smile fits use. Deterministic: the same quotes
 * give the same bits.
 * Source: Cui, del Bano Rollin and Germano (2017), Full and Fast Calibration of the Heston
 * Stochastic Volatility Model, section 4 (the problem; the Jacobian here is by differences).
 */
import { err, logRatio, normPdf, ok, type Result } from '@openstrike/std';
import { black76 } from '../black76.ts';
import { levenbergMarquardt } from '../numeric/levenberg-marquardt.ts';
import type { BatesModel, HestonModel } from './stochastic-models.ts';
import { stochasticStrip } from './stochastic-price.ts';

/** The quotes of one expiry: Black volatilities on the forward. */
export type CalibrationSlice = {
  readonly forward: number;
  readonly timeYears: number;
  readonly strikes: readonly number[];
  /** Annualised, 1 = 100 %. */
  readonly volatilities: readonly number[];
  /** What each quote counts for; 1 where absent. */
  readonly weights?: readonly number[];
};

/** The lowest and highest value of each parameter. */
export type ParameterBounds = {
  readonly [name in keyof Omit<BatesModel, 'kind'>]?: readonly [lower: number, upper: number];
};

/** A calibrated model and how well it fits. */
export type Calibration<Model> = {
  readonly model: Model;
  /** Root of the mean weighted square of the errors, in units of volatility. */
  readonly volatilityError: number;
  readonly iterations: number;
  readonly converged: boolean;
};

/** Quotes outside their domain, or fewer than there are parameters. */
export type CalibrationRefusal = 'invalid-quotes' | 'too-few-quotes';

type Name = keyof Omit<BatesModel, 'kind'>;

const HESTON_NAMES: readonly Name[] = [
  'variance',
  'longRunVariance',
  'reversion',
  'volOfVariance',
  'correlation',
];
const BATES_NAMES: readonly Name[] = [
  ...HESTON_NAMES,
  'jumpIntensity',
  'jumpMean',
  'jumpDeviation',
];
const BOUNDS: { readonly [name in Name]: readonly [number, number] } = {
  variance: [1e-5, 9],
  longRunVariance: [1e-5, 9],
  reversion: [0.01, 30],
  volOfVariance: [0.01, 10],
  correlation: [-0.999, 0.999],
  jumpIntensity: [0, 20],
  jumpMean: [-1, 1],
  jumpDeviation: [0.001, 1],
};

/**
 * The Heston model nearest to the quotes.
 * Units: volatilities annualised, 1 = 100 %. Domain: forwards, times, strikes and volatilities
 * above 0; weights at least 0. Refuses: invalid-quotes, too-few-quotes (below 5). Cost: 30 quotes
 * of six expiries take 20 to 150 milliseconds, by how well the model fits them. Source: Cui, del
 * Bano Rollin and Germano (2017), section 4; the Jacobian is by differences.
 */
export function calibrateHeston(
  slices: readonly CalibrationSlice[],
  bounds: ParameterBounds = {},
  start?: HestonModel,
): Result<Calibration<HestonModel>, CalibrationRefusal> {
  return calibrate(slices, HESTON_NAMES, bounds, start, (values) => ({
    kind: 'heston',
    ...hestonOf(values),
  }));
}

/**
 * The Bates model nearest to the quotes.
 * Units, Domain and Source: as calibrateHeston. Refuses: as calibrateHeston, with at least 8
 * quotes.
 */
export function calibrateBates(
  slices: readonly CalibrationSlice[],
  bounds: ParameterBounds = {},
  start?: BatesModel,
): Result<Calibration<BatesModel>, CalibrationRefusal> {
  return calibrate(slices, BATES_NAMES, bounds, start, (values) => ({
    kind: 'bates',
    ...hestonOf(values),
    jumpIntensity: values[5] as number,
    jumpMean: values[6] as number,
    jumpDeviation: values[7] as number,
  }));
}

function hestonOf(values: Float64Array): Omit<HestonModel, 'kind'> {
  return {
    variance: values[0] as number,
    longRunVariance: values[1] as number,
    reversion: values[2] as number,
    volOfVariance: values[3] as number,
    correlation: values[4] as number,
  };
}

function calibrate<Model extends HestonModel | BatesModel>(
  slices: readonly CalibrationSlice[],
  names: readonly Name[],
  bounds: ParameterBounds,
  start: Model | undefined,
  modelOf: (values: Float64Array) => Model,
): Result<Calibration<Model>, CalibrationRefusal> {
  if (!slices.every(isValid)) {
    return err('invalid-quotes');
  }
  const targets = slices.map(targetOf);
  const count = targets.reduce((sum, { scales }) => sum + scales.length, 0);
  if (count < names.length) {
    return err('too-few-quotes');
  }
  const limits = names.map((name) => bounds[name] ?? BOUNDS[name]);
  const guess = guessOf(slices);
  const begin = names.map((name) => start?.[name as keyof Model] ?? guess[name]) as number[];
  const residuals = (values: Float64Array, out: Float64Array): void => {
    const model = modelOf(values);
    let at = 0;
    for (const { slice, prices, scales, found } of targets) {
      const terms = { spot: slice.forward, timeYears: slice.timeYears, rate: 0, yieldRate: 0 };
      stochasticStrip(model, terms, slice.strikes, 'call', found);
      for (let i = 0; i < prices.length; i++, at++) {
        out[at] = ((found[i] as number) - (prices[i] as number)) * (scales[i] as number);
      }
    }
  };
  const solved = levenbergMarquardt({
    residuals,
    residualCount: count,
    lower: limits.map(([lower]) => lower),
    upper: limits.map(([, upper]) => upper),
    start: begin,
    iterationsMax: 200,
    tolerance: 1e-10,
  });
  const weight = targets.reduce((sum, { weightSum }) => sum + weightSum, 0);
  return ok({
    model: modelOf(solved.parameters),
    volatilityError: Math.sqrt(solved.sumOfSquares / weight),
    iterations: solved.iterations,
    converged: solved.converged,
  });
}

function isValid(slice: CalibrationSlice): boolean {
  const { forward, timeYears, strikes, volatilities, weights } = slice;
  return (
    forward > 0 &&
    timeYears > 0 &&
    strikes.length === volatilities.length &&
    (weights === undefined || weights.length === strikes.length) &&
    strikes.every((strike) => strike > 0) &&
    volatilities.every((volatility) => volatility > 0) &&
    (weights ?? []).every((weight) => weight >= 0)
  );
}

/** Call prices of the quotes, and what turns a price error into one of volatility, weighted. */
function targetOf(slice: CalibrationSlice): {
  readonly slice: CalibrationSlice;
  readonly prices: readonly number[];
  readonly scales: readonly number[];
  readonly found: Float64Array;
  readonly weightSum: number;
} {
  const { forward, timeYears, strikes, volatilities } = slice;
  const weights = slice.weights ?? strikes.map(() => 1);
  const root = Math.sqrt(timeYears);
  const prices = strikes.map((strike, i) =>
    black76(forward, strike, timeYears, volatilities[i] as number, 1),
  );
  const scales = strikes.map((strike, i) => {
    const total = (volatilities[i] as number) * root;
    const d1 = logRatio(forward, strike) / total + 0.5 * total;
    // Far from the money a price says little of the volatility: vega has a floor.
    const vega = forward * root * Math.max(normPdf(d1), 1e-3);
    return Math.sqrt(weights[i] as number) / vega;
  });
  const weightSum = weights.reduce((sum, weight) => sum + weight, 0);
  return { slice, prices, scales, found: new Float64Array(strikes.length), weightSum };
}

/** A start from the volatilities near the forward at the first and the last expiry. */
function guessOf(slices: readonly CalibrationSlice[]): { readonly [name in Name]: number } {
  const byTime = slices.toSorted((a, b) => a.timeYears - b.timeYears);
  const varianceOf = (slice: CalibrationSlice | undefined): number => {
    let nearest = 0.5;
    let gap = Number.POSITIVE_INFINITY;
    slice?.strikes.forEach((strike, i) => {
      const distance = Math.abs(logRatio(strike, slice.forward));
      if (distance < gap) {
        gap = distance;
        nearest = slice.volatilities[i] as number;
      }
    });
    return nearest * nearest;
  };
  const first = varianceOf(byTime[0]);
  const last = varianceOf(byTime[byTime.length - 1]);
  return {
    variance: first,
    longRunVariance: last,
    reversion: 1.5,
    volOfVariance: Math.max(0.3, 1.5 * Math.sqrt(last)),
    correlation: -0.3,
    jumpIntensity: 0.5,
    jumpMean: -0.05,
    jumpDeviation: 0.1,
  };
}
