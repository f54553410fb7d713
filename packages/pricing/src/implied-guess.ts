/**
 * The quick way to an implied volatility in the ordinary range: the normal model is inverted from a
 * table, its volatility turned into the lognormal one by an expansion that is right to about 1e-5,
 * and a fourth-order step on the logarithm of the price finishes. It runs in stages over a block
 * of options, which may be one; whatever lies outside is left to the general search.
 * Source: Hagan et al. (2002), Managing smile risk, eq. A.64 (normal against lognormal volatility);
 * Jackel (2017), Implied normal volatility (what the table inverts).
 */
import { exp, log, logRatio, MILLS_LAST, millsRatio } from '@openstrike/std';
import { FAR, millsSlope, NARROW } from './black76.ts';
import { registers, S, takeScaledPrice, VALUE, X } from './price-registers.ts';

const INVERSE_SQRT_2PI = 0.3989422804014327;
/** The table runs over -ln(price / |forward - strike|), to the end of the doubles. */
const FIRST = -7;
const PER_UNIT = 8;
const COUNT = 5240;
/** Distances |forward - strike| over the normal deviation, at the nodes. */
const DISTANCES: Float64Array = makeDistances();
/** Total volatility up to which the expansion is used, and the least near it is used for. */
const TOTAL_MAX = 1.6;
const NEAR_MIN = -2;
/** Steps after which another way is taken. */
const STEPS_MAX = 3;
/** A step below this share leaves an error beyond the last digit. */
const STEP_MAX = 6e-5;

/** How many options the quick way takes at once. */
export const QUICK_BLOCK = 256;
/** Stands for a total volatility that the quick way does not find. */
const NONE = -1;
/** Below this price the quick way could meet numbers too small for it. */
const QUICK_MIN = 1e-280;
/** The table has no place for less of ratio over price. */
const OVER_MIN = 1e-6;

/** Normalised prices of a block (0: none), |ln(forward / strike)|, and its exponential less 1. */
export const shares: Float64Array = new Float64Array(QUICK_BLOCK);
export const distances: Float64Array = new Float64Array(QUICK_BLOCK);
export const ratios: Float64Array = new Float64Array(QUICK_BLOCK);
/** The total volatilities found, -1 where another way is needed. */
export const totals: Float64Array = new Float64Array(QUICK_BLOCK);
/** Which options of the block are still to be moved; the other three follow this list. */
const active: Int32Array = new Int32Array(QUICK_BLOCK);
const nears: Float64Array = new Float64Array(QUICK_BLOCK);
const bells: Float64Array = new Float64Array(QUICK_BLOCK);
const scaleds: Float64Array = new Float64Array(QUICK_BLOCK);

/**
 * The total volatility at which outOfTheMoney(x, s) is the price, or -1 where another way is
 * needed. Domain: ratio is e^x - 1, the gap over the lower of forward and strike.
 */
export function impliedQuick(price: number, x: number, ratio: number): number {
  shares[0] = price;
  distances[0] = x;
  ratios[0] = ratio;
  findQuickly(1);
  return totals[0] as number;
}

/** Fills the first `size` totals. Each stage is small enough that no double in it is boxed. */
export function findQuickly(size: number): void {
  let left = guess(size);
  for (let step = 0; step < STEPS_MAX && left > 0; step++) {
    left = locate(left);
    scaleBroad(left);
    if (scaleNarrow(left) > 0) scaleOthers(left);
    left = move(left);
  }
  for (let j = 0; j < left; j++) {
    totals[active[j] as number] = NONE;
  }
}

/** First guesses; lists the options that have one, and returns their number. */
function guess(size: number): number {
  for (let i = 0; i < size; i++) {
    const share = shares[i] as number;
    const over = (ratios[i] as number) / share;
    const isUsual = share > QUICK_MIN && over > OVER_MIN;
    active[i] = isUsual ? 1 : 0;
    nears[i] = isUsual ? over : 1;
  }
  for (let i = 0; i < size; i++) {
    bells[i] = (logRatio(nears[i] as number, 1) - FIRST) * PER_UNIT;
  }
  let left = 0;
  for (let i = 0; i < size; i++) {
    const isUsual = active[i] === 1;
    const x = distances[i] as number;
    totals[i] = isUsual ? quickGuess(bells[i] as number, x) : NONE;
    active[left] = i;
    left += (totals[i] as number) > 0 ? 1 : 0;
  }
  return left;
}

/** Where each listed option stands, and the normal density's factor there. */
function locate(count: number): number {
  let left = 0;
  for (let j = 0; j < count; j++) {
    const i = active[j] as number;
    const s = totals[i] as number;
    const near = (distances[i] as number) / s - 0.5 * s;
    const isNear = s > 0 && near > NEAR_MIN;
    totals[i] = isNear ? s : NONE;
    nears[left] = near;
    active[left] = i;
    left += isNear ? 1 : 0;
  }
  for (let j = 0; j < left; j++) {
    const near = nears[j] as number;
    bells[j] = exp(-0.5 * near * near);
  }
  return left;
}

