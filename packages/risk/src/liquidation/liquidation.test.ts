// Published auctions and what slices and fees must hold whatever the account. The published figures
// are named by OPENSTRIKE_VECTORS; without it those tests are skipped.
import { recommendedLiquidation } from '@openstrike/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readVectors, wei } from '../testing/vectors.ts';
import {
  afterSlice,
  auctionDiscount,
  bufferedNet,
  insolventPrice,
  largestSlice,
  sliceBid,
  withdrawalsBlocked,
} from './auction.ts';
import {
  deleveragingRank,
  fillablePrice,
  legFee,
  liquidationPrice,
  shareLoss,
  sliceFee,
  stepHelps,
} from './slice.ts';
import { shareFor } from './waterfall.ts';

const { clock, buffer, fee: feeParameters } = recommendedLiquidation;

interface AuctionFile {
  readonly params: Readonly<
    Record<'start' | 'fast_cutoff' | 'fast_len_s' | 'slow_len_s' | 'buffer_pct', number>
  >;
  readonly cases: readonly {
    readonly id: string;
    readonly t_s: number;
    readonly mtm: number;
    readonly mm: number;
    readonly reserved_cash: number;
    readonly percent_wanted: number;
    readonly expected: Readonly<
      Record<
        | 'buffer_margin'
        | 'max_proportion'
        | 'bid_price'
        | 'percent_filled'
        | 'post_mtm'
        | 'post_mm'
        | 'post_bm',
        number
      >
    >;
  }[];
  readonly unit: readonly {
    readonly params?: AuctionFile['params'];
    readonly mtm?: number;
    readonly mm?: number;
    readonly t_s?: number;
    readonly expected?: {
      readonly bid_price_full: number;
      readonly max_proportion_trunc_1e3: number;
    };
  }[];
}

const clockOf = (params: AuctionFile['params']) => ({
  start: params.start,
  turn: params.fast_cutoff,
  firstSeconds: params.fast_len_s,
  secondSeconds: params.slow_len_s,
});

const auctions = readVectors<AuctionFile>('derive_dutch_auction.json');

describe.skipIf(auctions === null)('published auctions', () => {
  const { params, cases, unit } = auctions ?? ({} as AuctionFile);
  test.each((auctions === null ? [] : cases).map((row) => [row.id, row] as const))(
    '%s',
    (_, row) => {
      const account = {
        equity: row.mtm,
        maintenanceNet: row.mm,
        reservedCash: row.reserved_cash,
      };
      const discount = auctionDiscount(clockOf(params), row.t_s);
      const most = largestSlice(account, discount, params.buffer_pct);
      const share = Math.min(row.percent_wanted, most);
      const after = afterSlice(account, discount, share);
      const { expected } = row;
      expect(bufferedNet(account, params.buffer_pct)).toBeCloseTo(expected.buffer_margin, 6);
      expect(most).toBeCloseTo(expected.max_proportion, 9);
      expect(share).toBeCloseTo(expected.percent_filled, 9);
      expect(sliceBid(account, discount, share)).toBeCloseTo(expected.bid_price, 6);
      expect(after.equity).toBeCloseTo(expected.post_mtm, 6);
      expect(after.maintenanceNet).toBeCloseTo(expected.post_mm, 6);
      expect(bufferedNet(after, params.buffer_pct)).toBeCloseTo(expected.post_bm, 6);
      expect(
        stepHelps(
          { equity: account.equity, maintenance: account.equity - account.maintenanceNet },
          { equity: after.equity, maintenance: after.equity - after.maintenanceNet },
        ),
      ).toBe(true);
    },
  );

  test('half-way through the fast run', () => {
    const row = (auctions === null ? [] : unit).find(({ params: own }) => own !== undefined);
    if (row?.params === undefined || row.expected === undefined) return;
    const account = {
      equity: row.mtm as number,
      maintenanceNet: row.mm as number,
      reservedCash: 0,
    };
    const discount = auctionDiscount(clockOf(row.params), row.t_s as number);
    expect(sliceBid(account, discount, 1)).toBeCloseTo(row.expected.bid_price_full, 9);
    const most = largestSlice(account, discount, row.params.buffer_pct);
    expect(Math.trunc(most * 1000)).toBe(row.expected.max_proportion_trunc_1e3);
  });
});

