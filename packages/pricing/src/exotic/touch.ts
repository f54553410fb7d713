/**
 * Cash for a touch of one barrier or for none, and the binary options with a barrier: cash or the
 * asset at expiry, with or without a strike, after a touch or without one. Closed form throughout;
 * together they are the 28 binaries of the source.
 * Source: Reiner and Rubinstein (1991), Unscrambling the Binary Code; the values of Haug (2007),
 * section 4.19.5.
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
import { type BarrierType, isBarrierType } from './barrier.ts';
import { type ExoticRefusal, type ExoticTerms, validTerms } from './exotic-terms.ts';
import { freePower, reflectedPower } from './killed-expectation.ts';
import { discountedTouch, survivalOfOne } from './touch-time.ts';

/** What a touch or no-touch is priced from. */
export type TouchInputs = ExoticTerms & {
  /** Domain: above 0. */
  readonly barrier: number;
  /** The side the spot comes from; the side it is on where absent, from above at the barrier. */
  readonly direction?: 'down' | 'up';
  /** What is paid. Domain: at least 0. */
  readonly cash: number;
};

/** What a binary option with a barrier is priced from. */
export type BinaryBarrierInputs = ExoticTerms & {
  readonly barrier: number;
  readonly barrierType: BarrierType;
  /** What is paid at expiry: an amount of cash, or the asset. */
  readonly payoff: { readonly cash: number } | 'asset';
  /** Paid only at the right side of the strike; unconditional where absent. */
  readonly condition?: { readonly strike: number; readonly optionType: OptionType };
};

const CERTAIN = 1e-10;

/**
 * Cash paid if the barrier is touched, at the touch or at expiry.
 * Units: of the cash; an asset paid at the hit is cash of the barrier's level. Domain: a spot at or
 * beyond the barrier is a touch now. Refuses: invalid-input. Source: Haug (2007), section 4.19.5,
 * cases 1 to 6.
 */
export function touchPrice(
  inputs: TouchInputs & { readonly payAt?: 'hit' | 'expiry' },
): Result<number, ExoticRefusal> {
  const { spot, barrier, cash, timeYears, volatility, rate, yieldRate, payAt = 'hit' } = inputs;
  if (!validTouch(inputs) || !isPayTime(payAt)) {
    return err('invalid-input');
  }
  const discounted = cash * exp(-rate * timeYears);
  if (isTouched(inputs)) {
    return ok(payAt === 'hit' ? cash : discounted);
  }
  const deviation = volatility * Math.sqrt(timeYears);
  const drift = (rate - yieldRate) * timeYears - 0.5 * deviation * deviation;
  const level = logRatio(barrier, spot);
  if (!(deviation > CERTAIN)) {
    if (!certainlyTouches(inputs)) {
      return ok(0);
    }
    const atHit = cash * exp((-rate * log(barrier / spot)) / (rate - yieldRate));
    return ok(payAt === 'hit' ? atHit : discounted);
  }
  const path = { start: 0, drift, deviation };
  return ok(
    payAt === 'hit'
      ? cash * discountedTouch(path, level, rate * timeYears)
      : discounted * touchChance(path, level),
  );
}

/**
 * Cash paid at expiry if the barrier was not touched.
 * Units, Domain and Refuses: as touchPrice. Source: Haug (2007), section 4.19.5, cases 9 and 10.
 */
export function noTouchPrice(inputs: TouchInputs): Result<number, ExoticRefusal> {
  const { spot, barrier, cash, timeYears, volatility, rate, yieldRate } = inputs;
  if (!validTouch(inputs)) {
    return err('invalid-input');
  }
  if (isTouched(inputs)) {
    return ok(0);
  }
  const discounted = cash * exp(-rate * timeYears);
  const deviation = volatility * Math.sqrt(timeYears);
  if (!(deviation > CERTAIN)) {
    return ok(certainlyTouches(inputs) ? 0 : discounted);
  }
  const drift = (rate - yieldRate) * timeYears - 0.5 * deviation * deviation;
  const path = { start: 0, drift, deviation };
  return ok(discounted * survivalOfOne(path, logRatio(barrier, spot)));
}

