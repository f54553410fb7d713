export * from './give-way.ts';
export * from './worker-entry.ts';
