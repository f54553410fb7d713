import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FutureLeg, MarginSheet, type OptionLeg } from './margin-sheet.ts';
import { shortOptionInitial, shortOptionMaintenance } from './option-margin.ts';

const rates = { initialRate: 0.15, initialRateMin: 0.1, maintenanceRate: 0.075 };
const futureRates = { initialRate: 0.02, maintenanceRate: 0.01, ratePerCoin: 0.00005 };
const unpaired = { unpairedInitial: 1.2, unpairedMaintenance: 1.1 };
const flat = { sizeLots: 0, openBuyLots: 0, openSellLots: 0, buyReserve: 0, sellReserve: 0 };

/** A linear option on an index of 2,000: lots of 0.1 coin in micro-dollars. */
const linearOption = (
  callSign: 1 | -1,
  strike: number,
  mark: number,
  exposure: Partial<OptionLeg>,
): OptionLeg => {
  const optionType = callSign === 1 ? 'call' : 'put';
  return {
    ...flat,
    offset: 'linear',
    setKey: 1,
    strike,
    callSign,
    forward: 2000,
    minorPerLot: 1e5,
    shortInitial: shortOptionInitial(rates, 'linear', optionType, strike, 2000, mark),
    shortMaintenance: shortOptionMaintenance(rates, 'linear', optionType, 2000, mark),
    unpaired,
    ...exposure,
  };
};

/** An inverse call at the money: lots of 0.1 coin. */
const inverseCall = (exposure: Partial<OptionLeg>): OptionLeg => ({
  ...flat,
  offset: 'none',
  setKey: 0,
  strike: 100_000,
  callSign: 1,
  forward: 100_000,
  minorPerLot: 1e7,
  shortInitial: 0.2,
  shortMaintenance: 0.125,
  unpaired,
  ...exposure,
});

/** The inverse perpetual at 100,000: lots of 10 USD. */
const perpetual = (exposure: Partial<FutureLeg>): FutureLeg => ({
  ...flat,
  parameters: futureRates,
  notionalPerLot: 1e4,
  coinsPerLot: 1e-4,
  ...exposure,
});

const sheetOf = (options: readonly OptionLeg[], futures: readonly FutureLeg[] = []) => {
  const sheet = new MarginSheet();
  for (const leg of options) {
    sheet.addOption(leg);
  }
  for (const leg of futures) {
    sheet.addFuture(leg);
  }
  sheet.finish();
  const { initial, maintenance, openOrders } = sheet;
  return { initial, maintenance, openOrders };
};

