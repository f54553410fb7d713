/**
 * The price curve on registers: what goes in and comes out stands in one typed array. A double
 * handed to a function that the engine does not inline is boxed, which is garbage; one in an array
 * never is. So each function here calls at most one other at a time, and hands over no double that
 * could be boxed. Used where an implied volatility leaves the quick way; the operations are those
 * of black76.ts, and so are the bits.
 */
import { erf, exp, log, MILLS_FIRST, millsRatio } from '@openstrike/std';
import { FAR, millsGapFar, millsSlope, NARROW } from './black76.ts';

/** Places of the registers: the distance |ln(forward / strike)|, and the total volatility. */
export const X = 0;
export const S = 1;
/** What the functions below read besides, and what they write. */
export const ARGUMENT = 2;
export const VALUE = 3;
/** From here on no function of this file writes. */
export const FREE = 6;
const FIRST = 4;
const BELL = 5;

export const registers: Float64Array = new Float64Array(20);
const r = registers;

/** VALUE = exp(ARGUMENT). */
export function takeExp(): void {
  r[VALUE] = exp(r[ARGUMENT] as number);
}

/** VALUE = erf(ARGUMENT). */
export function takeErf(): void {
  r[VALUE] = erf(r[ARGUMENT] as number);
}

/** VALUE = log(ARGUMENT). */
export function takeLog(): void {
  r[VALUE] = log(r[ARGUMENT] as number);
}

/** VALUE = millsRatio(ARGUMENT). */
export function takeMills(): void {
  r[VALUE] = millsRatio(r[ARGUMENT] as number);
}

/** VALUE = scaledPrice(X, S) of black76.ts. */
export function takeScaledPrice(): void {
  const s = r[S] as number;
  const a = (r[X] as number) / s;
  const t = 0.5 * s;
  const near = a - t;
  if (t < NARROW && a < FAR) {
    takeSlope();
    r[VALUE] = s * (r[VALUE] as number);
  } else if (near < FAR) {
    r[ARGUMENT] = near;
    takeMills();
    r[FIRST] = r[VALUE] as number;
    r[ARGUMENT] = a + t;
    takeMills();
    r[VALUE] = (r[FIRST] as number) - (r[VALUE] as number);
  } else {
    takeGapFar();
  }
}

function takeSlope(): void {
  const s = r[S] as number;
  r[VALUE] = millsSlope((r[X] as number) / s, 0.5 * s);
}

function takeGapFar(): void {
  const s = r[S] as number;
  const a = (r[X] as number) / s;
  const t = 0.5 * s;
  r[VALUE] = millsGapFar(a - t, a + t, s);
}

/** VALUE = outOfTheMoney(X, S) of black76.ts. */
export function takePrice(): void {
  const s = r[S] as number;
  const near = (r[X] as number) / s - 0.5 * s;
  r[ARGUMENT] = -0.5 * near * near;
  takeExp();
  r[BELL] = r[VALUE] as number;
  if (near < MILLS_FIRST) {
    takeMissing();
    r[VALUE] = 1 - (r[BELL] as number) * (r[VALUE] as number);
  } else {
    takeScaledPrice();
    r[VALUE] = (r[BELL] as number) * (r[VALUE] as number);
  }
}

/** VALUE = millsRatio(-near) + millsRatio(far): what the price lacks to 1, without its bell. */
export function takeMissing(): void {
  const s = r[S] as number;
  const a = (r[X] as number) / s;
  r[ARGUMENT] = -(a - 0.5 * s);
  takeMills();
  r[FIRST] = r[VALUE] as number;
  r[ARGUMENT] = a + 0.5 * s;
  takeMills();
  r[VALUE] = (r[FIRST] as number) + (r[VALUE] as number);
}
