// Same value: whether two pieces of plain data are equal, typed arrays included.

/** Compares objects, arrays, typed arrays and primitives; NaN equals NaN, and -0 equals 0. */
export const sameValue = (a: unknown, b: unknown): boolean => {
  if (a === b || Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) return sameItems(a, b as ArrayLike<unknown>);
  if (ArrayBuffer.isView(a)) return sameNumbers(a as Numbers, b as Numbers);
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  let count = 0;
  for (const name in left) {
    if (!sameValue(left[name], right[name])) return false;
    count += 1;
  }
  for (const _ in right) count -= 1;
  return count === 0;
};

type Numbers = Float64Array | Int32Array;

/** Most of what is compared: the columns of marks. */
const sameNumbers = (a: Numbers, b: Numbers): boolean => {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    const left = a[i] as number;
    const right = b[i] as number;
    if (left !== right && !(Number.isNaN(left) && Number.isNaN(right))) return false;
  }
  return true;
};

const sameItems = (a: ArrayLike<unknown>, b: ArrayLike<unknown>): boolean => {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    if (!sameValue(a[i], b[i])) return false;
  }
  return true;
};
