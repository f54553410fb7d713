/**
 * The bits of doubles, and exact powers of two: what exp and log are built on. Stateless to its
 * users: the scratch view is written and read within one call.
 */

/** One double and its bits: write `FLOAT64[0]`, read `WORDS[HIGH_WORD]`. */
export const FLOAT64: Float64Array = new Float64Array(1);
export const WORDS: Int32Array = new Int32Array(FLOAT64.buffer);
FLOAT64[0] = 1;
/** Where the sign and exponent are: 1 on a little-endian machine, else 0. */
export const HIGH_WORD: number = WORDS[0] === 0 ? 1 : 0;

/** The powers of two that bound doubles; the operator for powers may differ between engines. */
export const TWO_53 = 9007199254740992;
export const TWO_54 = 18014398509481984;
/** The smallest normal double, 2^-1022. */
export const SMALLEST_NORMAL = 2.2250738585072014e-308;

/**
 * `POWERS[(e + POWER_BIAS) & 2047]` is 2^e for e from -1024 to 1023. The mask lets the optimiser
 * leave out the check of the bounds.
 */
export const POWER_BIAS = 1023;
export const POWERS: Float64Array = makePowers();

function makePowers(): Float64Array {
  const powers = new Float64Array(2048);
  let power = powerOfTwo(-1023);
  for (let i = 0; i < powers.length; i++) {
    powers[i] = power;
    power *= 2;
  }
  powers[2047] = powerOfTwo(-1024);
  return powers;
}

/** 2 to an integer power, exact. */
export function powerOfTwo(exponent: number): number {
  if (exponent > -1023 && exponent < 1024) {
    FLOAT64[0] = 0;
    WORDS[HIGH_WORD] = (exponent + 1023) << 20;
    return FLOAT64[0] as number;
  }
  const half = exponent >> 1;
  return powerOfTwo(half) * powerOfTwo(exponent - half);
}
