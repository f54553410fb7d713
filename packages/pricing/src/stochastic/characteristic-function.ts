/**
 * The characteristic function of the logarithm of spot over forward, and its moments, in the
 * models of this folder. Written so that its complex logarithm never leaves the principal branch
 * and nothing cancels as the volatility of variance goes to zero; complex numbers are pairs of
 * doubles in scratch arrays, so that nothing is allocated.
 * Source: Albrecher, Mayer, Schoutens and Tistaert (2007), The Little Heston Trap, eq. 4 and 6;
 * Andersen and Piterbarg (2007), Moment Explosions in Stochastic Volatility Models, prop. 3.1.
 */
import { atan2, cos, exp, expm1, log, log1p, sin } from '@openstrike/std';
import type { BatesModel } from './stochastic-models.ts';

/** Real and imaginary part, as logCharacteristic leaves them. */
export const logValue: Float64Array = new Float64Array(2);

/** Below this |d T| the difference 1 - e^(-dT) is a series. */
const SMALL = 0.02;

/** The variance expected to add up until the time, diffusion only. */
export function expectedVariance(model: BatesModel, timeYears: number): number {
  const { variance, longRunVariance, reversion } = model;
  const x = reversion * timeYears;
  const share = x > 1e-12 ? -expm1(-x) / x : 1 - 0.5 * x;
  return timeYears * (longRunVariance + (variance - longRunVariance) * share);
}

/**
 * Writes ln E[(S / F)^s] for the complex power s = sRe + i sIm into logValue.
 * Domain: the powers whose moment exists; volOfVariance above 0 or reversion above 0.
 */
export function logCharacteristic(
  model: BatesModel,
  timeYears: number,
  sRe: number,
  sIm: number,
): void {
  logDiffusion(model, timeYears, sRe, sIm);
  if (model.jumpIntensity > 0) {
    addJumps(model, timeYears, sRe, sIm);
  }
}

function logDiffusion(model: BatesModel, timeYears: number, sRe: number, sIm: number): void {
  const { variance, longRunVariance, reversion, volOfVariance, correlation } = model;
  // p = s^2 - s.
  const pRe = sRe * sRe - sIm * sIm - sRe;
  const pIm = 2 * sRe * sIm - sIm;
  const leverage = correlation * volOfVariance;
  const bRe = reversion - leverage * sRe;
  const bIm = -leverage * sIm;
  const square = volOfVariance * volOfVariance;
  const qRe = bRe * bRe - bIm * bIm - square * pRe;
  const qIm = 2 * bRe * bIm - square * pIm;
  // d = sqrt(b^2 - volOfVariance^2 p), of positive real part.
  const size = Math.sqrt(qRe * qRe + qIm * qIm);
  let dRe: number;
  let dIm: number;
  if (qRe > 0) {
    dRe = Math.sqrt(0.5 * (size + qRe));
    dIm = dRe > 0 ? (0.5 * qIm) / dRe : 0;
  } else {
    const root = Math.sqrt(0.5 * (size - qRe));
    dIm = qIm < 0 ? -root : root;
    dRe = root > 0 ? (0.5 * qIm) / dIm : 0;
  }
  const xRe = dRe * timeYears;
  const xIm = dIm * timeYears;
  // decay = e^(-dT); e = (1 - e^(-dT)) / d.
  const shrink = exp(-xRe);
  const decayRe = shrink * cos(xIm);
  const decayIm = -shrink * sin(xIm);
  let eRe: number;
  let eIm: number;
  if (xRe < SMALL && xIm < SMALL && xIm > -SMALL) {
    let tRe = 1;
    let tIm = 0;
    for (let k = 8; k >= 2; k--) {
      const nRe = 1 - (tRe * xRe - tIm * xIm) / k;
      tIm = -(tRe * xIm + tIm * xRe) / k;
      tRe = nRe;
    }
    eRe = timeYears * tRe;
    eIm = timeYears * tIm;
  } else {
    const inverse = 1 / (dRe * dRe + dIm * dIm);
    eRe = ((1 - decayRe) * dRe - decayIm * dIm) * inverse;
    eIm = (-decayIm * dRe - (1 - decayRe) * dIm) * inverse;
  }
  // The coefficient of the variance now: p e / (b e + 1 + e^(-dT)).
  const lowRe = bRe * eRe - bIm * eIm + 1 + decayRe;
  const lowIm = bRe * eIm + bIm * eRe + decayIm;
  const topRe = pRe * eRe - pIm * eIm;
  const topIm = pRe * eIm + pIm * eRe;
  const perLow = 1 / (lowRe * lowRe + lowIm * lowIm);
  logValue[0] = variance * (topRe * lowRe + topIm * lowIm) * perLow;
  logValue[1] = variance * (topIm * lowRe - topRe * lowIm) * perLow;
  if (reversion > 0 && longRunVariance > 0) {
    // (b - d) over the square of the volatility of variance, which is p / (b + d): the one of the
    // two that does not cancel.
    let rRe = (bRe - dRe) / square;
    let rIm = (bIm - dIm) / square;
    if (bRe > 0) {
      const sumRe = bRe + dRe;
      const sumIm = bIm + dIm;
      const perSum = 1 / (sumRe * sumRe + sumIm * sumIm);
      rRe = (pRe * sumRe + pIm * sumIm) * perSum;
      rIm = (pIm * sumRe - pRe * sumIm) * perSum;
    }
    addLongRun(reversion * longRunVariance, square, timeYears, rRe, rIm, eRe, eIm);
  }
}

