// Replay market: a recording as the exchange's market. Venue time is recorded time, from the first
// snapshot (or --start) to the last (or --end); a venue that was stopped on the way goes on where
// it was. Invariant: every index second of the span is told once; at the end time stands still, and
// what happened is told.
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ContractFamily,
  type IndexName,
  OperationalError,
  type TsUs,
  usPerMinute,
} from '@openstrike/domain';
import { createReplaySource, openRecording } from '@openstrike/oracle';
import { createMarketDriver } from './market-driver.ts';
import { everySecondSpeedMax, type Market, type MarketParts, type Replay } from './market-parts.ts';
import type { ExchangeOptions } from './options.ts';
import { instant, type ReplayEvents, replayReport, watchAccounts } from './replay-report.ts';

/**
 * Opens the files of a replay and settles its span.
 * Throws OperationalError when there is none, or the span is empty.
 */
export const openReplay = async (
  options: ExchangeOptions,
  onEnd: (report: string) => void,
): Promise<Replay | null> => {
  const { market, replayFiles, start, end } = options;
  if (market !== 'replay') {
    if (replayFiles.length === 0) return null;
    const sentence = `There are files to replay, but --market is ${market}; it takes replay.`;
    throw new OperationalError('bad-option', sentence);
  }
  if (replayFiles.length === 0) {
    throw new OperationalError('bad-option', 'A replay needs a file: --market replay FILE...');
  }
  const recording = await openRecording(replayFiles);
  const startUs = Math.max(recording.startUs, start ?? 0) as TsUs;
  // A single snapshot has no span of its own: --end gives it one, and its prices are held.
  const endUs = (end ?? recording.endUs) as TsUs;
  if (endUs <= startUs) {
    const span = `from ${instant(recording.startUs)} to ${instant(recording.endUs)}`;
    const sentence = `The recording goes ${span}; there is nothing between --start and --end.`;
    throw new OperationalError('no-span', sentence);
  }
  return { recording, startUs, endUs, onEnd };
};

/** The families in which recorded options are contracts: inverse ones of the dollar index. */
const familiesOf = (
  families: readonly ContractFamily[],
): Readonly<Partial<Record<'BTC' | 'ETH', string>>> => {
  const nameOf = (indexName: IndexName): string | undefined =>
    families.find(
      (family) =>
        family.listed &&
        family.options !== null &&
        family.payoff === 'inverse' &&
        family.indexName === indexName,
    )?.name;
  const [BTC, ETH] = [nameOf('btc_usd'), nameOf('eth_usd')];
  return { ...(BTC !== undefined && { BTC }), ...(ETH !== undefined && { ETH }) };
};

/** Until the makers have quoted, venue time goes no faster than the wall's. */
const unquotedPauseMs = 1_000;

export const createReplayMarket = async (parts: MarketParts, replay: Replay): Promise<Market> => {
  const { options, tables, commands, queries, events, clock, log } = parts;
  const families = tables.flatMap((table) => table.families);
  const fast = options.speed > everySecondSpeedMax;
  const source = createReplaySource({
    recording: replay.recording,
    indexNames: families.filter(({ listed }) => listed).map(({ indexName }) => indexName),
    families: familiesOf(families),
    forwardsEverySeconds: fast ? 10 : 1,
    surfaceEverySeconds: fast ? 60 : 1,
  });
  const told: ReplayEvents = { fixed: [], trades: 0 };
  const stopListening = events.subscribe((batch) => {
    for (const event of batch.flatMap((applied) => applied.events)) {
      if (event.type === 'expiry-fixed') told.fixed.push(event);
      if (event.type === 'trade') told.trades += 1;
    }
  });
  const accounts = watchAccounts(queries);
  let checking: Promise<void> | null = null;
  let quoted = options.makers === 0;
  const startedMs = performance.now();
  const driver = createMarketDriver({
    ready: (atUs) => {
      const reading = source.ready(atUs);
      return quoted ? reading : Promise.all([reading, sleep(unquotedPauseMs)]).then(() => {});
    },
    commandsAt: (atUs) => {
      if (atUs % usPerMinute === 0 && checking === null) {
        checking = accounts.check(atUs).finally(() => {
          checking = null;
        });
      }
      return source.commandsAt(atUs);
    },
    commands,
    clock,
    endUs: replay.endUs,
    onEnd: () => {
      const wallMs = performance.now() - startedMs;
      replay.onEnd(replayReport(replay, source.report(), told, accounts, wallMs));
    },
    onError: (error) => log.error({ err: error }, 'the recording could not be replayed on'),
  });
  return {
    ...driver,
    quoted: () => {
      quoted = true;
    },
    stop: async () => {
      await driver.stop();
      stopListening();
      await checking;
      await source.close();
    },
  };
};
