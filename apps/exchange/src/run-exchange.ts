// Run exchange: the composition root. It opens the data folder, brings the engine to the journal's
// end, lets the market and the accounts of the house in, then the public, and takes it all down in
// the reverse order. There is one way to start: recovery of an empty journal is a fresh start.
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { constants } from 'node:os';
import { join, resolve } from 'node:path';
import {
  type Applied,
  type ContractTable,
  OperationalError,
  usPerMs,
  type VenueClock,
} from '@openstrike/domain';
import { createFeeds, type Feeds } from '@openstrike/feeds';
import {
  type Announcement,
  createGateway,
  createSqliteIdentityStore,
  createSqliteWalletStore,
  type Gateway,
  type IdentityStore,
  methods,
  type RateTier,
  type WalletStore,
} from '@openstrike/gateway';
import { createHistory, type History } from '@openstrike/history';
import { createSequencer, type Sequencer } from '@openstrike/sequencer';
import type { Logger } from 'pino';
import { backupExchange } from './backup.ts';
import { banner } from './banner.ts';
import { callAuctionsCommand } from './call-auctions.ts';
import { loadContractTables } from './contract-tables.ts';
import { openControlSocket } from './control-socket.ts';
import {
  checkDataFolder,
  type DataFolder,
  dataFolderOf,
  moveAside,
  openDataFolder,
} from './data-folder.ts';
import {
  type Certificate,
  developmentCertificate,
  readCertificate,
} from './development-certificate.ts';
import { type HouseAccounts, openHouseAccounts } from './house-accounts.ts';
import { createLiabilityProofs, type LiabilityProofs, proofKeyOf } from './liability-proofs.ts';
import { createLog } from './log.ts';
import { createMarket } from './market.ts';
import type { Market, Replay } from './market-parts.ts';
import { addOperationalRoutes, healthOf, type OperationalParts } from './operational-routes.ts';
import { createOperator, submitOrThrow } from './operator.ts';
import type { ExchangeOptions } from './options.ts';
import { loadOracleSources } from './oracle-sources.ts';
import { createPacedClock, type PacedClock } from './paced-clock.ts';
import { packageVersion } from './package-version.ts';
import { type Participants, startParticipants } from './participants.ts';
import { tablesCommand } from './put-tables.ts';
import { loadRateTiers } from './rate-tiers.ts';
import { openReplay } from './replay-market.ts';
import { instant } from './replay-report.ts';
import { type RunFile, removeRunFile, writeRunFile } from './run-file.ts';
import { seedFeeds } from './seed-feeds.ts';
import { createStateMachine, rulesVersion, stateMachineModule } from './state-machine.ts';
import { trimHistory } from './trim-history.ts';
import { type Notice, noticesOf } from './venue-notices.ts';

/** What must be taken down again, newest first. */
class Farewell {
  readonly #steps: (readonly [string, () => unknown])[] = [];

  add(what: string, step: () => unknown): void {
    this.#steps.push([what, step]);
  }

  async run(log: Logger): Promise<void> {
    for (const [what, step] of this.#steps.splice(0).reverse()) {
      try {
        await step();
      } catch (error) {
        log.error({ err: error }, `could not end ${what} cleanly`);
      }
    }
  }
}

/** How long a start waits for the simulated makers to quote. */
const quotedWaitMs = 30_000;

/** Checked before anything is touched. */
interface Prepared {
  readonly options: ExchangeOptions;
  readonly tables: readonly ContractTable[];
  readonly tiers: Readonly<Record<string, RateTier>>;
  readonly givenCertificate: Certificate | null;
  readonly replay: Replay | null;
  readonly log: Logger;
}

const checkPortFree = (host: string, port: number): Promise<void> =>
  new Promise((done, fail) => {
    const probe = createServer();
    probe.once('error', (cause: NodeJS.ErrnoException) => {
      const sentence =
        cause.code === 'EADDRINUSE'
          ? `Port ${port} of ${host} is in use; choose another with --port.`
          : `Cannot listen on ${host}:${port} (${cause.code ?? ''}); see --host and --port.`;
      fail(new OperationalError('no-port', sentence, { cause }));
    });
    probe.listen(port, host, () => probe.close(() => done()));
  });

