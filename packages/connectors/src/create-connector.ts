// Create connector: makes the connector of any source by name, with the addresses, symbols and
// settings that hold unless the caller says otherwise. Invariant: what cannot be followed is
// refused here, with what to write instead, not found out on the air.
import { OperationalError } from '@openstrike/domain';
import type { Connector, ConnectorListener } from './connector.ts';
import { type ConnectorCounts, zeroCounts } from './core/connector-counts.ts';
import type { Market } from './core/market.ts';
import { PollSession } from './core/poll-session.ts';
import { type SessionSettings, usualSettings } from './core/session-settings.ts';
import type {
  Addresses,
  Credentials,
  SignedSource,
  Underlying,
  VenueDefinition,
} from './core/venue-definition.ts';
import { type ConnectorProblem, type SourceSession, VenueSession } from './core/venue-session.ts';
import type { ConnectorEvent, SourceName, SourceState } from './market-event.ts';
import { checkTrustedSigners, type TrustedSigners } from './signed/trusted-signers.ts';
import { venueTable } from './venues/venue-table.ts';

export interface ConnectorOptions {
  /** The venue's names of what to follow; those of `sourceDefaults` when nothing is named. */
  readonly symbols?: readonly string[];
  /** Underlyings whose listed options, futures and perpetuals are all followed. */
  readonly chains?: readonly Underlying[];
  /** Which of the listed markets of those chains to follow; all by default. */
  readonly only?: (market: Market) => boolean;
  /** Addresses that differ from `sourceDefaults`, by their names there. */
  readonly addresses?: Addresses;
  /** Whose signatures are believed, of a source of signed reports; its usual ones by default. */
  readonly signers?: TrustedSigners;
  /** What the source knows its customer by, where it asks. */
  readonly credentials?: Credentials;
  readonly settings?: Partial<SessionSettings>;
  /** Told of frames left out and requests failed, at most 20 a second of each connection. */
  readonly onProblem?: (problem: ConnectorProblem) => void;
}

export interface ConnectorHealth {
  readonly counts: Readonly<ConnectorCounts>;
  /** By connection: how late the venue's frames arrive by its own clock, at best. */
  readonly skewsUs: readonly (number | null)[];
}

/** A connector with what an operator wants to see of it. */
export interface VenueConnector extends Connector {
  health(): ConnectorHealth;
  /** What is followed now. */
  markets(): readonly Market[];
}

export interface SourceDefaults {
  readonly addresses: Addresses;
  readonly symbols: readonly string[];
  readonly hasChains: boolean;
  /** Of a source of signed reports what it needs beside; null for a venue. */
  readonly signed: SignedSource | null;
}

/** Where each source is and what is followed there when the caller names nothing. */
export const sourceDefaults: ReadonlyMap<SourceName, SourceDefaults> = new Map(
  [...venueTable].map(([source, { addresses, symbols, hasChains, signed }]) => [
    source,
    { addresses, symbols, hasChains, signed: signed ?? null },
  ]),
);

/** Makes a connector. Throws an OperationalError for a source or symbol that it cannot follow. */
export const createConnector = (
  source: SourceName,
  options: ConnectorOptions = {},
): VenueConnector => {
  const definition = venueTable.get(source);
  if (definition === undefined) {
    throw new OperationalError(
      'unknown-source',
      `There is no connector for ${source}: choose one of ${[...venueTable.keys()].join(', ')}.`,
    );
  }
  checkAddresses(definition, options.addresses ?? {});
  if ((options.chains ?? []).length > 0 && !definition.hasChains) {
    const sentence = `${source} has no options or futures to follow: leave the chains out.`;
    throw new OperationalError('no-chains', sentence);
  }
  const counts = zeroCounts();
  const symbols = options.symbols ?? (options.chains === undefined ? definition.symbols : []);
  const plans = definition.plan({
    addresses: { ...definition.addresses, ...options.addresses },
    markets: symbols.map((symbol) => marketOf(definition, symbol)),
    chains: options.chains ?? [],
    only: options.only ?? (() => true),
    signers: signersOf(definition, options),
    credentials: credentialsOf(definition, options),
  });
  const sessions = plans.map((plan): Part => {
    const rest = {
      source,
      settings: { ...usualSettings, ...plan.settings, ...options.settings },
      counts,
      onProblem: options.onProblem ?? (() => undefined),
    };
    return 'kind' in plan
      ? { session: new PollSession({ plan, ...rest }), auxiliary: false }
      : { session: new VenueSession({ ...plan, ...rest }), auxiliary: plan.auxiliary === true };
  });
  return new SessionConnector(source, sessions, counts);
};

