/** Binary search in ascending arrays: strikes, expiries, sequence numbers. */

/** The first index whose element is not below the value; the length when there is none. */
export function lowerBound(ascending: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] as number) < value) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/** The first index whose element is above the value; the length when there is none. */
export function upperBound(ascending: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] as number) <= value) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/** Inserts the item into an array ordered by the comparator, after its equals; returns where. */
export function insertSorted<T>(ordered: T[], item: T, compare: (a: T, b: T) => number): number {
  let low = 0;
  let high = ordered.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare(ordered[middle] as T, item) <= 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  ordered.splice(low, 0, item);
  return low;
}
