/**
 * European options with one barrier, watched without pause: all eight kinds, with a rebate, in
 * closed form for every sign of the rates. A knock-in is a sum of positive terms, so it keeps
 * relative precision far from the barrier; in and out add up to the European option.
 * Source: Merton (1973); Reiner and Rubinstein (1991), Breaking Down the Barriers; the values of
 * Haug (2007), section 4.17.1.
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
import { type ExoticRefusal, type ExoticTerms, validTerms } from './exotic-terms.ts';
import { freePower, type LogPath, reflectedPower } from './killed-expectation.ts';
import { discountedTouch, survivalOfOne } from './touch-time.ts';

/** From where the barrier is touched, and whether the touch ends or begins the option. */
export type BarrierType = 'down-in' | 'down-out' | 'up-in' | 'up-out';

/** What a barrier option is priced from. */
export type BarrierInputs = ExoticTerms & {
  /** Domain: above 0; on either side of the barrier. */
  readonly strike: number;
  /** Domain: above 0; a spot at or beyond it has touched it. */
  readonly barrier: number;
  readonly optionType: OptionType;
  readonly barrierType: BarrierType;
  /**
   * Paid by a knock-out when it is touched, and by a knock-in at expiry when it never was. Domain:
   * at least 0; 0 where absent.
   */
  readonly rebate?: number;
  /** When a knock-out pays its rebate; at the hit where absent. */
  readonly rebateAt?: 'hit' | 'expiry';
};

/** Whether a word names a kind of barrier. */
export function isBarrierType(word: unknown): word is BarrierType {
  return word === 'down-in' || word === 'down-out' || word === 'up-in' || word === 'up-out';
}

/** Total volatility below which the path is certain. */
const CERTAIN = 1e-10;

/**
 * The price of a barrier option.
 * Units: of the spot. Domain: a spot at or beyond the barrier is a touch now; at zero time or
 * volatility the certain path decides. Refuses: invalid-input. Cost: below a microsecond.
 * Source: Haug (2007), section 4.17.1, factors A to F.
 */
export function barrierPrice(inputs: BarrierInputs): Result<number, ExoticRefusal> {
  const { spot, strike, barrier, timeYears, volatility, rate, yieldRate } = inputs;
  const { rebate = 0, rebateAt = 'hit', optionType, barrierType } = inputs;
  const finite = Number.isFinite(strike) && Number.isFinite(barrier) && Number.isFinite(rebate);
  const known =
    isOptionType(optionType) &&
    isBarrierType(barrierType) &&
    (rebateAt === 'hit' || rebateAt === 'expiry');
  if (!(validTerms(inputs) && finite && known && strike > 0 && barrier > 0 && rebate >= 0)) {
    return err('invalid-input');
  }
  const down = barrierType === 'down-in' || barrierType === 'down-out';
  const knockIn = barrierType === 'down-in' || barrierType === 'up-in';
  const sign = optionType === 'call' ? 1 : -1;
  const deviation = volatility * Math.sqrt(timeYears);
  const drift = (rate - yieldRate) * timeYears - 0.5 * deviation * deviation;
  const discount = exp(-rate * timeYears);
  const touched = down ? spot <= barrier : spot >= barrier;
  if (touched && !knockIn) {
    return ok(rebateAt === 'hit' ? rebate : rebate * discount);
  }
  if (!(deviation > CERTAIN)) {
    return ok(certainBarrier(inputs, touched, knockIn, sign));
  }
  // Logarithms are taken of ratios to the spot, so the path starts at 0.
  const path = { start: 0, drift, deviation };
  const level = logRatio(barrier, spot);
  const at = logRatio(strike, spot);
  const value = touched
    ? valueOver(path, sign, strike / spot, exerciseFrom(at, sign), exerciseTo(at, sign))
    : knockIn
      ? inValue(path, level, down, sign, strike / spot, at)
      : outValue(path, level, down, sign, strike / spot, at);
  let paid = 0;
  if (rebate > 0 && !touched) {
    const alive = survivalOfOne(path, level);
    paid = knockIn
      ? rebate * discount * alive
      : rebateAt === 'expiry'
        ? rebate * discount * (1 - alive)
        : rebate * discountedTouch(path, level, rate * timeYears);
  }
  return ok(Math.max(0, discount * spot * value) + paid);
}

