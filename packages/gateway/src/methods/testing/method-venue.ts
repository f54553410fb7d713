// Method venue: the real engine, feeds, history and stores without a door: commands are applied at
// once and told to everybody. Every answer is checked against its method's schema, so that tests
// of meaning test shapes too.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AccountId,
  type Applied,
  type Cash,
  type Command,
  type ContractTable,
  type Currency,
  goodIndex,
  type Instrument,
  type Seq,
  type StateMachine,
  type TsUs,
  type UsdMicros,
  usPerSecond,
  usPerYear,
} from '@openstrike/domain';
import { createEngine } from '@openstrike/engine';
import { createFeeds, type Feeds } from '@openstrike/feeds';
import { createHistory, type History } from '@openstrike/history';
import pino from 'pino';
import { Compile } from 'typebox/compile';
import { createSqliteIdentityStore } from '../../identity/sqlite-identity-store.ts';
import { compileParamsCheck } from '../../json-rpc/params-check.ts';
import { builtInRateTiers, type RateTier } from '../../limits/rate-tier.ts';
import { ApiError, type GatewayContext, type Method } from '../../method.ts';
import type { Session } from '../../session.ts';
import type { SubscriptionHub } from '../../subscriptions/subscription-hub.ts';
import { sampleTable } from '../../testing/sample-table.ts';
import { createSqliteWalletStore } from '../../wallet/sqlite-wallet-store.ts';
import { methods } from '../index.ts';

/** A Friday, 2026-11-20, 09:00 UTC. */
export const venueStartUs = 1_795_165_200_000_000;

/** Wall time stands where venue time began. */
const wallMs = venueStartUs / 1000;

const [family] = sampleTable.families;
const { options, perpetual } = family ?? {};
if (family === undefined || options === undefined || perpetual === undefined) {
  throw new Error('the sample table has a family with options and a perpetual');
}

/** The sample table's inverse family, and a linear one beside it. */
const table: ContractTable = {
  ...sampleTable,
  families: [
    family,
    {
      ...family,
      name: 'BTC_USDC',
      payoff: 'linear',
      indexName: 'btc_usdc',
      settlementCurrency: 'USDC',
      options: options && {
        ...options,
        tickSize: 1,
        tickSteps: [],
        amountMin: 0.01,
        amountMax: 100,
        calendar: { days: 0, weeks: 1, months: 0, quarters: 0 },
      },
      perpetual: perpetual && {
        ...perpetual,
        amountMin: 0.001,
        amountMax: 100,
        contractSize: 0.001,
      },
    },
  ],
};

const answerChecks = new Map(methods.map((method) => [method.name, Compile(method.result)]));
const methodByName = new Map(methods.map((method) => [method.name as string, method]));
const paramChecks = new Map(
  methods.map((method) => [method.name, compileParamsCheck(method.params)]),
);

/** A JSON answer, to be looked into by tests. */
export interface Json {
  readonly [member: string]: Json;
}

/** An answer that is a text. */
export const text = (answer: Json): string => answer as unknown as string;

/** An answer that is a list. */
export const list = (answer: Json): readonly Json[] => answer as unknown as readonly Json[];

export class MethodVenue {
  readonly context: GatewayContext;
  readonly feeds: Feeds = createFeeds();
  readonly #engine: StateMachine = createEngine();
  readonly #history: History;
  readonly #folder: string;
  #seq = 0;
  nowUs = venueStartUs;
  /** Commands in the order they came. */
  readonly commands: Command[] = [];

