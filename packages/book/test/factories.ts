/**
 * The matchers under test: both implementations, and the fast one with its parts forced on and off.
 */
import { createMatcher } from '../src/fast-matcher.ts';
import { createNaiveMatcher } from '../src/naive-matcher.ts';
import type { MatcherFactory } from './recorded-book.ts';

const TINY = { books: 1, orders: 1, levels: 1 };

export const FAST_FACTORIES: readonly (readonly [string, MatcherFactory])[] = [
  ['fast', (sink) => createMatcher(sink)],
  ['fast, lists only, growing', (sink) => createMatcher(sink, { ...TINY, windowsMax: 0 })],
  ['fast, windows at once', (sink) => createMatcher(sink, { ...TINY, windowAfterSteps: 0 })],
  [
    'fast, two windows, late',
    (sink) => createMatcher(sink, { ...TINY, windowsMax: 2, windowAfterSteps: 20 }),
  ],
];

export const FACTORIES: readonly (readonly [string, MatcherFactory])[] = [
  ['naive', createNaiveMatcher],
  ...FAST_FACTORIES,
];
