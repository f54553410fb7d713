// Reader: one that joins without history. It asks the engine where things stand and follows the
// events from there; what it sees must be what the reader of all events sees.
import type { Applied, QueryPort, Seq, TsUs } from '@openstrike/domain';
import { createFeeds, type Feeds } from '@openstrike/feeds';

export class Reader {
  readonly feeds: Feeds = createFeeds();
  /** What was published while the engine's answers were on their way. */
  #early: (readonly Applied[])[] = [];
  #seeded = false;

  isSeeded(): boolean {
    return this.#seeded;
  }

  absorb(batch: readonly Applied[]): void {
    if (this.#seeded) this.feeds.absorb(batch);
    else this.#early.push(batch);
  }

  /** Holds: nothing is submitted before this resolves, so that the answers belong to one state. */
  async seed(queries: QueryPort, seq: Seq, tsUs: TsUs): Promise<void> {
    const instruments = await queries.query('instruments', {});
    const accounts = await queries.query('accounts', {});
    const books = await Promise.all(
      instruments.map(({ instrument }) => queries.query('book', { instrumentId: instrument.id })),
    );
    const positions = await Promise.all(
      accounts.map(({ accountId }) => queries.query('positions', { accountId })),
    );
    this.feeds.seed({
      seq,
      tsUs,
      instruments,
      books: books.filter((book) => book !== null),
      openOrders: await queries.query('open-orders', { accountId: null }),
      positions: positions.flat(),
      accounts,
      indexes: await queries.query('indexes', {}),
      tradingState: await queries.query('trading-state', {}),
      recentTrades: [],
      recentIndexes: [],
    });
    this.#seeded = true;
    for (const batch of this.#early) this.feeds.absorb(batch);
    this.#early = [];
  }
}
