/**
 * Windows of 32,768 neighbouring price keys, each key with a level slot, over a three-level bitmap
 * that finds the first occupied key at or after another in a handful of steps.
 *
 * Windows lie one behind the other in one Int32Array and are named by their offset there; offset 0
 * is no window. A leaf bit is set exactly when its slot is not 0, and an upper bit exactly when its
 * word below is not 0.
 */

/** The number of keys a window covers. */
export const WINDOW_KEYS: number = 32_768;

/** Where a window keeps the key of its first slot. */
export const WINDOW_ANCHOR = 0;

const TOP = 1;
const MIDDLE = 2;
const LEAF = MIDDLE + 32;

/** Where a window's slots begin. */
export const WINDOW_SLOTS: number = LEAF + 1024;

/** The size of one window in Int32Array elements. */
export const WINDOW_STRIDE: number = WINDOW_SLOTS + WINDOW_KEYS + 30;

/** Fills an empty slot of a window. Holds: 0 <= index < WINDOW_KEYS, level > 0. */
export function occupy(windows: Int32Array, window: number, index: number, level: number): void {
  windows[window + WINDOW_SLOTS + index] = level;
  const leaf = window + LEAF + (index >> 5);
  const word = windows[leaf] as number;
  windows[leaf] = word | (1 << (index & 31));
  if (word !== 0) return;
  windows[window + MIDDLE + (index >> 10)]! |= 1 << ((index >> 5) & 31);
  windows[window + TOP]! |= 1 << (index >> 10);
}

/** Empties a slot of a window. */
export function vacate(windows: Int32Array, window: number, index: number): void {
  windows[window + WINDOW_SLOTS + index] = 0;
  const leaf = window + LEAF + (index >> 5);
  const word = (windows[leaf] as number) & ~(1 << (index & 31));
  windows[leaf] = word;
  if (word !== 0) return;
  const middle = window + MIDDLE + (index >> 10);
  const above = (windows[middle] as number) & ~(1 << ((index >> 5) & 31));
  windows[middle] = above;
  if (above === 0) windows[window + TOP]! &= ~(1 << (index >> 10));
}

/** The index of the first occupied slot at or after `index`; -1 when there is none. */
export function firstOccupied(windows: Int32Array, window: number, index: number): number {
  if (index >= WINDOW_KEYS) return -1;
  // A shift count is taken modulo 32, so `-1 << n` masks off the bits below the wanted one.
  const leafWord = (windows[window + LEAF + (index >> 5)] as number) & (-1 << (index & 31));
  if (leafWord !== 0) return (index & ~31) | lowestBit(leafWord);
  const inMiddle = (index >> 5) + 1;
  // When the next leaf belongs to the next middle word, the whole of that word is searched from the
  // top.
  let middleIndex = index >> 10;
  let middleWord = 0;
  if (inMiddle >> 5 === middleIndex) {
    middleWord = (windows[window + MIDDLE + middleIndex] as number) & (-1 << (inMiddle & 31));
  }
  if (middleWord === 0) {
    middleIndex += 1;
    if (middleIndex === 32) return -1;
    const topWord = (windows[window + TOP] as number) & (-1 << middleIndex);
    if (topWord === 0) return -1;
    middleIndex = lowestBit(topWord);
    middleWord = windows[window + MIDDLE + middleIndex] as number;
  }
  const leafIndex = (middleIndex << 5) | lowestBit(middleWord);
  return (leafIndex << 5) | lowestBit(windows[window + LEAF + leafIndex] as number);
}

/** The position of the lowest set bit. Holds: word is not 0. */
function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}
