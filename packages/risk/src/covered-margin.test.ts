// Futures beside options of their expiry: against every delivery price counted out, a book is asked
// for no more than it can lose; what it can lose is not said too small; and orders ask beforehand
// for what any of their fills would.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FutureLeg, MarginSheet, type OptionLeg } from './margin-sheet.ts';
import { type ExpiryLegs, maxLossInverse, maxLossLinear } from './max-loss.ts';
import { shortOptionInitial, shortOptionMaintenance } from './option-margin.ts';

type Payoff = 'inverse' | 'linear';

const forward = 100_000;
const rates = { initialRate: 0.15, initialRateMin: 0.1, maintenanceRate: 0.075 };
const futureRates = { initialRate: 0.02, maintenanceRate: 0.01, ratePerCoin: 0.00005 };
const expiry = {
  setKey: 1,
  forward,
  floors: { initial: 0.895 * forward, maintenance: 0.93 * forward },
  unpaired: { unpairedInitial: 1.2, unpairedMaintenance: 1.1 },
};
const flat = { sizeLots: 0, openBuyLots: 0, openSellLots: 0, buyReserve: 0, sellReserve: 0 };
/** Minor units of a coin, or of a dollar. */
const minorOf = { inverse: 1e8, linear: 1e6 } as const;

/** Options in lots of 0.1 coin. */
const option = (
  payoff: Payoff,
  callSign: 1 | -1,
  strike: number,
  sizeLots: number,
  orders: Partial<OptionLeg> = {},
): OptionLeg => {
  const type = callSign > 0 ? 'call' : 'put';
  const inside = Math.max(0, callSign * (forward - strike)) + 1_000;
  const mark = payoff === 'inverse' ? inside / forward : inside;
  return {
    ...flat,
    ...expiry,
    offset: payoff,
    strike,
    callSign,
    sizeLots,
    minorPerLot: minorOf[payoff] / 10,
    shortInitial: shortOptionInitial(rates, payoff, type, strike, forward, mark),
    shortMaintenance: shortOptionMaintenance(rates, payoff, type, forward, mark),
    ...orders,
  };
};

/** Futures in lots of 10 dollars (inverse) or 0.001 coin (linear), marked at the forward. */
const future = (
  payoff: Payoff,
  sizeLots: number,
  orders: Partial<FutureLeg> = {},
  mark = forward,
): FutureLeg => {
  const minor = minorOf[payoff];
  const slopePerLot = payoff === 'inverse' ? (10 * minor) / mark : 0.001 * minor;
  const worthPerLot = payoff === 'inverse' ? 10 * minor : 0.001 * minor * mark;
  return {
    ...flat,
    sizeLots,
    parameters: futureRates,
    notionalPerLot: payoff === 'inverse' ? slopePerLot : worthPerLot,
    coinsPerLot: slopePerLot / minor,
    cover: { ...expiry, offset: payoff, forward: mark, slopePerLot, worthPerLot },
    ...orders,
  };
};

const sheetOf = (options: readonly OptionLeg[], futures: readonly FutureLeg[]) => {
  const sheet = new MarginSheet();
  for (const leg of futures) sheet.addFuture(leg);
  for (const leg of options) sheet.addOption(leg);
  sheet.finish();
  const { initial, maintenance, openOrders } = sheet;
  return { initial, maintenance, openOrders };
};

const withoutCover = (leg: FutureLeg): FutureLeg => ({ ...leg, cover: null });

