// Futures that cover options of their expiry: accounts, previews, simulations, certificates and
// copies ask for no more than both can lose, from the command on that says so.
import type { AccountId, ContractTable } from '@openstrike/domain';
import { checkAccountCertificate } from '@openstrike/risk';
import { describe, expect, test } from 'vitest';
import { tablesWithFutures } from '../testing/covering-tables.ts';
import { TestEngine } from '../testing/test-engine.ts';

const forward = 100_000;
const covering = tablesWithFutures(true);
const apartFrom = tablesWithFutures(false);

const kinds = {
  inverse: { prefix: 'BTC', currency: 'BTC', unit: 1e8, lotsPerCoin: 10 },
  linear: { prefix: 'BTC_USDC', currency: 'USDC', unit: 1e6, lotsPerCoin: 100 },
} as const;

const open = (payoff: 'inverse' | 'linear', tables: readonly ContractTable[] = covering) => {
  const { prefix, currency, unit, lotsPerCoin } = kinds[payoff];
  const venue = new TestEngine();
  venue.open(tables, forward);
  const own = venue.account('own');
  const other = venue.account('other');
  for (const id of [own, other]) venue.deposit(id, 5_000_000 * unit, currency);
  const nameOf = (which: string): string =>
    which === 'future' ? `${prefix}-25SEP26` : `${prefix}-25SEP26-${which}`;
  const ticksOf = (which: string): number => {
    const { id, tick } = venue.instrument(nameOf(which));
    const views = venue.engine.query('instruments', {});
    const mark = views.find(({ instrument }) => instrument.id === id)?.mark?.markPrice ?? 0;
    return Math.max(10, Math.round((mark * tick.den) / tick.num / 10) * 10);
  };
  /** Lots of so many coins; of inverse futures lots of 10 dollars at a price. */
  const lotsOf = (which: string, coins: number, price = forward): number => {
    if (which !== 'future') return coins * lotsPerCoin;
    return payoff === 'inverse' ? (coins * price) / 10 : coins * 1_000;
  };
  const place = (who: AccountId, which: string, lots: number): void => {
    const { id } = venue.instrument(nameOf(which));
    venue.place(who, id, lots > 0 ? 'buy' : 'sell', Math.abs(lots), ticksOf(which));
  };
  /** Buys (sells, negative) at the mark. */
  const trade = (which: string, coins: number, price?: number): void => {
    const lots = lotsOf(which, coins, price);
    place(other, which, -lots);
    place(own, which, lots);
  };
  const margins = (at: TestEngine = venue): readonly [number, number] => {
    const summary = at.engine.query('account-summary', { accountId: own, currency });
    if (typeof summary === 'string') throw new Error(summary);
    return [summary.initialMargin, summary.maintenanceMargin];
  };
  const certificate = () => {
    const answer = venue.engine.query('margin-certificate', { accountId: own, currency });
    if (typeof answer === 'string') throw new Error(answer);
    return answer;
  };
  const asked = (which: string, lots: number) =>
    venue.engine.query('order-margin', {
      accountId: own,
      instrumentId: venue.instrument(nameOf(which)).id,
      sizeLots: lots,
      priceTicks: ticksOf(which),
    } as never) as { readonly buy: number; readonly sell: number };
  return {
    venue,
    own,
    other,
    trade,
    place,
    lotsOf,
    nameOf,
    margins,
    certificate,
    asked,
    unit,
    currency,
  };
};

