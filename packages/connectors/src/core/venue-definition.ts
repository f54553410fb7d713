// Venue definition: what the factory must know of a venue to make its connector: where it is, what
// it is called there, and which connections that takes. All addresses are the caller's to change,
// so that a test, a proxy or a replayer can stand in a venue's place.
import type { MarketEvent, SourceName } from '../market-event.ts';
import type { TrustedSigners } from '../signed/trusted-signers.ts';
import type { Link, VenueProtocol } from './link.ts';
import type { Market } from './market.ts';
import type { RestClient } from './rest-client.ts';
import type { SessionSettings } from './session-settings.ts';

export type Underlying = 'BTC' | 'ETH';

/** Addresses by name: each venue says which names it has. */
export type Addresses = Readonly<Record<string, string>>;

export interface SessionPlan {
  /** The name of its WebSocket address among the addresses. */
  readonly name: string;
  readonly address: string | ((markets: readonly Market[]) => string);
  readonly headers?: (address: string) => Readonly<Record<string, string>>;
  readonly restAddress: string | null;
  readonly createProtocol: (link: Link) => VenueProtocol;
  readonly markets: readonly Market[];
  readonly listMarkets: ((rest: RestClient) => Promise<readonly Market[]>) | null;
  /**
   * A second connection for markets that another one keeps: it tells what belongs to them, and how
   * they stand is the other's to say.
   */
  readonly auxiliary?: boolean;
  /** What differs from the usual on this connection. */
  readonly settings: Partial<SessionSettings>;
}

/** A source that is asked over HTTP again and again. */
export interface PollPlan {
  readonly kind: 'poll';
  readonly address: string;
  readonly path: string;
  readonly everyMs: number;
  readonly markets: readonly Market[];
  /** Tells what an answer says. Throws FrameError when it is not what the source says. */
  readonly read: (value: unknown, receivedUs: number, listener: PollListener) => void;
  readonly settings: Partial<SessionSettings>;
}

export interface PollListener {
  readonly tell: (event: MarketEvent) => void;
  /** A report that was not believed, in one sentence. */
  readonly refused: (sentence: string) => void;
}

/** What a source knows its customer by. */
export interface Credentials {
  readonly key: string;
  readonly secret: string;
}

/** Of a source whose reports are signed. */
export interface SignedSource {
  /** Whose signatures count unless the caller says otherwise; null where he has to. */
  readonly signers: TrustedSigners | null;
  readonly needsCredentials: boolean;
}

export interface VenuePlanInput {
  readonly addresses: Addresses;
  /** Of a source of signed reports: whom to believe. Nobody elsewhere. */
  readonly signers: TrustedSigners;
  /** Empty where none are needed. */
  readonly credentials: Credentials;
  readonly markets: readonly Market[];
  /** Underlyings whose whole chains are followed, as the venue lists them. */
  readonly chains: readonly Underlying[];
  /** Which of the listed markets to follow. */
  readonly only: (market: Market) => boolean;
}

export interface VenueDefinition {
  readonly source: SourceName;
  readonly addresses: Addresses;
  /** What is followed when the caller names nothing. */
  readonly symbols: readonly string[];
  /** How a symbol is written here, for whoever wrote it wrongly. */
  readonly symbolForm: string;
  /** Whether whole chains of options and futures can be followed. */
  readonly hasChains: boolean;
  /** Present where prices come as signed reports. */
  readonly signed?: SignedSource;
  /** What a symbol names; null when it is not one of this venue's. */
  readonly parseSymbol: (venueSymbol: string) => Market | null;
  readonly plan: (input: VenuePlanInput) => readonly (SessionPlan | PollPlan)[];
}
