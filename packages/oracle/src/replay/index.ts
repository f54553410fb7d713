export {
  type ChainRow,
  type ChainSnapshot,
  type Underlying,
  underlyings,
} from './chain-snapshot.ts';
export {
  type FittedExpiry,
  type FittedSnapshot,
  fitSnapshot,
  quotesOfRows,
  rowsByExpiry,
} from './fit-snapshot.ts';
export { openRecording, type Recording } from './open-recording.ts';
export { createRecordedQuotes, type RecordedQuotes } from './recorded-quotes.ts';
export {
  createReplaySource,
  type ReplayReport,
  type ReplaySource,
  type ReplaySourceOptions,
} from './replay-source.ts';
