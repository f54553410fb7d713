export { type BackupReport, restoreBackup } from './backup.ts';
export { decodeCommand, encodeCommand } from './command-codec.ts';
export { FileStorage } from './file-storage.ts';
export type { JournalFile, JournalStorage, StoredFile } from './journal-storage.ts';
export { makeFolders } from './make-folders.ts';
export { MemoryStorage, type StorageFault } from './memory-storage.ts';
export type { SequencerMetrics } from './metrics.ts';
export type { RecoveryProgress, RecoveryReport } from './recovery.ts';
export type { Retention } from './retention.ts';
export { formatVersion, type JournalPosition } from './segment.ts';
export {
  createSequencer,
  type RecoverOptions,
  type Sequencer,
  type SequencerOptions,
  type SequencerState,
  type SequencerWaits,
  type StateListener,
} from './sequencer.ts';
export type { StateMachineModule } from './shadow.ts';
export type { SnapshotHeader } from './snapshot-file.ts';
export {
  type SnapshotVerdict,
  type VerifyOptions,
  type VerifyReport,
  verifyJournal,
} from './verify.ts';