describe('margin sheet', () => {
  test('nothing, and flat legs, ask for nothing', () => {
    const nothing = { initial: 0, maintenance: 0, openOrders: 0 };
    expect(sheetOf([])).toEqual(nothing);
    expect(sheetOf([inverseCall({}), linearOption(1, 2000, 50, {})], [perpetual({})])).toEqual(
      nothing,
    );
  });

  test('a short inverse call of one coin at the money', () => {
    expect(sheetOf([inverseCall({ sizeLots: -10 })])).toEqual({
      initial: 0.2e8,
      maintenance: 0.125e8,
      openOrders: 0,
    });
  });

  test('a long option asks for nothing; its order reserves premium and fee', () => {
    expect(sheetOf([inverseCall({ sizeLots: 10 })]).initial).toBe(0);
    const ordered = sheetOf([inverseCall({ openBuyLots: 10, buyReserve: 5_030_000 })]);
    expect(ordered).toEqual({ initial: 5_030_000, maintenance: 0, openOrders: 5_030_000 });
  });

  test('sell orders ask for margin only beyond the long held', () => {
    const covered = sheetOf([inverseCall({ sizeLots: 10, openSellLots: 10, sellReserve: 30_000 })]);
    expect(covered.initial).toBe(30_000);
    const beyond = sheetOf([inverseCall({ sizeLots: 10, openSellLots: 15, sellReserve: 45_000 })]);
    expect(beyond.initial).toBe(0.5 * 0.2e8 + 45_000);
  });

  test('an order that closes a short holds nothing while its premium is below the margin', () => {
    const closing = sheetOf([
      inverseCall({ sizeLots: -10, openBuyLots: 10, buyReserve: 5_000_000 }),
    ]);
    expect(closing).toEqual({ initial: 0.2e8, maintenance: 0.125e8, openOrders: 0 });
  });

  test('orders on both sides hold the worse, not the sum', () => {
    const both = sheetOf([
      inverseCall({ openBuyLots: 10, openSellLots: 10, buyReserve: 5e6, sellReserve: 3e4 }),
    ]);
    expect(both.initial).toBe(0.2e8 + 3e4);
  });

  test('25 BTC of the perpetual at 100,000: 2.125 % and 1.125 %', () => {
    const { initial, maintenance } = sheetOf([], [perpetual({ sizeLots: -250_000 })]);
    expect(initial).toBe(53_125_000);
    expect(maintenance).toBe(28_125_000);
  });

  test('a perpetual with orders takes the larger end', () => {
    const sheet = (exposure: Partial<FutureLeg>): number =>
      sheetOf([], [perpetual(exposure)]).initial;
    const one = 10_000;
    expect(sheet({ sizeLots: one, openSellLots: one })).toBe(sheet({ sizeLots: one }));
    expect(sheet({ sizeLots: one, openSellLots: 3 * one })).toBe(sheet({ sizeLots: 2 * one }));
    expect(sheet({ sizeLots: one, openBuyLots: one })).toBe(sheet({ sizeLots: 2 * one }));
  });

  test('linear legs of one expiry offset each other up to the largest loss', () => {
    const spread = [
      linearOption(1, 1500, 510, { sizeLots: -10 }),
      linearOption(1, 1700, 320, { sizeLots: 10 }),
    ];
    expect(sheetOf(spread)).toEqual({ initial: 200e6, maintenance: 200e6, openOrders: 0 });
    const apart = spread.map((leg, i) => ({ ...leg, setKey: i }));
    expect(sheetOf(apart).initial).toBe(810e6);
  });

  test('inverse legs offset each other only where the loss in coin has a bound', () => {
    const put = { callSign: -1 as const, offset: 'inverse' as const };
    const calls = [
      inverseCall({ sizeLots: -10, strike: 75_000, offset: 'inverse', shortInitial: 0.45 }),
      inverseCall({ sizeLots: 10, strike: 100_000, offset: 'inverse' }),
    ];
    expect(sheetOf(calls).initial).toBe(0.25e8);
    const credit = [
      inverseCall({ ...put, sizeLots: 10, strike: 90_000 }),
      inverseCall({ ...put, sizeLots: -10, strike: 100_000 }),
    ];
    expect(sheetOf(credit).initial).toBe(0.2e8);
    const debit = credit.map((leg) => ({ ...leg, sizeLots: -leg.sizeLots }));
    expect(sheetOf(debit).initial).toBe(0);
  });

  test('inverse legs with floors ask for no more than they can lose in dollars', () => {
    const floors = { initial: 80_000, maintenance: 90_000 };
    const put = { callSign: -1 as const, offset: 'inverse' as const, floors };
    const credit = [
      inverseCall({ ...put, sizeLots: 10, strike: 90_000 }),
      inverseCall({ ...put, sizeLots: -10, strike: 100_000 }),
    ];
    // 10,000 dollars: an eighth of a coin at 80,000, a ninth at 90,000.
    expect(sheetOf(credit)).toEqual({
      initial: 12_500_000,
      maintenance: 11_111_112,
      openOrders: 0,
    });
    const closing = credit.map((leg, i) => (i === 0 ? { ...leg, openSellLots: 10 } : leg));
    expect(sheetOf(closing)).toMatchObject({ initial: 0.2e8, openOrders: 0.2e8 - 12_500_000 });
  });

  test('a call sold beyond those held is charged the rates of its underlying', () => {
    // Ten coins sold and nine held: at most 20 a coin is lost between the strikes, and a coin's
    // forward of 2,000 beyond them.
    const ratio = [
      linearOption(1, 2000, 100, { sizeLots: -100 }),
      linearOption(1, 2020, 95, { sizeLots: 90 }),
    ];
    for (const [unpairedInitial, unpairedMaintenance] of [
      [1.2, 1.1],
      [1.15, 1.05],
      [1, 1],
    ] as const) {
      const own = { unpairedInitial, unpairedMaintenance };
      const { initial, maintenance } = sheetOf(ratio.map((leg) => ({ ...leg, unpaired: own })));
      expect(initial).toBeCloseTo((10 * 20 + unpairedInitial * 2000) * 1e6, 0);
      expect(maintenance).toBeCloseTo((10 * 20 + unpairedMaintenance * 2000) * 1e6, 0);
    }
  });

  test('selling the long leg of a spread asks for the naked short', () => {
    const { initial, openOrders } = sheetOf([
      linearOption(1, 1500, 510, { sizeLots: -10 }),
      linearOption(1, 1700, 320, { sizeLots: 10, openSellLots: 10 }),
    ]);
    expect(initial).toBe(810e6);
    expect(openOrders).toBe(610e6);
  });

  test('one sheet serves many accounts', () => {
    const sheet = new MarginSheet();
    const legs = Array.from({ length: 40 }, (_, i) =>
      linearOption(1, 1000 + 50 * i, 300, { sizeLots: i % 2 === 0 ? -3 : 3, setKey: i % 3 }),
    );
    const once = sheetOf(legs);
    for (let round = 0; round < 3; round++) {
      sheet.reset();
      legs.forEach((leg) => {
        sheet.addOption(leg);
      });
      sheet.finish();
      expect(sheet.initial).toBe(once.initial);
    }
  });
});

const lots = fc.integer({ min: 0, max: 40 });
const signed = fc.integer({ min: -40, max: 40 });
const reserve = fc.integer({ min: 0, max: 1_000_000 });
const exposure = fc
  .record({ sizeLots: signed, openBuyLots: lots, openSellLots: lots, buyReserve: reserve })
  .map((row) => ({
    ...row,
    sellReserve: 0,
    buyReserve: row.openBuyLots === 0 ? 0 : row.buyReserve,
  }));
