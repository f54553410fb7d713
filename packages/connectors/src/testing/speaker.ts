// Speaker: one venue's side of its protocol, as far as a connector sees it: it answers
// subscriptions with snapshots of the server's books and tells their changes, in the frames that
// the recorded payloads show.
import type { ConnectorOptions } from '../create-connector.ts';
import type { SourceName } from '../market-event.ts';
import type { LocalVenue, Script } from './local-venue.ts';
import type { ServerBook, ServerChange } from './server-book.ts';

export interface Speaker extends Script {
  readonly source: SourceName;
  /** Whether its checksum finds a changed digit before the book is told. */
  readonly findsWrongDigits?: boolean;
  /** Whether a book between two states may be told, since one change comes in several frames. */
  readonly tellsParts?: boolean;
  /** The symbols whose books it has. */
  readonly books: readonly ServerBook[];
  /** Options of a connector to it. */
  options(venue: LocalVenue): ConnectorOptions;
  /** Tells a change to whoever is subscribed. */
  tell(venue: LocalVenue, book: ServerBook, change: ServerChange): void;
  /** Something that makes a lost frame at the end be noticed: a heartbeat or another change. */
  nudge(venue: LocalVenue): void;
}
