// Stress factors in the running engine: told a day before they count, and in every margin from then
// on: of accounts, of orders, in certificates and after a restart.
import type { AccountId, ContractTable, StressChanged, StressParameters } from '@openstrike/domain';
import { usPerDay, usPerHour } from '@openstrike/domain';
import { checkAccountCertificate } from '@openstrike/risk';
import { expect, test } from 'vitest';
import { TestEngine } from '../testing/test-engine.ts';
import { testTables } from '../testing/test-tables.ts';

const stress: StressParameters = { dailyVolatility: 0.04, decay: 0.9, days: 30, riseMax: 5 };

const tablesWith = (section: StressParameters | null): readonly ContractTable[] =>
  testTables.map((table) => {
    const { stress: _, ...margin } = table.margin;
    return { ...table, margin: section === null ? margin : { ...margin, stress: section } };
  });

/** An account under portfolio margin with a sold perpetual, at 100,000 dollars. */
const start = (section: StressParameters | null = stress) => {
  const venue = new TestEngine();
  venue.open(tablesWith(section));
  const own = venue.account('own');
  const other = venue.account('other');
  for (const account of [own, other]) venue.deposit(account, 10_000_000_000);
  venue.apply({ type: 'change-margin-model', accountId: own, model: 'segregated-portfolio' });
  const { id } = venue.instrument('BTC-PERPETUAL');
  venue.place(other, id, 'buy', 1_000, 200_000);
  venue.place(own, id, 'sell', 1_000, 200_000);
  return { venue, own };
};

/** Lives to the next settlement, at a price that stays; returns what was told of factors. */
const settle = (venue: TestEngine, price: number): readonly StressChanged[] => {
  const today = Math.floor((venue.nowUs - 8 * usPerHour) / usPerDay) * usPerDay + 8 * usPerHour;
  venue.nowUs = today + usPerDay - usPerHour;
  venue.index('btc_usd', price);
  venue.nowUs = today + usPerDay + 60_000_000;
  const told = venue.apply({ type: 'pass-time' });
  venue.index('btc_usd', price);
  venue.curve('btc_usd', price, 0.5);
  return told.filter((event) => event.type === 'stress-changed');
};

const marginsOf = ({ engine }: TestEngine, accountId: AccountId) => {
  const summary = engine.query('account-summary', { accountId, currency: 'BTC' });
  if (typeof summary === 'string') throw new Error(summary);
  return { initial: summary.initialMargin, maintenance: summary.maintenanceMargin };
};

/** After a day of +20 %: the variance is 0.9 * 0.0016 + 0.1 * ln(1.2)^2. */
const raised = Math.sqrt(0.9 * 0.0016 + 0.1 * Math.log(1.2) ** 2) / 0.04;
/** And after a quiet day: what is left of it is more than three quarters of that. */
const later = Math.sqrt(0.9) * raised;

test('a factor counts from the settlement after the one that told it', () => {
  const { venue, own } = start();
  const { venue: calm, own: same } = start(null);
  const [told, ...more] = settle(venue, 120_000);
  expect(more).toEqual([]);
  expect(told).toMatchObject({ underlying: 'BTC', factor: 1, effectiveUs: expect.any(Number) });
  expect(told?.nextFactor).toBeCloseTo(raised, 12);
  expect(settle(calm, 120_000)).toEqual([]);
  expect(marginsOf(venue, own)).toEqual(marginsOf(calm, same));
  const [then] = settle(venue, 120_000);
  expect(then?.factor).toBeCloseTo(raised, 12);
  expect(then?.nextFactor).toBeCloseTo(later, 12);
  settle(calm, 120_000);
  const margins = marginsOf(venue, own);
  const plain = marginsOf(calm, same);
  expect(margins.initial / plain.initial).toBeCloseTo(raised, 5);
  expect(margins.maintenance / plain.maintenance).toBeCloseTo(raised, 5);
  const { inForce, stress: views } = venue.engine.query('tables', {});
  expect(views.map(({ underlying }) => underlying)).toEqual(
    inForce.map(({ table }) => table.underlying),
  );
  expect(views[0]).toMatchObject({ factor: then?.factor, nextFactor: then?.nextFactor });
});

test('certificates and a restored engine have it too', () => {
  const { venue, own } = start();
  settle(venue, 120_000);
  settle(venue, 120_000);
  const copy = venue.copy();
  expect(marginsOf(copy, own)).toEqual(marginsOf(venue, own));
  expect(settle(copy, 90_000)).toEqual(settle(venue, 90_000));
  expect(copy.engine.stateHash()).toBe(venue.engine.stateHash());
  const certificate = venue.engine.query('margin-certificate', { accountId: own, currency: 'BTC' });
  if (typeof certificate === 'string') throw new Error(certificate);
  expect(certificate.books[0]?.inputs.market.stress).toBeGreaterThan(1.2);
  const tables = venue.engine.query('tables', {}).inForce.map(({ table }) => table);
  const checked = checkAccountCertificate(certificate, tables);
  expect(checked).toMatchObject({ ok: true });
});

test('tables without the section end it at the next settlement', () => {
  const { venue, own } = start();
  settle(venue, 120_000);
  settle(venue, 120_000);
  venue.apply({ type: 'configure', tables: tablesWith(null) });
  const [told] = settle(venue, 120_000);
  expect(told).toMatchObject({ factor: 1, nextFactor: 1 });
  const { venue: calm, own: same } = start(null);
  for (let day = 0; day < 3; day++) settle(calm, 120_000);
  expect(marginsOf(venue, own).maintenance).toBe(marginsOf(calm, same).maintenance);
});