describe.each(['inverse', 'linear'] as const)('%s futures', (payoff) => {
  /** What a coin's worth between two prices is, as it is lost for certain. */
  const lost = (dollars: number, coins: number): number =>
    payoff === 'inverse'
      ? Math.ceil((coins * dollars * 1e8) / forward - 1e-3)
      : coins * dollars * 1e6;

  test('a collar, then a conversion: all that either can lose, whatever is traded first', () => {
    for (const order of [
      ['future', '95000-P', '105000-C'],
      ['105000-C', '95000-P', 'future'],
    ]) {
      const { trade, margins } = open(payoff);
      for (const which of order) trade(which, which === '105000-C' ? -20 : 20, 95_000);
      expect(margins()).toEqual([lost(5_000, 20), lost(5_000, 20)]);
    }
    const { trade, margins } = open(payoff);
    trade('future', 20, 95_000);
    trade('95000-P', 20);
    trade('95000-C', -20);
    expect(margins()).toEqual([lost(5_000, 20), lost(5_000, 20)]);
    const apart = open(payoff, apartFrom);
    for (const which of ['future', '95000-P', '95000-C']) {
      apart.trade(which, which === '95000-C' ? -20 : 20, 95_000);
    }
    expect(apart.margins()[0]).toBeGreaterThan(3 * lost(5_000, 20));
  });

  test('orders ask for what they leave: little that completes a cover, all that ends it', () => {
    const { trade, margins, asked, place, lotsOf, own, other } = open(payoff);
    trade('future', 20, 95_000);
    trade('95000-P', 20);
    const before = margins()[0];
    const sold = lotsOf('105000-C', 20);
    expect(before + asked('105000-C', sold).sell).toBe(lost(5_000, 20));
    place(own, '105000-C', -sold);
    expect(margins()[0]).toBe(lost(5_000, 20));
    place(other, '105000-C', sold);
    const covered = margins()[0];
    expect(covered).toBe(lost(5_000, 20));
    const all = lotsOf('future', 20, 95_000);
    const leaving = asked('future', all).sell;
    expect(leaving).toBeGreaterThan(0);
    trade('future', -20, 95_000);
    expect(margins()[0]).toBeGreaterThan(2 * covered);
    expect(margins()[0]).toBeLessThanOrEqual(covered + leaving);
  });

  test('an order that only closes a future is refused where it would uncover what was sold', () => {
    const { venue, own, trade, margins, currency, unit, nameOf, lotsOf, place } = open(payoff);
    trade('future', 20, 95_000);
    trade('95000-P', 20);
    trade('95000-C', -20);
    const summary = venue.engine.query('account-summary', { accountId: own, currency });
    if (typeof summary === 'string') throw new Error(summary);
    const amount = Math.floor(summary.marginBalance - margins()[0] - 0.01 * unit);
    venue.apply({
      type: 'withdraw',
      accountId: own,
      currency,
      amount: amount as never,
      reference: 'out',
    });
    const held = () =>
      venue.engine
        .query('positions', { accountId: own })
        .find(({ instrumentId }) => instrumentId === venue.instrument(nameOf('future')).id)
        ?.sizeLots ?? 0;
    const lots = lotsOf('future', 20, 95_000);
    trade('future', -20, 95_000);
    expect(held()).toBe(lots);
    // With what was sold bought back, nothing stands in the way.
    trade('95000-C', 20);
    place(own, 'future', -lots);
    expect(held()).toBe(0);
  });

  test('a simulated portfolio, a copy and a certificate say the same', () => {
    const { venue, own, trade, margins, certificate, currency } = open(payoff);
    trade('future', 10, 95_000);
    trade('95000-P', 12);
    trade('105000-C', -9);
    const [initialMargin, maintenanceMargin] = margins();
    const positions = venue.engine
      .query('positions', { accountId: own })
      .map(({ instrumentId, sizeLots }) => ({ instrumentId, sizeLots }));
    const question = { accountId: venue.account('asks'), currency, add: false, positions };
    const simulated = venue.engine.query('simulate-portfolio', question);
    expect(simulated).toMatchObject({ initialMargin, maintenanceMargin });
    const copy = venue.copy();
    const again = copy.engine.query('account-summary', { accountId: own, currency });
    expect(again).toMatchObject({ initialMargin, maintenanceMargin });
    expect(copy.engine.stateHash()).toBe(venue.engine.stateHash());
    const own1 = JSON.parse(JSON.stringify(certificate()));
    expect(checkAccountCertificate(own1, covering, 1e-9)).toMatchObject({ ok: true });
    expect(checkAccountCertificate(own1, apartFrom)).toMatchObject({ ok: false });
    for (const model of ['cross-standard', 'segregated-standard'] as const) {
      venue.apply({ type: 'change-margin-model', accountId: own, model });
      expect(checkAccountCertificate(certificate(), covering, 1e-9)).toMatchObject({ ok: true });
    }
    expect(margins()).toEqual([initialMargin, maintenanceMargin]);
  });

  test('tables change it for positions that are held, both ways', () => {
    const { venue, trade, margins } = open(payoff, apartFrom);
    trade('future', 20, 95_000);
    trade('95000-P', 20);
    trade('95000-C', -20);
    const apart = margins();
    venue.apply({ type: 'configure', tables: covering });
    expect(margins()).toEqual([lost(5_000, 20), lost(5_000, 20)]);
    expect(venue.copy().engine.stateHash()).toBe(venue.engine.stateHash());
    venue.apply({ type: 'configure', tables: apartFrom });
    expect(margins()).toEqual(apart);
  });

  test('whatever the mark does, a conversion has as much to spare', () => {
    const { venue, own, trade, margins, currency } = open(payoff);
    const cash = () => {
      const summary = venue.engine.query('account-summary', { accountId: own, currency });
      if (typeof summary === 'string') throw new Error(summary);
      return summary.marginBalance;
    };
    trade('future', 20, 95_000);
    trade('95000-P', 20);
    trade('95000-C', -20);
    const free = cash() - margins()[0];
    const index = payoff === 'inverse' ? 'btc_usd' : 'btc_usdc';
    for (const price of [98_000, 102_000, 108_000]) {
      venue.index(index, price);
      venue.curve(index, price, 0.5);
      expect(Math.abs(cash() - margins()[0] - free)).toBeLessThanOrEqual(2);
    }
  });
});

test('a perpetual covers nothing: it is never delivered', () => {
  const { venue, own, other, trade, margins } = open('inverse');
  trade('95000-P', 20);
  trade('95000-C', -20);
  const [naked] = margins();
  const { id } = venue.instrument('BTC-PERPETUAL');
  venue.place(other, id, 'sell', 190_000, 200_000);
  venue.place(own, id, 'buy', 190_000, 200_000);
  expect(margins()[0]).toBeGreaterThan(naked + 0.02 * 19 * 1e8);
});
