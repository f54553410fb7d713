// The rates for calls sold beyond those held are those of the table in force: margins, previews and
// certificates go by them from the instant of their change, and a certificate does not compute
// again with any other.
import { type AccountId, recommendedMargin } from '@openstrike/domain';
import { checkAccountCertificate } from '@openstrike/risk';
import { expect, test } from 'vitest';
import {
  largestLoss,
  linearCall,
  markTicks,
  ratioSpread,
  tablesWith,
} from '../testing/ratio-spread.ts';
import type { TestEngine } from '../testing/test-engine.ts';
import { testTables } from '../testing/test-tables.ts';

const summaryOf = ({ engine }: TestEngine, accountId: AccountId) => {
  const summary = engine.query('account-summary', { accountId, currency: 'USDC' });
  if (typeof summary === 'string') throw new Error(summary);
  return summary;
};

const certificateOf = ({ engine }: TestEngine, accountId: AccountId) => {
  const certificate = engine.query('margin-certificate', { accountId, currency: 'USDC' });
  if (typeof certificate === 'string') throw new Error(certificate);
  return certificate;
};

const rates = [
  [1.2, 1.1],
  [1.3, 1.25],
  [1, 1],
] as const;

test('other rates change the margin by just as much, from the command on', () => {
  const { venue, own } = ratioSpread(tablesWith(1.05, 1.05));
  for (const [initial, maintenance] of rates) {
    venue.apply({ type: 'configure', tables: tablesWith(initial, maintenance) });
    const summary = summaryOf(venue, own);
    expect(summary.initialMargin).toBe(largestLoss(initial));
    expect(summary.maintenanceMargin).toBe(largestLoss(maintenance));
    expect(summaryOf(venue.copy(), own)).toEqual(summary);
  }
});

test('announced rates are in force when they were announced for, and not before', () => {
  const { venue, own } = ratioSpread(testTables);
  const effectiveUs = (venue.nowUs + 60_000_000) as never;
  venue.apply({ type: 'announce-tables', tables: tablesWith(1.3, 1.25), effectiveUs });
  expect(summaryOf(venue, own).initialMargin).toBe(largestLoss(1.2));
  venue.nowUs += 60_000_000;
  venue.apply({ type: 'pass-time' });
  expect(summaryOf(venue, own).initialMargin).toBe(largestLoss(1.3));
});

test('a preview asks for what the table says', () => {
  for (const [rate] of rates) {
    const { venue, own } = ratioSpread(tablesWith(rate, rate));
    const held = venue.engine.query('positions', { accountId: own });
    const again = venue.account('again');
    venue.deposit(again, 5e12, 'USDC');
    const simulated = venue.engine.query('simulate-portfolio', {
      accountId: again,
      currency: 'USDC',
      add: true,
      positions: held.map(({ instrumentId, sizeLots }) => ({ instrumentId, sizeLots })),
    });
    expect(simulated).toMatchObject({ initialMargin: largestLoss(rate) });
    // Of the calls held one coin more is sold: it is charged, and nothing else is.
    const before = summaryOf(venue, own).initialMargin;
    const high = linearCall(venue, 105_000);
    const priceTicks = markTicks(venue, high);
    const order = { accountId: own, instrumentId: high.id, sizeLots: 10, priceTicks };
    const asked = venue.engine.query('order-margin', order as never);
    expect(asked).toMatchObject({ sell: 0.1 * rate * 100_000 * 1e6 });
    venue.place(own, high.id, 'sell', 10, priceTicks);
    const extra = summaryOf(venue, own).initialMargin - before;
    expect(extra).toBe(0.1 * rate * 100_000 * 1e6);
  }
});

test('a certificate computes again to 1e-9 with its own tables, and with no others', () => {
  for (const [initial, maintenance] of rates) {
    const own = tablesWith(initial, maintenance);
    const { venue, own: accountId } = ratioSpread(own);
    const certificate = certificateOf(venue, accountId);
    expect(certificate.figures.initialMargin).toBe(largestLoss(initial));
    const check = checkAccountCertificate(certificate, own, 1e-9);
    expect(check).toEqual({ ok: true, largestDifference: 0 });
    const others = tablesWith(initial + 0.01, maintenance);
    expect(checkAccountCertificate(certificate, others)).toMatchObject({
      ok: false,
      why: expect.stringContaining('the tables are not those'),
    });
    // Tables are held to the certificate by their hash; without it, it is the figure that differs.
    const unnamed = { ...certificate, parameters: [] };
    expect(checkAccountCertificate(unnamed, own)).toMatchObject({ ok: true });
    expect(checkAccountCertificate(unnamed, others)).toMatchObject({
      ok: false,
      why: expect.stringContaining('initial margin'),
    });
  }
});

test('an underlying whose table was left out goes by the recommended rates', () => {
  const { venue, own } = ratioSpread(tablesWith(1.3, 1.25));
  const ether = testTables.map((table) => ({
    ...table,
    underlying: 'ETH' as const,
    margin: recommendedMargin('ETH'),
    families: [],
  }));
  venue.apply({ type: 'configure', tables: ether });
  expect(summaryOf(venue, own).initialMargin).toBe(largestLoss(1.2));
  expect(checkAccountCertificate(certificateOf(venue, own), ether)).toMatchObject({ ok: true });
});
