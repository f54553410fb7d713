export { createHistory, type HistoryOptions } from './create-history.ts';
export type { QuotedIvOf } from './event-compactor.ts';
export * from './history.ts';
export { historyVersion } from './schema.ts';
