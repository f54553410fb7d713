// Dispatcher: from a read request to its answer, for every transport. The order of the checks is:
// method, transport, identity, scope, rate, parameters; then the handler. Invariant: each call is
// answered exactly once (but for those that ask for no reply), and nothing a client sends brings
// the process down.
import { type AccountId, OperationalError } from '@openstrike/domain';
import type { Authenticator } from '../auth/authenticator.ts';
import { scopeAllows } from '../auth/scope.ts';
import type { RateLimiter } from '../limits/rate-limiter.ts';
import type { RateTier } from '../limits/rate-tier.ts';
import { ApiError, type GatewayContext, type Method, noReply } from '../method.ts';
import type { GatewayMetrics, MethodMetrics } from '../metrics.ts';
import type { Grant, Session } from '../session.ts';
import { createBorrowedSession } from '../sockets/borrowed-session.ts';
import { errorText, type RequestId, resultText } from './envelope.ts';
import { compileParamsCheck, type Params, type ParamsCheck } from './params-check.ts';

export interface DispatcherOptions {
  readonly methods: readonly Method[];
  readonly context: GatewayContext;
  readonly authenticator: Authenticator;
  readonly limiter: RateLimiter;
  /** The tier of an account, or of an address without one. */
  readonly tierOf: (accountId: AccountId | null) => RateTier;
  readonly metrics: GatewayMetrics;
  /** An account is about to trade over a connection. */
  readonly onTrading: (connectionId: number, accountId: AccountId) => void;
  readonly wallNowUs: () => number;
  readonly testnet: boolean;
}

export interface Incoming {
  readonly id: RequestId;
  readonly method: string;
  /** Parameters by name, or the texts of a query. */
  readonly params: Params | URLSearchParams;
  readonly usIn: number;
  /** Proves the identity of a request without a socket; called only where a method needs one. */
  readonly proof: (() => Grant | null) | null;
}

/** Takes the answer's text; null when there is none to send. */
export type Reply = (text: string | null, outcome: 'result' | ApiError) => void;

interface Entry {
  readonly method: Method;
  readonly check: ParamsCheck;
  readonly metrics: MethodMetrics;
}

export interface Dispatcher {
  dispatch(incoming: Incoming, session: Session, reply: Reply): void;
  /** Answers what never became a call. */
  refuse(id: RequestId, error: ApiError, usIn: number, reply: Reply): void;
}