const prepare = async (
  given: ExchangeOptions,
  onReplayEnd: (report: string) => void,
): Promise<Prepared> => {
  const options = { ...given, data: resolve(given.data) };
  const replay = await openReplay(options, onReplayEnd);
  // What is recorded are inverse options: other families would follow them without quotes.
  const families =
    replay === null || options.families.length > 0
      ? options.families
      : replay.recording.underlyings;
  const tables = loadContractTables(options.contracts, families);
  const tiers = loadRateTiers(options.tiers);
  if (options.market === 'live') loadOracleSources(options.sources);
  const ownPair = options.tlsCert !== '' || options.tlsKey !== '';
  const givenCertificate = ownPair ? readCertificate(options.tlsCert, options.tlsKey) : null;
  await checkPortFree(options.host, options.port);
  return { options, tables, tiers, givenCertificate, replay, log: createLog(options) };
};

/** A start afresh first makes sure that nobody works in the folder, then moves it aside. */
const freshFolder = async (root: string, log: Logger): Promise<void> => {
  if (!existsSync(root)) return;
  checkDataFolder(root);
  const { journal } = dataFolderOf(root);
  const sequencer = await createSequencer({
    storage: journal,
    clock: { nowUs: () => 0 as ReturnType<VenueClock['nowUs']> },
    createStateMachine,
  }).catch((error: unknown) => {
    if (error instanceof OperationalError && error.code === 'folder-held') throw error;
    return null;
  });
  await sequencer?.stop({ snapshot: false });
  const movedTo = moveAside(root, Date.now());
  if (movedTo !== null) log.info(`starting afresh; what was there is in ${movedTo}`);
};

/** The clock is set once the journal says how late it was. */
class StartingClock implements VenueClock {
  clock: PacedClock | null = null;

  nowUs(): ReturnType<VenueClock['nowUs']> {
    if (this.clock === null) throw new Error('the clock is set after recovery');
    return this.clock.nowUs();
  }
}

interface Stores {
  readonly identity: IdentityStore;
  readonly wallet: WalletStore;
  readonly history: History;
  readonly sequencer: Sequencer;
}

const openStores = async (
  { options, log }: Prepared,
  folder: DataFolder,
  clock: VenueClock,
  farewell: Farewell,
  feeds: Feeds,
): Promise<Stores> => {
  const wallNowMs = Date.now;
  // The journal first: it holds the folder's lock, and nothing is touched without it.
  let history: History | null = null;
  const sequencer = await createSequencer({
    storage: folder.journal,
    clock,
    createStateMachine,
    stateMachineModule,
    rulesVersion,
    snapshotEvery: options.snapshotCommands,
    retention: options.snapshotsKept === 0 ? 'all' : { snapshots: options.snapshotsKept },
    readersHaveSeq: () => (history as History).lastSeq(),
    warn: (error) => log.warn(error.message),
  });
  farewell.add('the journal', () => sequencer.stop());
  const identity = createSqliteIdentityStore({
    path: join(folder.root, 'identity.db'),
    wallNowMs,
  });
  farewell.add('the identity store', () => identity.close());
  const wallet = createSqliteWalletStore({ path: join(folder.root, 'wallet.db') });
  farewell.add('the wallet store', () => wallet.close());
  history = await createHistory({
    folder: folder.root,
    quotedIvOf: (id) => feeds.ticker(id),
    onState: (state, cause) => {
      if (state === 'storing') log.info('history is stored again');
      else log.error({ err: cause }, `history is not stored: ${cause?.message ?? state}`);
    },
  });
  farewell.add('history', () => (history as History).close());
  return { identity, wallet, history, sequencer };
};

