/** Every elementary function against a committed table of fifty-digit values, and its edges. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as std from './index.ts';
import { ulpError } from './testing/ulp.ts';

type Case = readonly [number, string] | readonly [number, number, string];
type Table = {
  readonly functions: readonly {
    readonly name: string;
    readonly ulpMax: number;
    readonly cases: readonly Case[];
  }[];
};

const path = new URL('../../../testdata/pricing/elementary.json', import.meta.url);
const table = JSON.parse(readFileSync(path, 'utf8')) as Table;
const functions = std as unknown as Record<string, (...inputs: number[]) => number>;

test.each(table.functions)('$name is within $ulpMax ulp of fifty digits', (entry) => {
  const compute = functions[entry.name] as (...inputs: number[]) => number;
  let worst = 0;
  let where = '';
  for (const row of entry.cases) {
    const inputs = row.slice(0, -1) as number[];
    const error = ulpError(compute(...inputs), row[row.length - 1] as string);
    if (error > worst) {
      worst = error;
      where = `${entry.name}(${inputs.join(', ')})`;
    }
  }
  expect(worst, where).toBeLessThanOrEqual(entry.ulpMax);
});

test('the measure of ulp itself: a neighbour is one unit away, a tie half', () => {
  expect(ulpError(1, '1')).toBe(0);
  expect(ulpError(1 + Number.EPSILON, '1')).toBe(1);
  expect(ulpError(0.1, '0.1')).toBeLessThan(0.5);
  expect(ulpError(5e-324, '5e-324')).toBeLessThan(0.5);
});

test('edges follow the limits', () => {
  const { exp, expm1, log, log1p, erf, erfc, erfcx, normCdf, normCdfInverse, normPdf } = std;
  expect([exp(-Infinity), exp(-746), exp(710), exp(Infinity), exp(0)]).toEqual([
    0,
    0,
    Infinity,
    Infinity,
    1,
  ]);
  expect(exp(-745)).toBe(5e-324);
  expect(exp(NaN)).toBeNaN();
  expect([expm1(-Infinity), expm1(Infinity), expm1(-0)]).toEqual([-1, Infinity, -0]);
  expect([log(0), log(1), log(Infinity), log(5e-324)]).toEqual([
    -Infinity,
    0,
    Infinity,
    -744.4400719213812,
  ]);
  expect(log(1.7e308)).toBeCloseTo(709.7268368932282, 9);
  expect(log(-1)).toBeNaN();
  expect([log1p(-1), log1p(0), log1p(-0), log1p(Infinity)]).toEqual([-Infinity, 0, -0, Infinity]);
  expect([erf(Infinity), erf(-Infinity), erf(0)]).toEqual([1, -1, 0]);
  expect([erfc(Infinity), erfc(-Infinity), erfc(0)]).toEqual([0, 2, 1]);
  expect([erfcx(Infinity), erfcx(-Infinity), erfcx(0)]).toEqual([0, Infinity, 1]);
  expect([normCdf(-Infinity), normCdf(0), normCdf(Infinity)]).toEqual([0, 0.5, 1]);
  expect([normCdfInverse(0), normCdfInverse(0.5), normCdfInverse(1)]).toEqual([
    -Infinity,
    0,
    Infinity,
  ]);
  expect([normPdf(Infinity), normPdf(-Infinity)]).toEqual([0, 0]);
  for (const f of [log, log1p, expm1, erf, erfc, erfcx, normCdf, normCdfInverse, normPdf]) {
    expect(f(NaN), f.name).toBeNaN();
  }
  expect(normCdfInverse(5e-324)).toBeCloseTo(-38.46740561714434, 13);
  expect(normCdfInverse(1e-310)).toBeCloseTo(-37.663060331949524, 13);
  expect(normCdfInverse(1.5)).toBeNaN();
  expect(normCdfInverse(-0.1)).toBeNaN();
});

test('pow has the special cases of the language', () => {
  const values = [-Infinity, -3, -2, -1, -0.5, -0, 0, 0.5, 1, 2, 3, Infinity, NaN];
  for (const x of values) {
    for (const y of values) {
      const expected = Math.pow(x, y);
      const got = std.pow(x, y);
      if (Number.isFinite(expected) && expected !== 0) {
        expect(got / expected, `${x} to ${y}`).toBeCloseTo(1, 15);
      } else {
        expect(got, `${x} to ${y}`).toBe(expected);
      }
    }
  }
  expect(std.pow(10, 308)).toBe(1e308);
  expect(std.pow(2, -1074)).toBe(5e-324);
});

test('angles have the special cases of the language', () => {
  const values = [-Infinity, -2, -0, 0, 2, Infinity];
  for (const y of values) {
    expect(std.atan(y)).toBeCloseTo(Math.atan(y), 15);
    for (const x of values) {
      const got = std.atan2(y, x);
      expect(got, `atan2(${y}, ${x})`).toBeCloseTo(Math.atan2(y, x), 15);
      expect(Object.is(got, -0), `sign of atan2(${y}, ${x})`).toBe(Object.is(Math.atan2(y, x), -0));
    }
  }
  for (const f of [std.sin, std.cos, std.tan]) {
    expect(f(Infinity)).toBeNaN();
    expect(f(NaN)).toBeNaN();
  }
  expect(std.sin(1e300)).toBeCloseTo(Math.sin(1e300), 15);
  expect(Object.is(std.sin(-0), -0)).toBe(true);
});

test('the bits of a fixed sweep never change, on any engine', () => {
  const random = std.createRandom('elementary sweep');
  const word = new Float64Array(1);
  const halves = new Uint32Array(word.buffer);
  let hash = 0x811c9dc5;
  for (let i = 0; i < 4000; i++) {
    const x = random.nextNormal() * 3;
    const positive = std.exp(x);
    for (const value of [
      positive,
      std.expm1(x),
      std.log(positive),
      std.log1p(positive),
      std.pow(positive, x),
      std.erf(x),
      std.erfc(x),
      std.erfcx(positive),
      std.normCdf(x),
      std.normPdf(x),
      std.normCdfInverse(random.nextFloat()),
      std.sin(10 * x),
      std.cos(10 * x),
      std.atan(x),
      std.tanh(x),
      random.nextExponential(),
    ]) {
      word[0] = value;
      hash = Math.imul(hash ^ (halves[0] as number), 0x01000193);
      hash = Math.imul(hash ^ (halves[1] as number), 0x01000193);
    }
  }
  expect((hash >>> 0).toString(16)).toBe('4086c58f');
});
