// A collar on a dated future through its expiry: until the last second it asks for what both can
// still lose from the mark on, so that what is to spare stays as it was, less what the put is
// certain to pay by then, which counts for nothing before it is paid; then all of it is paid to the
// unit and nothing is asked for.
import { type AccountId, expiryOfCode, usPerMinute, usPerSecond } from '@openstrike/domain';
import { describe, expect, test } from 'vitest';
import { tablesWithFutures } from '../testing/covering-tables.ts';
import { TestEngine } from '../testing/test-engine.ts';

const friday = expiryOfCode('25SEP26') as number;
const forward = 100_000;
const coins = 20;

const kinds = {
  inverse: { family: 'BTC', index: 'btc_usd', currency: 'BTC', unit: 1e8, lotsPerCoin: 10 },
  linear: { family: 'BTC_USDC', index: 'btc_usdc', currency: 'USDC', unit: 1e6, lotsPerCoin: 100 },
} as const;

describe.each(['inverse', 'linear'] as const)('%s', (payoff) => {
  const { family, index, currency, unit, lotsPerCoin } = kinds[payoff];
  const inverse = payoff === 'inverse';
  /** In coin futures for as many dollars as the puts pay are the cover. */
  const futureCoins = inverse ? (coins * 95_000) / forward : coins;
  /** Minor units of dollars at a price. */
  const cashOf = (dollars: number, price: number): number =>
    Math.round((inverse ? dollars / price : dollars) * unit);

  const open = (exercise: 'cash' | 'future') => {
    const venue = new TestEngine();
    const tables = tablesWithFutures(true).map((table) => ({
      ...table,
      families: table.families.map((one) => ({
        ...one,
        options: one.options && { ...one.options, exercise },
      })),
    }));
    venue.open(tables, forward);
    const [own, other] = ['own', 'other'].map((name) => venue.account(name)) as [
      AccountId,
      AccountId,
    ];
    for (const account of [own, other]) venue.deposit(account, 1_000_000 * unit, currency);
    const trade = (name: string, lots: number): void => {
      const { id, tick } = venue.instrument(name);
      const views = venue.engine.query('instruments', {});
      const mark = views.find(({ instrument }) => instrument.id === id)?.mark?.markPrice ?? 0;
      const ticks = Math.round((mark * tick.den) / tick.num / 10) * 10;
      venue.place(other, id, lots > 0 ? 'sell' : 'buy', Math.abs(lots), ticks);
      venue.place(own, id, lots > 0 ? 'buy' : 'sell', Math.abs(lots), ticks);
    };
    trade(`${family}-25SEP26`, inverse ? (coins * 95_000) / 10 : coins * 1_000);
    trade(`${family}-25SEP26-95000-P`, coins * lotsPerCoin);
    trade(`${family}-25SEP26-105000-C`, -coins * lotsPerCoin);
    const figures = () => {
      const summary = venue.engine.query('account-summary', { accountId: own, currency });
      if (typeof summary === 'string') throw new Error(summary);
      const { balance, initialMargin, maintenanceMargin, marginBalance } = summary;
      return { balance, initialMargin, maintenanceMargin, spare: marginBalance - initialMargin };
    };
    /** The half hour of prints, all at a price, and the curves with it. */
    const fix = (price: number): void => {
      for (let second = 1; second < 1_800; second += 100) {
        venue.nowUs = friday - 30 * usPerMinute + second * usPerSecond;
        venue.index(index, price);
      }
      venue.nowUs = friday - usPerSecond;
      venue.curve(index, price, 0.5);
      venue.index(index, price);
    };
    return { venue, own, figures, fix };
  };

  test.each([
    ['cash', 80_000],
    ['cash', 100_000],
    ['cash', 125_000],
    ['future', 80_000],
    ['future', 125_000],
  ] as const)('exercised into %s at %d', (exercise, price) => {
    const { venue, own, figures, fix } = open(exercise);
    const traded = figures();
    const lossAt = (mark: number): number => cashOf(Math.max(0, mark - 95_000) * coins, mark);
    expect(Math.abs(traded.initialMargin - lossAt(forward))).toBeLessThanOrEqual(1);
    fix(price);
    const before = figures();
    expect(before.maintenanceMargin).toBe(before.initialMargin);
    expect(Math.abs(before.initialMargin - lossAt(price))).toBeLessThanOrEqual(1);
    const certain = cashOf(Math.max(0, 95_000 - price) * coins, price);
    expect(Math.abs(before.spare - (traded.spare - certain))).toBeLessThanOrEqual(5);

    venue.nowUs = friday + usPerSecond;
    const events = venue.apply({ type: 'pass-time' });
    const settled = events.flatMap((event) =>
      event.type === 'position-settled' && event.accountId === own ? [event] : [],
    );
    const fees = settled.reduce((sum, { fee }) => sum + fee, 0);
    const paid = Math.max(0, 95_000 - price) - Math.max(0, price - 105_000);
    const futureFee = cashOf(0.00025 * futureCoins * (inverse ? forward : price), price);
    const optionFee = paid === 0 ? 0 : cashOf(0.00015 * coins * price, price);
    if (exercise === 'cash') expect(fees).toBe(futureFee + optionFee);
    else expect(fees).toBeLessThan(futureFee + optionFee);
    // What the future made, and the option that is in the money; premiums were paid before.
    const made = (price - forward) * futureCoins + paid * coins;
    const after = figures();
    expect(after).toEqual({
      balance: traded.balance + cashOf(made, price) - fees,
      initialMargin: 0,
      maintenanceMargin: 0,
      spare: after.balance,
    });
    expect(after.spare).toBeGreaterThanOrEqual(before.spare - fees - 5);
    const held = venue.engine.query('positions', { accountId: own });
    expect(held.filter(({ sizeLots }) => sizeLots !== 0)).toEqual([]);
    for (const { debitsLessCredits } of venue.engine.query('ledger-totals', {})) {
      expect(debitsLessCredits).toBe(0n);
    }
  });
});
