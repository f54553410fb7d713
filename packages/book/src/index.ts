/** Order books and matching: the contract, a naive implementation and a fast one. */

export { createMatcher, type MatcherCapacity } from './fast-matcher.ts';
export * from './matcher.ts';
export { createNaiveMatcher } from './naive-matcher.ts';
