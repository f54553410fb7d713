// Funding rates and payments against published figures and by hand.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eightHourRate, fundingPayment, hourlyFundingRate } from './funding.ts';
import { readVectors } from './testing/vectors.ts';

interface FundingFile {
  readonly params: {
    readonly convergence_h: number;
    readonly static_rate: number;
    readonly cap_per_hour: number;
  };
  readonly cases: readonly {
    readonly index: number;
    readonly impact_bid: number;
    readonly impact_ask: number;
    readonly expected_hourly_rate?: number;
    readonly expected_payment_1h_short1?: number;
    readonly expected_payment_1h_long1?: number;
  }[];
}

const file = readVectors<FundingFile>('derive_perp_funding.json');

describe.skipIf(file === null)('published funding', () => {
  test.each((file?.cases ?? []).map((row) => [row.impact_bid, row.impact_ask, row] as const))(
    'impact prices %d and %d',
    (_, __, row) => {
      const { convergence_h: convergenceHours, static_rate: staticRate } = (file as FundingFile)
        .params;
      const capPerHour = (file as FundingFile).params.cap_per_hour;
      const rate = hourlyFundingRate(
        { convergenceHours, staticRate, capPerHour },
        row.index,
        row.impact_bid,
        row.impact_ask,
      );
      if (row.expected_hourly_rate === undefined) {
        expect(rate).toBeNull();
        return;
      }
      expect(rate).toBeCloseTo(row.expected_hourly_rate, 12);
      if (row.expected_payment_1h_short1 !== undefined) {
        const paid = fundingPayment(-1, row.index, rate as number, 1);
        expect(paid).toBeCloseTo(row.expected_payment_1h_short1, 10);
        expect(fundingPayment(1, row.index, rate as number, 1)).toBe(-paid);
      }
    },
  );
});

test('a premium within the dead band costs nothing, beyond it the rest', () => {
  expect(eightHourRate(0.0002)).toBe(0);
  expect(eightHourRate(-0.00025)).toBe(0);
  expect(eightHourRate(0.001)).toBeCloseTo(0.00075, 15);
  expect(eightHourRate(-0.001)).toBeCloseTo(-0.00075, 15);
  fc.assert(
    fc.property(fc.double({ min: -0.1, max: 0.1, noNaN: true }), (premium) => {
      expect(eightHourRate(-premium)).toBeCloseTo(-eightHourRate(premium), 15);
    }),
  );
});
