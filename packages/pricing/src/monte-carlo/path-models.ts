/**
 * Paths of the models over equal steps, from standard normals: exact for Black-Scholes and Merton,
 * the quadratic-exponential scheme with its martingale correction for Heston and Bates, so that
 * the mean of the discounted asset is exact at any number of steps.
 * Source: Andersen (2008), Simple and Efficient Simulation of the Heston Stochastic Volatility
 * Model, sections 3.2.4 and 4.2; Glasserman (2003), section 3.5 (jumps).
 */
import { exp, expm1, log, normCdf } from '@openstrike/std';
import { expectedVariance } from '../stochastic/characteristic-function.ts';
import { batesOf, type StochasticModel } from '../stochastic/stochastic-models.ts';

/** Black and Scholes's model: one volatility. */
export type LognormalModel = { readonly kind: 'lognormal'; readonly volatility: number };

/** A model that paths can be drawn from. */
export type PathModel = LognormalModel | StochasticModel;

/** What drives a path: how many normals a step takes, and the walk over its steps. */
export type PathWalk = {
  /** Normals per step: of the price, of the variance, of the count and the size of jumps. */
  readonly drivers: number;
  /**
   * Writes logarithms of spot over its start, and variances, at the ends of the steps.
   * Shape: normals[driver * steps + step]; logs and variances hold steps + 1.
   */
  readonly walk: (normals: Float64Array, logs: Float64Array, variances: Float64Array) => void;
};

/** Below this the variance is taken as certain. */
const STILL = 1e-7;

/** The walk of a model over a time in equal steps. */
export function pathWalk(
  model: PathModel,
  timeYears: number,
  steps: number,
  carry: number,
): PathWalk {
  const jumpy = model.kind === 'merton' || model.kind === 'bates';
  const jumps = jumpy && model.jumpIntensity > 0 ? model : undefined;
  if (model.kind === 'lognormal' || model.kind === 'merton') {
    return lognormalWalk(model.volatility, jumps, timeYears, steps, carry);
  }
  const bates = batesOf(model);
  const dt = timeYears / steps;
  const walkVariance = varianceStep(bates, dt);
  const drivers = jumps === undefined ? 2 : 4;
  return {
    drivers,
    walk: (normals, logs, variances) => {
      logs[0] = 0;
      variances[0] = bates.variance;
      for (let i = 0; i < steps; i++) {
        walkVariance(
          variances[i] as number,
          normals[steps + i] as number,
          normals[i] as number,
          i * dt,
        );
        variances[i + 1] = moved[0] as number;
        let log1 = (logs[i] as number) + carry * dt + (moved[1] as number);
        if (jumps !== undefined) {
          const count = normals[2 * steps + i] as number;
          log1 += jumpOf(jumps, dt, count, normals[3 * steps + i] as number);
        }
        logs[i + 1] = log1;
      }
    },
  };
}

type Jumps = {
  readonly jumpIntensity: number;
  readonly jumpMean: number;
  readonly jumpDeviation: number;
};

function lognormalWalk(
  volatility: number,
  jumps: Jumps | undefined,
  timeYears: number,
  steps: number,
  carry: number,
): PathWalk {
  const dt = timeYears / steps;
  const drift = (carry - 0.5 * volatility * volatility) * dt;
  const deviation = volatility * Math.sqrt(dt);
  return {
    drivers: jumps === undefined ? 1 : 3,
    walk: (normals, logs, variances) => {
      logs[0] = 0;
      variances.fill(volatility * volatility);
      for (let i = 0; i < steps; i++) {
        let after = (logs[i] as number) + drift + deviation * (normals[i] as number);
        if (jumps !== undefined) {
          const count = normals[steps + i] as number;
          after += jumpOf(jumps, dt, count, normals[2 * steps + i] as number);
        }
        logs[i + 1] = after;
      }
    },
  };
}

/** The compensated jumps of one step: their count from one normal, their sum from another. */
function jumpOf(jumps: Jumps, dt: number, countNormal: number, sizeNormal: number): number {
  const { jumpIntensity, jumpMean, jumpDeviation } = jumps;
  const mean = jumpIntensity * dt;
  const drift = -mean * expm1(jumpMean + 0.5 * jumpDeviation * jumpDeviation);
  const chance = normCdf(countNormal);
  let term = exp(-mean);
  let below = term;
  let count = 0;
  while (chance > below && count < 1000 && term > 1e-18) {
    count++;
    term *= mean / count;
    below += term;
  }
  return drift + count * jumpMean + Math.sqrt(count) * jumpDeviation * sizeNormal;
}

/** Variance after a step, and change of the logarithm besides the carry. */
const moved = new Float64Array(2);

type VarianceStep = (v: number, varianceNormal: number, priceNormal: number, at: number) => void;

/** One step of the quadratic-exponential scheme. Source: Andersen (2008), eq. 17 to 37. */
function varianceStep(model: ReturnType<typeof batesOf>, dt: number): VarianceStep {
  const { longRunVariance, reversion, volOfVariance, correlation } = model;
  if (volOfVariance < STILL) {
    return (v, _, priceNormal, at) => {
      const spent = expectedVariance(model, at + dt) - expectedVariance(model, at);
      moved[0] = longRunVariance + (v - longRunVariance) * exp(-reversion * dt);
      moved[1] = -0.5 * spent + Math.sqrt(Math.max(0, spent)) * priceNormal;
    };
  }
  const decay = exp(-reversion * dt);
  const gain = reversion * dt > 1e-10 ? -expm1(-reversion * dt) / reversion : dt;
  const square = volOfVariance * volOfVariance;
  const perV = square * decay * gain;
  const constant = 0.5 * longRunVariance * square * reversion * gain * gain;
  const leverage = correlation / volOfVariance;
  const k1 = 0.5 * dt * (reversion * leverage - 0.5) - leverage;
  const k2 = 0.5 * dt * (reversion * leverage - 0.5) + leverage;
  const k3 = 0.5 * dt * (1 - correlation * correlation);
  const slope = k2 + 0.5 * k3;
  const plainDrift = -reversion * longRunVariance * leverage * dt;
  return (v, varianceNormal, priceNormal) => {
    const mean = longRunVariance * reversion * gain + v * decay;
    const spread = (v * perV + constant) / (mean * mean);
    let next = 0;
    let drift = plainDrift;
    if (!(mean > 0)) {
      drift = 0;
    } else if (spread <= 1.5) {
      const b2 = 2 / spread - 1 + Math.sqrt((2 / spread) * (2 / spread - 1));
      const a = mean / (1 + b2);
      const root = Math.sqrt(b2) + varianceNormal;
      next = a * root * root;
      const room = 1 - 2 * slope * a;
      if (room > 0) {
        drift = (-slope * b2 * a) / room + 0.5 * log(room) - (k1 + 0.5 * k3) * v;
      }
    } else {
      const p = (spread - 1) / (spread + 1);
      const beta = (1 - p) / mean;
      const above = normCdf(-varianceNormal);
      next = above >= 1 - p ? 0 : log((1 - p) / above) / beta;
      if (slope < beta) {
        drift = -log(p + (beta * (1 - p)) / (beta - slope)) - (k1 + 0.5 * k3) * v;
      }
    }
    moved[0] = next;
    moved[1] = drift + k1 * v + k2 * next + Math.sqrt(k3 * (v + next)) * priceNormal;
  };
}