const recover = async ({ sequencer, history }: Stores, log: Logger): Promise<number> => {
  sequencer.subscribe((batch) => history.absorb(batch));
  let toldMs = performance.now();
  const report = await sequencer.recover({
    publishAfterSeq: history.lastSeq(),
    progress: ({ seq }) => {
      if (performance.now() - toldMs < 1_000) return;
      toldMs = performance.now();
      log.info(`replaying the journal: at command ${seq}`);
    },
  });
  sequencer.onState((state, cause) => {
    if (state === 'running') log.info('orders are taken');
    else if (state !== 'stopped') log.error({ err: cause }, cause?.message ?? state);
    if (state === 'stopped' && cause !== null) {
      log.fatal(
        { err: cause },
        'a rule of the engine was broken; stopping so that nothing worse happens',
      );
      process.exit(70);
    }
  });
  if (report.lastSeq > 0) log.info(`the journal ends at command ${report.lastSeq}`);
  return report.lastTsUs;
};

const openGateway = (
  prepared: Prepared,
  stores: Stores,
  feeds: Feeds,
  clock: VenueClock,
  certificate: Certificate | null,
  proofs: LiabilityProofs,
): Gateway => {
  const { options, tiers, tables, log } = prepared;
  const unlimited = tiers['unlimited'] as RateTier;
  const rateTiers = options.rateLimits
    ? tiers
    : Object.fromEntries(Object.keys(tiers).map((name) => [name, unlimited]));
  return createGateway(
    {
      host: options.host,
      port: options.port,
      tls: certificate && { certificate: certificate.cert, key: certificate.key },
      connectionsPerAddress: options.connectionsPerAddress,
      rateTiers,
    },
    {
      commands: stores.sequencer,
      queries: stores.sequencer,
      feeds,
      history: stores.history,
      identity: stores.identity,
      wallet: stores.wallet,
      contractTables: () => tables,
      liabilities: () => proofs.published(),
      isOperator: (accountId) =>
        options.operators.includes(stores.identity.profile(accountId)?.username ?? ''),
      clock,
      wallNowMs: Date.now,
      log,
      version: packageVersion(),
      methods,
    },
  );
};

const certificateOf = async (prepared: Prepared, root: string): Promise<Certificate | null> => {
  if (!prepared.options.tls) return null;
  return prepared.givenCertificate ?? (await developmentCertificate(root));
};

/** Keeps a notice for whoever asks later. */
const announce = (identity: IdentityStore, notice: Notice): Announcement =>
  identity.announce({ ...notice, publishedMs: Date.now(), confirmation: false });

const openOperator = async (
  prepared: Prepared,
  stores: Stores,
  operational: OperationalParts,
  farewell: Farewell,
): Promise<void> => {
  const { options, tiers } = prepared;
  const { sequencer, identity, history } = stores;
  const operator = createOperator({
    commands: sequencer,
    queries: sequencer,
    identity,
    tierNames: Object.keys(tiers),
    wallNowMs: Date.now,
    announce: (title, body, important) => {
      const announced = announce(identity, { title, body, important });
      operational.gateway.subscriptions.publishAnnouncement(announced, 'new');
    },
    snapshot: () => sequencer.snapshot().then(({ position }) => ({ seq: position.seq })),
    backup: async (target) => {
      await history.flush();
      return backupExchange(sequencer, dataFolderOf(options.data), resolve(target));
    },
    status: async () => healthOf(operational),
  });
  const control = await openControlSocket(options.data, operator);
  farewell.add('the control socket', () => new Promise((done) => control.close(done)));
};

/** Proves what the venue owes at each settlement, the last one before this start included. */
const openProofs = async (
  { options, log }: Prepared,
  { sequencer }: Stores,
  farewell: Farewell,
): Promise<LiabilityProofs> => {
  const proofs = createLiabilityProofs({
    commands: sequencer,
    key: proofKeyOf(options.data),
    pause: () => new Promise((done) => setTimeout(done, 5)),
    warn: (error) => log.warn({ err: error }, 'a proof of liabilities was not made'),
  });
  const { statement, root } = await sequencer.query('liabilities', {});
  sequencer.subscribe((batch) => proofs.absorb(batch));
  if (statement !== null) proofs.prove(statement, root);
  farewell.add('the proofs of liabilities', () => proofs.stop());
  return proofs;
};

