// Market: one contract of a venue as a connector follows it, with what a unit of the venue's sizes
// is worth in base coins. Venues count in coins, in contracts or in money; events are in coins.
import type { MarketContract } from '../market-event.ts';

export interface Market {
  /** The venue's own name of the contract. */
  readonly venueSymbol: string;
  readonly contract: MarketContract;
  readonly sizeUnit: SizeUnit;
}

/** One unit of the venue's size: so many base coins, or so much money of the quote. */
export interface SizeUnit {
  readonly of: 'base' | 'quote';
  readonly amount: number;
}

export const inCoins: SizeUnit = { of: 'base', amount: 1 };

/** Base coins of a size at a price. Domain: price above zero where the unit is money. */
export const baseSize = (unit: SizeUnit, size: number, price: number): number =>
  unit.of === 'base' ? size * unit.amount : (size * unit.amount) / price;
