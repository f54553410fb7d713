// Locked indexes: which indexes' markets the operator has halted, as the platform's state tells it.
import type { Currency, IndexName } from '@openstrike/domain';
import type { Feeds } from '@openstrike/feeds';

const indexesOf: Readonly<Record<Currency, readonly IndexName[]>> = {
  BTC: ['btc_usd'],
  ETH: ['eth_usd'],
  USDC: ['btc_usdc', 'eth_usdc'],
};

/** Which indexes' markets are halted. */
export const lockedIndexes = (feeds: Feeds): ReadonlySet<IndexName> => {
  const locked = new Set<IndexName>();
  for (const { scope, state } of feeds.tradingState()) {
    if (state !== 'halted') continue;
    for (const currency of scope === 'all' ? (['BTC', 'ETH', 'USDC'] as const) : [scope]) {
      for (const indexName of indexesOf[currency]) locked.add(indexName);
    }
  }
  return locked;
};