const marketOf = (definition: VenueDefinition, symbol: string): Market => {
  const market = definition.parseSymbol(symbol);
  if (market === null) {
    throw new OperationalError(
      'unknown-symbol',
      `${symbol} is not followed at ${definition.source}: write it like ${definition.symbolForm}.`,
    );
  }
  return market;
};

const noSigners: TrustedSigners = { addresses: [], threshold: 0 };

const signersOf = (definition: VenueDefinition, options: ConnectorOptions): TrustedSigners => {
  const { source, signed } = definition;
  if (signed === undefined) {
    if (options.signers === undefined) return noSigners;
    const sentence = `${source} signs no reports: leave the signers out.`;
    throw new OperationalError('no-signers', sentence);
  }
  const signers = options.signers ?? signed.signers;
  if (signers === null) {
    const sentence = `${source} needs the addresses of its signers and how many must sign.`;
    throw new OperationalError('no-signers', sentence);
  }
  checkTrustedSigners(source, signers);
  return signers;
};

const credentialsOf = (definition: VenueDefinition, options: ConnectorOptions): Credentials => {
  const { key = '', secret = '' } = options.credentials ?? {};
  if (definition.signed?.needsCredentials === true && (key === '' || secret === '')) {
    const sentence = `${definition.source} needs the key and the secret of an account there.`;
    throw new OperationalError('no-credentials', sentence);
  }
  return { key, secret };
};

const checkAddresses = (definition: VenueDefinition, addresses: Addresses): void => {
  const names = Object.keys(definition.addresses);
  for (const name of Object.keys(addresses)) {
    if (!names.includes(name)) {
      throw new OperationalError(
        'unknown-address',
        `${definition.source} has no address '${name}': name one of ${names.join(', ')}.`,
      );
    }
  }
};

/** From best to worst: a source is as good as the best of its connections. */
const states: readonly SourceState[] = ['live', 'resyncing', 'stale', 'connecting', 'down'];

interface Part {
  readonly session: SourceSession;
  readonly auxiliary: boolean;
}

class SessionConnector implements VenueConnector {
  readonly source: SourceName;
  readonly #main: readonly SourceSession[];
  readonly #auxiliary: readonly SourceSession[];
  readonly #counts: ConnectorCounts;
  /** Symbols that are live by the connections that keep them. */
  readonly #live = new Set<string>();
  #state: SourceState = 'down';
  #stopped = true;

  constructor(source: SourceName, parts: readonly Part[], counts: ConnectorCounts) {
    this.source = source;
    this.#main = parts.filter(({ auxiliary }) => !auxiliary).map(({ session }) => session);
    this.#auxiliary = parts.filter(({ auxiliary }) => auxiliary).map(({ session }) => session);
    this.#counts = counts;
  }

  start(listener: ConnectorListener): void {
    if (!this.#stopped) {
      throw new OperationalError('already-started', `${this.source} runs: stop it first.`);
    }
    this.#stopped = false;
    for (const session of this.#auxiliary) {
      session.start(
        (event) => {
          if (event.type !== 'status' && this.#live.has(event.venueSymbol)) {
            listener(event);
          }
        },
        () => undefined,
      );
    }
    for (const session of this.#main) {
      session.start(
        (event) => {
          this.#note(event);
          listener(event);
        },
        (_, reason) => this.#sumUp(reason, listener),
      );
    }
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#main, ...this.#auxiliary].map((session) => session.stop()));
    this.#stopped = true;
    this.#state = 'down';
  }

  state(): SourceState {
    return this.#state;
  }

  health(): ConnectorHealth {
    const skewsUs = [...this.#main, ...this.#auxiliary].map((session) => session.skewUs());
    return { counts: { ...this.#counts }, skewsUs };
  }

  markets(): readonly Market[] {
    return this.#main.flatMap((session) => session.markets());
  }

  #note(event: ConnectorEvent): void {
    if (event.type === 'status' && event.venueSymbol !== null) {
      if (event.state === 'live') {
        this.#live.add(event.venueSymbol);
      } else {
        this.#live.delete(event.venueSymbol);
      }
    }
  }

  #sumUp(reason: string, listener: ConnectorListener): void {
    const found = new Set(this.#main.map((session) => session.state()));
    const state = states.find((one) => found.has(one)) ?? 'down';
    if (state !== this.#state) {
      this.#state = state;
      const receivedUs = Date.now() * 1_000;
      const { source } = this;
      listener({ type: 'status', source, venueSymbol: null, state, reason, receivedUs });
    }
  }
}