interface TraceFile {
  readonly cases: Readonly<
    Record<
      string,
      {
        readonly Actions: readonly {
          readonly Time: string;
          readonly Results: Readonly<Record<string, string>>;
        }[];
      }
    >
  >;
}

const traces = readVectors<TraceFile>('derive_v2_liquidation.json');
const traceClock = { start: 0.98, turn: 0.8, firstSeconds: 100, secondSeconds: 14_400 };

describe.skipIf(traces === null)('published liquidation traces', () => {
  test.each(Object.entries(traces?.cases ?? {}))('%s', (_, { Actions: actions }) => {
    let reserved = 0;
    let left = 1;
    for (const { Time: seconds, Results: results } of actions) {
      const of = (name: string): number => wei(results[name] as string);
      const account = { equity: of('PreMtM'), maintenanceNet: of('PreMM'), reservedCash: reserved };
      expect(bufferedNet(account, 0.2)).toBeCloseTo(of('PreBM'), 6);
      if (account.equity <= 0) {
        expect(of('PreFMax')).toBe(0);
        // That version's clock runs from zero to a bound fixed at the start.
        const bound = { equity: 0, maintenanceNet: of('Lowerbound'), reservedCash: 0 };
        const share = of('FinalPercentageReceived');
        const paid = insolventPrice(bound, Number(seconds), 100) * share;
        expect(paid).toBeCloseTo(of('SMPayout'), 6);
        // Shares are of the account as it first was.
        const kept = (left - share) / left;
        expect(account.equity * kept).toBeCloseTo(of('PostMtM'), 6);
        expect(account.maintenanceNet * kept).toBeCloseTo(of('PostMM'), 6);
        left -= share;
        continue;
      }
      const discount = auctionDiscount(traceClock, Number(seconds));
      expect(largestSlice(account, discount, 0.2)).toBeCloseTo(of('PreFMax'), 9);
      const share = Math.min(of('fLiquidatedOfOriginal'), largestSlice(account, discount, 0.2));
      expect(sliceBid(account, discount, share)).toBeCloseTo(of('ExpectedBidPrice'), 6);
      const after = afterSlice(account, discount, share);
      expect(after.equity).toBeCloseTo(of('PostMtM'), 6);
      expect(after.maintenanceNet).toBeCloseTo(of('PostMM'), 6);
      reserved = after.reservedCash;
    }
  });
});

const amount = fc.double({ min: 1, max: 1e9, noNaN: true });
const unit = fc.double({ min: 0.001, max: 0.999, noNaN: true });

describe('slices', () => {
  test('every bid on the clock raises the ratio, and a full slice lands on the buffer', () => {
    fc.assert(
      fc.property(
        amount,
        fc.double({ min: 1.001, max: 50, noNaN: true }),
        fc.double({ min: 0.5, max: 590, noNaN: true }),
        unit,
        (equity, multiple, seconds, wanted) => {
          const account = {
            equity,
            maintenanceNet: equity - equity * multiple,
            reservedCash: 0,
          };
          const discount = auctionDiscount(clock, seconds);
          const most = largestSlice(account, discount, buffer);
          const share = most * wanted;
          const solvencyOf = (of: typeof account) => ({
            equity: of.equity,
            maintenance: of.equity - of.maintenanceNet,
          });
          const after = afterSlice(account, discount, share);
          expect(stepHelps(solvencyOf(account), solvencyOf(after))).toBe(true);
          const full = afterSlice(account, discount, most);
          if (most < 1) {
            const left = bufferedNet(full, buffer);
            expect(Math.abs(left)).toBeLessThanOrEqual(1e-9 * equity * multiple);
          }
        },
      ),
    );
  });

  test('with the fee, a slice still costs less than its share of equity', () => {
    fc.assert(
      fc.property(amount, unit, amount, unit, (equity, share, notional, cheapness) => {
        const discountCost = 0.2 * cheapness * share * equity;
        const fees = legFee(feeParameters, notional, null);
        const fee = sliceFee(feeParameters, fees, share, equity, discountCost);
        expect(fee + discountCost).toBeLessThan(share * equity);
        expect(fee).toBeGreaterThanOrEqual(0);
      }),
    );
    expect(legFee(feeParameters, 100_000, 40)).toBe(5);
    expect(sliceFee(feeParameters, 100, 0.5, -3, 0)).toBe(0);
  });

  test('without equity a step has to shrink the shortfall', () => {
    expect(stepHelps({ equity: -100, maintenance: 50 }, { equity: -80, maintenance: 40 })).toBe(
      true,
    );
    expect(stepHelps({ equity: -100, maintenance: 50 }, { equity: -100, maintenance: 40 })).toBe(
      false,
    );
    expect(stepHelps({ equity: 10, maintenance: 20 }, { equity: 1, maintenance: 0 })).toBe(true);
    expect(stepHelps({ equity: 10, maintenance: 20 }, { equity: -1, maintenance: 0 })).toBe(false);
    expect(stepHelps({ equity: 10, maintenance: 20 }, { equity: 5, maintenance: 10 })).toBe(false);
  });

  test('the insolvent price runs from the equity to the whole net margin that lacks', () => {
    const account = { equity: -30, maintenanceNet: -250, reservedCash: 0 };
    expect(insolventPrice(account, 0, 300)).toBe(-30);
    expect(insolventPrice(account, 150, 300)).toBe(-140);
    expect(insolventPrice(account, 900, 300)).toBe(-250);
    expect(insolventPrice({ ...account, equity: 5 }, 0, 300)).toBe(0);
    expect(withdrawalsBlocked([-250, -60, 20], 300)).toBe(true);
    expect(withdrawalsBlocked([-250, -50], 300)).toBe(false);
  });
});

