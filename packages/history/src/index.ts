export { createHistory, type HistoryOptions, pendingRowsMax } from './create-history.ts';
export * from './history.ts';
export { historyVersion } from './schema.ts';