class MethodDispatcher implements Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #entries = new Map<string, Entry>();

  constructor(options: DispatcherOptions) {
    this.#options = options;
    for (const method of options.methods) {
      const metrics: MethodMetrics = { calls: 0, refusals: 0, microseconds: 0 };
      if (this.#entries.has(method.name)) {
        throw new OperationalError('method-twice', `The method ${method.name} is defined twice.`);
      }
      const check = compileParamsCheck(method.params);
      this.#entries.set(method.name, { method, check, metrics });
      options.metrics.methods.set(method.name, metrics);
    }
  }

  dispatch(incoming: Incoming, session: Session, reply: Reply): void {
    const entry = this.#entries.get(incoming.method);
    if (entry === undefined) {
      this.refuse(incoming.id, new ApiError('method_not_found'), incoming.usIn, reply);
      return;
    }
    let result: unknown;
    try {
      result = this.#run(entry, incoming, session);
    } catch (error) {
      this.#fail(entry, incoming, error, reply);
      return;
    }
    if (!(result instanceof Promise)) {
      this.#answer(entry, incoming, result, reply);
      return;
    }
    this.#options.metrics.inFlight += 1;
    result.then(
      (value: unknown) => {
        this.#options.metrics.inFlight -= 1;
        this.#answer(entry, incoming, value, reply);
      },
      (error: unknown) => {
        this.#options.metrics.inFlight -= 1;
        this.#fail(entry, incoming, error, reply);
      },
    );
  }

  refuse(id: RequestId, error: ApiError, usIn: number, reply: Reply): void {
    const times = { usIn, usOut: this.#options.wallNowUs() };
    reply(errorText(id, error, times, this.#options.testnet), error);
  }

  #run(entry: Entry, incoming: Incoming, session: Session): unknown {
    const { method, check } = entry;
    const { context } = this.#options;
    if (method.transport === 'websocket' && session.kind !== 'websocket') {
      throw new ApiError('must_be_websocket_request');
    }
    const params =
      incoming.params instanceof URLSearchParams ? check.coerce(incoming.params) : incoming.params;
    const caller = this.#identify(method, params, incoming, session);
    this.#checkRate(method, caller);
    const checked = check.check(params);
    const accountId = caller.grant?.accountId;
    if (method.rateClass === 'matching' && accountId !== undefined) {
      this.#options.onTrading(caller.connectionId, accountId);
    }
    return method.handle(checked, { session: caller, context });
  }

  /** The session as the call sees it: with the identity of its own proof, where it brings one. */
  #identify(method: Method, params: Params, incoming: Incoming, session: Session): Session {
    const { authenticator, context } = this.#options;
    let caller = session;
    const token = params.access_token;
    if (typeof token === 'string' && method.scope !== null) {
      const grant = authenticator.grantOfToken(token, session.remoteAddress);
      caller = createBorrowedSession(session, grant);
    } else if (incoming.proof !== null && method.scope !== null) {
      session.grant = incoming.proof();
    } else if (session.grant !== null && !authenticator.isLive(session.grant)) {
      session.grant = null;
      context.subscriptions.unsubscribeAll(session, 'private');
      if (method.scope !== null) throw new ApiError('unauthorized', { reason: 'invalid_token' });
    }
    if (method.scope === null) return caller;
    const grant = caller.grant;
    if (grant === null) throw new ApiError('authorization_required');
    if (method.scope !== 'authenticated' && !scopeAllows(grant.scope, method.scope)) {
      throw new ApiError('forbidden', { reason: `needs ${method.scope}` });
    }
    if (method.mainAccountOnly === true && grant.accountId !== grant.mainAccountId) {
      throw new ApiError('unavailable_in_subaccount');
    }
    return caller;
  }

  #checkRate(method: Method, caller: Session): void {
    const { limiter, tierOf, context, metrics } = this.#options;
    const accountId = caller.grant?.accountId ?? null;
    const holder = accountId ?? caller.remoteAddress;
    if (limiter.take(holder, tierOf(accountId), method.rateClass, context.wallNowMs())) return;
    metrics.rateLimited += 1;
    throw new ApiError('too_many_requests');
  }

  #answer(entry: Entry, incoming: Incoming, result: unknown, reply: Reply): void {
    const usOut = this.#options.wallNowUs();
    entry.metrics.calls += 1;
    entry.metrics.microseconds += usOut - incoming.usIn;
    if (result === noReply) {
      reply(null, 'result');
      return;
    }
    let text: string;
    try {
      const times = { usIn: incoming.usIn, usOut };
      text = resultText(incoming.id, result, times, this.#options.testnet);
    } catch (error) {
      this.#fail(entry, incoming, error, reply);
      return;
    }
    reply(text, 'result');
  }

  #fail(entry: Entry, incoming: Incoming, thrown: unknown, reply: Reply): void {
    const { context, metrics } = this.#options;
    entry.metrics.calls += 1;
    entry.metrics.refusals += 1;
    let error: ApiError;
    if (thrown instanceof ApiError) {
      error = thrown;
      if (isLoginFailure(error)) metrics.loginFailures += 1;
    } else if (thrown instanceof OperationalError) {
      context.log.warn({ method: incoming.method, code: thrown.code }, thrown.message);
      error = new ApiError('system_maintenance', { reason: thrown.code });
    } else {
      metrics.internalErrors += 1;
      context.log.error({ method: incoming.method, err: thrown }, 'a handler failed');
      error = new ApiError('internal_server_error');
    }
    this.refuse(incoming.id, error, incoming.usIn, reply);
  }
}

const isLoginFailure = (error: ApiError): boolean =>
  error.errorName === 'invalid_credentials' || error.errorName === 'unauthorized';

export const createDispatcher = (options: DispatcherOptions): Dispatcher =>
  new MethodDispatcher(options);
