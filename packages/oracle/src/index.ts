export * from './simulated-source.ts';
export * from './spot-process.ts';
export * from './starting-state.ts';
export * from './term-structure.ts';
