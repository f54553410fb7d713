/**
 * Struct-of-arrays of options and of their results: what batches take and fill. Every array is the
 * caller's; nothing here holds state.
 */

/** What a batch of options is priced from: arrays of one length, as black76 takes them. */
export type Black76Batch = {
  readonly forward: Float64Array;
  readonly strike: Float64Array;
  readonly timeYears: Float64Array;
  readonly volatility: Float64Array;
  /** +1 for a call, -1 for a put. */
  readonly sign: Int8Array;
};

/** Where a batch's greeks go; units and what each holds as in black76Greeks at rate zero. */
export type Black76BatchGreeks = {
  readonly price: Float64Array;
  readonly delta: Float64Array;
  readonly gamma: Float64Array;
  readonly vega: Float64Array;
  readonly theta: Float64Array;
  readonly rho: Float64Array;
};
