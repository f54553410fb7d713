// Participants worker: the simulated makers and takers, in a thread of their own, through the same
// door as everybody: WebSocket, keys, rate tiers. They know nothing of the engine but what the
// door tells them, and give way to it.
import { parentPort, workerData } from 'node:worker_threads';
import { createRecordedQuotes, openRecording, type RecordedQuotes } from '@openstrike/oracle';
import { createRandom } from '@openstrike/std';
import {
  createMarketMaker,
  createTaker,
  type MarketMaker,
  type ParticipantLog,
  type QuoteParameters,
  replayQuoteOf,
  type Taker,
} from '@openstrike/strategy';
import { giveWay } from '@openstrike/threads';
import { createDeribitVenue, type Venue, type VenueInstrument } from '@openstrike/venues';
import type { DemoAccount } from './run-file.ts';

export interface ParticipantsTask {
  readonly ws: string;
  readonly seed: string;
  readonly makers: readonly DemoAccount[];
  readonly takers: readonly DemoAccount[];
  readonly takersPerMinute: number;
  /** Files whose recorded bids and asks the makers quote around; none in a simulated market. */
  readonly replayFiles: readonly string[];
}

/** What the worker tells a few times a second. */
export interface ParticipantsReport {
  readonly makers: readonly { readonly instruments: number; readonly resting: number }[];
  readonly takerOrders: number;
  readonly warnings: readonly string[];
}

giveWay();
const task = workerData as ParticipantsTask;
const warnings: string[] = [];
const log: ParticipantLog = {
  debug: () => {},
  warn: (fields, sentence) => {
    const { error } = fields as { error?: unknown };
    const why = error instanceof Error ? `: ${error.message}` : '';
    if (warnings.length < 20) warnings.push(`${sentence}${why}`);
  },
};

const venueOf = (account: DemoAccount): Venue =>
  createDeribitVenue({
    name: account.username,
    url: task.ws,
    clientId: account.clientId,
    clientSecret: account.clientSecret,
    // A development certificate is nobody's to vouch for, and the address is our own.
    trustAnyCertificate: true,
  });

/** Makers differ in width and size, so that books have more than one level. */
const parametersOf = (maker: number): QuoteParameters => ({
  volatilityHalfWidth: 0.008 + 0.004 * maker,
  priceHalfWidth: 0.012 + 0.006 * maker,
  futureHalfWidth: 0.00004 + 0.00006 * maker,
  futureLevels: 5,
  coins: 1.5 + maker,
  inventoryShift: 0.8,
});

/** A hundredth of what they take over is theirs; the second maker also quotes wider. */
const offers = { profitShare: 0.01, hedgeSeconds: 5, notionalMax: 0.05 } as const;

const recorded =
  task.replayFiles.length === 0
    ? null
    : createRecordedQuotes(await openRecording(task.replayFiles));
let readingOn = false;

const recordedIvs = (quotes: RecordedQuotes, instrument: VenueInstrument, nowMs: number) => {
  const reading = readingOn ? null : quotes.advance(nowMs);
  if (reading !== null) {
    readingOn = true;
    reading
      .catch((error: unknown) => log.warn({ error }, 'the recorded quotes cannot be read on'))
      .finally(() => {
        readingOn = false;
      });
  }
  const { indexName, expiryMs, strike } = instrument;
  if (expiryMs === null || strike === null) return null;
  return quotes.ivsOf(indexName.startsWith('btc') ? 'BTC' : 'ETH', expiryMs, strike);
};

/** The first maker shows the recorded touch, each further one stands a tick behind the last. */
const makerOf = (account: DemoAccount, index: number): MarketMaker => {
  const venue = venueOf(account);
  const parameters = parametersOf(index);
  if (recorded === null) return createMarketMaker({ venue, parameters, offers, log });
  return createMarketMaker({
    venue,
    parameters,
    offers,
    log,
    quote: (instrument, fair, inventory, nowMs) => {
      const ivs = recordedIvs(recorded, instrument, nowMs);
      return replayQuoteOf(instrument, fair, ivs, inventory, nowMs, parameters, index);
    },
  });
};

const makers: MarketMaker[] = task.makers.map(makerOf);
const takers: Taker[] = task.takers.map((account) =>
  createTaker({
    venue: venueOf(account),
    random: createRandom(`${task.seed}/${account.username}`),
    ordersPerMinute: task.takersPerMinute,
    log,
    after: (delayMs, run) => {
      const timer = setTimeout(run, delayMs);
      return () => clearTimeout(timer);
    },
  }),
);

const report = (): ParticipantsReport => ({
  makers: makers.map((maker) => maker.coverage()),
  takerOrders: takers.reduce((sum, taker) => sum + taker.sent(), 0),
  warnings: warnings.splice(0),
});

const reporting = setInterval(() => parentPort?.postMessage(report()), 250);

let stopping = false;

const stop = async (): Promise<void> => {
  stopping = true;
  clearInterval(reporting);
  await Promise.allSettled([...takers, ...makers].map((participant) => participant.stop()));
  parentPort?.postMessage('stopped');
  parentPort?.close();
};

parentPort?.on('message', (message) => {
  if (message === 'stop') void stop();
});

for (const participant of [...makers, ...takers]) {
  if (stopping) break;
  await participant.start().catch((error: unknown) => {
    // Who is stopped in the middle of its start has nothing to tell.
    if (!stopping) throw error;
  });
}
