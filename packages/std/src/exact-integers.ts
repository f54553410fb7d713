/**
 * Exact arithmetic on safe integers held in doubles: money, ticks and lots. A result that would
 * leave the safe range, or an input that is not a safe integer, is a broken invariant and asserts.
 * Every division names its rounding. `bigint` is used only where a product leaves 2^53.
 */
import { AssertionError } from './assert.ts';

const LARGEST = Number.MAX_SAFE_INTEGER;

function checked(value: number): number {
  if (!Number.isSafeInteger(value)) {
    throw new AssertionError(`not a safe integer: ${value}`);
  }
  return value + 0;
}

function checkedBigint(value: bigint): number {
  return checked(Number(value));
}

/** a + b, exact. */
export function addSafe(a: number, b: number): number {
  return checked(checked(a) + checked(b));
}

/** a - b, exact. */
export function subSafe(a: number, b: number): number {
  return checked(checked(a) - checked(b));
}

/** a * b, exact. */
export function mulSafe(a: number, b: number): number {
  return checked(checked(a) * checked(b));
}

/** The quotient a / b rounded down (towards minus infinity), exact; b is not zero. */
export function divFloor(a: number, b: number): number {
  checkDivisor(b);
  // The rounded quotient of two safe integers reaches an integer only if the true one does: the
  // true one is at least 1/|b| away from it, which is more than half the spacing of doubles there.
  return checked(Math.floor(checked(a) / b));
}

/** The quotient a / b rounded up (towards plus infinity), exact; b is not zero. */
export function divCeil(a: number, b: number): number {
  checkDivisor(b);
  return checked(Math.ceil(checked(a) / b));
}

/** The quotient a / b rounded towards zero, exact; b is not zero. */
export function divTrunc(a: number, b: number): number {
  checkDivisor(b);
  return checked(Math.trunc(checked(a) / b));
}

/** The quotient a / b rounded to the nearest integer, ties to even, exact; b is not zero. */
export function divHalfEven(a: number, b: number): number {
  checkDivisor(b);
  checked(a);
  const dividend = Math.abs(a);
  const divisor = Math.abs(b);
  const quotient = Math.floor(dividend / divisor);
  const remainder = dividend - quotient * divisor;
  const rest = divisor - remainder;
  const up = remainder > rest || (remainder === rest && quotient % 2 === 1);
  const magnitude = up ? quotient + 1 : quotient;
  return checked(a < 0 !== b < 0 ? -magnitude : magnitude);
}

/** a * b / c rounded down, exact whatever the size of the product; c is not zero. */
export function mulDivFloor(a: number, b: number, c: number): number {
  const product = checked(a) * checked(b);
  if (Math.abs(product) <= LARGEST) {
    return divFloor(product + 0, c);
  }
  checkDivisor(c);
  const { quotient, remainder } = wideQuotient(a, b, c);
  const negative = product < 0 !== c < 0;
  return checkedBigint(negative ? (remainder > 0n ? -quotient - 1n : -quotient) : quotient);
}

/** a * b / c rounded up, exact whatever the size of the product; c is not zero. */
export function mulDivCeil(a: number, b: number, c: number): number {
  const product = checked(a) * checked(b);
  if (Math.abs(product) <= LARGEST) {
    return divCeil(product + 0, c);
  }
  checkDivisor(c);
  const { quotient, remainder } = wideQuotient(a, b, c);
  const negative = product < 0 !== c < 0;
  return checkedBigint(negative ? -quotient : remainder > 0n ? quotient + 1n : quotient);
}

/** a * b / c rounded towards zero, exact whatever the size of the product; c is not zero. */
export function mulDivTrunc(a: number, b: number, c: number): number {
  const product = checked(a) * checked(b);
  if (Math.abs(product) <= LARGEST) {
    return divTrunc(product + 0, c);
  }
  checkDivisor(c);
  const { quotient } = wideQuotient(a, b, c);
  return checkedBigint(product < 0 !== c < 0 ? -quotient : quotient);
}

/** a * b / c rounded to nearest, ties to even, exact whatever the product; c is not zero. */
export function mulDivHalfEven(a: number, b: number, c: number): number {
  const product = checked(a) * checked(b);
  if (Math.abs(product) <= LARGEST) {
    return divHalfEven(product + 0, c);
  }
  checkDivisor(c);
  const { quotient, remainder, divisor } = wideQuotient(a, b, c);
  const twice = remainder * 2n;
  const up = twice > divisor || (twice === divisor && quotient % 2n === 1n);
  const magnitude = up ? quotient + 1n : quotient;
  return checkedBigint(product < 0 !== c < 0 ? -magnitude : magnitude);
}

/** The greatest common divisor, never negative; gcd(0, 0) is 0. */
export function gcd(a: number, b: number): number {
  let x = Math.abs(checked(a));
  let y = Math.abs(checked(b));
  while (y !== 0) {
    const rest = x % y;
    x = y;
    y = rest;
  }
  return x;
}

function checkDivisor(divisor: number): void {
  if (!Number.isSafeInteger(divisor) || divisor === 0) {
    throw new AssertionError(`not a safe divisor: ${divisor}`);
  }
}

/** Magnitudes of the quotient and remainder of a * b / c, where the product leaves 2^53. */
function wideQuotient(
  a: number,
  b: number,
  c: number,
): { quotient: bigint; remainder: bigint; divisor: bigint } {
  const product = BigInt(Math.abs(a)) * BigInt(Math.abs(b));
  const divisor = BigInt(Math.abs(c));
  return { quotient: product / divisor, remainder: product % divisor, divisor };
}
