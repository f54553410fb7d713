// Instrument: one tradable contract with everything that a rule may ask of it, resolved once at
// listing.
// Invariant: listing has proved that the largest order and position keep every product in the safe
// range.
import type { OptionType } from '@openstrike/std';
import type { Currency, InstrumentId, PriceTicks, SizeLots, Step, TsUs } from './units.ts';

export type InstrumentKind = 'option' | 'future' | 'perpetual';
/** Linear pays in the counter currency per unit; inverse pays in the underlying coin. */
export type PayoffKind = 'linear' | 'inverse';
/** The class of an expiry; the longer class absorbs the shorter on the same date. */
export type Tenor = 'day' | 'week' | 'month' | 'quarter' | 'perpetual';
export type IndexName = 'btc_usd' | 'eth_usd' | 'btc_usdc' | 'eth_usdc';
export const indexNames: readonly IndexName[] = ['btc_usd', 'eth_usd', 'btc_usdc', 'eth_usdc'];

/**
 * `open`: orders are taken; `auction`: limit orders rest for one price to come; `settling`: trading
 * paused for a settlement; `halted`: cancel only; `delivered`: expired and paid out.
 */
export type InstrumentState = 'open' | 'auction' | 'settling' | 'halted' | 'delivered';

/** Above `aboveTicks` (exclusive) a price must be a multiple of `multiple` finest ticks. */
export interface TickStep {
  readonly aboveTicks: PriceTicks;
  readonly multiple: number;
}

export interface Instrument {
  readonly id: InstrumentId;
  /** Deribit's form, such as `BTC-27DEC26-100000-C`, `BTC_USDC-PERPETUAL`. */
  readonly name: string;
  readonly kind: InstrumentKind;
  /** Name prefix of its contract family, such as `BTC` or `BTC_USDC`. */
  readonly family: string;
  readonly underlying: 'BTC' | 'ETH';
  readonly indexName: IndexName;
  readonly payoff: PayoffKind;
  readonly settlementCurrency: Currency;
  readonly tenor: Tenor;
  readonly listedUs: TsUs;
  /** Null for a perpetual. */
  readonly expiryUs: TsUs | null;
  /** USD (or USDC) per coin; null when not an option. */
  readonly strike: number | null;
  readonly optionType: OptionType | null;
  readonly tick: Step;
  /** Ascending by `aboveTicks`; empty when the grid is uniform. */
  readonly tickSteps: readonly TickStep[];
  /** Amount in one lot: coins for options and linear contracts, USD for inverse futures. */
  readonly lot: Step;
  /** Amount in one contract, in the unit of `lot`. */
  readonly contractSize: number;
  readonly sizeLotsMin: SizeLots;
  readonly sizeLotsMax: SizeLots;
  /**
   * Minor units of settlement currency in one tick times one lot; exact. Zero for inverse futures,
   * whose value is `lots * coinMinorUsdPerLot / price`.
   */
  readonly cashPerTickLot: number;
  /** Index of the instrument's terms in its family: fees, bands, margin. See `ContractFamily`. */
  readonly termsKey: 'options' | 'futures' | 'perpetual';
}