/**
 * Cash or the asset at expiry, after a touch or without one, on the right side of the strike.
 * Units: of the cash or the spot. Domain: as touchPrice. Refuses: invalid-input. Source: Haug
 * (2007), section 4.19.5, cases 5 to 28, factors A1 to B4.
 */
export function binaryBarrierPrice(inputs: BinaryBarrierInputs): Result<number, ExoticRefusal> {
  const { spot, barrier, barrierType, payoff, condition, timeYears, rate, yieldRate } = inputs;
  const cash = payoff === 'asset' ? spot : payoff.cash;
  const strike = condition?.strike ?? 1;
  const finite = Number.isFinite(barrier) && Number.isFinite(cash) && Number.isFinite(strike);
  const known =
    isBarrierType(barrierType) && (condition === undefined || isOptionType(condition.optionType));
  if (!(validTerms(inputs) && finite && known && barrier > 0 && cash >= 0 && strike > 0)) {
    return err('invalid-input');
  }
  const down = barrierType === 'down-in' || barrierType === 'down-out';
  const knockIn = barrierType === 'down-in' || barrierType === 'up-in';
  const power = payoff === 'asset' ? 1 : 0;
  const scale = cash * exp(-rate * timeYears);
  const at = logRatio(strike, spot);
  const low = condition?.optionType === 'call' ? at : Number.NEGATIVE_INFINITY;
  const high = condition?.optionType === 'put' ? at : Number.POSITIVE_INFINITY;
  const touched = down ? spot <= barrier : spot >= barrier;
  const deviation = inputs.volatility * Math.sqrt(timeYears);
  const carried = (rate - yieldRate) * timeYears;
  const level = logRatio(barrier, spot);
  if (!(deviation > CERTAIN)) {
    const reaches = touched || (timeYears > 0 && certainlyTouches(inputs));
    const inside =
      carried > low && carried < high ? 1 : carried === low || carried === high ? 0.5 : 0;
    return ok(reaches === knockIn ? scale * inside * exp(power * carried) : 0);
  }
  const path = { start: 0, drift: carried - 0.5 * deviation * deviation, deviation };
  if (touched) {
    return ok(knockIn ? scale * freePower(path, power, low, high) : 0);
  }
  const from = down ? Math.max(low, level) : low;
  const to = down ? high : Math.min(high, level);
  const reflected = to > from ? reflectedPower(path, level, power, from, to) : 0;
  if (!knockIn) {
    return ok(Math.max(0, scale * (freePower(path, power, from, to) - reflected)));
  }
  const beyond = down
    ? freePower(path, power, low, Math.min(high, level))
    : freePower(path, power, Math.max(low, level), high);
  return ok(scale * (beyond + reflected));
}

function validTouch(inputs: TouchInputs): boolean {
  const { barrier, cash, direction } = inputs;
  const finite = Number.isFinite(barrier) && Number.isFinite(cash);
  const known = direction === undefined || direction === 'down' || direction === 'up';
  return validTerms(inputs) && barrier > 0 && cash >= 0 && finite && known;
}

/** Whether a word says when a touch pays. */
export function isPayTime(word: unknown): word is 'hit' | 'expiry' {
  return word === 'hit' || word === 'expiry';
}

function isTouched({ spot, barrier, direction }: TouchInputs): boolean {
  return direction === undefined
    ? spot === barrier
    : direction === 'down'
      ? spot <= barrier
      : spot >= barrier;
}

/** Whether the path without volatility comes to the barrier. */
function certainlyTouches(inputs: ExoticTerms & { readonly barrier: number }): boolean {
  const { spot, barrier, timeYears, rate, yieldRate } = inputs;
  const end = (rate - yieldRate) * timeYears;
  const level = log(barrier / spot);
  return level > 0 ? end >= level : end <= level;
}

/** The probability of a touch, of relative precision where it is small. */
function touchChance(
  path: { readonly start: number; readonly drift: number; readonly deviation: number },
  level: number,
): number {
  const low = level < 0 ? level : Number.NEGATIVE_INFINITY;
  const high = level < 0 ? Number.POSITIVE_INFINITY : level;
  const beyond =
    level < 0
      ? freePower(path, 0, Number.NEGATIVE_INFINITY, level)
      : freePower(path, 0, level, Number.POSITIVE_INFINITY);
  return beyond + reflectedPower(path, level, 0, low, high);
}
