// Margin parameters: everything that margins depend on besides marks and holdings, as plain values
// that an operator edits, the venue publishes and anybody can compute with. Part of a contract
// table, so that one file per underlying, with one version, has them all. The shapes alone; what
// they do stands in the risk package.

/** How an account's margin is computed, and over what. */
export type MarginModel =
  | 'segregated-standard'
  | 'segregated-portfolio'
  | 'cross-standard'
  | 'cross-portfolio';

export const marginModels: readonly MarginModel[] = [
  'segregated-standard',
  'segregated-portfolio',
  'cross-standard',
  'cross-portfolio',
];

/** A parallel shock that grows as expiry nears. Volatilities and factors are 1 = 100 %. */
export interface VolatilityShock {
  readonly up: number;
  readonly down: number;
  /** Powers of 30 / days below 30 days, and from there on. */
  readonly shortPower: number;
  readonly longPower: number;
  /** Fewer days than this count as this. */
  readonly daysMin: number;
  /** The up shock ends no lower. */
  readonly upVolatilityMin: number;
}

/** A shock proportional to the log-moneyness (linear) or its distance (absolute), capped. */
export interface SkewShock {
  /** The cap is base + slope * sqrt(years). */
  readonly linearCap: number;
  readonly linearCapSlope: number;
  readonly absoluteCap: number;
  readonly absoluteCapSlope: number;
  /** Log-moneyness where the cap is reached: width * sqrt(years) * volatility, at least `kMin`. */
  readonly kMin: number;
  readonly width: number;
  /** That volatility is base + slope * sqrt(years). */
  readonly widthVolatility: number;
  readonly widthVolatilitySlope: number;
}

/** Near expiries one way while far ones go the other. */
export interface TermTwist {
  readonly nearDaysMax: number;
  readonly farDaysMin: number;
  readonly nearFactor: number;
  readonly farFactor: number;
  /** The reverse twist. */
  readonly nearFactorReverse: number;
  readonly farFactorReverse: number;
}

/** How instruments are revalued in a scenario. */
export interface Revaluation {
  /** What results are counted in: dollars, or coins valued at the moved price. */
  readonly numeraire: 'usd' | 'coin';
  readonly volatility: VolatilityShock;
  readonly skew: SkewShock | null;
  readonly twist: TermTwist | null;
  /**
   * Results per lot are rounded to whole multiples of it, a power of two, so that sums over a book
   * are exact in whatever order they are made; 0 for no rounding.
   */
  readonly step: number;
}

/** Which prices are looked at. */
export interface GridParameters {
  /** The even grid spans the forward by this share either way. */
  readonly range: number;
  /** Odd, so that no move is among them. */
  readonly prices: number;
  /** With strikes and halvings. */
  readonly pricesMax: number;
  /** A strike this near, in standard deviations to its expiry, to a price of the grid adds none. */
  readonly mergeDeviations: number;
  readonly tails: readonly number[];
  /** Whether the term twists are in it. */
  readonly twists: boolean;
}

/** The charges beside the scan. */
export interface ChargeParameters {
  /** Per expiry, of the absolute delta: at least `rollMin`, `rollAnnual` per year to expiry. */
  readonly rollMin: number;
  readonly rollAnnual: number;
  /** Of the net delta: for each coin beyond the threshold so much more, at most the largest. */
  readonly deltaPerCoin: number;
  readonly deltaRateMax: number;
  readonly deltaThresholdUsd: number;
  /** Of each expiry's vega (dollars per 1 of volatility) beyond the threshold. */
  readonly vegaRate: number;
  readonly vegaThresholdUsd: number;
  /** Of the index, per coin of options sold beyond those held of the same expiry and type. */
  readonly nakedMaintenance: number;
  readonly nakedInitial: number;
  /**
   * Half the spread at which a position closes: of an option in volatility, of a future as a share
   * of its value. A figure of the file and not the quoted one, which a client could move.
   */
  readonly halfSpreadVolatility: number;
  readonly halfSpreadRate: number;
  readonly confidenceMin: number;
  readonly pegMin: number;
  readonly pegFactor: number;
  /** Maintenance margin counts so much of the scan and the charges of market risk. */
  readonly maintenanceShare: number;
  /** The factor against procyclicality stays above this share of its own maximum. */
  readonly stressFloor: number;
}

/** How a factor on all portfolio margins follows the underlying's moves, a day ahead. */
export interface StressParameters {
  /** Volatility of a day that the grid's range is meant for: the factor is 1 there. */
  readonly dailyVolatility: number;
  /** What the variance keeps of itself each day; the rest is the day's move, squared. */
  readonly decay: number;
  /** Days whose largest factor is remembered; see `ChargeParameters.stressFloor`. */
  readonly days: number;
  /** A day's factor is at most so many times that of the day before. */
  readonly riseMax: number;
}

/** What an asset counts for as collateral. */
export interface CollateralParameters {
  /** Of the value, from the first dollar. */
  readonly haircut: number;
  /** On top for the initial margin. */
  readonly initialHaircut: number;
  /** Value at which the concentration begins, and that over which it grows by all of the value. */
  readonly concentrationFromUsd: number;
  readonly concentrationScaleUsd: number;
  /** Of a debt, since it has to be bought back. */
  readonly debtMarkup: number;
}

/** The margin section of a contract table. */
export interface MarginParameters {
  /** Standard margin: rate of the forward for linear calls sold beyond those held. */
  readonly unpairedInitial: number;
  readonly unpairedMaintenance: number;
  readonly grid: GridParameters;
  readonly revaluation: Revaluation;
  readonly charges: ChargeParameters;
  /** Without it the factor is 1, whatever the underlying does. */
  readonly stress?: StressParameters;
  /**
   * The underlying's coin as collateral, and the stablecoin that its linear contracts settle in.
   */
  readonly collateral: CollateralParameters;
  readonly stableCollateral: CollateralParameters;
  /** Share of a gain in this underlying that counts against losses in another, and the most. */
  readonly crossOffset: number;
  readonly crossOffsetMaxUsd: number;
}
