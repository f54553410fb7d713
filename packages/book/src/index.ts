/** Order books and matching: the contract, a naive implementation and a fast one. */

export { createMatcher } from './fast-matcher.ts';
export * from './matcher.ts';
export { createNaiveMatcher } from './naive-matcher.ts';
export type { MatcherCapacity } from './price-levels.ts';
export * from './uncross.ts';