/** Adds level (r T - 2 ln(1 + w) / square), w = square r e / 2; that is level r (T - e) at 0. */
function addLongRun(
  level: number,
  square: number,
  timeYears: number,
  rRe: number,
  rIm: number,
  eRe: number,
  eIm: number,
): void {
  const reRe = rRe * eRe - rIm * eIm;
  const reIm = rRe * eIm + rIm * eRe;
  let lnRe = reRe;
  let lnIm = reIm;
  if (square > 1e-14) {
    const wRe = 0.5 * square * reRe;
    const wIm = 0.5 * square * reIm;
    lnRe = log1p(2 * wRe + wRe * wRe + wIm * wIm) / square;
    lnIm = (2 * atan2(wIm, 1 + wRe)) / square;
  }
  logValue[0] = (logValue[0] as number) + level * (rRe * timeYears - lnRe);
  logValue[1] = (logValue[1] as number) + level * (rIm * timeYears - lnIm);
}

/**
 * Writes into logValue[0] what ln |E[(S / F)^s]| stays at or below from this sIm on where the
 * diffusion's part falls: jumps of one size make it swing, so that a trough proves no decay.
 */
export function logCharacteristicBound(
  model: BatesModel,
  timeYears: number,
  sRe: number,
  sIm: number,
): void {
  logDiffusion(model, timeYears, sRe, sIm);
  const { jumpIntensity, jumpMean, jumpDeviation } = model;
  const half = 0.5 * jumpDeviation * jumpDeviation;
  const size = exp(jumpMean * sRe + half * (sRe * sRe - sIm * sIm));
  const growth = size - 1 - sRe * expm1(jumpMean + half);
  logValue[0] = (logValue[0] as number) + jumpIntensity * timeYears * growth;
}

/** As logCharacteristic without jumps, with an independent normal variance added to the returns. */
export function logCharacteristicOfDiffusion(
  model: BatesModel,
  timeYears: number,
  addedVariance: number,
  sRe: number,
  sIm: number,
): void {
  logDiffusion(model, timeYears, sRe, sIm);
  logValue[0] = (logValue[0] as number) + 0.5 * addedVariance * (sRe * sRe - sIm * sIm - sRe);
  logValue[1] = (logValue[1] as number) + 0.5 * addedVariance * (2 * sRe * sIm - sIm);
}

/** Adds the compensated jumps: intensity T (E[J^s] - 1 - s (E[J] - 1)). */
function addJumps(model: BatesModel, timeYears: number, sRe: number, sIm: number): void {
  const { jumpIntensity, jumpMean, jumpDeviation } = model;
  const half = 0.5 * jumpDeviation * jumpDeviation;
  const powerRe = jumpMean * sRe + half * (sRe * sRe - sIm * sIm);
  const powerIm = jumpMean * sIm + 2 * half * sRe * sIm;
  const drift = expm1(jumpMean + half);
  const count = jumpIntensity * timeYears;
  const size = exp(powerRe);
  logValue[0] = (logValue[0] as number) + count * (size * cos(powerIm) - 1 - sRe * drift);
  logValue[1] = (logValue[1] as number) + count * (size * sin(powerIm) - sIm * drift);
}

/** ln E[(S / F)^s] for a real power; Infinity where the moment does not exist. */
export function logMoment(model: BatesModel, timeYears: number, s: number): number {
  const { reversion, volOfVariance, correlation, variance, longRunVariance } = model;
  const p = s * s - s;
  if (p === 0) {
    return 0;
  }
  const b = reversion - correlation * volOfVariance * s;
  const square = volOfVariance * volOfVariance;
  const q = b * b - square * p;
  if (q >= 0) {
    const d = Math.sqrt(q);
    const x = d * timeYears;
    const e = x > 1e-8 ? -expm1(-x) / d : timeYears;
    if (!(b * e + 1 + exp(-x) > 0 && b + d !== 0)) {
      return Number.POSITIVE_INFINITY;
    }
    logCharacteristic(model, timeYears, s, 0);
    return logValue[0] as number;
  }
  const d = Math.sqrt(-q);
  const explosion = (2 / d) * atan2(d, -b);
  if (!(explosion > timeYears)) {
    return Number.POSITIVE_INFINITY;
  }
  const sine = sin(0.5 * d * timeYears) / d;
  const low = cos(0.5 * d * timeYears) + b * sine;
  logValue[0] = 0;
  logValue[1] = 0;
  if (model.jumpIntensity > 0) {
    addJumps(model, timeYears, s, 0);
  }
  const level = reversion * longRunVariance;
  return (
    (logValue[0] as number) +
    (variance * p * sine) / low +
    (level > 0 ? (level / square) * (b * timeYears - 2 * log(low)) : 0)
  );
}
