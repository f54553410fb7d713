// Participants worker: the simulated makers and takers, in a thread of their own, through the same
// door as everybody: WebSocket, keys, rate tiers. They know nothing of the engine but what the
// door tells them.
import { parentPort, workerData } from 'node:worker_threads';
import { createRandom } from '@openstrike/std';
import {
  createMarketMaker,
  createTaker,
  type MarketMaker,
  type ParticipantLog,
  type QuoteParameters,
  type Taker,
} from '@openstrike/strategy';
import { createDeribitVenue, type Venue } from '@openstrike/venues';
import type { DemoAccount } from './run-file.ts';

export interface ParticipantsTask {
  readonly ws: string;
  readonly seed: string;
  readonly makers: readonly DemoAccount[];
  readonly takers: readonly DemoAccount[];
  readonly takersPerMinute: number;
}

/** What the worker tells a few times a second. */
export interface ParticipantsReport {
  readonly makers: readonly { readonly instruments: number; readonly resting: number }[];
  readonly takerOrders: number;
  readonly warnings: readonly string[];
}

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

const makers: MarketMaker[] = task.makers.map((account, index) =>
  createMarketMaker({ venue: venueOf(account), parameters: parametersOf(index), log }),
);
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

const stop = async (): Promise<void> => {
  clearInterval(reporting);
  await Promise.allSettled([...takers, ...makers].map((participant) => participant.stop()));
  parentPort?.postMessage('stopped');
  parentPort?.close();
};

parentPort?.on('message', (message) => {
  if (message === 'stop') void stop();
});

for (const participant of [...makers, ...takers]) {
  await participant.start();
}
