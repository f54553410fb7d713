/**
 * The exact distance between a double and a reference of fifty digits, in units of the double's
 * last place. Test code: it works on bigint and trusts no floating-point operation.
 */

/** The integer m and exponent e with x = m 2^e, exact. */
function partsOf(x: number): { mantissa: bigint; exponent: number } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  const bits = view.getBigUint64(0);
  const field = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  const mantissa = field === 0 ? fraction : fraction | 0x10000000000000n;
  return {
    mantissa: bits >> 63n === 1n ? -mantissa : mantissa,
    exponent: Math.max(field, 1) - 1075,
  };
}

/** How many units of its last place a double is away from a decimal reference. */
export function ulpError(value: number, reference: string): number {
  if (!(Math.abs(value) < Number.POSITIVE_INFINITY)) {
    return Number.POSITIVE_INFINITY;
  }
  const [digits = '', tens = '0'] = reference.toLowerCase().split('e');
  const [whole = '', fraction = ''] = digits.replace('-', '').split('.');
  const sign = digits.startsWith('-') ? -1n : 1n;
  const scale = Number(tens) - fraction.length;
  let top = sign * BigInt(whole + fraction);
  let bottom = 1n;
  if (scale >= 0) {
    top *= 10n ** BigInt(scale);
  } else {
    bottom *= 10n ** BigInt(-scale);
  }
  const { exponent } = partsOf(value === 0 ? Number(reference) : value);
  const { mantissa } = value === 0 ? { mantissa: 0n } : partsOf(value);
  // In units of the last place: reference / 2^exponent - mantissa, with 20 bits of fraction.
  if (exponent >= 0) {
    bottom <<= BigInt(exponent);
  } else {
    top <<= BigInt(-exponent);
  }
  const distance = (top << 20n) / bottom - (mantissa << 20n);
  return Number(distance < 0n ? -distance : distance) / 1048576;
}
