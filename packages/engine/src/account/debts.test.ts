// Debts under cross models count for more than they are: an order or a withdrawal that leaves one
// is held to what the account has afterwards. And a preview says what the order then holds.
import {
  type AccountId,
  type AccountSummary,
  type Currency,
  type Instrument,
  type MarginModel,
  marginModels,
} from '@openstrike/domain';
import { checkAccountCertificate } from '@openstrike/risk';
import { createRandom } from '@openstrike/std';
import { expect, test } from 'vitest';
import { TestEngine } from '../testing/test-engine.ts';
import { testTables } from '../testing/test-tables.ts';

const coin = 1e8;
const dollar = 1e6;

class Venue extends TestEngine {
  readonly own: AccountId;
  readonly rich: AccountId;

  constructor(model: MarginModel, coins: number, dollars: number) {
    super();
    this.open();
    this.own = this.account('own');
    this.rich = this.account('rich');
    if (coins > 0) this.deposit(this.own, coins * coin);
    this.deposit(this.own, dollars * dollar, 'USDC');
    this.deposit(this.rich, 10_000 * coin);
    this.deposit(this.rich, 1e9 * dollar, 'USDC');
    this.apply({ type: 'change-margin-model', accountId: this.own, model });
  }

  summary(currency: Currency): AccountSummary {
    const answer = this.engine.query('account-summary', { accountId: this.own, currency });
    if (typeof answer === 'string') throw new Error(answer);
    return answer;
  }

  markTicks({ id, tick }: Instrument): number {
    const views = this.engine.query('instruments', {});
    const mark = views.find(({ instrument }) => instrument.id === id)?.mark?.markPrice ?? 0;
    return Math.max(10, Math.round((mark * tick.den) / tick.num / 10) * 10);
  }

  /** Buys (or sells, negative) at a price from the rich; whether it traded. */
  trade(instrument: Instrument, lots: number, ticks = this.markTicks(instrument)): boolean {
    const [own, other] = lots > 0 ? (['buy', 'sell'] as const) : (['sell', 'buy'] as const);
    this.place(this.rich, instrument.id, other, Math.abs(lots), ticks);
    const events = this.place(this.own, instrument.id, own, Math.abs(lots), ticks);
    return events.some(({ type }) => type === 'trade');
  }

  call(strike: number): Instrument {
    const name = [...this.instruments.keys()].find(
      (each) => each.startsWith('BTC-') && each.endsWith(`-${strike}-C`),
    );
    return this.instrument(name ?? 'none');
  }
}

test('a premium that is owed is held to what the account has afterwards', () => {
  const venue = new Venue('cross-standard', 0, 100_000);
  const call = venue.call(100_000);
  const ticks = venue.markTicks(call);
  const lotsFor = (usd: number): number => Math.floor(usd / (ticks * 1e-4 * 100_000) / 0.1);
  // Beside 100,000 dollars, 96,500 owed in bitcoin count for 103,255, and the fee comes on top.
  expect(venue.trade(call, lotsFor(96_500))).toBe(false);
  venue.cancelAll(venue.rich);
  expect(venue.trade(call, lotsFor(90_500))).toBe(true);
  const { availableFunds, marginBalance } = venue.summary('USDC');
  expect(marginBalance).toBeLessThan(2_000 * dollar);
  expect(availableFunds).toBeGreaterThanOrEqual(0);
});

test('open buys together hold what the debt they would leave counts for', () => {
  const venue = new Venue('cross-standard', 0, 100_000);
  const call = venue.call(100_000);
  const ticks = venue.markTicks(call);
  const coins = ticks * 1e-4 * 10;
  venue.place(venue.own, call.id, 'buy', 100, ticks);
  const held = venue.summary('BTC');
  expect(held.openOrdersMargin).toBeCloseTo(coins * 1.07 * coin, -1);
  const certificate = venue.engine.query('margin-certificate', {
    accountId: venue.own,
    currency: 'BTC',
  });
  if (typeof certificate === 'string') throw new Error(certificate);
  expect(checkAccountCertificate(certificate, testTables)).toMatchObject({ ok: true });
  // Cash that is there pays first.
  venue.deposit(venue.own, coins * coin);
  expect(venue.summary('BTC').openOrdersMargin).toBeCloseTo(coins * coin, -1);
});