/** The scaled price of each listed option as scaledPrice has it, for those that are not narrow. */
function scaleBroad(count: number): void {
  for (let j = 0; j < count; j++) {
    const s = totals[active[j] as number] as number;
    const far = (distances[active[j] as number] as number) / s + 0.5 * s;
    scaleds[j] = far < MILLS_LAST ? millsRatio(nears[j] as number) - millsRatio(far) : NONE;
  }
}

/** The scaled price of narrow ones, by the slope of the Mills ratio; returns how many it leaves. */
function scaleNarrow(count: number): number {
  let others = 0;
  for (let j = 0; j < count; j++) {
    const s = totals[active[j] as number] as number;
    const a = (distances[active[j] as number] as number) / s;
    if (0.5 * s < NARROW && a < FAR) {
      scaleds[j] = s * millsSlope(a, 0.5 * s);
    } else if (scaleds[j] === NONE || (nears[j] as number) >= FAR) {
      scaleds[j] = NONE;
      others += 1;
    }
  }
  return others;
}

/** The listed options far from the money, one by one. */
function scaleOthers(count: number): void {
  for (let j = 0; j < count; j++) {
    if (scaleds[j] !== NONE) continue;
    registers[X] = distances[active[j] as number] as number;
    registers[S] = totals[active[j] as number] as number;
    takeScaledPrice();
    scaleds[j] = registers[VALUE] as number;
  }
}

/** Moves each listed option; keeps in the list those that need another step. */
function move(count: number): number {
  let left = 0;
  for (let j = 0; j < count; j++) {
    const i = active[j] as number;
    const s = totals[i] as number;
    const scaled = scaleds[j] as number;
    const by = quickMove(
      shares[i] as number,
      distances[i] as number,
      s,
      scaled,
      bells[j] as number,
    );
    const moved = s + by;
    totals[i] = moved;
    active[left] = i;
    left += isSettled(by, moved) ? 0 : 1;
  }
  return left;
}

/**
 * The first guess from a place in the table, right to about 1e-5, or -1 outside the ordinary
 * range.
 */
function quickGuess(at: number, x: number): number {
  if (!(at >= 1 && at < COUNT - 3)) {
    return -1;
  }
  const i = at | 0;
  const u = at - i;
  const p0 = DISTANCES[i - 1] as number;
  const p1 = DISTANCES[i] as number;
  const p2 = DISTANCES[i + 1] as number;
  const p3 = DISTANCES[i + 2] as number;
  // The cubic through four nodes, by Newton's forward differences.
  const d1 = p1 - p0;
  const d2 = p2 - 2 * p1 + p0;
  const d3 = p3 - 3 * (p2 - p1) - p0;
  const v = u + 1;
  const distance = p0 + v * (d1 + (v - 1) * (0.5 * d2 + ((v - 2) * d3) / 6));
  const normal = x / distance;
  if (!(normal < TOTAL_MAX)) {
    return -1;
  }
  const t = (normal * normal) / 24;
  const g = normal * (1 + t * (1 + t * (2.1 + 5.2 * t)));
  const xx = x * x;
  return g * (1 - g * g * xx * (1 / 2880 - 4.6e-6 * xx));
}

/** The fourth-order step from s, whose price is scaled times bell. */
function quickMove(price: number, x: number, s: number, scaled: number, bell: number): number {
  const a = x / s;
  const value = scaled * bell;
  const off = (price - value) / value;
  const gap =
    off < 0.01 && off > -0.01
      ? off * (1 - off * (0.5 - off * (1 / 3 - off * (0.25 - off * 0.2))))
      : logRatio(price, value);
  const rate = INVERSE_SQRT_2PI / scaled;
  const newton = gap / rate;
  const second = (a * a) / s - 0.25 * s;
  const halley = second - rate;
  const third = second * second - 3 * (a / s) * (a / s) - 0.25 + rate * (2 * rate - 3 * second);
  return (newton * (1 + 0.5 * halley * newton)) / (1 + newton * (halley + (third * newton) / 6));
}

/** Whether the step that led to s was the last one needed. */
function isSettled(move: number, s: number): boolean {
  return move < STEP_MAX * s && move > -STEP_MAX * s;
}

/** Solves phi(a) / a - N(-a) = e^-l for a at every node, by Newton's method on logarithms. */
function makeDistances(): Float64Array {
  const distances = new Float64Array(COUNT);
  let a = 4e-4;
  for (let i = 0; i < COUNT; i++) {
    const target = FIRST + i / PER_UNIT;
    for (let step = 0; step < 40; step++) {
      const rest = INVERSE_SQRT_2PI / a - millsRatio(a);
      const error = log(rest) - 0.5 * a * a + target;
      const next = a + (error * rest * a * a) / INVERSE_SQRT_2PI;
      const moved = next > 2 * a ? 2 * a : next < 0.5 * a ? 0.5 * a : next;
      const settled = Math.abs(moved - a) < 1e-12 * a;
      a = moved;
      if (settled) {
        break;
      }
    }
    distances[i] = a;
  }
  return distances;
}
