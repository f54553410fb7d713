/**
 * SHA-256 over the reports of a correct engine, for 1,000,000 new orders with seed 23.
 *
 * Source: github.com/flash1-dev/matching-engine-benchmark, reference/correctness_hash.txt at
 * 41656c8.
 */
import type { Scenario } from './public-stream.ts';

export const PUBLISHED_HASHES: Readonly<Record<Scenario, string>> = {
  static: '9803843ee404fc29c9a0aa5614f8f0d5a58b5c44fcac9ef89067886fcaaa30d1',
  normal: 'e9b2e3926854410b01a035aeb25dd05f1e597c233be8263de9eb49b6713d367e',
  'swing-25': '61a84be9469661bd039e00dbc9a7c011e70b6ace37aadfe60045ea083b05f4df',
  'swing-40': '3cb0175e7982ff09ea220d1feaee3844cf9116a5ce455757879dea1d880b9b9f',
  'flash-crash': 'cff8d3f94b709fc64a8b2058a6ca4fb6920364904796e46906895e362d2bb16b',
};
