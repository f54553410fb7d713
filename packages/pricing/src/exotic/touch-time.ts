/**
 * The discounted time of the first touch of one barrier or either of two: E[e^(-rT'); T' <= T],
 * what a rebate or a touch paid at the hit is worth per unit. In closed form where the discounted
 * touch has real powers, else (a rate far below zero) by an integral over survival.
 * Source: Reiner and Rubinstein (1991), Unscrambling the Binary Code, case of payment at hit;
 * for two barriers the same powers over a corridor, after Geman and Yor (1996).
 */
import { exp, expm1 } from '@openstrike/std';
import { gaussLegendre } from '../numeric/gauss-legendre.ts';
import {
  corridorPower,
  freePower,
  type LogPath,
  reflectedPower,
  scaledNormCdf,
} from './killed-expectation.ts';

/** The least square of a power times the width: below it two powers would be one. */
const SMALLEST_ROOT = 1e-12;
const { nodes: NODES, weights: WEIGHTS } = gaussLegendre(20);

/** The probability that a path starting beside the barrier does not touch it. */
export function survivalOfOne(path: LogPath, barrier: number): number {
  const above = path.start > barrier;
  const low = above ? barrier : Number.NEGATIVE_INFINITY;
  const high = above ? Number.POSITIVE_INFINITY : barrier;
  const alive = freePower(path, 0, low, high) - reflectedPower(path, barrier, 0, low, high);
  return Math.max(0, alive);
}

/** The probability that a path stays between two barriers. */
export function survivalBetween(path: LogPath, floor: number, ceiling: number): number {
  return corridorPower(path, { floor, ceiling, p: 0, low: floor, high: ceiling });
}

/** E[e^(-r T'); T' <= T] of the first touch of one barrier; rateTime is r T. */
export function discountedTouch(path: LogPath, barrier: number, rateTime: number): number {
  const { start, drift, deviation } = path;
  const gap = barrier - start;
  const square = deviation * deviation;
  const tilt = drift / square;
  const inside = tilt * tilt + (2 * rateTime) / square;
  if (inside < 0) {
    const nearest = Math.abs(gap);
    return integrateChance(path, rateTime, nearest, (part) => 1 - survivalOfOne(part, barrier));
  }
  const root = Math.sqrt(inside);
  const side = gap > 0 ? -1 : 1;
  const z = gap / deviation;
  return (
    scaledNormCdf((tilt + root) * gap, side * (z + root * deviation)) +
    scaledNormCdf((tilt - root) * gap, side * (z - root * deviation))
  );
}

/** Which of two barriers must be the first to be touched. */
export type ExitSide = 'either' | 'lower' | 'upper';

/** The probability that the first of two barriers touched, by the end, is the one of the side. */
export function exitChance(path: LogPath, floor: number, ceiling: number, side: ExitSide): number {
  return side === 'either'
    ? Math.max(0, 1 - survivalBetween(path, floor, ceiling))
    : exitByPowers(path, floor, ceiling, 0, side);
}

/** E[e^(-r T'); T' <= T] of the first touch of either barrier, where it is the one of the side. */
export function discountedExit(
  path: LogPath,
  floor: number,
  ceiling: number,
  rateTime: number,
  side: ExitSide,
): number {
  const { start, drift, deviation } = path;
  const square = deviation * deviation;
  const tilt = drift / square;
  const width = ceiling - floor;
  if (tilt * tilt + (2 * rateTime) / square < -SMALLEST_ROOT / (width * width)) {
    const nearest = Math.min(start - floor, ceiling - start);
    return integrateChance(path, rateTime, nearest, (part) =>
      exitChance(part, floor, ceiling, side),
    );
  }
  return exitByPowers(path, floor, ceiling, rateTime, side);
}

/**
 * Without an end the touch is worth a sum of two powers of the price that takes the paid values at
 * both barriers; an end takes away what paths still inside are worth then. Each power is written
 * from the barrier where it is largest, so that its exponent stays at or below 0.
 */
function exitByPowers(
  path: LogPath,
  floor: number,
  ceiling: number,
  rateTime: number,
  side: ExitSide,
): number {
  const { start, drift, deviation } = path;
  const square = deviation * deviation;
  const tilt = drift / square;
  const width = ceiling - floor;
  const least = SMALLEST_ROOT / (width * width);
  const inside = Math.max(tilt * tilt + (2 * rateTime) / square, least);
  const root = Math.sqrt(inside);
  const gap = inside > least ? (2 * rateTime) / square : inside - tilt * tilt;
  const rising = tilt > 0 ? gap / (root + tilt) : root - tilt;
  const falling = tilt < 0 ? gap / (root - tilt) : root + tilt;
  const twice = 2 * root * width;
  const per = 1 / -expm1(-twice);
  const corridor = { floor, ceiling, low: floor, high: ceiling };
  // e^(p (x - from) - less) now, less its discounted expectation at the end.
  const worth = (p: number, from: number, less: number): number =>
    exp(p * (start - from) - less) -
    corridorPower(path, { ...corridor, p, offset: -p * from - less - rateTime });
  let value = 0;
  if (side !== 'upper') {
    value += worth(-falling, floor, 0) - worth(rising, floor, twice);
  }
  if (side !== 'lower') {
    value += worth(rising, ceiling, 0) - worth(-falling, ceiling, twice);
  }
  return Math.min(Math.max(per * value, 0), Math.max(1, exp(-rateTime)));
}

/**
 * e^(-rT) F(T) + r times the integral of e^(-rt) F(t), F the chance of a touch by t, over spans of
 * time that shorten towards now until no path has reached a barrier.
 */
function integrateChance(
  path: LogPath,
  rateTime: number,
  nearest: number,
  chance: (part: LogPath) => number,
): number {
  const partOf = (share: number): LogPath => ({
    start: path.start,
    drift: path.drift * share,
    deviation: path.deviation * Math.sqrt(share),
  });
  const first = (nearest * nearest) / (90 * path.deviation * path.deviation);
  let sum = 0;
  let end = 1;
  while (end > first && end > 1e-30) {
    const begin = 0.5 * end;
    for (let i = 0; i < NODES.length; i++) {
      const share = begin + 0.5 * (end - begin) * (1 + (NODES[i] as number));
      const weight = 0.5 * (end - begin) * (WEIGHTS[i] as number);
      sum += weight * exp(-rateTime * share) * chance(partOf(share));
    }
    end = begin;
  }
  return Math.max(0, exp(-rateTime) * chance(path) + rateTime * sum);
}
