// Pins: shifts of volatility that keep the marks of single strikes inside the bid and ask of our
// own books where the surface passes by. A pin follows its books with a five-second average, so
// that no single order moves a mark at once, and is held between the neighbouring expiries and
// below a butterfly. Invariant: pinned marks of the strikes at hand have no static arbitrage that
// the surface has not.
import type { SlicePin, SviSlice } from '@openstrike/domain';
import { black76, sviTotalVariance } from '@openstrike/pricing';
import { compareNumbers, expm1 } from '@openstrike/std';
import { type ExpiryQuotes, type StrikeQuote, smileOf } from './chain-quotes.ts';

export interface PinRules {
  /** Time constant of the average. */
  readonly averageUs: number;
  /** Largest shift, in volatility. */
  readonly shiftMax: number;
}

export const usualPinRules: PinRules = { averageUs: 5_000_000, shiftMax: 0.05 };

/** Shifts that are on their way, by expiry and strike. */
export type PinState = Map<number, Map<number, number>>;

/** A shift of less is none. */
const shiftMin = 1e-5;
/** Convexity is checked to this share of the forward. */
const rounding = 1e-12;

const varianceAt = (slice: SviSlice, k: number): number =>
  sviTotalVariance(k, slice.a, slice.b, slice.rho, slice.m, slice.sigma);

const clamp = (value: number, low: number, high: number): number =>
  Math.min(Math.max(value, low), high);

/** One strike with the surface's volatility there and how far it may be shifted. */
interface Strike {
  readonly strike: number;
  readonly iv: number;
  readonly low: number;
  readonly high: number;
  shift: number;
}

/**
 * How far the expiries before and after allow a strike's volatility to go: half-way, so that pins
 * of both sides cannot cross.
 */
const boundsBetween = (
  slices: readonly SviSlice[],
  at: number,
  k: number,
  iv: number,
  shiftMax: number,
): { readonly low: number; readonly high: number } => {
  const slice = slices[at] as SviSlice;
  const w = varianceAt(slice, k);
  const before = slices[at - 1];
  const after = slices[at + 1];
  const floor = before === undefined ? 0 : 0.5 * (w + varianceAt(before, k));
  const ceiling = after === undefined ? Number.POSITIVE_INFINITY : 0.5 * (w + varianceAt(after, k));
  const low = Math.sqrt(Math.min(floor, w) / slice.tauYears) - iv;
  const high = Math.sqrt(Math.max(ceiling, w) / slice.tauYears) - iv;
  return { low: Math.max(low, -shiftMax), high: Math.min(high, shiftMax) };
};

/** Where the quotes of a strike want the mark, as a shift from the surface. */
const wantedShift = ({ bidIv, askIv }: StrikeQuote, iv: number): number =>
  clamp(iv, bidIv, askIv) - iv;

/** Lets go of pins that bend the prices of calls the wrong way, until none does. */
const unbend = (strikes: readonly Strike[], forward: number, tauYears: number): void => {
  const priceOf = ({ strike, iv, shift }: Strike): number =>
    black76(forward, strike, tauYears, Math.max(0, iv + shift), 1);
  const bends = (i: number): boolean => {
    const [left, middle, right] = strikes.slice(i - 1, i + 2) as [Strike, Strike, Strike];
    const share = (middle.strike - left.strike) / (right.strike - left.strike);
    const chord = priceOf(left) * (1 - share) + priceOf(right) * share;
    return priceOf(middle) > chord + rounding * forward;
  };
  for (let pass = 0; pass < 8; pass += 1) {
    let found = false;
    for (let i = 1; i + 1 < strikes.length; i += 1) {
      if (!bends(i)) continue;
      const about = strikes.slice(i - 1, i + 2).filter(({ shift }) => shift !== 0);
      // A bend without pins is the surface's own rounding; there is nothing to let go of.
      found ||= about.length > 0;
      for (const each of about) each.shift = pass < 4 ? 0.5 * each.shift : 0;
    }
    if (!found) return;
  }
};

/**
 * Moves the pins of a surface towards what our own books want and returns the slices with them.
 *
 * Units: `elapsedUs` since the last step. Holds: slices ascend by expiry; `state` is changed.
 */
export const pinSlices = (
  slices: readonly SviSlice[],
  expiries: readonly ExpiryQuotes[],
  state: PinState,
  elapsedUs: number,
  rules: PinRules = usualPinRules,
): SviSlice[] => {
  const weight = -expm1(-Math.max(0, elapsedUs) / rules.averageUs);
  for (const expiryUs of state.keys()) {
    if (!slices.some((slice) => slice.expiryUs === expiryUs)) state.delete(expiryUs);
  }
  return slices.map((slice, at) => {
    const expiry = expiries.find(({ expiryUs }) => expiryUs === slice.expiryUs);
    if (expiry === undefined) return slice;
    const own = expiry.quotes.filter((quote) => (quote.weight ?? 1) >= 1);
    const known = state.get(slice.expiryUs) ?? new Map<number, number>();
    const quoted = smileOf({ ...expiry, quotes: own }, slice.tauYears);
    const strikes = quoted.map((quote): Strike => {
      const { strike, k } = quote;
      const iv = Math.sqrt(Math.max(0, varianceAt(slice, k)) / slice.tauYears);
      const { low, high } = boundsBetween(slices, at, k, iv, rules.shiftMax);
      const before = known.get(strike) ?? 0;
      const shift = clamp(before + weight * (wantedShift(quote, iv) - before), low, high);
      return { strike, iv, low, high, shift: Math.abs(shift) < shiftMin ? 0 : shift };
    });
    strikes.sort((a, b) => compareNumbers(a.strike, b.strike));
    unbend(strikes, expiry.forward, slice.tauYears);
    const pins = strikes.flatMap(({ strike, shift }): SlicePin[] =>
      shift === 0 ? [] : [{ strike, shift }],
    );
    state.set(slice.expiryUs, new Map(pins.map(({ strike, shift }) => [strike, shift])));
    return pins.length === 0 ? slice : { ...slice, pins };
  });
};
