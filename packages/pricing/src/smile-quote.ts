/** A quoted volatility of one strike: what smiles are fitted to. */

/** One strike's volatilities, annualised, 1 = 100 %. */
export type SmileQuote = {
  /** ln(strike / forward). */
  readonly k: number;
  readonly bidIv: number;
  readonly askIv: number;
  /** How much it counts beside others of its spread; 1 where absent. */
  readonly weight?: number;
};
