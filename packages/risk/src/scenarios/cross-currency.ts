// Across currencies: what gains of one underlying may count against losses of another, scenario by
// scenario over the even grids, which line up. Invariants: the result never exceeds the sum of the
// scans apart, and never falls below the sum less the most that may be set off. Source: risk
// reference 1.2 (the cross-collateral model's offset) and 1.16.

export interface CrossCurrencyParameters {
  /** Share of a gain that counts between each two underlyings, the same order either way. */
  readonly offset: (a: number, b: number) => number;
  /** The most that is set off, in dollars. */
  readonly offsetMaxUsd: number;
}

/**
 * The scan of several underlyings together.
 *
 * Units: dollars. Shape: `even[c]` is underlying c's results in each scenario of the even grid,
 * all of one length; `scans[c]` its scan over all its scenarios.
 */
export const crossCurrencyScan = (
  even: readonly Float64Array[],
  scans: readonly number[],
  parameters: CrossCurrencyParameters,
): number => {
  const apart = scans.reduce((sum, scan) => sum + scan, 0);
  const count = even[0]?.length ?? 0;
  let worst = 0;
  let worstApart = 0;
  for (const row of even) {
    let own = 0;
    for (let s = 0; s < row.length; s++) {
      const value = row[s] as number;
      if (value < own) own = value;
    }
    worstApart -= own;
  }
  const shares = sharesOf(even.length, parameters);
  for (let s = 0; s < count; s++) {
    let losses = 0;
    let setOff = 0;
    for (let c = 0; c < even.length; c++) {
      const value = (even[c] as Float64Array)[s] as number;
      if (value < 0) losses -= value;
      if (!(value > 0)) continue;
      // The least share by which the gain counts against any of the losses.
      let least = 1;
      for (let d = 0; d < even.length; d++) {
        const share = shares[c * even.length + d] as number;
        if (((even[d] as Float64Array)[s] as number) < 0 && share < least) least = share;
      }
      setOff += value * least;
    }
    const counted = Math.min(setOff, parameters.offsetMaxUsd, losses);
    worst = Math.max(worst, losses - counted);
  }
  // What the refinements and tails of each found beyond its own even grid is added in full.
  return Math.min(apart, worst + Math.max(0, apart - worstApart));
};

/** What of a gain counts between each two underlyings, at gainer * count + loser. */
const sharesOf = (count: number, { offset }: CrossCurrencyParameters): Float64Array => {
  const shares = new Float64Array(count * count);
  for (let c = 0; c < count; c++) {
    for (let d = 0; d < count; d++) shares[c * count + d] = offset(c, d);
  }
  return shares;
};
