// Options that settle in coin and offset each other: previews, accounts, certificates and copies
// ask for no more than they can lose, from the command on that says so.
import {
  type AccountId,
  type ContractTable,
  currencies,
  type Instrument,
} from '@openstrike/domain';
import { checkAccountCertificate } from '@openstrike/risk';
import { expect, test } from 'vitest';
import { TestEngine } from '../testing/test-engine.ts';
import { testTables } from '../testing/test-tables.ts';

const haircuts = { initialHaircut: 0.105, maintenanceHaircut: 0.07 };

/** The test tables with offsets of what settles in coin. */
const offsetting: readonly ContractTable[] = testTables.map((table) => ({
  ...table,
  families: table.families.map((family) =>
    family.payoff !== 'inverse' || family.options === null
      ? family
      : {
          ...family,
          options: {
            ...family.options,
            margin: { ...family.options.margin, coinLoss: haircuts },
          },
        },
  ),
}));

const forward = 100_000;
const expiry = 'BTC-25SEP26';

const open = (tables: readonly ContractTable[]) => {
  const venue = new TestEngine();
  venue.open(tables, forward);
  const own = venue.account('own');
  const other = venue.account('other');
  for (const id of [own, other]) venue.deposit(id, 1_000e8);
  /** Buys (or sells, negative) so many coins of an option at its mark. */
  const trade = (name: string, coins: number): void => {
    const { id, tick } = venue.instrument(name);
    const views = venue.engine.query('instruments', {});
    const mark = views.find(({ instrument }) => instrument.id === id)?.mark?.markPrice ?? 0;
    const ticks = Math.max(5, Math.round((mark * tick.den) / tick.num / 5) * 5);
    const [buyer, seller] = coins > 0 ? [own, other] : [other, own];
    venue.place(seller, id, 'sell', Math.abs(coins) * 10, ticks);
    venue.place(buyer, id, 'buy', Math.abs(coins) * 10, ticks);
  };
  const margins = (accountId: AccountId = own) => {
    const summary = venue.engine.query('account-summary', { accountId, currency: 'BTC' });
    if (typeof summary === 'string') throw new Error(summary);
    return [summary.initialMargin, summary.maintenanceMargin];
  };
  return { venue, own, trade, margins };
};

const option = (strike: number, type: 'C' | 'P'): string => `${expiry}-${strike}-${type}`;

test('a call spread asks for what it can lose in coin: nothing when it was bought', () => {
  const bought = open(offsetting);
  bought.trade(option(100_000, 'C'), 10);
  bought.trade(option(105_000, 'C'), -10);
  expect(bought.margins()).toEqual([0, 0]);
  const sold = open(offsetting);
  sold.trade(option(105_000, 'C'), 10);
  sold.trade(option(100_000, 'C'), -10);
  const most = Math.ceil((10 * 5_000 * 1e8) / 105_000);
  expect(sold.margins()).toEqual([most, most]);
});

test('a put spread asks for its dollars, at a price less the haircut of coins', () => {
  const { venue, own, trade, margins } = open(offsetting);
  trade(option(95_000, 'P'), 10);
  trade(option(100_000, 'P'), -10);
  const at = (haircut: number): number =>
    Math.ceil((10 * 5_000 * 1e8) / (forward * (1 - haircut)) - 1e-6);
  expect(margins()).toEqual([at(0.105), at(0.07)]);
  // Under a cross model a dollar of loss is a dollar, and the coins have the haircut.
  venue.apply({ type: 'change-margin-model', accountId: own, model: 'cross-standard' });
  const certificate = venue.engine.query('margin-certificate', { accountId: own, currency: 'BTC' });
  if (typeof certificate === 'string') throw new Error(certificate);
  expect(margins()[1]).toBeGreaterThanOrEqual(at(0));
  expect(margins()[1]).toBeLessThanOrEqual(at(0) + 1);
  expect(checkAccountCertificate(certificate, offsetting, 1e-9)).toMatchObject({ ok: true });
});

