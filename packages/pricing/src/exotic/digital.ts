/**
 * Digital options without a barrier: cash or the asset on the right side of the strike, and the
 * gap option made of both, in closed form with exact limits.
 * Source: Reiner and Rubinstein (1991); Haug (2007), sections 4.19.1 to 4.19.3.
 */
import {
  err,
  exp,
  isOptionType,
  logRatio,
  normCdf,
  type OptionType,
  ok,
  type Result,
} from '@openstrike/std';
import { type ExoticRefusal, type ExoticTerms, validTerms } from './exotic-terms.ts';

/** What a digital option is priced from. */
export type DigitalInputs = ExoticTerms & {
  /** Domain: above 0. */
  readonly strike: number;
  readonly optionType: OptionType;
};

/**
 * Cash at expiry if the option ends in the money.
 * Units: of the cash. Domain: at zero time or volatility, half the cash at the strike. Refuses:
 * invalid-input. Source: Haug (2007), eq. 4.84 and 4.85.
 */
export function cashOrNothing(
  inputs: DigitalInputs & { readonly cash: number },
): Result<number, ExoticRefusal> {
  if (!validDigital(inputs) || !Number.isFinite(inputs.cash)) {
    return err('invalid-input');
  }
  return ok(inputs.cash * exp(-inputs.rate * inputs.timeYears) * chance(inputs, -0.5));
}

/**
 * The asset at expiry if the option ends in the money.
 * Units: of the spot. Domain and Refuses: as cashOrNothing. Source: Haug (2007), eq. 4.86 and 4.87.
 */
export function assetOrNothing(inputs: DigitalInputs): Result<number, ExoticRefusal> {
  if (!validDigital(inputs)) {
    return err('invalid-input');
  }
  return ok(inputs.spot * exp(-inputs.yieldRate * inputs.timeYears) * chance(inputs, 0.5));
}

/**
 * sign (S - strike) at expiry if S is on the right side of the trigger: may be below 0.
 * Units: of the spot. Domain: as cashOrNothing, at the trigger. Refuses: invalid-input. Source:
 * Haug (2007), eq. 4.82 and 4.83.
 */
export function gapOption(
  inputs: DigitalInputs & { readonly trigger: number },
): Result<number, ExoticRefusal> {
  const { strike, trigger, optionType } = inputs;
  if (!(strike > 0 && Number.isFinite(strike))) {
    return err('invalid-input');
  }
  const digital = { ...inputs, strike: trigger };
  const asset = assetOrNothing(digital);
  const cash = cashOrNothing({ ...digital, cash: strike });
  if (!asset.ok || !cash.ok) {
    return err('invalid-input');
  }
  return ok(optionType === 'call' ? asset.value - cash.value : cash.value - asset.value);
}

function validDigital(inputs: DigitalInputs): boolean {
  const { strike, optionType } = inputs;
  return validTerms(inputs) && strike > 0 && Number.isFinite(strike) && isOptionType(optionType);
}

/** N(sign (x / s + half s)), x the log-moneyness of the forward. */
function chance(inputs: DigitalInputs, half: number): number {
  const { spot, strike, timeYears, volatility, rate, yieldRate, optionType } = inputs;
  const x = logRatio(spot, strike) + (rate - yieldRate) * timeYears;
  const s = volatility * Math.sqrt(timeYears);
  const sign = optionType === 'call' ? 1 : -1;
  if (!(s > 0)) {
    const gap = sign * x;
    return gap > 0 ? 1 : gap < 0 ? 0 : 0.5;
  }
  return normCdf(sign * (x / s + half * s));
}
