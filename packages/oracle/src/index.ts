export * from './replay/index.ts';
export * from './simulated-source.ts';
export * from './spot-process.ts';
export * from './starting-state.ts';
export * from './surface/chain-quotes.ts';
export * from './surface/fit-chain.ts';
export * from './term-structure.ts';
