// Metrics of a sequencer: plain counters that only grow, and the queue's depth now; the app turns
// them into rates.

export interface SequencerMetrics {
  /** Applied since the start, and durable since the start. */
  commandsApplied: number;
  commandsDurable: number;
  /** Commands refused because the queue was full. */
  commandsRefused: number;
  batches: number;
  batchCommandsMax: number;
  bytes: number;
  /** Time from handing a batch to the disk until it was durable. */
  commitMsTotal: number;
  commitMsMax: number;
  /** Commands applied and not yet durable. */
  queueCommands: number;
  snapshots: number;
  snapshotsFailed: number;
}

export const emptyMetrics = (): SequencerMetrics => ({
  commandsApplied: 0,
  commandsDurable: 0,
  commandsRefused: 0,
  batches: 0,
  batchCommandsMax: 0,
  bytes: 0,
  commitMsTotal: 0,
  commitMsMax: 0,
  queueCommands: 0,
  snapshots: 0,
  snapshotsFailed: 0,
});
