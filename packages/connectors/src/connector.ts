// Connector: the one shape of every source of outside market data. Invariant: events of one symbol
// are told in the venue's order; after a gap nothing of that symbol is told before `resyncing`, and
// then only what follows a fresh snapshot. Each change of a symbol's state is told with its name; a
// status without a symbol sums the source up.
import type { ConnectorEvent, SourceName, SourceState } from './market-event.ts';

export type ConnectorListener = (event: ConnectorEvent) => void;

export interface Connector {
  readonly source: SourceName;
  /** Starts connecting, and goes on reconnecting until `stop`. */
  start(listener: ConnectorListener): void;
  /** Resolves once nothing more will be told and every socket and timer is gone. */
  stop(): Promise<void>;
  state(): SourceState;
}