describe.each(['inverse', 'linear'] as const)('%s futures cover options', (payoff) => {
  /** Futures against one coin: inverse ones for so many dollars as the strike is. */
  const against = (strike: number, sign = 1): FutureLeg =>
    future(payoff, sign * (payoff === 'inverse' ? strike / 10 : 1_000));
  /** What a coin between two prices is worth, at the higher or the lower of them. */
  const minor = (dollars: number, at: number): number =>
    Math.ceil(payoff === 'inverse' ? (dollars / at) * 1e8 - 1e-3 : dollars * 1e6);

  test('a conversion and a reversal: what is lost for certain, and nothing else', () => {
    const put = option(payoff, -1, 99_000, 10);
    const call = option(payoff, 1, 99_000, -10);
    // Bought at 100,000 and sold at 99,000, whatever comes.
    const lost = minor(1_000, forward);
    const conversion = sheetOf([put, call], [against(99_000)]);
    expect(conversion).toEqual({ initial: lost, maintenance: lost, openOrders: 0 });
    const reversed = [put, call].map((leg) => ({ ...leg, sizeLots: -leg.sizeLots }));
    const nothing = { initial: 0, maintenance: 0, openOrders: 0 };
    expect(sheetOf(reversed, [against(99_000, -1)])).toEqual(nothing);
    const apart = sheetOf([put, call], [withoutCover(against(99_000))]);
    expect(apart.initial).toBeGreaterThan(10 * lost);
  });

  test('a protective put and a collar ask for what lies between the mark and the put', () => {
    const put = option(payoff, -1, 99_000, 10);
    const call = option(payoff, 1, 105_000, -10);
    const lost = minor(1_000, forward);
    expect(sheetOf([put], [against(99_000)]).initial).toBe(lost);
    // In coin the call ends beyond what futures for 99,000 dollars make at the mark: 1 - 0.99.
    const collar = sheetOf([put, call], [against(99_000)]);
    expect(collar.initial).toBe(lost);
    expect(collar.maintenance).toBe(lost);
    const naked = sheetOf([call], []).initial;
    expect(sheetOf([put, call], [withoutCover(against(99_000))]).initial).toBeGreaterThan(naked);
  });

  test('what no option covers is asked for by itself, as before', () => {
    const legs = [option(payoff, 1, 105_000, -10)];
    for (const held of [against(99_000), against(99_000, -1), future(payoff, 7)]) {
      expect(sheetOf([], [held])).toEqual(sheetOf([], [withoutCover(held)]));
      const covered = sheetOf(legs, [held]);
      const apart = sheetOf(legs, [withoutCover(held)]);
      expect(Math.abs(covered.initial - apart.initial)).toBeLessThanOrEqual(1);
    }
    // Nor does a spread lose its own offset to a future beside it.
    const spread = [option(payoff, -1, 99_000, 10), option(payoff, -1, 100_000, -10)];
    const beside = sheetOf(spread, [future(payoff, 20_000)]).initial;
    const alone = sheetOf(spread, []).initial + sheetOf([], [future(payoff, 20_000)]).initial;
    expect(beside).toBeLessThanOrEqual(alone);
  });

  test('orders: what completes the cover asks for what results, what ends it for all', () => {
    const put = option(payoff, -1, 99_000, 10);
    const call = option(payoff, 1, 105_000, 0, { openSellLots: 10 });
    const { initial } = sheetOf([put, call], [against(99_000)]);
    expect(initial).toBe(
      sheetOf([put, { ...call, sizeLots: -10, openSellLots: 0 }], [against(99_000)]).initial,
    );
    const held = against(99_000);
    const leaving = { ...held, openSellLots: held.sizeLots };
    const sold = { ...call, sizeLots: -10, openSellLots: 0 };
    const uncovered = sheetOf([put, sold], [leaving]).initial;
    expect(uncovered).toBeGreaterThanOrEqual(sheetOf([put, sold], []).initial);
    expect(uncovered).toBeLessThanOrEqual(sheetOf([put, sold], [withoutCover(leaving)]).initial);
    const arriving = { ...held, sizeLots: 0, openBuyLots: held.sizeLots };
    expect(sheetOf([put], [arriving]).initial).toBe(sheetOf([put], [held]).initial);
  });

  test('an expiry has one future', () => {
    expect(() => sheetOf([], [future(payoff, 1), future(payoff, 2)])).toThrow('one future');
  });
});

const payoffs = fc.constantFrom('inverse' as const, 'linear' as const);
const orders = fc.record({
  openBuyLots: fc.nat(20),
  openSellLots: fc.nat(20),
});
const optionRows = fc.array(
  fc.tuple(
    fc.constantFrom(1 as const, -1 as const),
    fc.integer({ min: 80, max: 120 }).map((thousands) => thousands * 1_000),
    fc.integer({ min: -20, max: 20 }),
    orders,
  ),
  { maxLength: 6 },
);
/** Lots for about so many coins as options are: 0.1 to 2. */
const futureRow = fc.tuple(fc.integer({ min: -2_000, max: 2_000 }), orders);
const shape = fc.tuple(payoffs, optionRows, futureRow);