test('selling the leg that covers asks for all of the other; a naked call for its sum', () => {
  const { venue, own, trade, margins } = open(offsetting);
  trade(option(105_000, 'C'), 10);
  trade(option(100_000, 'C'), -10);
  const { id } = venue.instrument(option(105_000, 'C'));
  const covered = margins();
  const asked = venue.engine.query('order-margin', {
    accountId: own,
    instrumentId: id,
    sizeLots: 100,
    priceTicks: 100,
  } as never) as { sell: number };
  trade(option(105_000, 'C'), -10);
  const naked = margins();
  expect(naked[0]).toBeGreaterThan(10 * 0.15e8);
  expect(asked.sell).toBe((naked[0] as number) - (covered[0] as number));
});

test('a simulated portfolio and a copy say the same, and certificates compute again', () => {
  const { venue, own, trade, margins } = open(offsetting);
  trade(option(95_000, 'P'), 12);
  trade(option(100_000, 'P'), -12);
  trade(option(100_000, 'C'), 3);
  trade(option(105_000, 'C'), -3);
  const [initialMargin, maintenanceMargin] = margins();
  const positions = venue.engine
    .query('positions', { accountId: own })
    .map(({ instrumentId, sizeLots }) => ({ instrumentId, sizeLots }));
  const question = { accountId: venue.account('asks'), currency: 'BTC' as const, add: false };
  const simulated = venue.engine.query('simulate-portfolio', { ...question, positions });
  expect(simulated).toMatchObject({ initialMargin, maintenanceMargin });
  const copy = venue.copy();
  const again = copy.engine.query('account-summary', { accountId: own, currency: 'BTC' });
  expect(again).toMatchObject({ initialMargin, maintenanceMargin });
  expect(copy.engine.stateHash()).toBe(venue.engine.stateHash());
  const certificate = venue.engine.query('margin-certificate', { accountId: own, currency: 'BTC' });
  if (typeof certificate === 'string') throw new Error(certificate);
  expect(checkAccountCertificate(certificate, offsetting, 1e-9)).toMatchObject({ ok: true });
  const unnamed = { ...certificate, parameters: [] };
  expect(checkAccountCertificate(unnamed, testTables)).toMatchObject({ ok: false });
});

test('tables change it for positions that are held, both ways', () => {
  const { venue, trade, margins } = open(testTables);
  trade(option(105_000, 'C'), 10);
  trade(option(100_000, 'C'), -10);
  const apart = margins();
  expect(apart[0]).toBeGreaterThan(10 * 0.15e8);
  venue.apply({ type: 'configure', tables: offsetting });
  const most = Math.ceil((10 * 5_000 * 1e8) / 105_000);
  expect(margins()).toEqual([most, most]);
  expect(venue.copy().engine.stateHash()).toBe(venue.engine.stateHash());
  venue.apply({ type: 'configure', tables: testTables });
  expect(margins()).toEqual(apart);
});

test('never more than the legs by themselves, whatever is held', () => {
  const strikes = [95_000, 100_000, 105_000];
  const books = Array.from({ length: 40 }, (_, seed) =>
    strikes.flatMap((strike, i) =>
      (['C', 'P'] as const).map(
        (type, j) => [option(strike, type), ((seed * 7 + i * 5 + j * 3) % 9) - 4] as const,
      ),
    ),
  );
  const ask = (tables: readonly ContractTable[]) => {
    const { venue, own } = open(tables);
    return books.map((book) => {
      const positions = book
        .filter(([, coins]) => coins !== 0)
        .map(([name, coins]) => ({
          instrumentId: (venue.instrument(name) as Instrument).id,
          sizeLots: coins * 10,
        }));
      const question = { accountId: own, currency: currencies[0], add: false, positions };
      const answer = venue.engine.query('simulate-portfolio', question as never);
      if (typeof answer === 'string') throw new Error(answer);
      return answer;
    });
  };
  const offset = ask(offsetting);
  const apart = ask(testTables);
  offset.forEach(({ initialMargin, maintenanceMargin }, i) => {
    expect(initialMargin).toBeLessThanOrEqual(apart[i]?.initialMargin as number);
    expect(maintenanceMargin).toBeLessThanOrEqual(apart[i]?.maintenanceMargin as number);
    expect(maintenanceMargin).toBeLessThanOrEqual(initialMargin);
  });
  const relieved = offset.filter(
    ({ initialMargin }, i) => initialMargin < (apart[i]?.initialMargin as number),
  );
  expect(relieved.length).toBeGreaterThan(5);
});
