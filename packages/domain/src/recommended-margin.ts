// Recommended margin: the values that the margin section of a contract table should have, by
// underlying, for tables that have no reason to differ. Source: risk reference 1.16; where
// measurement said otherwise it says so beside the value.
import type {
  ChargeParameters,
  CollateralParameters,
  MarginParameters,
  SkewShock,
  TermTwist,
} from './margin-parameters.ts';

/** A millionth of a dollar a lot: books of up to 8 billion dollars add up exactly. */
const resultStep = 1 / 1_048_576;

const skew: SkewShock = {
  linearCap: 0.25,
  linearCapSlope: -0.1,
  absoluteCap: 0.25,
  absoluteCapSlope: -0.1,
  kMin: 0.01,
  width: 4,
  widthVolatility: 0.6,
  widthVolatilitySlope: 0,
};

const twist: TermTwist = {
  nearDaysMax: 14,
  farDaysMin: 60,
  nearFactor: 1.35,
  farFactor: 0.85,
  nearFactorReverse: 0.85,
  farFactorReverse: 1.35,
};

const charges: ChargeParameters = {
  rollMin: 0.01,
  rollAnnual: 0.075,
  deltaPerCoin: 5e-5,
  deltaRateMax: 0.1,
  deltaThresholdUsd: 2e7,
  vegaRate: 0.005,
  vegaThresholdUsd: 250_000,
  nakedMaintenance: 0.003,
  nakedInitial: 0.005,
  halfSpreadVolatility: 0.005,
  halfSpreadRate: 0.0002,
  confidenceMin: 0.6,
  pegMin: 0.99,
  pegFactor: 4,
  maintenanceShare: 0.8,
  stressFloor: 0.75,
};

const tails: readonly number[] = [-0.66, -0.33, 0.5, 1, 2, 3, 4, 5];

const collateralOf = (haircut: number, depthUsd: number): CollateralParameters => ({
  haircut,
  initialHaircut: haircut / 2,
  concentrationFromUsd: depthUsd / 10,
  concentrationScaleUsd: depthUsd,
  debtMarkup: haircut,
});

/** Collateral that counts for nothing, since nobody measured how it could be sold. */
const worthless: CollateralParameters = { ...collateralOf(1, 1e7), initialHaircut: 0 };

/** The recommended haircuts; an asset that is not named counts for nothing. */
export const recommendedCollateral = (asset: string): CollateralParameters => {
  switch (asset) {
    case 'USDC':
      return collateralOf(0, 1e9);
    case 'USDT':
      return collateralOf(0.02, 5e8);
    case 'BTC':
      return collateralOf(0.07, 2e8);
    case 'ETH':
      return collateralOf(0.1, 1e8);
    default:
      return worthless;
  }
};

interface Own {
  readonly range: number;
  /** What a two-day move beyond the range once in two hundred makes of a day's volatility. */
  readonly dailyVolatility: number;
  readonly up: number;
  readonly upVolatilityMin: number;
  readonly deltaPerCoin: number;
  readonly crossOffset: number;
}

const marginOf = (
  underlying: string,
  { range, dailyVolatility, up, upVolatilityMin, deltaPerCoin, crossOffset }: Own,
): MarginParameters => ({
  unpairedInitial: 1.2,
  unpairedMaintenance: 1.1,
  grid: { range, prices: 33, pricesMax: 129, mergeDeviations: 0.05, tails, twists: true },
  revaluation: {
    numeraire: 'usd',
    volatility: { up, down: 0.25, shortPower: 0.3, longPower: 0.13, daysMin: 1, upVolatilityMin },
    skew,
    twist,
    step: resultStep,
  },
  charges: { ...charges, deltaPerCoin },
  stress: { dailyVolatility, decay: 0.97, days: 250, riseMax: 1.25 },
  collateral: recommendedCollateral(underlying),
  stableCollateral: recommendedCollateral('USDC'),
  crossOffset,
  crossOffsetMaxUsd: 2e7,
});

const own = (
  range: number,
  dailyVolatility: number,
  up: number,
  upVolatilityMin: number,
  deltaPerCoin: number,
  crossOffset: number,
): Own => ({ range, dailyVolatility, up, upVolatilityMin, deltaPerCoin, crossOffset });

/** Made once: who compares tables by identity sees the same one, and nobody makes garbage. */
const sections: ReadonlyMap<string, MarginParameters> = new Map([
  ['BTC', marginOf('BTC', own(0.16, 0.044, 0.5, 0.5, 5e-5, 0.6))],
  // 0.18 in the reference: ether's two-day moves of 2024 to 2026 exceeded it too often.
  ['ETH', marginOf('ETH', own(0.24, 0.066, 0.45, 0.6, 4e-6, 0.6))],
  ['SOL', marginOf('SOL', own(0.24, 0.066, 0.5, 0.6, 5e-7, 0.4))],
]);

/** Nobody measured how it could be sold, so that it counts for nothing as collateral. */
const widest = marginOf('', own(0.3, 0.082, 0.5, 0.6, 0, 0.4));

/** The recommended section; an underlying that is not named gets the widest. */
export const recommendedMargin = (underlying: string): MarginParameters =>
  sections.get(underlying) ?? widest;
