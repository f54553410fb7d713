// Surface machine: from one surface to the next. Invariant: what it gives out carries a clean
// certificate; no mark's volatility moves by more than the limits allow in a second; where no new
// surface can be had the one before stays, and the step says why.
import type { SviSlice, TsUs } from '@openstrike/domain';
import { usPerSecond } from '@openstrike/domain';
import { black76, sviVolatility } from '@openstrike/pricing';
import { log } from '@openstrike/std';
import type { ExpiryQuotes } from './chain-quotes.ts';
import { type ChainFit, certifySlices, fitChain, sliceAt } from './fit-chain.ts';
import { type PinRules, type PinState, pinSlices, usualPinRules } from './pins.ts';

export interface SurfaceRules extends PinRules {
  /** A mark may move by the larger of both in a second: volatility, or a share of the index. */
  readonly ivMoveMax: number;
  readonly priceMoveShare: number;
}

export const usualSurfaceRules: SurfaceRules = {
  ...usualPinRules,
  ivMoveMax: 0.05,
  priceMoveShare: 0.005,
};

export interface SurfaceMachine {
  readonly rules: SurfaceRules;
  /** As given out last, without pins. */
  slices: readonly SviSlice[];
  version: number;
  atUs: number;
  readonly pins: PinState;
}

/** One step: a surface to publish, or none and why. */
export interface SurfaceStep {
  /** Null where the surface before stays. */
  readonly slices: readonly SviSlice[] | null;
  readonly version: number;
  /** Expiries whose slice is the one of before, for want of a fit. */
  readonly kept: readonly TsUs[];
  /** `limited`: moved part of the way only; `kept`: the surface before stays. */
  readonly outcome: 'published' | 'limited' | 'kept';
  /** One sentence where the outcome is not `published`, or an expiry has no fit; else null. */
  readonly reason: string | null;
  /** Share of the way that was gone; 1 where nothing limited it. */
  readonly share: number;
  readonly fit: ChainFit;
}

export const createSurfaceMachine = (
  version = 0,
  rules: SurfaceRules = usualSurfaceRules,
): SurfaceMachine => ({ rules, slices: [], version, atUs: 0, pins: new Map() });

/** A pause allows no more than so many seconds' moves at once. */
const secondsMax = 5;

const mix = (from: number, to: number, share: number): number => from + share * (to - from);

/** A slice on the way between two of one expiry and time. */
const between = (from: SviSlice, to: SviSlice, share: number): SviSlice => {
  const b = mix(from.b, to.b, share);
  return {
    expiryUs: to.expiryUs,
    tauYears: to.tauYears,
    a: mix(from.a, to.a, share),
    b,
    rho: b > 0 ? mix(from.b * from.rho, to.b * to.rho, share) / b : 0,
    m: mix(from.m, to.m, share),
    sigma: mix(from.sigma, to.sigma, share),
  };
};

interface MoveLimits {
  readonly iv: number;
  readonly usd: number;
}

/** The share of the move between two slices that the limits allow at every strike; 1 for all. */
const allowedShare = (
  expiry: ExpiryQuotes,
  from: SviSlice,
  to: SviSlice,
  limits: MoveLimits,
): number => {
  let share = 1;
  for (const strike of new Set(expiry.quotes.map((quote) => quote.strike))) {
    const k = log(strike / expiry.forward);
    const before = sviVolatility(k, from.tauYears, from);
    const after = sviVolatility(k, to.tauYears, to);
    const move = Math.abs(after - before);
    if (move <= limits.iv) continue;
    const priceAt = (iv: number): number => black76(expiry.forward, strike, to.tauYears, iv, 1);
    const usd = Math.abs(priceAt(after) - priceAt(before));
    if (usd > limits.usd) share = Math.min(share, Math.max(limits.iv / move, limits.usd / usd));
  }
  return share;
};

/** How often the way is shortened until limits and certificate are kept. */
const attemptsMax = 12;

/**
 * The furthest surface on the way to `target` that the limits and the certificate allow. The way is
 * one of parameters, along which volatilities do not move in proportion: so it is tried and
 * shortened.
 */
