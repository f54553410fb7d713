// Method: one JSON-RPC method of the door: its schema, who may call it, what it costs, and its
// handler. The registry of these is the API; the gateway checks with them and the API reference is
// generated from them.
import type {
  AccountId,
  CommandPort,
  ContractTable,
  QueryPort,
  VenueClock,
} from '@openstrike/domain';
import type { Feeds, LiabilityTree } from '@openstrike/feeds';
import type { History } from '@openstrike/history';
import type { ApiErrorName } from '@openstrike/wire';
import type { Logger } from 'pino';
import type { Static, TObject, TSchema } from 'typebox';
import type { IdentityStore } from './identity/identity-store.ts';
import type { RateTier } from './limits/rate-tier.ts';
import type { Session } from './session.ts';
import type { SubscriptionHub } from './subscriptions/subscription-hub.ts';
import type { WalletStore } from './wallet/wallet-store.ts';

/** `trade:read` and its kin; null means public. */
export type RequiredScope =
  | null
  | 'authenticated'
  | `${'account' | 'trade' | 'wallet' | 'block_trade' | 'block_rfq'}:${'read' | 'read_write'}`;

/** Which credit bucket a call draws on (deribit-api section 7). */
export type RateClass =
  | 'plain'
  | 'matching'
  | 'cancel-all'
  | 'subscribe'
  | 'instruments'
  | 'simulate';

/** What handlers work with; everything of the venue comes through its ports. */
export interface GatewayContext {
  readonly commands: CommandPort;
  readonly queries: QueryPort;
  readonly feeds: Feeds;
  readonly history: History;
  readonly identity: IdentityStore;
  readonly wallet: WalletStore;
  readonly subscriptions: SubscriptionHub;
  /** The contract tables in force: fees and leverage that instruments show. */
  readonly contractTables: () => readonly ContractTable[];
  /**
   * The tree over what the venue owed at the last daily settlement; null until one is published.
   */
  readonly liabilities: () => LiabilityTree | null;
  /** The rate tier of an account, for the limits that account summaries show. */
  readonly rateTierOf: (accountId: AccountId) => RateTier;
  /** Whether an account's keys may stop the whole venue and release kill switches. */
  readonly isOperator: (accountId: AccountId) => boolean;
  /** Venue time, for anything a trade depends on. */
  readonly clock: VenueClock;
  /** Wall time in milliseconds, for tokens and limits. */
  readonly wallNowMs: () => number;
  readonly log: Logger;
  readonly version: string;
}

/** One call in flight. */
export interface Call {
  readonly session: Session;
  readonly context: GatewayContext;
}

export interface Method<Params extends TObject = TObject> {
  readonly name: `${'public' | 'private'}/${string}`;
  readonly summary: string;
  readonly scope: RequiredScope;
  readonly mainAccountOnly?: boolean;
  readonly transport: 'any' | 'websocket';
  readonly rateClass: RateClass;
  readonly params: Params;
  /** Shape of the result, for the reference and for tests. */
  readonly result: TSchema;
  /**
   * Answers with the JSON result; throws ApiError for refusals. May return synchronously, and runs
   * up to its first suspension before the next frame of the socket is read: what must keep the
   * order of arrival (a command's submission, a change of identity) happens before it.
   * Answers `noReply` to send nothing (logout).
   */
  readonly handle: (params: Static<Params>, call: Call) => unknown;
}

/** The result of a method that is not answered. */
export const noReply: unique symbol = Symbol('no reply');

/** Keeps the parameter types of one method while the registry holds many. */
export const defineMethod = <Params extends TObject>(method: Method<Params>): Method =>
  method as unknown as Method;

/** A refusal at the door with Deribit's code; `reason` and `param` go into `error.data`. */
export class ApiError extends Error {
  readonly errorName: ApiErrorName;
  readonly reason: string | null;
  readonly param: string | null;

  constructor(
    errorName: ApiErrorName,
    options: { readonly reason?: string; readonly param?: string; readonly message?: string } = {},
  ) {
    super(options.message ?? errorName);
    this.errorName = errorName;
    this.reason = options.reason ?? null;
    this.param = options.param ?? null;
  }
}
