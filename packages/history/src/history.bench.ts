// Bench: what history costs the thread that publishes, how many rows a second the worker stores,
// and how long queries take over a million trades. In a fresh folder of the system's temporary
// directory.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AccountId,
  type Applied,
  type Cash,
  type Event,
  type InstrumentId,
  type OrderId,
  type PriceTicks,
  type SizeLots,
  type TsUs,
  usPerDay,
} from '@openstrike/domain';
import {
  sampleApplied,
  sampleInstrument,
  sampleOrder,
  sampleParty,
  sampleStartUs,
  sampleTrade,
} from '@openstrike/feeds/testing';
import { createRandom } from '@openstrike/std';
import { createHistory } from './create-history.ts';
import type { History, TradeQuery } from './history.ts';

const instruments = 1_000;
const accounts = 1_000;
const batchSize = 256;

/** Per command one trade, two fills' last order states, four cash postings: seven rows. */
const rowsPerCommand = 7;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

function* story(trades: number): Generator<Applied[]> {
  const random = createRandom(11);
  const listed = Array.from(
    { length: instruments },
    (_, i): Event => ({ type: 'instrument-listed', instrument: sampleInstrument(i + 1) }),
  );
  yield [sampleApplied(1, sampleStartUs, listed)];
  let batch: Applied[] = [];
  for (let id = 1; id <= trades; id++) {
    const tsUs = (sampleStartUs + id * 500_000) as TsUs;
    const instrumentId = random.nextInt(1, instruments + 1) as InstrumentId;
    const [taker, maker] = [random.nextInt(2, accounts + 1), random.nextInt(1, 20)] as AccountId[];
    const [bought, sold] = [id * 2, id * 2 + 1] as OrderId[];
    const priceTicks = random.nextInt(400, 600) as PriceTicks;
    const order = {
      instrumentId,
      updatedUs: tsUs,
      filledLots: 10 as SizeLots,
      status: 'filled',
    } as const;
    const cash = {
      type: 'cash-changed',
      currency: 'BTC',
      change: 5 as Cash,
      balance: 9 as Cash,
    } as const;
    const paid = { ...cash, instrumentId, orderId: bought, tradeId: null, reference: null };
    const events: Event[] = [
      sampleTrade(id, {
        instrumentId,
        tsUs,
        priceTicks,
        taker: sampleParty({ accountId: taker as AccountId, orderId: bought as OrderId }),
        maker: sampleParty({ accountId: maker as AccountId, orderId: sold as OrderId }),
      }),
      {
        type: 'order-changed',
        cause: 'filled',
        order: sampleOrder(bought as number, { ...order, accountId: taker as AccountId }),
      },
      {
        type: 'order-changed',
        cause: 'filled',
        order: sampleOrder(sold as number, { ...order, accountId: maker as AccountId }),
      },
      { ...paid, accountId: taker as AccountId, reason: 'premium', orderId: bought as OrderId },
      { ...paid, accountId: taker as AccountId, reason: 'fee', orderId: bought as OrderId },
      { ...paid, accountId: maker as AccountId, reason: 'premium', orderId: sold as OrderId },
      { ...paid, accountId: maker as AccountId, reason: 'fee', orderId: sold as OrderId },
    ];
    batch.push(sampleApplied(id + 1, tsUs, events));
    if (batch.length === batchSize) {
      yield batch;
      batch = [];
    }
  }
  yield batch;
}

const fill = async (history: History, trades: number): Promise<void> => {
  let spentMs = 0;
  const start = performance.now();
  for (const batch of story(trades)) {
    const before = performance.now();
    history.absorb(batch);
    spentMs += performance.now() - before;
    if (history.pendingRows() > 100_000) {
      await history.flush();
    }
  }
  await history.flush();
  const seconds = (performance.now() - start) / 1_000;
  const rows = trades * rowsPerCommand;
  say(
    `stored ${rows} rows (${trades} trades, 2 orders and 4 cash rows each) in ` +
      `${seconds.toFixed(1)} s: ${Math.round(rows / seconds)} rows/s, ` +
      `${Math.round(trades / seconds)} trades/s`,
  );
  say(`absorb on the publishing thread: ${((spentMs * 1_000) / rows).toFixed(2)} us a row`);
};

