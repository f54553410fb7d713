// Bench: what absorbing costs for each order command on the engine's thread, in batches as a group
// commit makes them: 1,000 instruments, 1,000 accounts, up to 50,000 open orders that rest, are
// cancelled and now and then trade. Each batch is made just before it is absorbed, as the engine
// does; only absorbing is timed.
import type {
  AccountId,
  Applied,
  Event,
  InstrumentId,
  OrderId,
  PriceTicks,
  SizeLots,
  TsUs,
} from '@openstrike/domain';
import { createRandom } from '@openstrike/std';
import { createFeeds } from './create-feeds.ts';
import {
  sampleApplied,
  sampleInstrument,
  sampleOrder,
  sampleParty,
  sampleStartUs,
  sampleTrade,
} from './testing/samples.ts';

const instruments = 1_000;
const accounts = 1_000;

/** Batches of order commands; deterministic. */
function* batchesOf(commands: number, batchSize: number): Generator<Applied[]> {
  const random = createRandom(7);
  let batch: Applied[] = [];
  const open: { id: number; account: number; instrument: number; ticks: number }[] = [];
  let trades = 0;
  for (let seq = 2; seq < commands + 2; seq++) {
    const tsUs = sampleStartUs + seq * 10;
    const events: Event[] = [];
    const cancel = open.length > 0 && (open.length >= 50_000 || random.nextFloat() < 0.45);
    const at = cancel ? random.nextInt(0, open.length) : open.length;
    const order = cancel
      ? (open[at] as (typeof open)[number])
      : {
          id: seq,
          account: random.nextInt(1, accounts + 1),
          instrument: random.nextInt(1, instruments + 1),
          ticks: 400 + random.nextInt(0, 100),
        };
    if (cancel) {
      open[at] = open[open.length - 1] as (typeof open)[number];
      open.pop();
    } else {
      open.push(order);
    }
    const instrumentId = order.instrument as InstrumentId;
    const priceTicks = order.ticks as PriceTicks;
    events.push({
      type: 'order-changed',
      cause: cancel ? 'cancelled' : 'placed',
      order: sampleOrder(order.id, {
        accountId: order.account as AccountId,
        instrumentId,
        priceTicks,
        status: cancel ? 'cancelled' : 'open',
        label: 'quote',
      }),
    });
    if (random.nextFloat() < 0.1) {
      trades++;
      const maker = sampleParty({ accountId: 2 as AccountId, orderId: 2 as OrderId });
      const trade = { instrumentId, priceTicks, tsUs: tsUs as TsUs, maker };
      events.push(sampleTrade(trades, trade));
    }
    const sizeLots = (cancel ? 0 : 5) as SizeLots;
    events.push({ type: 'book-level-changed', instrumentId, side: 'buy', priceTicks, sizeLots });
    batch.push(sampleApplied(seq, tsUs, events));
    if (batch.length === batchSize) {
      yield batch;
      batch = [];
    }
  }
  yield batch;
}

export const run = (options: { readonly smoke: boolean }): void => {
  const commands = options.smoke ? 2_000 : 400_000;
  for (const batchSize of [1, 32, 1_000]) {
    const rounds: number[] = [];
    let hash = 0;
    for (let round = 0; round < (options.smoke ? 1 : 5); round++) {
      const feeds = createFeeds();
      const listed = Array.from(
        { length: instruments },
        (_, i): Event => ({ type: 'instrument-listed', instrument: sampleInstrument(i + 1) }),
      );
      feeds.absorb([sampleApplied(1, sampleStartUs, listed)]);
      let spentMs = 0;
      for (const batch of batchesOf(commands, batchSize)) {
        const start = performance.now();
        const changes = feeds.absorb(batch);
        spentMs += performance.now() - start;
        hash = (Math.imul(hash, 31) + changes.books.length + changes.quotes.size) | 0;
      }
      rounds.push((spentMs * 1_000) / commands);
    }
    rounds.sort((a, b) => a - b);
    const [best, median] = [rounds[0], rounds[rounds.length >> 1]] as [number, number];
    process.stdout.write(
      `feeds absorb, ${commands} order commands, ${instruments} instruments, ` +
        `batches of ${batchSize}: ${median.toFixed(3)} us a command (median of ${rounds.length} ` +
        `rounds; best ${best.toFixed(3)}), work ${hash >>> 0}\n`,
    );
  }
};

if (process.argv[1] === import.meta.filename) {
  run({ smoke: process.argv.includes('--smoke') });
}