/** From the journal's end to open accounts and first prices; the public is not in yet. */
const wakeVenue = async (
  prepared: Prepared,
  stores: Stores,
  feeds: Feeds,
  clock: PacedClock,
): Promise<{ readonly market: Market; readonly house: HouseAccounts }> => {
  const { options, tables, replay, log } = prepared;
  const { sequencer, identity, history } = stores;
  const ports = { commands: sequencer, queries: sequencer };
  // Nobody is connected yet: what changes now is read from the list of announcements.
  const ends = sequencer.subscribe((batch) => {
    for (const notice of noticesOf(batch)) announce(identity, notice);
  });
  const { inForce, announced } = await sequencer.query('tables', {});
  const command = tablesCommand(tables, inForce, announced, clock.nowUs());
  if (command !== null) await sequencer.submit(command);
  ends();
  const { terms } = await sequencer.query('halts', {});
  const auctions = callAuctionsCommand(options.callAuctions, terms);
  if (auctions !== null) await submitOrThrow(sequencer, auctions);
  const makers = options.market === 'none' ? 0 : options.makers;
  const house = await openHouseAccounts({ ...ports, identity }, makers);
  const market = await createMarket({
    ...ports,
    events: sequencer,
    feeds,
    options,
    tables,
    clock,
    replay,
    log,
  });
  await market.first();
  await seedFeeds(feeds, sequencer, history, sequencer.durableSeq(), clock.nowUs());
  return { market, house };
};

/** A venue cannot live through a time that lies behind it. */
const checkReplayed = ({ startUs, endUs }: Replay, lastTsUs: number, data: string): void => {
  if (lastTsUs === 0 || (lastTsUs >= startUs - usPerMs && lastTsUs < endUs)) return;
  const sentence =
    `The journal in ${data} ends at ${instant(lastTsUs)}, outside of the replay ` +
    `(${instant(startUs)} to ${instant(endUs)}); start with --fresh or another --data folder.`;
  throw new OperationalError('not-in-replay', sentence);
};

/** Tells the public what a durable batch changed, and what the venue announces by it. */
const publish = (
  { identity }: Stores,
  feeds: Feeds,
  gateway: Gateway,
  batch: readonly Applied[],
): void => {
  gateway.publish(feeds.absorb(batch));
  for (const notice of noticesOf(batch)) {
    gateway.subscriptions.publishAnnouncement(announce(identity, notice), 'new');
  }
};

