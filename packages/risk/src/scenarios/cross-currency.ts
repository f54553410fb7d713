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
    for (const value of row) own = Math.min(own, value);
    worstApart -= own;
  }
  for (let s = 0; s < count; s++) {
    let losses = 0;
    let setOff = 0;
    for (let c = 0; c < even.length; c++) {
      const value = (even[c] as Float64Array)[s] as number;
      if (value < 0) losses -= value;
      else if (value > 0) setOff += value * offsetOf(even, s, c, parameters);
    }
    const counted = Math.min(setOff, parameters.offsetMaxUsd, losses);
    worst = Math.max(worst, losses - counted);
  }
  // What the refinements and tails of each found beyond its own even grid is added in full.
  return Math.min(apart, worst + Math.max(0, apart - worstApart));
};

/** The least share by which a gain counts against any of the losses of the scenario. */
const offsetOf = (
  even: readonly Float64Array[],
  s: number,
  gainer: number,
  parameters: CrossCurrencyParameters,
): number => {
  let least = 1;
  for (let c = 0; c < even.length; c++) {
    if (((even[c] as Float64Array)[s] as number) < 0) {
      least = Math.min(least, parameters.offset(gainer, c));
    }
  }
  return least;
};