const approach = (
  machine: SurfaceMachine,
  target: readonly SviSlice[],
  inputs: SurfaceInputs,
): { readonly slices: readonly SviSlice[]; readonly share: number } | null => {
  const { rules } = machine;
  const seconds = Math.min(secondsMax, (inputs.nowUs - machine.atUs) / usPerSecond);
  const limits = {
    iv: rules.ivMoveMax * seconds,
    usd: rules.priceMoveShare * inputs.index * seconds,
  };
  const before = new Map(
    machine.slices.map((slice) => [slice.expiryUs, sliceAt(slice, inputs.nowUs)] as const),
  );
  const quotesOf = new Map(inputs.expiries.map((expiry) => [expiry.expiryUs, expiry] as const));
  let share = 1;
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    const slices = target.map((to) => {
      const from = before.get(to.expiryUs);
      return from === undefined || share === 1 ? to : between(from, to, share);
    });
    let allowed = 1;
    for (const to of slices) {
      const from = before.get(to.expiryUs);
      const expiry = quotesOf.get(to.expiryUs);
      if (from === undefined || expiry === undefined) continue;
      allowed = Math.min(allowed, allowedShare(expiry, from, to, limits));
    }
    if (allowed === 1 && (share === 1 || certifySlices(slices).free)) return { slices, share };
    share *= allowed === 1 ? 0.5 : Math.max(0.2, 0.95 * allowed);
  }
  return null;
};

export interface SurfaceInputs {
  readonly nowUs: number;
  /** USD. */
  readonly index: number;
  readonly expiries: readonly ExpiryQuotes[];
}

const unfitted = (fit: ChainFit): string | null => {
  const names = fit.expiries
    .filter(({ refusal }) => refusal !== null)
    .map(({ expiryUs, refusal, outcome }) => {
      const day = new Date(expiryUs / 1000).toISOString().slice(0, 10);
      return `${day} ${outcome === 'kept' ? 'kept its slice' : 'has none'} (${refusal ?? ''})`;
    });
  return names.length === 0 ? null : names.join(', ');
};

const keep = (machine: SurfaceMachine, fit: ChainFit, reason: string): SurfaceStep => ({
  slices: null,
  version: machine.version,
  kept: machine.slices.flatMap(({ expiryUs }) =>
    fit.expiries.some((each) => each.expiryUs === expiryUs) ? [expiryUs] : [],
  ),
  outcome: 'kept',
  reason,
  share: 0,
  fit,
});

/** Fits the chain and goes as far towards it as the limits allow. Cost: as `fitChain`. */
export const stepSurface = (machine: SurfaceMachine, inputs: SurfaceInputs): SurfaceStep => {
  const { nowUs } = inputs;
  const fit = fitChain({ nowUs, expiries: inputs.expiries, previous: machine.slices });
  if (fit.slices.length === 0) return keep(machine, fit, 'no expiry could be fitted');
  if (fit.expiries.every(({ refusal }) => refusal !== null)) {
    return keep(machine, fit, `nothing could be fitted: ${unfitted(fit) ?? ''}`);
  }
  if (!fit.certificate.free) {
    const [first] = fit.certificate.violations;
    return keep(machine, fit, `the fit has arbitrage: ${first?.kind ?? 'unknown'}`);
  }
  const reached = machine.slices.length === 0 ? { slices: fit.slices, share: 1 } : null;
  const found = reached ?? approach(machine, fit.slices, inputs);
  if (found === null) return keep(machine, fit, 'no surface on the way is free of arbitrage');
  const elapsedUs = machine.atUs === 0 ? usPerSecond : nowUs - machine.atUs;
  machine.slices = found.slices;
  machine.atUs = nowUs;
  machine.version += 1;
  const limited = found.share < 1;
  return {
    slices: pinSlices(found.slices, inputs.expiries, machine.pins, elapsedUs, machine.rules),
    version: machine.version,
    kept: fit.expiries.flatMap(({ outcome, expiryUs }) =>
      outcome === 'kept' ? [expiryUs as TsUs] : [],
    ),
    outcome: limited ? 'limited' : 'published',
    reason: limited ? 'the marks would have moved too far at once' : unfitted(fit),
    share: found.share,
    fit,
  };
};
