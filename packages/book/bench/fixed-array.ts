/**
 * A few numbers that change all the time, kept where V8 reaches them fastest: in a typed array of
 * more than 64 bytes, which lies outside the heap at an address that compiled code can name, and
 * whose fields need no check of their kind.
 */
const FIELDS = 32;

/** An array for up to 32 numbers, the first of them given. */
export function fixedArray(...numbers: readonly number[]): Int32Array {
  const array = new Int32Array(FIELDS);
  array.set(numbers);
  return array;
}
