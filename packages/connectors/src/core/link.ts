// Link: what a venue's protocol may ask of the connection it runs on, and what the connection asks
// of the protocol. A protocol lives as long as one connection: after a disconnect a new one starts
// with nothing, so no book outlives the connection that told it.
import type { MarketEvent } from '../market-event.ts';
import type { ConnectorCounts } from './connector-counts.ts';
import type { Market } from './market.ts';

export interface Link {
  /** Levels of each side that book events carry; 0 for no book events. */
  readonly bookDepth: number;
  /** Sends a frame in its turn, within the venue's rate limit. */
  send(frame: string): void;
  /** Sends a frame past the queue: the answer to a heartbeat must not be late. */
  sendNow(frame: string): void;
  /** Tells an event; it is withheld while its symbol is not live. */
  tell(event: MarketEvent): void;
  /** A fresh snapshot of the symbol is in: what is told from here on counts. */
  live(venueSymbol: string): void;
  /** What was told of the symbol no longer counts; the link asks for a fresh snapshot. */
  lose(venueSymbol: string, reason: string, cause: keyof ConnectorCounts): void;
  /** The venue refused or ended the symbol. */
  refuse(venueSymbol: string, reason: string): void;
  /** Counts something worth knowing that changes nothing, such as a duplicate. */
  count(what: keyof ConnectorCounts): void;
  /** Counts and logs an answer over HTTP that is not what the protocol says. */
  unparsed(sentence: string): void;
  /** Ends this connection and makes a new one after a pause. */
  reconnect(reason: string): void;
  /** Gets JSON over HTTP within the venue's rate limit. Rejects with an OperationalError. */
  get(path: string): Promise<unknown>;
}

export interface VenueProtocol {
  /** The connection stands, and these are the markets to subscribe to. */
  open(markets: readonly Market[]): void;
  /** Takes one frame. Throws FrameError when it is not what the protocol says. */
  hear(text: string, receivedUs: number): void;
  /** Asks the venue for a fresh snapshot of one symbol. */
  ask(market: Market): void;
  /** Markets that were listed since, and markets that are gone. */
  change(added: readonly Market[], removed: readonly Market[]): void;
  /** The frame of the venue's own ping; null where WebSocket pings do. */
  ping(): string | null;
  /** Called some times a second: for what has to be asked for now and then. */
  tick?(nowMs: number): void;
}
