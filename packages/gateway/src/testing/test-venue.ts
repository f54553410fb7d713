// Test venue: the real engine, sequencer, feeds and stores, in memory, behind a door on a free port
// of this machine. Only the clocks are the test's.
import {
  type AccountId,
  type Applied,
  anyOrder,
  type Command,
  type CommandPort,
  goodIndex,
  type PlaceOrder,
  type PriceTicks,
  plainOrder,
  type SizeLots,
  type StateMachine,
  type TsUs,
  type UsdMicros,
  usPerDay,
  usPerYear,
} from '@openstrike/domain';
import { createEngine } from '@openstrike/engine';
import { createFeeds, type Feeds, type LiabilityTree } from '@openstrike/feeds';
import type { History } from '@openstrike/history';
import {
  createSequencer,
  type JournalStorage,
  MemoryStorage,
  type Sequencer,
} from '@openstrike/sequencer';
import pino from 'pino';
import { fullScope } from '../auth/scope.ts';
import { createGateway, type Gateway, type GatewayAddress } from '../create-gateway.ts';
import type { GatewayOptions } from '../gateway-options.ts';
import type { HttpRoute } from '../http/http-server.ts';
import type { ApiKey, IdentityStore } from '../identity/identity-store.ts';
import { createSqliteIdentityStore } from '../identity/sqlite-identity-store.ts';
import type { Method } from '../method.ts';
import { createSqliteWalletStore } from '../wallet/sqlite-wallet-store.ts';
import { sampleTable } from './sample-table.ts';
import { TestSocket } from './test-socket.ts';

/** A Friday, 2026-11-20, 09:00 UTC. */
export const testStartUs = 1_795_165_200_000_000 as TsUs;

export interface TestVenueOptions {
  readonly gateway?: Partial<GatewayOptions>;
  readonly methods?: readonly Method[];
  readonly routes?: readonly HttpRoute[];
  /** Where the journal is, such as a folder; in memory when absent. */
  readonly storage?: string | JournalStorage;
  /** Stands around the venue's own, as a measurement does. */
  readonly aroundMachine?: (machine: StateMachine) => StateMachine;
  readonly aroundCommands?: (commands: CommandPort) => CommandPort;
  /** Where log lines go; nowhere when absent. */
  readonly log?: (line: string) => void;
}

export class TestVenue {
  gateway: Gateway;
  readonly #options: TestVenueOptions;
  readonly sequencer: Sequencer;
  readonly feeds: Feeds;
  readonly identity: IdentityStore;
  address: GatewayAddress = { host: '', port: 0, httpUrl: '', webSocketUrl: '' };
  /** What the venue has proved; a test sets it. */
  liabilities: LiabilityTree | null = null;
  /** Wall time; what a test adds stays added. */
  wallShiftMs = 0;
  /** Keys of the accounts 1 (alice), 2 (bob) and 3 (alice's subaccount). */
  keys: readonly ApiKey[] = [];
  #nowUs: TsUs = testStartUs;
  /** Where wall time stands; null while it goes on. */
  #stoodMs: number | null = null;
  readonly #sockets: TestSocket[] = [];

  private constructor(options: TestVenueOptions, sequencer: Sequencer) {
    this.sequencer = sequencer;
    this.feeds = createFeeds();
    this.identity = createSqliteIdentityStore({ path: ':memory:', wallNowMs: () => this.wallMs() });
    this.#options = options;
    this.gateway = this.#createGateway();
    sequencer.subscribe((batch: readonly Applied[]) =>
      this.gateway.publish(this.feeds.absorb(batch)),
    );
  }

  #createGateway(): Gateway {
    const options = this.#options;
    const stream = { write: (line: string) => options.log?.(line) };
    return createGateway(
      { port: 0, sweepIntervalMs: 5, ...options.gateway },
      {
        commands: options.aroundCommands?.(this.sequencer) ?? this.sequencer,
        queries: this.sequencer,
        feeds: this.feeds,
        history: {} as History,
        identity: this.identity,
        wallet: createSqliteWalletStore({ path: ':memory:' }),
        clock: { nowUs: () => this.#nowUs },
        wallNowMs: () => this.wallMs(),
        log: pino({ level: options.log === undefined ? 'silent' : 'debug' }, stream),
        contractTables: () => [sampleTable],
        liabilities: () => this.liabilities,
        isOperator: (accountId) => accountId === 2,
        version: '1.0.0-test',
        ...(options.methods === undefined ? {} : { methods: options.methods }),
      },
    );
  }

  /** Another door before the same venue, as after a restart. */
  reopen(): Promise<GatewayAddress> {
    this.gateway = this.#createGateway();
    return this.gateway.listen();
  }

