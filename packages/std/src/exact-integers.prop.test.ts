/** Exact integer arithmetic against bigint, over all signs and sizes up to 2^53 - 1. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  addSafe,
  divCeil,
  divFloor,
  divHalfEven,
  divTrunc,
  gcd,
  mulDivCeil,
  mulDivFloor,
  mulDivHalfEven,
  mulDivTrunc,
  mulSafe,
  subSafe,
} from './exact-integers.ts';

const LARGEST = BigInt(Number.MAX_SAFE_INTEGER);
const near = fc
  .tuple(fc.nat(53), fc.integer({ min: -3, max: 3 }), fc.boolean())
  .map(([power, off, negative]) => {
    const size = Math.min(Math.max(2 ** power + off, 0), Number.MAX_SAFE_INTEGER);
    return negative ? 0 - size : size;
  });
const safe = fc
  .oneof(fc.integer({ min: -20, max: 20 }), fc.maxSafeInteger(), near)
  .map((value) => value + 0);
const divisor = safe.filter((value) => value !== 0);

function floor(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
}
const rounded = {
  floor,
  ceil: (a: bigint, b: bigint): bigint => -floor(-a, b),
  trunc: (a: bigint, b: bigint): bigint => a / b,
  halfEven: (a: bigint, b: bigint): bigint => {
    const low = floor(a, b);
    const twice = 2n * (a - low * b);
    const size = b < 0n ? -b : b;
    const rest = twice < 0n ? -twice : twice;
    return rest > size || (rest === size && low % 2n !== 0n) ? low + 1n : low;
  },
};

function agrees(run: () => number, expected: bigint): void {
  if (expected > LARGEST || expected < -LARGEST) {
    expect(run).toThrow(/safe/);
  } else {
    expect(run()).toBe(Number(expected));
  }
}

test.each([
  ['floor', mulDivFloor, divFloor],
  ['ceil', mulDivCeil, divCeil],
  ['trunc', mulDivTrunc, divTrunc],
  ['halfEven', mulDivHalfEven, divHalfEven],
] as const)('products over divisors round by %s', (name, mulDiv, divide) => {
  fc.assert(
    fc.property(safe, safe, divisor, (a, b, c) => {
      const exact = BigInt(a) * BigInt(b);
      agrees(() => mulDiv(a, b, c), rounded[name](exact, BigInt(c)));
      agrees(() => divide(a, c), rounded[name](BigInt(a), BigInt(c)));
    }),
    { numRuns: 4000 },
  );
});

test('sums, differences and products are exact or refused', () => {
  fc.assert(
    fc.property(safe, safe, (a, b) => {
      agrees(() => addSafe(a, b), BigInt(a) + BigInt(b));
      agrees(() => subSafe(a, b), BigInt(a) - BigInt(b));
      agrees(() => mulSafe(a, b), BigInt(a) * BigInt(b));
    }),
    { numRuns: 4000 },
  );
});

test('the greatest common divisor divides both and nothing greater does', () => {
  fc.assert(
    fc.property(safe, safe, (a, b) => {
      const divider = gcd(a, b);
      if (divider === 0) {
        expect([a, b]).toEqual([0, 0]);
      } else {
        expect([Math.abs(a % divider), Math.abs(b % divider)]).toEqual([0, 0]);
        expect(gcd(a / divider, b / divider)).toBe(1);
      }
    }),
  );
});

test('what is no safe integer is refused, and zero is never negative', () => {
  for (const bad of [NaN, Infinity, 0.5, 2 ** 53]) {
    expect(() => addSafe(bad, 1)).toThrow(/safe/);
    expect(() => mulDivFloor(1, 1, bad)).toThrow(/safe/);
  }
  expect(() => divFloor(1, 0)).toThrow(/divisor/);
  for (const zero of [divFloor(0, -5), divHalfEven(-1, 3), mulDivTrunc(-1, 1, 3), mulSafe(-1, 0)]) {
    expect(Object.is(zero, 0)).toBe(true);
  }
});
