/**
 * Elementary functions from exact operations only (+ - * /, square root, bit views), so that every
 * JavaScript engine gives the same bits, which Math.exp and its kin do not promise.
 */

const LN2_HIGH = 0.69314718036912381649;
const LN2_LOW = 1.90821492927058770002e-10;

const float64 = new Float64Array(1);
const words = new Uint32Array(float64.buffer);
float64[0] = 1;
const HIGH_WORD = words[0] === 0 ? 1 : 0;

/** The natural logarithm. */
export function log(x: number): number {
  if (!(x > 0) || x === Infinity) {
    return x === 0 ? -Infinity : x > 0 ? x : Number.NaN;
  }
  let exponent = 0;
  let scaled = x;
  if (scaled < 2 ** -1022) {
    scaled *= 2 ** 54;
    exponent = -54;
  }
  float64[0] = scaled;
  const high = words[HIGH_WORD] as number;
  const shifted = high + (0x3ff00000 - 0x3fe6a09e);
  exponent += (shifted >>> 20) - 1023;
  words[HIGH_WORD] = (shifted & 0xfffff) + 0x3fe6a09e;
  const f = (float64[0] as number) - 1;
  const s = f / (2 + f);
  const z = s * s;
  let series = 0;
  for (let k = 21; k >= 3; k -= 2) {
    series = z * (series + 2 / k);
  }
  const half = 0.5 * f * f;
  return exponent * LN2_HIGH - (half - (s * (half + series) + exponent * LN2_LOW) - f);
}
