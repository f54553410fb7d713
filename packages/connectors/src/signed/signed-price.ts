// Signed price: what every verified report comes to, whoever reports.

export interface SignedPrice {
  /** The reporter's own name of the feed: a hexadecimal id, or a word such as BTC. */
  readonly feed: string;
  readonly price: number;
  /** One standard deviation, or half the spread, in the price's unit; null where none is stated. */
  readonly confidence: number | null;
  /** When the reporters observed it, in microseconds. */
  readonly observedUs: number;
  /** Distinct trusted signers. */
  readonly signers: number;
}

/**
 * A fixed-point number as a double, rounded once.
 *
 * Units: value times ten to the exponent. Domain: exponents from -40 to 40.
 */
export const scaled = (value: bigint, exponent: number): number =>
  Number(`${value.toString()}e${exponent}`);