const option = fc
  .tuple(
    fc.constantFrom(1 as const, -1 as const),
    fc.integer({ min: 10, max: 40 }),
    fc.integer({ min: 0, max: 400 }),
    fc.integer({ min: 0, max: 1 }),
    exposure,
  )
  .map(([callSign, strike, time, setKey, row]) => {
    const intrinsic = Math.max(0, callSign * (2000 - strike * 100));
    return { ...linearOption(callSign, strike * 100, intrinsic + time, row), setKey };
  });
const future = exposure.map((row) =>
  perpetual({ ...row, sizeLots: row.sizeLots * 1000, openBuyLots: row.openBuyLots * 1000 }),
);
const book = fc.tuple(fc.array(option, { maxLength: 8 }), fc.array(future, { maxLength: 2 }));

describe('margin properties', () => {
  test('where there are no orders they hold nothing, at the edge of a rounding too', () => {
    for (let lots = 1; lots <= 100; lots++) {
      for (let step = 0; step <= 40; step++) {
        // A little above a whole number of units, where the order of two products may tell.
        const shortInitial = (0.1 * lots + 1e-8) * (1 + step * 2 ** -52);
        const sheet = sheetOf([inverseCall({ sizeLots: -lots, shortInitial })]);
        expect(sheet.openOrders).toBe(0);
      }
    }
  });

  test('legs that cancel leave no residue', () => {
    const legs = [-7, 36, -29].map((sizeLots) => linearOption(1, 1000, 1000, { sizeLots }));
    expect(sheetOf(legs)).toMatchObject({ initial: 0, maintenance: 0 });
  });

  test('0 <= maintenance <= initial, orders add, all whole', () => {
    fc.assert(
      fc.property(book, ([options, futures]) => {
        const { initial, maintenance, openOrders } = sheetOf(options, futures);
        expect(maintenance).toBeGreaterThanOrEqual(0);
        expect(initial - openOrders).toBeGreaterThanOrEqual(maintenance);
        expect(openOrders).toBeGreaterThanOrEqual(0);
        expect([initial, maintenance, openOrders].every(Number.isSafeInteger)).toBe(true);
      }),
    );
  });

  test('a larger book of the same shape asks for more; offsets only ever relieve', () => {
    fc.assert(
      fc.property(book, fc.integer({ min: 2, max: 5 }), ([options, futures], times) => {
        const scale = <Leg extends OptionLeg | FutureLeg>(leg: Leg): Leg => ({
          ...leg,
          sizeLots: leg.sizeLots * times,
          openBuyLots: leg.openBuyLots * times,
          openSellLots: leg.openSellLots * times,
          buyReserve: leg.buyReserve * times,
        });
        const small = sheetOf(options, futures);
        const large = sheetOf(options.map(scale), futures.map(scale));
        expect(large.initial).toBeGreaterThanOrEqual(small.initial);
        expect(large.maintenance).toBeGreaterThanOrEqual(small.maintenance);
        const plain = sheetOf(
          options.map((leg) => ({ ...leg, offset: 'none' as const })),
          futures,
        );
        expect(small.initial).toBeLessThanOrEqual(plain.initial);
      }),
    );
  });

  test('holding more of an option never asks for more', () => {
    fc.assert(
      fc.property(book, fc.nat(7), ([options, futures], which) => {
        const without = options.map((leg) => ({ ...leg, openBuyLots: 0, buyReserve: 0 }));
        const more = without.map((leg, i) =>
          i === which ? { ...leg, sizeLots: leg.sizeLots + 5 } : leg,
        );
        expect(sheetOf(more, futures).initial).toBeLessThanOrEqual(
          sheetOf(without, futures).initial,
        );
      }),
    );
  });

  test('however the orders fill, the margin and the premium paid were asked for before', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(option, { maxLength: 8 }),
        fc.array(fc.tuple(fc.boolean(), share), { minLength: 8, maxLength: 8 }),
        (options, fills) => {
          let paid = 0;
          const filled = options.map((leg, i) => {
            const [buys, part] = fills[i] as [boolean, number];
            const count = Math.floor((buys ? leg.openBuyLots : leg.openSellLots) * part);
            const cost =
              buys && leg.openBuyLots > 0 ? (leg.buyReserve * count) / leg.openBuyLots : 0;
            paid += cost;
            return {
              ...leg,
              sizeLots: leg.sizeLots + (buys ? count : -count),
              openBuyLots: leg.openBuyLots - (buys ? count : 0),
              openSellLots: leg.openSellLots - (buys ? 0 : count),
              buyReserve: leg.buyReserve - cost,
            };
          });
          const after = sheetOf(
            filled.map((leg) => ({ ...leg, openBuyLots: 0, buyReserve: 0, openSellLots: 0 })),
          );
          expect(after.initial + paid).toBeLessThanOrEqual(sheetOf(options).initial + 4);
        },
      ),
    );
  });
});
