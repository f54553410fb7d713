/**
 * Volatilities and greeks that Deribit published beside its own marks, read from the folder in
 * OPENSTRIKE_VECTORS; skipped where there is none. Its prices and marks are not of one instant.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { black76Greeks, GREEK, GREEK_COUNT, impliedVolatility, signOf } from './index.ts';

type Case = {
  readonly id: string;
  readonly fn: 'impliedVol' | 'black';
  readonly in: {
    readonly type: 'call' | 'put';
    readonly F: number;
    readonly K: number;
    readonly T: number;
    readonly price: number;
    readonly sigma: number;
  };
  readonly out: {
    readonly sigma: number;
    readonly price: number;
    readonly delta: number;
    readonly vega: number;
  };
};

const folder = process.env.OPENSTRIKE_VECTORS;

test.skipIf(folder === undefined)('the figures of a published chain are met', () => {
  const text = readFileSync(join(folder as string, 'real_iv.json'), 'utf8');
  const { cases } = JSON.parse(text) as { readonly cases: readonly Case[] };
  const greeks = new Float64Array(GREEK_COUNT);
  const far: string[] = [];
  for (const { id, fn, in: given, out } of cases) {
    const { F: forward, K: strike, T: timeYears, type: optionType, price, sigma } = given;
    if (fn === 'impliedVol') {
      const found = impliedVolatility({ price, forward, strike, timeYears, optionType });
      if (!(found.ok && Math.abs(found.value - out.sigma) <= 1.5e-3)) far.push(id);
    } else {
      black76Greeks(forward, strike, timeYears, sigma, signOf(optionType), greeks);
      const of = (name: 'price' | 'delta' | 'vega'): number => greeks[GREEK[name]] as number;
      const near =
        Math.abs(of('price') / out.price - 1) <= 0.02 &&
        Math.abs(of('delta') - out.delta) <= 5e-3 &&
        Math.abs(of('vega') / out.vega - 1) <= 0.02;
      if (!near) far.push(id);
    }
  }
  expect(cases.length).toBeGreaterThan(200);
  expect(far).toEqual([]);
});
