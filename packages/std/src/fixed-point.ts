/**
 * Fixed-point arithmetic on bigint, used once at load to make the tables of the elementary
 * functions and in tests as their reference. A value v stands for v / 2^bits; every function keeps
 * guard bits of its own, so that its result is right to a few units of the last place.
 */

import { assert } from './assert.ts';
import { powerOfTwo, TWO_53 } from './float-bits.ts';

const GUARD_BITS = 32;

/** The fixed-point value of a finite double, exact when the bits suffice, else truncated. */
export function fixedOf(value: number, bits: number): bigint {
  let mantissa = value;
  let exponent = 0;
  assert(value * 0 === 0, `not finite: ${value}`);
  while (!Number.isSafeInteger(mantissa)) {
    if (Math.abs(mantissa) > TWO_53) {
      mantissa /= 2;
      exponent++;
    } else {
      mantissa *= 2;
      exponent--;
    }
  }
  const shift = BigInt(exponent + bits);
  return shift >= 0n ? BigInt(mantissa) << shift : BigInt(mantissa) >> -shift;
}

/** The nearest double of a fixed-point value, ties to even; not for subnormal results. */
export function doubleOf(fixed: bigint, bits: number): number {
  if (bits > 900) {
    return doubleOf(fixed >> BigInt(bits - 900), 900);
  }
  // Number() rounds to nearest; the power of two is exact.
  return Number(fixed) * powerOfTwo(-bits);
}

/** ln 2 by the series of atanh(1/3). */
export function fixedLn2(bits: number): bigint {
  const kept = keptLn2.get(bits);
  if (kept !== undefined) {
    return kept;
  }
  const value = 2n * fixedAtanh(1n, 3n, bits);
  keptLn2.set(bits, value);
  return value;
}

const keptLn2 = new Map<number, bigint>();

/** The inverse hyperbolic tangent of a ratio of integers of magnitude at most about a half. */
function fixedAtanh(numerator: bigint, denominator: bigint, bits: number): bigint {
  const guarded = BigInt(bits + GUARD_BITS);
  let power = (numerator << guarded) / denominator;
  const n2 = numerator * numerator;
  const d2 = denominator * denominator;
  let sum = 0n;
  for (let k = 1n; power !== 0n && power !== -1n; k += 2n) {
    sum += power / k;
    power = (power * n2) / d2;
  }
  return sum >> BigInt(GUARD_BITS);
}

/** The logarithm of a positive fixed-point value. */
export function fixedLog(value: bigint, bits: number): bigint {
  const one = 1n << BigInt(bits);
  let exponent = 0;
  let mantissa = value;
  while (mantissa * 4n > one * 6n) {
    mantissa >>= 1n;
    exponent++;
  }
  // Scaling the ratio instead of the value keeps every bit of it.
  const scale = 1n << BigInt(exponent);
  let up = 0n;
  while ((value << up) * 4n < one * 3n) {
    up++;
  }
  const numerator = (value << up) - one * scale;
  const denominator = (value << up) + one * scale;
  const tail = 2n * fixedAtanh(numerator, denominator, bits);
  return tail + ((BigInt(exponent) - up) * fixedLn2(bits + 16)) / (1n << 16n);
}

/**
 * The exponential of a fixed-point value; a negative argument loses relative, not absolute, bits.
 */
export function fixedExp(value: bigint, bits: number): bigint {
  const guarded = bits + GUARD_BITS + 16;
  const shift = BigInt(guarded);
  const wide = value << BigInt(guarded - bits);
  const ln2 = fixedLn2(guarded + 32);
  let exponent = (wide << 32n) / ln2;
  if (wide < 0n) {
    exponent -= 1n;
  }
  const halvings = 8n;
  const rest = (wide - ((exponent * ln2) >> 32n)) >> halvings;
  let term = 1n << shift;
  let sum = 0n;
  for (let n = 1n; term !== 0n; n++) {
    sum += term;
    term = ((term * rest) >> shift) / n;
  }
  for (let i = 0n; i < halvings; i++) {
    sum = (sum * sum) >> shift;
  }
  const extra = BigInt(guarded - bits);
  const scaled = exponent >= 0n ? sum << exponent : sum >> -exponent;
  return scaled >> extra;
}

/** The integer square root, rounded down, by Newton's iteration. */
export function integerSqrt(value: bigint): bigint {
  if (value < 2n) {
    return value;
  }
  let root = 1n << BigInt((value.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) {
      return root;
    }
    root = next;
  }
}

/** Pi by Machin's formula 16 atan(1/5) - 4 atan(1/239). */
export function fixedPi(bits: number): bigint {
  return (
    (16n * fixedAtanInverse(5n, bits + 8)) / 256n - (4n * fixedAtanInverse(239n, bits + 8)) / 256n
  );
}

function fixedAtanInverse(denominator: bigint, bits: number): bigint {
  let power = (1n << BigInt(bits + GUARD_BITS)) / denominator;
  const square = denominator * denominator;
  let sum = 0n;
  let sign = 1n;
  for (let k = 1n; power !== 0n; k += 2n) {
    sum += (sign * power) / k;
    power /= square;
    sign = -sign;
  }
  return sum >> BigInt(GUARD_BITS);
}

/** The inverse tangent of a ratio of integers between 0 and 1. */
export function fixedAtan(numerator: bigint, denominator: bigint, bits: number): bigint {
  if (2n * numerator > denominator) {
    const rest = fixedAtan(denominator - numerator, denominator + numerator, bits);
    return fixedPi(bits) / 4n - rest;
  }
  const n2 = numerator * numerator;
  const d2 = denominator * denominator;
  let power = (numerator << BigInt(bits + GUARD_BITS)) / denominator;
  let sum = 0n;
  let sign = 1n;
  for (let k = 1n; power !== 0n; k += 2n) {
    sum += (sign * power) / k;
    power = (power * n2) / d2;
    sign = -sign;
  }
  return sum >> BigInt(GUARD_BITS);
}
