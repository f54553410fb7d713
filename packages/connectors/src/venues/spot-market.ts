// Spot market: the pairs that spot venues are asked for: bitcoin and ether in dollars and in the
// two dollar coins, and the dollar coins in each other. Each venue writes them in its own way.
import { inCoins, type Market } from '../core/market.ts';
import type { MarketContract } from '../market-event.ts';

type SpotContract = Extract<MarketContract, { kind: 'spot' }>;

const pairs: readonly SpotContract[] = (['BTC', 'ETH', 'USDC', 'USDT'] as const).flatMap((base) =>
  (['USD', 'USDC', 'USDT'] as const)
    .filter((quote) => quote !== base)
    .map((quote) => ({ kind: 'spot', base, quote }) as const),
);

/** The market of a pair written like `BTC/USD`; null for another one. */
export const spotContract = (pair: string): Market | null => slashed.get(pair) ?? null;

/** A venue's table of symbols, from its way of writing a pair. */
export const spotSymbols = (
  written: (base: string, quote: string) => string,
): ReadonlyMap<string, Market> =>
  new Map(
    pairs.map((contract) => {
      const venueSymbol = written(contract.base, contract.quote);
      return [venueSymbol, { venueSymbol, contract, sizeUnit: inCoins }];
    }),
  );

const slashed = spotSymbols((base, quote) => `${base}/${quote}`);
