/** Total comparators: the only ones a deterministic sort may use. */

/** Ascending order of numbers, for sort; not a total order when NaN is present. */
export function compareNumbers(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Ascending order of strings by UTF-16 code unit, independent of any locale. */
export function compareStrings(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Ascending order of bigints. */
export function compareBigints(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
