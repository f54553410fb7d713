import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  advanceBasis,
  basisTimeUs,
  createPerpetualBasis,
  fairPrice,
  impactTicks,
} from './perpetual-basis.ts';

describe('perpetual basis', () => {
  test('the first mark takes the fair price, within bounds', () => {
    expect(advanceBasis(createPerpetualBasis(), 100_100, 100_000, 0.005, 1)).toBe(100_100);
    expect(advanceBasis(createPerpetualBasis(), 110_000, 100_000, 0.005, 1)).toBe(100_500);
    expect(advanceBasis(createPerpetualBasis(), 90_000, 100_000, 0.005, 1)).toBe(99_500);
  });

  test('afterwards it follows with a time constant of thirty seconds', () => {
    const basis = { usd: 0, atUs: 1 };
    const mark = advanceBasis(basis, 100_100, 100_000, 0.005, 1 + basisTimeUs);
    expect(mark).toBeCloseTo(100_000 + 100 * (1 - Math.exp(-1)), 9);
    advanceBasis(basis, 100_100, 100_000, 0.005, 1 + 100 * basisTimeUs);
    expect(basis.usd).toBeCloseTo(100, 9);
  });

  test('many small steps are one large one, and the bound always holds', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 5_000_000 }), { minLength: 1, maxLength: 20 }),
        fc.double({ min: 90_000, max: 110_000, noNaN: true }),
        fc.double({ min: -400, max: 400, noNaN: true }),
        (gaps, fair, start) => {
          const stepped = { usd: start, atUs: 1 };
          const once = { usd: start, atUs: 1 };
          let nowUs = 1;
          for (const gap of gaps) {
            nowUs += gap;
            advanceBasis(stepped, fair, 100_000, 0.005, nowUs);
            expect(Math.abs(stepped.usd)).toBeLessThanOrEqual(500);
          }
          advanceBasis(once, fair, 100_000, 0.005, nowUs);
          expect(stepped.usd).toBeCloseTo(once.usd, 8);
        },
      ),
    );
  });

  test('impact prices average over depth, within a thousandth of the best', () => {
    expect(impactTicks([], [], 0, 10, 'bid')).toBe(0);
    expect(impactTicks([200_000], [50], 1, 10, 'bid')).toBe(200_000);
    expect(impactTicks([200_000, 199_900], [5, 50], 2, 10, 'bid')).toBe(199_950);
    expect(impactTicks([200_000, 100_000], [5, 50], 2, 10, 'bid')).toBe(199_800);
    expect(impactTicks([200_000, 200_100], [5, 50], 2, 10, 'ask')).toBe(200_050);
    expect(impactTicks([200_000], [5], 1, 10, 'ask')).toBeCloseTo(200_200, 6);
  });

  test('one side bounds the fair price, none leaves the index', () => {
    expect(fairPrice(99, 101, 500)).toBe(100);
    expect(fairPrice(0, 0, 500)).toBe(500);
    expect(fairPrice(510, 0, 500)).toBe(510);
    expect(fairPrice(490, 0, 500)).toBe(500);
    expect(fairPrice(0, 490, 500)).toBe(490);
    expect(fairPrice(0, 510, 500)).toBe(500);
  });
});