  private constructor(history: History, folder: string) {
    this.#history = history;
    this.#folder = folder;
    this.context = {
      commands: { submit: async (command) => this.apply(command) },
      queries: { query: async (name, parameters) => this.#engine.query(name, parameters) },
      feeds: this.feeds,
      history,
      identity: createSqliteIdentityStore({ path: ':memory:', wallNowMs: () => wallMs }),
      wallet: createSqliteWalletStore({ path: ':memory:' }),
      subscriptions: {} as SubscriptionHub,
      liabilities: () => null,
      contractTables: () => [table],
      // Bob runs the place.
      isOperator: (accountId) => accountId === 2,
      rateTierOf: () => builtInRateTiers.default as RateTier,
      clock: { nowUs: () => this.nowUs as TsUs },
      wallNowMs: () => wallMs,
      log: pino({ level: 'silent' }),
      version: '1.0.0-test',
    };
  }

  /**
   * Accounts 1 (alice), 2 (bob) and 3 (alice's subaccount), funded; an index at 100,000 and marks.
   */
  static async open(): Promise<MethodVenue> {
    const folder = mkdtempSync(join(tmpdir(), 'openstrike-methods-'));
    const history = await createHistory({ folder, inProcess: true });
    const venue = new MethodVenue(history, folder);
    venue.apply({ type: 'configure', tables: [table] });
    for (const [i, name] of ['alice', 'bob', 'alice_1'].entries()) {
      const accountId = (i + 1) as AccountId;
      const mainAccountId = (i === 2 ? 1 : accountId) as AccountId;
      const parentId = i === 2 ? mainAccountId : null;
      venue.apply({ type: 'create-account', parentId, name });
      venue.context.identity.putProfile({ accountId, mainAccountId, username: name });
      venue.deposit(accountId, 'BTC', 100e8, `start-btc-${name}`);
      venue.deposit(accountId, 'USDC', 1_000_000e6, `start-usdc-${name}`);
    }
    venue.setIndex(100_000);
    venue.setSurface();
    return venue;
  }

  async close(): Promise<void> {
    await this.#history.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  apply(command: Command): Applied {
    this.#seq += 1;
    this.nowUs += 1;
    this.commands.push(command);
    const seq = this.#seq as Seq;
    const tsUs = this.nowUs as TsUs;
    const applied = { seq, tsUs, command, events: this.#engine.apply(command, seq, tsUs) };
    this.feeds.absorb([applied]);
    this.#history.absorb([applied]);
    return applied;
  }

  /** Lets venue time pass, with an index value at its end. */
  pass(seconds: number, price = 100_000): void {
    this.nowUs += seconds * usPerSecond;
    this.setIndex(price);
  }

  deposit(accountId: number, currency: Currency, amount: number, reference: string): void {
    this.apply({
      type: 'deposit',
      accountId: accountId as AccountId,
      currency,
      amount: amount as Cash,
      reference,
    });
  }

  setIndex(usd: number): void {
    for (const indexName of ['btc_usd', 'btc_usdc'] as const) {
      this.apply(goodIndex(indexName, Math.round(usd * 1e6) as UsdMicros));
    }
  }

  setSurface(): void {
    for (const indexName of ['btc_usd', 'btc_usdc'] as const) {
      const live = this.feeds
        .instruments({ currency: null, kind: 'option', expired: false })
        .filter((row) => row.indexName === indexName);
      const expiries = [...new Set(live.map((row) => row.expiryUs as TsUs))];
      this.apply({
        type: 'set-forwards',
        indexName,
        forwards: expiries.map((expiryUs) => ({ expiryUs, price: 100_000e6 as UsdMicros })),
      });
      const slices = expiries.map((expiryUs) => {
        const tauYears = (expiryUs - this.nowUs) / usPerYear;
        return { expiryUs, tauYears, a: 0.36 * tauYears, b: 0.01, rho: 0, m: 0, sigma: 0.1 };
      });
      this.apply({ type: 'set-surface', indexName, version: 1, slices });
    }
  }

  /** The live call nearest to the money of the last expiry of a family. */
  option(familyName = 'BTC'): Instrument {
    const calls = this.feeds
      .instruments({ currency: null, kind: 'option', expired: false })
      .filter((row) => row.family === familyName && row.optionType === 'call')
      .sort(
        (a, b) =>
          (b.expiryUs ?? 0) - (a.expiryUs ?? 0) ||
          Math.abs((a.strike ?? 0) - 100_000) - Math.abs((b.strike ?? 0) - 100_000),
      );
    const [nearest] = calls;
    if (nearest === undefined) throw new Error(`no option of ${familyName} is listed`);
    return nearest;
  }

  /** Calls a method as an account; null is nobody. Throws what the method refuses with. */
  async call(name: string, params: object, account: number | null = 1): Promise<Json> {
    const method = methodByName.get(name);
    if (method === undefined) throw new Error(`no method ${name}`);
    paramChecks.get(method.name)?.check(params as Record<string, unknown>);
    const result: unknown = await method.handle(params as Record<string, unknown>, {
      session: sessionOf(account),
      context: this.context,
    });
    checkAnswer(method, result);
    return JSON.parse(JSON.stringify(result)) as Json;
  }

  /** The error that a method refuses with. */
  async refusal(name: string, params: object, account: number | null = 1): Promise<ApiError> {
    try {
      await this.call(name, params, account);
    } catch (error) {
      if (error instanceof ApiError) return error;
      throw error;
    }
    throw new Error(`${name} was not refused`);
  }
}

const checkAnswer = (method: Method, result: unknown): void => {
  const [fault] = answerChecks.get(method.name)?.Errors(result) ?? [];
  if (fault !== undefined) {
    const at = `${method.name} ${fault.instancePath}`;
    throw new Error(`${at}: ${fault.message} in ${JSON.stringify(result).slice(0, 600)}`);
  }
};

const sessionOf = (account: number | null): Session => ({
  connectionId: 7,
  kind: 'websocket',
  remoteAddress: '127.0.0.1',
  grant:
    account === null
      ? null
      : {
          accountId: account as AccountId,
          mainAccountId: (account === 3 ? 1 : account) as AccountId,
          clientId: 'test',
          scope: [],
          sessionName: null,
          tierName: 'default',
          expiresAtMs: null,
        },
  clientName: null,
  cancelOnDisconnect: false,
  heartbeatIntervalS: 0,
  allows: () => true,
  send: () => {},
  close: () => {},
});
