/** Order books and matching: the contract, a naive implementation and a fast one. */
export * from './matcher.ts';
export { createNaiveMatcher } from './naive-matcher.ts';