const startExchange = async (
  prepared: Prepared,
  farewell: Farewell,
  onDoorOpen: () => void,
): Promise<RunFile> => {
  const { options, replay, log } = prepared;
  if (options.fresh) await freshFolder(options.data, log);
  const folder = openDataFolder(options.data);
  const starting = new StartingClock();
  const feeds = createFeeds();
  const stores = await openStores(prepared, folder, starting, farewell, feeds);
  // A killed process leaves its run file behind; whoever waits for ours must not read that one.
  removeRunFile(options.data);
  const lastTsUs = await recover(stores, log);
  const { speed } = options;
  // A moment before the first second, which is then told like all others.
  const start = replay === null ? options.start : replay.startUs - usPerMs;
  if (replay !== null) checkReplayed(replay, lastTsUs, options.data);
  // A venue with a time of its own goes on from where it stopped; any other follows the wall clock.
  const beginUs = start === null ? Date.now() * usPerMs : lastTsUs === 0 ? start : lastTsUs;
  const startUs = Math.max(beginUs, lastTsUs) as ReturnType<VenueClock['nowUs']>;
  const clock = createPacedClock({ startUs, speed, wallMs: () => performance.now() });
  starting.clock = clock;

  const { market, house } = await wakeVenue(prepared, stores, feeds, clock);
  const certificate = await certificateOf(prepared, options.data);
  const proofs = await openProofs(prepared, stores, farewell);
  const gateway = openGateway(prepared, stores, feeds, clock, certificate, proofs);
  stores.sequencer.subscribe((batch) => publish(stores, feeds, gateway, batch));
  let participants: Participants | null = null;
  const { sequencer } = stores;
  const operational = {
    gateway,
    sequencer,
    history: stores.history,
    feeds,
    participants: () => participants,
    oracle: () => market.oracle?.() ?? null,
    wallNowMs: Date.now,
  };
  addOperationalRoutes(operational);
  const address = await gateway.listen();
  farewell.add('the door', () => gateway.close());
  onDoorOpen();
  market.start();
  farewell.add('the market', () => market.stop());
  const { history } = stores;
  farewell.add('the trimming', trimHistory(history, options.historyDays, clock, log));
  await openOperator(prepared, stores, operational, farewell);

  if (house.makers.length > 0) {
    const { seed, takersPerMinute } = options;
    const { replayFiles } = options;
    const { makers, takers } = house;
    const task = { ws: address.webSocketUrl, seed, makers, takers, takersPerMinute, replayFiles };
    participants = startParticipants(task, log);
    farewell.add('the simulated participants', () => participants?.stop());
    // Who comes in finds books with orders in them.
    await participants.quoted(quotedWaitMs);
    market.quoted?.();
  }
  return {
    version: packageVersion(),
    pid: process.pid,
    startedAt: new Date().toISOString(),
    http: address.httpUrl,
    ws: address.webSocketUrl,
    dataFolder: options.data,
    certificate: certificate?.certPath ?? null,
    demoAccounts: house.demo,
  };
};

const marketLine = ({ market, seed, speed, makers }: ExchangeOptions, replay: Replay | null) => {
  if (market === 'none') return 'none: no prices until an oracle sends some';
  const pace =
    speed === Number.POSITIVE_INFINITY ? 'as fast as the machine allows' : `at ${speed}x`;
  if (replay !== null) {
    const span = `${instant(replay.startUs)} to ${instant(replay.endUs)}`;
    return `replay of ${span}, ${pace}, ${makers} market makers`;
  }
  if (market === 'live') return `live, ${makers} market makers`;
  return `simulated, seed ${seed}, ${pace}, ${makers} market makers`;
};

/** One key press can arrive more than once: from the terminal, and passed on by npm. */
const samePressMs = 500;

/**
 * Runs until SIGINT, SIGTERM or SIGHUP; a second signal ends it at once, and so does the first
 * while the door is not open yet: nobody has been told anything, and a start is safe to cut short.
 */
export const runExchange = async (given: ExchangeOptions): Promise<void> => {
  const prepared = await prepare(given, (report) => {
    process.stdout.write(`\n${report}\n`);
    if (given.atEnd === 'stop') void stop('SIGINT');
    else prepared.log.info('the replay is over: time stands still');
  });
  const { log, options } = prepared;
  const farewell = new Farewell();
  let doorOpen = false;
  let stoppingSinceMs: number | null = null;
  const stop = async (signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP'): Promise<void> => {
    const nowMs = performance.now();
    if (stoppingSinceMs !== null && nowMs - stoppingSinceMs < samePressMs) return;
    if (stoppingSinceMs !== null) process.exit(1);
    if (!doorOpen) process.exit(128 + constants.signals[signal]);
    stoppingSinceMs = nowMs;
    log.info('stopping');
    await farewell.run(log);
    removeRunFile(options.data);
    log.info('stopped');
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => void stop(signal));
  }
  try {
    const run = await startExchange(prepared, farewell, () => {
      doorOpen = true;
    });
    if (stoppingSinceMs !== null) return;
    writeRunFile(run);
    process.stdout.write(banner(run, marketLine(options, prepared.replay)));
  } catch (error) {
    // A stop in the middle of the start takes down what the start still works on.
    if (stoppingSinceMs !== null) return;
    await farewell.run(log);
    throw error;
  }
};