  static async open(options: TestVenueOptions = {}): Promise<TestVenue> {
    let venue: TestVenue | null = null;
    const sequencer = await createSequencer({
      storage: options.storage ?? new MemoryStorage(),
      clock: { nowUs: () => (venue === null ? testStartUs : venue.#nowUs) },
      createStateMachine: () => options.aroundMachine?.(createEngine()) ?? createEngine(),
    });
    venue = new TestVenue(options, sequencer);
    await sequencer.recover();
    await venue.#fill();
    for (const route of options.routes ?? []) venue.gateway.addRoute(route);
    venue.address = await venue.gateway.listen();
    return venue;
  }

  wallMs(): number {
    return (this.#stoodMs ?? Date.now()) + this.wallShiftMs;
  }

  /** From now on wall time is only what a test adds: no busy machine refills a rate. */
  stopWall(): void {
    this.#stoodMs = Date.now();
  }

  /** Venue time goes on. */
  async pass(us: number): Promise<void> {
    this.#nowUs = (this.#nowUs + us) as TsUs;
    await this.sequencer.submit({ type: 'pass-time' });
  }

  submit(command: Command): Promise<Applied> {
    this.#nowUs = (this.#nowUs + 1) as TsUs;
    return this.sequencer.submit(command);
  }

  async setIndex(usd: number): Promise<void> {
    await this.submit(goodIndex('btc_usd', (usd * 1e6) as UsdMicros));
  }

  /** Places a limit order of an account past the door. */
  place(account: number, change: Partial<PlaceOrder>): Promise<Applied> {
    const perpetual = this.feeds.instrumentByName('BTC-PERPETUAL');
    if (perpetual === null) throw new Error('the perpetual is not listed');
    return this.submit({
      ...plainOrder,
      accountId: account as AccountId,
      instrumentId: perpetual.id,
      side: 'buy',
      priceTicks: 200_000 as PriceTicks,
      sizeLots: 10 as SizeLots,
      ...change,
    });
  }

  /** Cancels every order of every account. */
  async cancelAll(): Promise<void> {
    for (const { accountId } of this.feeds.accounts()) {
      await this.submit({
        type: 'cancel-orders',
        accountId,
        filter: anyOrder,
        reason: 'user-request',
      });
    }
  }

  async socket(): Promise<TestSocket> {
    const socket = await TestSocket.open(this.address.webSocketUrl);
    this.#sockets.push(socket);
    return socket;
  }

  /** A socket that is already who it should be. */
  async loggedIn(account: number, scope?: string): Promise<TestSocket> {
    const socket = await this.socket();
    await socket.result('public/auth', { ...this.credentials(account), ...(scope && { scope }) });
    return socket;
  }

  key(account: number): ApiKey {
    const key = this.keys[account - 1];
    if (key === undefined) throw new Error(`no account ${account}`);
    return key;
  }

  credentials(account: number): Record<string, string> {
    const key = this.key(account);
    return {
      grant_type: 'client_credentials',
      client_id: key.clientId,
      client_secret: key.clientSecret,
    };
  }

  get(pathAndQuery: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${this.address.httpUrl}${pathAndQuery}`, { headers });
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.terminate();
    await this.gateway.close();
    await this.sequencer.stop();
  }

  async #fill(): Promise<void> {
    await this.submit({ type: 'configure', tables: [sampleTable] });
    const names = ['alice', 'bob', 'alice_1'];
    const keys: ApiKey[] = [];
    for (const [index, name] of names.entries()) {
      const accountId = (index + 1) as AccountId;
      const parentId = index === 2 ? (1 as AccountId) : null;
      await this.submit({ type: 'create-account', parentId, name });
      const amount = 100e8 as never;
      const reference = `start-${name}`;
      await this.submit({ type: 'deposit', accountId, currency: 'BTC', amount, reference });
      const mainAccountId = parentId ?? accountId;
      this.identity.putProfile({ accountId, mainAccountId, username: name, tierName: 'unlimited' });
      const key = this.identity.createKey(accountId, { maxScope: fullScope });
      if (key !== null) keys.push(key);
    }
    this.keys = keys;
    await this.setIndex(100_000);
    await this.pass(1);
    await this.#setMarks();
  }

  async #setMarks(): Promise<void> {
    const instruments = this.feeds.instruments({ currency: null, kind: 'option', expired: false });
    const expiries = [...new Set(instruments.map((one) => one.expiryUs ?? testStartUs))];
    const ahead = expiries.length > 0 ? expiries : [(testStartUs + 7 * usPerDay) as TsUs];
    await this.submit({
      type: 'set-forwards',
      indexName: 'btc_usd',
      forwards: ahead.map((expiryUs) => ({ expiryUs, price: 100_000e6 as UsdMicros })),
    });
    const slices = ahead.map((expiryUs) => {
      const tauYears = (expiryUs - testStartUs) / usPerYear;
      return { expiryUs, tauYears, a: 0.36 * tauYears, b: 0.01, rho: 0, m: 0, sigma: 0.1 };
    });
    await this.submit({ type: 'set-surface', indexName: 'btc_usd', version: 1, slices });
  }
}
