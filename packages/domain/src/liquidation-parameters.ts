// Liquidation parameters: everything by which accounts that lack maintenance margin are watched,
// sold and closed out, as plain values that an operator edits, the venue publishes and anybody can
// compute with. Part of a contract table. The shapes and the values as shipped; what they do stands
// in the risk package, and for whom in `docs/decisions/liquidation.md`.
import type { ContractTable } from './contract-table.ts';

/** A clock in two straight runs, both to be read as shares of equity. */
export interface AuctionClock {
  readonly start: number;
  /** Where the first run ends. */
  readonly turn: number;
  readonly firstSeconds: number;
  /** The second run, from `turn` to 0. */
  readonly secondSeconds: number;
}

export interface LiquidationFeeParameters {
  /** Of the notional. */
  readonly rate: number;
  /** Of the premium, the most that an option pays. */
  readonly premiumShareMax: number;
  /** The most of a slice's share of equity that fee and discount together may take: below 1. */
  readonly equityShareMax: number;
}

/** What the insurance fund is measured against. */
export interface FundStressParameters {
  /** Moves of every price, as shares of it. */
  readonly moves: readonly number[];
  /** By so much of itself volatility rises with each. */
  readonly volatilityUp: number;
  /** So many of the largest shortfalls are to be paid at once. */
  readonly accounts: number;
}

/** The liquidation section of a contract table. */
export interface LiquidationParameters {
  /** Ratios of maintenance margin to margin equity at which an account is warned, ascending. */
  readonly warnings: readonly number[];
  /** How far a ratio must fall below a warning to leave it. */
  readonly warningsApart: number;
  /** Every account is looked at at least once in so many changes of its currency's marks. */
  readonly watchRounds: number;
  /** Accounts looked at with each change, at least. */
  readonly watchMin: number;
  /** Steps are taken in venue seconds that are a multiple of it; clocks run on between them. */
  readonly stepSeconds: number;
  /** Of the excess delta, the most that one hedge takes. */
  readonly hedgeShareMax: number;
  /** Of the depth within the band, the most that one hedge takes. */
  readonly hedgeDepthShareMax: number;
  /** How far from the mark a hedge may trade, as a fraction. */
  readonly hedgeBand: number;
  readonly hedgeStepsMax: number;
  readonly clock: AuctionClock;
  /** Answers stay sealed for so long after an auction begins. */
  readonly sealedSeconds: number;
  /** In which the fund's payment to a bidder rises to the whole maintenance margin. */
  readonly insolventSeconds: number;
  /** Maintenance margin that a slice restores beyond what is needed. */
  readonly buffer: number;
  readonly fee: LiquidationFeeParameters;
  readonly fundStress: FundStressParameters;
}

/**
 * The values as shipped, which tables without the section have always had: they never change, or
 * old journals would replay to other states. Source: risk reference 2.10.
 */
export const recommendedLiquidation: LiquidationParameters = {
  warnings: [0.8, 0.9],
  warningsApart: 0.05,
  watchRounds: 8,
  watchMin: 8,
  stepSeconds: 1,
  hedgeShareMax: 0.2,
  hedgeDepthShareMax: 0.1,
  hedgeBand: 0.01,
  hedgeStepsMax: 10,
  clock: { start: 0.98, turn: 0.8, firstSeconds: 60, secondSeconds: 540 },
  sealedSeconds: 2,
  insolventSeconds: 300,
  buffer: 0.15,
  fee: { rate: 0.005, premiumShareMax: 0.125, equityShareMax: 0.5 },
  fundStress: { moves: [-0.33, -0.16, 0.16, 0.5], volatilityUp: 0.5, accounts: 2 },
};

/** What a table puts in force. */
export const liquidationOf = ({
  liquidation,
}: Pick<ContractTable, 'liquidation'>): LiquidationParameters =>
  liquidation ?? recommendedLiquidation;