const anyTrade: TradeQuery = {
  accountId: null,
  orderId: null,
  instrumentIds: [],
  currency: null,
  kind: null,
  fromTradeId: null,
  toTradeId: null,
  fromTradeSeq: null,
  toTradeSeq: null,
  fromUs: null,
  toUs: null,
  limit: 100,
  order: 'descending',
};

const questions = (history: History, trades: number): [string, () => Promise<unknown>][] => {
  const accountId = 1 as AccountId;
  const instrumentId = 500 as InstrumentId;
  const middle = (sampleStartUs + trades * 250_000) as TsUs;
  const range = { fromUs: null, toUs: null };
  const order = {
    accountId,
    instrumentId: null,
    currency: null,
    kind: null,
    includeUnfilled: false,
    limit: 100,
    offset: 0,
    beforeId: null,
  };
  const cash = {
    ...range,
    accountId,
    currency: null,
    reasons: [],
    beforeId: null,
    limit: 100,
    offset: 0,
  };
  return [
    ['newest 100 trades', () => history.trades(anyTrade)],
    [
      '100 trades of a class from the middle on',
      () => history.trades({ ...anyTrade, currency: 'BTC', fromUs: middle, order: 'ascending' }),
    ],
    [
      '100 trades of an instrument',
      () => history.trades({ ...anyTrade, instrumentIds: [instrumentId] }),
    ],
    ['100 trades of a market maker', () => history.trades({ ...anyTrade, accountId })],
    [
      '1,000 trades of a market maker',
      () => history.trades({ ...anyTrade, accountId, limit: 1000 }),
    ],
    [
      'its trades of one instrument',
      () => history.trades({ ...anyTrade, accountId, instrumentIds: [instrumentId] }),
    ],
    ['trades of an order', () => history.trades({ ...anyTrade, orderId: 4_000 as OrderId })],
    ['100 filled orders', () => history.orders(order)],
    [
      '100 filled orders of a class it never traded',
      () => history.orders({ ...order, currency: 'USDC' }),
    ],
    ['100 cash rows with their trades', () => history.cash(cash)],
    [
      'one-minute candles, a day',
      () => history.candles(instrumentId, 1, { fromUs: (middle - usPerDay) as TsUs, toUs: middle }),
    ],
    ['half-hour candles, all', () => history.candles(instrumentId, 30, range)],
    ['daily candles, all', () => history.candles(instrumentId, 1440, range)],
    ['volumes of 30 days', () => history.volumes(sampleStartUs)],
    [
      'recent trades of a day (172,800)',
      () => history.recentTrades((sampleStartUs + trades * 500_000 - usPerDay) as TsUs),
    ],
  ];
};

export const run = async (options: { readonly smoke: boolean }): Promise<void> => {
  const trades = options.smoke ? 2_000 : Number(process.env.TRADES ?? 1_000_000);
  const folder = mkdtempSync(join(tmpdir(), 'openstrike-bench-'));
  const history = await createHistory({ folder });
  try {
    await fill(history, trades);
    const bytes = statSync(join(folder, 'history.db')).size;
    say(
      `database: ${(bytes / 2 ** 20).toFixed(0)} MiB, ${Math.round(bytes / trades)} bytes a trade`,
    );
    for (const [name, ask] of questions(history, trades)) {
      const times: number[] = [];
      for (let round = 0; round < (options.smoke ? 2 : 9); round++) {
        const start = performance.now();
        await ask();
        times.push(performance.now() - start);
      }
      times.sort((a, b) => a - b);
      const [median, worst] = [times[times.length >> 1], times[times.length - 1]] as number[];
      say(`${name}: median ${median?.toFixed(2)} ms, worst ${worst?.toFixed(2)} ms`);
    }
  } finally {
    await history.close();
    rmSync(folder, { recursive: true });
  }
};

if (process.argv[1] === import.meta.filename) {
  await run({ smoke: process.argv.includes('--smoke') });
}
