export {
  createRecorder,
  type Manifest,
  type RecordedFile,
  type Recorder,
  type RecorderOptions,
  readManifest,
} from './recorder.ts';
export { type ColumnKind, type Table, type TableName, tables } from './tables.ts';
