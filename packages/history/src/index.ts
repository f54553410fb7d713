export { createHistory, type HistoryOptions } from './create-history.ts';
export * from './history.ts';
export { historyVersion } from './schema.ts';
