/** Implied volatilities of a batch are those of one option at a time, bit for bit. */
import { createRandom } from '@openstrike/std';
import { expect, test } from 'vitest';
import { black76, impliedBlack76, impliedBlack76Batch } from './index.ts';

const COUNT = 100_000;

function makeBatch(seed: string, spread: number) {
  const random = createRandom(seed);
  const array = (): Float64Array => new Float64Array(COUNT);
  const inputs = { price: array(), forward: array(), strike: array(), timeYears: array() };
  const batch = { ...inputs, sign: new Int8Array(COUNT) };
  for (let i = 0; i < COUNT; i++) {
    const volatility = Math.exp(-1 + spread * random.nextNormal());
    const years = Math.exp(-2 + 2 * spread * random.nextNormal());
    const far = 3 * spread * random.nextNormal() * volatility * Math.sqrt(years);
    const strike = 100 * Math.exp(Math.max(-300, Math.min(300, far)));
    const sign = random.nextFloat() < 0.5 ? 1 : -1;
    const noise = random.nextFloat() < 0.1 ? random.nextNormal() : 0;
    batch.forward[i] = 100;
    batch.strike[i] = strike;
    batch.timeYears[i] = years;
    batch.sign[i] = sign;
    batch.price[i] = black76(100, strike, years, volatility, sign) * (1 + noise);
  }
  return batch;
}

function checkAll(batch: ReturnType<typeof makeBatch>, count: number): void {
  const out = new Float64Array(count);
  impliedBlack76Batch(batch, out, count);
  for (let i = 0; i < count; i++) {
    const price = batch.price[i] as number;
    const forward = batch.forward[i] as number;
    const strike = batch.strike[i] as number;
    const years = batch.timeYears[i] as number;
    const sign = batch.sign[i] as number;
    const expected = impliedBlack76(price, forward, strike, years, sign);
    if (!Object.is(out[i], expected)) {
      expect(out[i], [price, forward, strike, years, sign].join(' ')).toBe(expected);
    }
  }
}

test.each([0.3, 1, 2])('random prices, some of them beyond the bounds, spread %d', (spread) => {
  checkAll(makeBatch(`implied ${spread}`, spread), COUNT);
});

test('edges of every input', () => {
  const edges = [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 5e-324, 1e-281, 1e-9, 1, 100, 1e300];
  const batch = makeBatch('edges', 1);
  let count = 0;
  for (const price of edges) {
    for (const forward of edges) {
      for (const strike of [...edges, 100.0000001]) {
        for (const years of edges) {
          batch.price[count] = price;
          batch.forward[count] = forward;
          batch.strike[count] = strike;
          batch.timeYears[count] = years;
          count++;
        }
      }
    }
  }
  checkAll(batch, count);
});