type Shape = readonly [
  Payoff,
  readonly (readonly [1 | -1, number, number, Partial<OptionLeg>])[],
  readonly [number, Partial<FutureLeg>],
];

/** Lots of a future that are worth so many thousandths of a coin at the forward. */
const lotsOf = (payoff: Payoff, thousandths: number): number =>
  payoff === 'inverse' ? thousandths * 10 : thousandths;

const bookOf = ([payoff, rows, [thousandths, open]]: Shape, withOrders: boolean) => {
  const scale = lotsOf(payoff, 100);
  const futureOrders = {
    openBuyLots: scale * (open.openBuyLots ?? 0),
    openSellLots: scale * (open.openSellLots ?? 0),
  };
  return {
    options: rows.map(([sign, strike, lots, own]) =>
      option(payoff, sign, strike, lots, withOrders ? own : {}),
    ),
    held: future(payoff, lotsOf(payoff, thousandths), withOrders ? futureOrders : {}),
  };
};

/** Minor units that a book makes at a delivery price; in coin no less than at the floor. */
const madeAt = (
  payoff: Payoff,
  options: readonly OptionLeg[],
  held: FutureLeg,
  price: number,
  floor: number,
): number => {
  const coins = held.sizeLots * held.coinsPerLot;
  const dollars = options.reduce(
    (sum, { callSign, strike, sizeLots }) =>
      sum + (sizeLots / 10) * Math.max(0, callSign * (price - strike)),
    coins * (price - forward),
  );
  return payoff === 'linear' ? dollars * 1e6 : (dollars / Math.max(price, floor)) * 1e8;
};

/** Prices all over, every strike, and far beyond where anything is listed. */
const prices = [
  0,
  ...Array.from({ length: 201 }, (_, i) => i * 1_000),
  0.895 * forward,
  0.93 * forward,
  1e9,
  1e15,
];

/** Whether a book loses without end as the price rises: in dollars alone. */
const isOpen = (payoff: Payoff, options: readonly OptionLeg[], held: FutureLeg): boolean =>
  payoff === 'linear' &&
  options.reduce(
    (sum, { callSign, sizeLots }) => sum + (callSign > 0 ? sizeLots / 10 : 0),
    held.sizeLots * held.coinsPerLot,
  ) < -1e-12;

const worstOf = (
  payoff: Payoff,
  options: readonly OptionLeg[],
  held: FutureLeg,
  floor: number,
): number =>
  isOpen(payoff, options, held)
    ? Number.POSITIVE_INFINITY
    : Math.max(0, ...prices.map((price) => -madeAt(payoff, options, held, price, floor)));

/** Roundings up, and the noise of doubles in sums of this size. */
const slack = 3;