/**
 * Where to put a barrier watched at intervals, so that one watched without pause has its price.
 * Units: of the barrier; years between two looks. Domain: barrier and spot above 0, an interval of
 * at least 0. Error: falls faster than the root of the interval. Source: Broadie, Glasserman and
 * Kou (1997), A Continuity Correction for Discrete Barrier Options, theorem 1.1; Haug (2007),
 * section 4.17.6.
 */
export function discreteBarrier(
  barrier: number,
  spot: number,
  volatility: number,
  intervalYears: number,
): number {
  const shift = 0.5825971579390106 * volatility * Math.sqrt(intervalYears);
  return barrier * exp(barrier > spot ? shift : -shift);
}

function exerciseFrom(at: number, sign: number): number {
  return sign > 0 ? at : Number.NEGATIVE_INFINITY;
}

function exerciseTo(at: number, sign: number): number {
  return sign > 0 ? Number.POSITIVE_INFINITY : at;
}

/** E[sign (S / spot - ratio)] over the paths that end in the interval. */
function valueOver(path: LogPath, sign: number, ratio: number, low: number, high: number): number {
  return sign * (freePower(path, 1, low, high) - ratio * freePower(path, 0, low, high));
}

function inValue(
  path: LogPath,
  level: number,
  down: boolean,
  sign: number,
  ratio: number,
  at: number,
): number {
  const low = exerciseFrom(at, sign);
  const high = exerciseTo(at, sign);
  // Ending beyond the barrier is a touch; ending on this side is one by reflection.
  const beyond = down
    ? valueOver(path, sign, ratio, low, Math.min(high, level))
    : valueOver(path, sign, ratio, Math.max(low, level), high);
  return beyond + reflectedValue(path, level, down, sign, ratio, low, high);
}

function outValue(
  path: LogPath,
  level: number,
  down: boolean,
  sign: number,
  ratio: number,
  at: number,
): number {
  const low = exerciseFrom(at, sign);
  const high = exerciseTo(at, sign);
  const alive = down
    ? valueOver(path, sign, ratio, Math.max(low, level), high)
    : valueOver(path, sign, ratio, low, Math.min(high, level));
  return alive - reflectedValue(path, level, down, sign, ratio, low, high);
}

/** E[sign (S / spot - ratio)] over the paths that touch and end on the near side. */
function reflectedValue(
  path: LogPath,
  level: number,
  down: boolean,
  sign: number,
  ratio: number,
  low: number,
  high: number,
): number {
  const from = down ? Math.max(low, level) : low;
  const to = down ? high : Math.min(high, level);
  if (!(to > from)) {
    return 0;
  }
  return (
    sign *
    (reflectedPower(path, level, 1, from, to) - ratio * reflectedPower(path, level, 0, from, to))
  );
}

/** The price when the path is certain: spot growing at the carry. */
function certainBarrier(
  inputs: BarrierInputs,
  touchedNow: boolean,
  knockIn: boolean,
  sign: number,
): number {
  const { spot, strike, barrier, timeYears, rate, yieldRate } = inputs;
  const { rebate = 0, rebateAt = 'hit' } = inputs;
  const carry = rate - yieldRate;
  const end = spot * exp(carry * timeYears);
  const reached = barrier > spot ? end >= barrier : end <= barrier;
  const discount = exp(-rate * timeYears);
  const payoff = discount * Math.max(0, sign * (end - strike));
  const touched = touchedNow || (reached && timeYears > 0);
  if (touched === knockIn) {
    return payoff;
  }
  if (knockIn || rebateAt === 'expiry') {
    return rebate * discount;
  }
  return rebate * exp((-rate * log(barrier / spot)) / carry);
}