test('a withdrawal that leaves a debt leaves the account its initial margin', () => {
  const venue = new Venue('cross-standard', 50, 1_600_000);
  const perpetual = venue.instrument('BTC-PERPETUAL');
  expect(venue.trade(perpetual, 1_000_000)).toBe(true);
  // Of the coins hardly anything is left against the session's loss.
  venue.index('btc_usd', 67_000);
  const before = venue.summary('BTC');
  expect(before.equity).toBeLessThan(before.availableFunds / 10);
  const most = before.availableWithdrawalFunds;
  expect(most).toBeGreaterThan(0.9 * before.availableFunds);
  const take = (amount: number): string => {
    const { own: accountId } = venue;
    const reference = `out ${amount}`;
    const command = { type: 'withdraw', accountId, currency: 'BTC', reference } as const;
    return venue.apply({ ...command, amount: amount as never })[0]?.type ?? 'nothing';
  };
  expect(take(before.availableFunds)).toBe('command-rejected');
  expect(take(most)).toBe('cash-changed');
  const after = venue.summary('BTC').availableFunds;
  expect(after).toBeGreaterThanOrEqual(0);
  expect(after).toBeLessThan(coin / 10);
});

for (const model of marginModels) {
  test(`a preview says what the order then holds: ${model}`, () => {
    const venue = new Venue(model, 300, 10_000_000);
    const random = createRandom(7);
    const all = [...venue.instruments.values()];
    const any = (): Instrument => all[Math.floor(random.nextFloat() * all.length)] as Instrument;
    const lotsOf = ({ kind, payoff }: Instrument): number => {
      const size = kind === 'option' ? (payoff === 'inverse' ? 60 : 600) : 60_000;
      return 1 + Math.floor((payoff === 'inverse' ? size : size / 10) * random.nextFloat());
    };
    let previews = 0;
    let only = 0;
    for (let round = 0; round < 120; round++) {
      const instrument = any();
      const side = random.nextFloat() < 0.5 ? 'buy' : 'sell';
      const lots = lotsOf(instrument);
      if (round % 3 === 0) {
        venue.trade(instrument, side === 'buy' ? lots : -lots);
        venue.cancelAll(venue.rich);
        continue;
      }
      if (round % 7 === 0) venue.cancelAll(venue.own);
      const { id, settlementCurrency: currency } = instrument;
      const mark = venue.markTicks(instrument);
      // Where it rests.
      const priceTicks = (
        side === 'buy' ? Math.floor(mark / 10.2) * 10 : Math.ceil(mark / 9.8) * 10
      ) as never;
      const sizeLots = lots as never;
      const question = { accountId: venue.own, instrumentId: id, sizeLots, priceTicks };
      const preview = venue.engine.query('order-margin', question);
      if (typeof preview === 'string') throw new Error(preview);
      const before = venue.summary(currency).initialMargin;
      const [event] = venue.place(venue.own, id, side, lots, priceTicks);
      if (event?.type !== 'order-changed') continue;
      previews += 1;
      const held = venue.summary(currency).initialMargin - before;
      const what = `${instrument.name} ${side} ${lots}`;
      expect(Math.abs(preview[side] - held), what).toBeLessThan(3);
      if (round % 7 !== 0) continue;
      // It is the only one, and is told so afterwards too.
      const orderIds = [event.order.orderId];
      const [told] = venue.engine.query('order-margins', { accountId: venue.own, orderIds });
      expect(Math.abs((told?.initialMargin ?? Number.NaN) - held), what).toBeLessThan(3);
      only += 1;
    }
    expect(previews).toBeGreaterThan(30);
    expect(only).toBeGreaterThan(3);
  });
}