describe('random books with futures', () => {
  test('asked for: no more than the worst price takes, nor than without cover', () => {
    let bound = 0;
    fc.assert(
      fc.property(shape, (drawn) => {
        const [payoff] = drawn;
        const { options, held } = bookOf(drawn, false);
        const { initial, maintenance } = sheetOf(options, [held]);
        const apart = sheetOf(options, [withoutCover(held)]);
        expect(initial).toBeLessThanOrEqual(apart.initial);
        expect(maintenance).toBeLessThanOrEqual(apart.maintenance);
        expect(maintenance).toBeLessThanOrEqual(initial);
        const { floors } = expiry;
        const worst = worstOf(payoff, options, held, floors.initial);
        expect(initial).toBeLessThanOrEqual(worst + slack);
        expect(maintenance).toBeLessThanOrEqual(
          worstOf(payoff, options, held, floors.maintenance) + slack,
        );
        // It is the lesser of what the legs ask for by themselves and what can be lost.
        if (!isOpen(payoff, options, held)) {
          const lesser = Math.min(apart.initial, worst);
          expect(Math.abs(initial - lesser)).toBeLessThanOrEqual(slack);
        }
        if (initial < apart.initial) bound += 1;
      }),
      { numRuns: 2_000 },
    );
    expect(bound).toBeGreaterThan(50);
  });

  test('no delivery price takes more than the largest loss', () => {
    fc.assert(
      fc.property(shape, fc.double({ min: 1, max: 1e7, noNaN: true }), (drawn, price) => {
        const [payoff] = drawn;
        const { options, held } = bookOf(drawn, false);
        const legs: ExpiryLegs = {
          count: options.length,
          strikes: Float64Array.from(options, ({ strike }) => strike),
          callSigns: Int8Array.from(options, ({ callSign }) => callSign),
          sizes: Float64Array.from(options, ({ sizeLots }) => sizeLots),
          futureSlope: held.sizeLots * held.coinsPerLot * 10,
          futureWorth: held.sizeLots * held.coinsPerLot * 10 * forward,
        };
        const floor = expiry.floors.initial;
        const most =
          payoff === 'linear'
            ? maxLossLinear(legs, forward, 0) * 1e5
            : maxLossInverse(legs, floor) * 1e7;
        if (isOpen(payoff, options, held)) return;
        const made = madeAt(payoff, options, held, price, floor);
        expect(-made).toBeLessThanOrEqual(most + slack);
      }),
      { numRuns: 2_000 },
    );
  });

  test('what the mark moves is in the equity: what a hedged book asks for moves as much', () => {
    const moved = fc.integer({ min: 95_000, max: 110_000 });
    let compared = 0;
    fc.assert(
      fc.property(payoffs, fc.integer({ min: 96, max: 99 }), moved, (payoff, thousands, mark) => {
        const strike = thousands * 1_000;
        const lots = payoff === 'inverse' ? strike / 10 : 1_000;
        const conversion = [option(payoff, -1, strike, 10), option(payoff, 1, strike, -10)];
        const before = future(payoff, lots);
        const after = future(payoff, lots, {}, mark);
        const up = after.notionalPerLot - before.notionalPerLot;
        const profit = lots * (payoff === 'inverse' ? -up : up);
        const asked = sheetOf(conversion, [after]).initial;
        const apart = sheetOf(conversion, [withoutCover(after)]).initial;
        if (asked === 0 || asked >= apart) return;
        compared += 1;
        const change = asked - sheetOf(conversion, [before]).initial;
        expect(Math.abs(change - profit)).toBeLessThan(slack);
      }),
      { numRuns: 500 },
    );
    expect(compared).toBeGreaterThan(100);
  });

  test('however the orders fill, the margin was asked for before', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const fills = fc.array(fc.tuple(fc.boolean(), share), { minLength: 7, maxLength: 7 });
    fc.assert(
      fc.property(shape, fills, (drawn, parts) => {
        const { options, held } = bookOf(drawn, true);
        const filled = <Leg extends OptionLeg | FutureLeg>(leg: Leg, i: number): Leg => {
          const [buys, part] = parts[i] as [boolean, number];
          const count = Math.floor((buys ? leg.openBuyLots : leg.openSellLots) * part);
          const sizeLots = leg.sizeLots + (buys ? count : -count);
          return { ...leg, sizeLots, openBuyLots: 0, openSellLots: 0 };
        };
        const before = sheetOf(options, [held]);
        const after = sheetOf(options.map(filled), [filled(held, 6)]);
        expect(after.initial).toBeLessThanOrEqual(before.initial + slack);
        expect(before.openOrders).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 2_000 },
    );
  });

  test('a share of a book asks for at most that share: a slice sold always helps', () => {
    fc.assert(
      fc.property(shape, fc.integer({ min: 2, max: 5 }), (drawn, times) => {
        const { options, held } = bookOf(drawn, false);
        const scaled = <Leg extends OptionLeg | FutureLeg>(leg: Leg): Leg => ({
          ...leg,
          sizeLots: leg.sizeLots * times,
        });
        const one = sheetOf(options, [held]);
        const all = sheetOf(options.map(scaled), [scaled(held)]);
        expect(times * (one.initial - 1)).toBeLessThanOrEqual(all.initial);
        expect(times * (one.maintenance - 1)).toBeLessThanOrEqual(all.maintenance);
      }),
    );
  });
});
