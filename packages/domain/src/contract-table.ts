// Contract table: everything an operator may set about the contracts of one underlying, as one
// document. Rates are fractions, sizes and prices decimals in the units of the exchange's edge.
// `checkContractTable` proves it before a `configure` command carries it into the engine; the
// engine trusts a checked table.
import type { IndexName, PayoffKind } from './instrument.ts';
import type { LiquidationParameters } from './liquidation-parameters.ts';
import type { MarginParameters } from './margin-parameters.ts';
import type { Currency } from './units.ts';

/** How many expiries of each class are live at once. Source: Deribit's listing rules. */
export interface ExpiryCalendar {
  readonly days: number;
  readonly weeks: number;
  readonly months: number;
  /** Quarterlies: last Fridays of March, June, September and December. */
  readonly quarters: number;
}

/** Strike spacing for expiries of at most `daysMax` days; the last row has no limit (null). */
export interface StrikeGridRow {
  readonly daysMax: number | null;
  readonly step: number;
}

/**
 * Fees as fractions: of the underlying's coin for inverse options, of the index value for linear
 * ones and futures.
 */
export interface FeeSchedule {
  readonly makerRate: number;
  readonly takerRate: number;
  readonly deliveryRate: number;
  /**
   * Fee never above this share of an option's premium (or of its value at delivery); null for
   * futures.
   */
  readonly premiumCapRate: number | null;
  /** Tenors that pay no delivery fee. */
  readonly deliveryFreeTenors: readonly ('day' | 'week' | 'month' | 'quarter')[];
}

/** Standard margin of options, as fractions of the underlying. Source: risk reference 1.1, 1.16. */
export interface OptionMarginParameters {
  readonly initialRate: number;
  readonly initialRateMin: number;
  readonly maintenanceRate: number;
  /**
   * Inverse options: those of one expiry ask for no more than they can lose at delivery. Each
   * stands alone where it is left out, as in tables of old journals. Linear ones always offset.
   */
  readonly coinLoss?: CoinLossParameters;
}

/**
 * How a loss counts in coin: as it is where the price rises; where it falls, in dollars, which
 * count at the forward less this share of it. Under cross models coins have their haircut as
 * collateral, and dollars count at the forward. Source: risk reference 1.16 and 7.
 */
export interface CoinLossParameters {
  readonly initialHaircut: number;
  readonly maintenanceHaircut: number;
}

/** Standard margin of futures: rate = base + slope * size in coins. Source: risk reference 1.1. */
export interface FutureMarginParameters {
  readonly initialRate: number;
  readonly maintenanceRate: number;
  readonly ratePerCoin: number;
}

export interface DatedFutureMarginParameters extends FutureMarginParameters {
  /**
   * Whether a future and the options of its expiry ask together for no more than they can lose at
   * delivery. Where it is left out, as in tables of old journals, a future stands alone.
   */
  readonly coversOptions?: true;
}

/**
 * What one account, and all together, may have in contracts of these terms; null for no limit.
 * Coins are those of the underlying. An order that only shrinks a position always passes.
 */
export interface ExposureLimits {
  /** Open orders of one account in one contract, and in all contracts of the terms. */
  readonly ordersPerInstrument: number | null;
  readonly ordersPerFamily: number | null;
  /** Coins that one account's position may reach on either side if its open orders were filled. */
  readonly positionPerInstrument: number | null;
  readonly positionPerFamily: number | null;
  /** Coins of open interest. */
  readonly openInterestPerInstrument: number | null;
  readonly openInterestPerFamily: number | null;
  /** Prices may rest so many half-widths of the price band away from its middle. */
  readonly restingBandFactor: number | null;
}

interface CommonTerms {
  readonly tickSize: number;
  /** Smallest order and the step of sizes, in coins (options, linear) or USD (inverse futures). */
  readonly amountMin: number;
  readonly amountMax: number;
  readonly contractSize: number;
  /** None where it is left out. */
  readonly limits?: ExposureLimits;
  readonly fees: FeeSchedule;
}

export interface OptionTerms extends CommonTerms {
  readonly tickSteps: readonly { readonly abovePrice: number; readonly tickSize: number }[];
  readonly calendar: ExpiryCalendar;
  readonly strikeGrid: readonly StrikeGridRow[];
  /** Strikes are listed while the call's delta lies in [deltaMin, 1 - deltaMin]. */
  readonly deltaMin: number;
  /** At least so many strikes on each side of the forward. */
  readonly atmNeighbours: number;
  /**
   * Half-width of the price band around the mark: in coin for inverse, fraction of the index for
   * linear.
   */
  readonly bandMin: number;
  /** The band's half-width also grows with |delta|: `max(bandMin, bandPerDelta * |delta|)`. */
  readonly bandPerDelta: number;
  readonly margin: OptionMarginParameters;
  /**
   * What an option in the money becomes at expiry: cash, or a future of its expiry at its strike
   * that nets with the account's own and is paid at the same price. Cash where it is not said.
   */
  readonly exercise?: 'cash' | 'future';
}

export interface FutureTerms extends CommonTerms {
  /** Half-width of the price band as a fraction of the mark. */
  readonly bandRate: number;
  readonly margin: FutureMarginParameters;
}

export interface PerpetualTerms extends FutureTerms {
  /** No funding is paid while |premium| stays below this fraction. */
  readonly fundingDeadband: number;
  /** Bound of the 8-hour rate. */
  readonly fundingRateMax: number;
  /** Bound of (mark - index) / index. */
  readonly basisMax: number;
}

export interface DatedFutureTerms extends FutureTerms {
  readonly margin: DatedFutureMarginParameters;
  readonly calendar: ExpiryCalendar;
}

export interface ContractFamily {
  /** Prefix of its instruments' names: `BTC`, `BTC_USDC`. */
  readonly name: string;
  /** The operator lists a family or not; expiries already trading live on to their end. */
  readonly listed: boolean;
  readonly payoff: PayoffKind;
  readonly indexName: IndexName;
  readonly settlementCurrency: Currency;
  readonly options: OptionTerms | null;
  readonly futures: DatedFutureTerms | null;
  readonly perpetual: PerpetualTerms | null;
}

export interface ContractTable {
  readonly underlying: 'BTC' | 'ETH';
  /** Changes whenever the operator changes the table; shown by the API and logged. */
  readonly version: number;
  /** Portfolio margin, collateral and what else of margin is not a family's own. */
  readonly margin: MarginParameters;
  /**
   * Of accounts in the underlying's coin; in the stablecoin the first table's is in force. As
   * shipped where it is left out, which only tables of old journals do.
   */
  readonly liquidation?: LiquidationParameters;
  readonly families: readonly ContractFamily[];
}
