// Seed feeds: what the projections start from: the engine's own answers and history's last day.
// Nothing is submitted meanwhile, so the answers belong to one state.
import { type QueryPort, type Seq, type TsUs, usPerDay } from '@openstrike/domain';
import type { Feeds } from '@openstrike/feeds';
import type { History } from '@openstrike/history';

const formerInstrumentsMax = 20_000;

export const seedFeeds = async (
  feeds: Feeds,
  queries: QueryPort,
  history: History,
  seq: Seq,
  tsUs: TsUs,
): Promise<void> => {
  await history.flush();
  const sinceUs = (tsUs - usPerDay) as TsUs;
  const instruments = await queries.query('instruments', {});
  const accounts = await queries.query('accounts', {});
  const books = await Promise.all(
    instruments.map(({ instrument }) => queries.query('book', { instrumentId: instrument.id })),
  );
  const positions = await Promise.all(
    accounts.map(({ accountId }) => queries.query('positions', { accountId })),
  );
  feeds.seed({
    seq,
    tsUs,
    instruments,
    books: books.filter((book) => book !== null),
    openOrders: await queries.query('open-orders', { accountId: null }),
    positions: positions.flat(),
    accounts,
    indexes: await queries.query('indexes', {}),
    tradingState: await queries.query('trading-state', {}),
    // Instruments of the past keep their names for those who ask about old trades.
    formerInstruments: await history.formerInstruments(sinceUs, formerInstrumentsMax),
    recentTrades: await history.recentTrades(sinceUs),
    recentIndexes: await history.recentIndexes(sinceUs),
  });
};
