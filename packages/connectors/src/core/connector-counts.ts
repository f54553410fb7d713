// Connector counts: what a connector met since it was made, for the operator's metrics. Every frame
// that was left out and every doubt about a book is in one of them.

export interface ConnectorCounts {
  /** Connections that stood. */
  connections: number;
  frames: number;
  bytes: number;
  /** Market events told. */
  events: number;
  /** Events of symbols that were not live, and so not told. */
  withheld: number;
  /** Frames that did not parse, or did not say what the protocol says. */
  unparsed: number;
  /** Updates that were told before. */
  duplicates: number;
  gaps: number;
  checksums: number;
  crossed: number;
  /** Snapshots that were older than the increments at hand. */
  oldSnapshots: number;
  /** Buffers that were full. */
  overflows: number;
  /** Requests over HTTP of a connection or a poll that were answered. */
  answers: number;
  /** Requests over HTTP that failed. */
  failedRequests: number;
  /** Signed reports that were not told: a bad signature, too few or unknown signers, too old. */
  refusedReports: number;
}

export const zeroCounts = (): ConnectorCounts => ({
  connections: 0,
  frames: 0,
  bytes: 0,
  events: 0,
  withheld: 0,
  unparsed: 0,
  duplicates: 0,
  gaps: 0,
  checksums: 0,
  crossed: 0,
  oldSnapshots: 0,
  overflows: 0,
  answers: 0,
  failedRequests: 0,
  refusedReports: 0,
});
