// Liquidation venue: a small venue that remembers everything it told, and accounts on it that are
// near to being liquidated.
import type {
  AccountId,
  Command,
  ContractTable,
  Currency,
  Event,
  EventType,
  LiquidationPlan,
  MarketMove,
} from '@openstrike/domain';
import { createRandom } from '@openstrike/std';
import { TestEngine } from './test-engine.ts';
import { testTables } from './test-tables.ts';

type Of<Type extends EventType> = Extract<Event, { type: Type }>;

export class LiquidationVenue extends TestEngine {
  readonly told: Event[] = [];

  override apply(command: Command): readonly Event[] {
    const events = super.apply(command);
    this.told.push(...events);
    return events;
  }

  of<Type extends EventType>(type: Type): Of<Type>[] {
    return this.told.filter((event): event is Of<Type> => event.type === type);
  }

  /** Venue seconds pass, one after the other. */
  seconds(count: number): void {
    for (let i = 0; i < count; i++) {
      this.nowUs += 1_000_000;
      this.apply({ type: 'pass-time' });
    }
  }

  equity(accountId: AccountId, currency: Currency = 'BTC'): number {
    const summary = this.engine.query('account-summary', { accountId, currency });
    if (typeof summary === 'string') throw new Error(summary);
    return summary.equity;
  }

  balance(accountId: AccountId): number {
    const summary = this.engine.query('account-summary', { accountId, currency: 'BTC' });
    if (typeof summary === 'string') throw new Error(summary);
    return summary.balance;
  }

  plan(
    accountId: AccountId,
    currency: Currency = 'BTC',
    move: MarketMove | null = null,
  ): LiquidationPlan {
    const plan = this.engine.query('liquidation-plan', { accountId, currency, move });
    if (typeof plan === 'string') throw new Error(plan);
    return plan;
  }

  /** Money in the clearing account, which must come back to what it was. */
  totals(): bigint[] {
    return this.engine.query('ledger-totals', {}).map(({ debitsLessCredits }) => debitsLessCredits);
  }
}

export const coin = 1e8;
export const perpetual = 'BTC-PERPETUAL';

/** A long of so many dollars on one coin of margin against a rich short. */
export const leveraged = (
  usd: number,
  tables: readonly ContractTable[] = testTables,
  venue: LiquidationVenue = new LiquidationVenue(),
): { venue: LiquidationVenue; long: AccountId; short: AccountId } => {
  venue.open(tables);
  const long = venue.account('long');
  const short = venue.account('short');
  venue.deposit(long, coin);
  venue.deposit(short, 100 * coin);
  const { id } = venue.instrument(perpetual);
  venue.place(short, id, 'sell', usd / 10, 200_000);
  venue.place(long, id, 'buy', usd / 10, 200_000);
  venue.told.length = 0;
  return { venue, long, short };
};

/** A rich account that may answer auctions. */
export const providerOf = (venue: LiquidationVenue, name = 'provider'): AccountId => {
  const provider = venue.account(name);
  venue.deposit(provider, 100 * coin);
  venue.apply({ type: 'set-provider', accountId: provider, provider: true });
  return provider;
};

/** Prices that fall most of the time, bids now and then, and answers good and bad, from a seed. */
export const liquidationStory = (
  seed: number,
  tables: readonly ContractTable[] = testTables,
  venue: LiquidationVenue = new LiquidationVenue(),
): LiquidationVenue => {
  const random = createRandom(seed);
  const { short } = leveraged(4_000_000, tables, venue);
  const provider = providerOf(venue);
  const { id } = venue.instrument(perpetual);
  let price = 98_800;
  for (let round = 0; round < 40; round++) {
    price *= 1 + 0.006 * (random.nextFloat() - 0.6);
    venue.index('btc_usd', price);
    const ticks = Math.round(price * 2 * (1 - 0.01 * random.nextFloat()));
    if (random.nextFloat() < 0.3) venue.place(short, id, 'buy', 20_000, ticks);
    for (const { liquidationId } of venue.engine.query('auctions', {})) {
      const answer = { price: 1.2 * random.nextFloat() - 0.2, shareMax: random.nextFloat() };
      venue.apply({ type: 'answer-liquidation', accountId: provider, liquidationId, ...answer });
    }
    venue.seconds(Math.ceil(30 * random.nextFloat()));
  }
  return venue;
};