describe('last resorts', () => {
  test('a loss is shared in proportion: 280 into 100, 90, 45 and 45', () => {
    expect(shareLoss(280n, [400n, 360n, 180n, 180n])).toEqual([100n, 90n, 45n, 45n]);
  });

  test('shares add up exactly, flat accounts bear nothing, nobody more than their gain', () => {
    const gains = fc.array(fc.bigInt({ min: -1000n, max: 10n ** 15n }), { maxLength: 40 });
    fc.assert(
      fc.property(gains, fc.bigInt({ min: 0n, max: 10n ** 15n }), (list, loss) => {
        const shares = shareLoss(loss, list);
        const total = list.reduce((sum, gain) => sum + (gain > 0n ? gain : 0n), 0n);
        const borne = shares.reduce((sum, share) => sum + share, 0n);
        expect(borne).toBe(loss < total ? loss : total);
        for (const [i, share] of shares.entries()) {
          const gain = list[i] as bigint;
          expect(share >= 0n && share <= (gain > 0n ? gain : 0n)).toBe(true);
        }
      }),
    );
  });

  test('ranks and fillable prices', () => {
    expect(deleveragingRank(50, 100, 2000, 150)).toBeGreaterThan(
      deleveragingRank(20, 100, 2000, 120),
    );
    expect(fillablePrice(1000, true, 1, 1, 1.5, 0.05)).toBe(1000);
    expect(fillablePrice(1000, true, 0.5, 1, 1.5, 0.05)).toBeCloseTo(962.5, 9);
    expect(fillablePrice(1000, false, 0, 1, 1.5, 0.05)).toBeCloseTo(1075, 9);
  });

  test('a short of 3 at 3,000 on 1,000 of cash meets 5 % at 3,174.60', () => {
    expect(liquidationPrice(1000 + 3 * 3000, -3, 0.05)).toBeCloseTo(3174.6, 2);
    expect(liquidationPrice(1000 - 3 * 3000, 3, 0.05)).toBeCloseTo(8000 / 2.85, 9);
    expect(liquidationPrice(500, 1, 0.05)).toBeNull();
    expect(liquidationPrice(500, 0, 0.05)).toBeNull();
  });
});

test('no share is on offer at less than nothing of an account that has equity again', () => {
  const back = { marginEquity: 90, maintenance: 100, netEquity: 90 };
  expect(shareFor(back, -0.8, 1_000, recommendedLiquidation)).toBe(0);
  expect(shareFor(back, 0.8, 1_000, recommendedLiquidation)).toBeGreaterThan(0);
  const gone = { ...back, netEquity: -10 };
  expect(shareFor(gone, -0.8, 45, recommendedLiquidation)).toBe(0.5);
});
