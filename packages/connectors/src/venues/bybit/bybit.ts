// Bybit: spot, futures and options, one connection for each category, through the public WebSocket
// API v5. Source: bybit-exchange.github.io/docs/v5.
import type { Market } from '../../core/market.ts';
import type { RestClient } from '../../core/rest-client.ts';
import type { SessionPlan, VenueDefinition, VenuePlanInput } from '../../core/venue-definition.ts';
import { type BybitCategory, bybitListing, bybitMarket, bybitName } from './bybit-messages.ts';
import { BybitProtocol } from './bybit-protocol.ts';

/** Pages of a listing that are followed: each has up to a thousand markets. */
const pagesMax = 10;

const listed = async (
  rest: RestClient,
  category: BybitCategory,
  { chains, only }: VenuePlanInput,
): Promise<Market[]> => {
  const found: Market[] = [];
  for (const coin of chains) {
    let cursor = '';
    for (let page = 0; page < pagesMax; page++) {
      const query = `category=${category}&baseCoin=${coin}&limit=1000&cursor=${cursor}`;
      const answer = await rest.get(`/v5/market/instruments-info?${query}`);
      const read = bybitListing(category, answer);
      found.push(...read.markets.filter(only));
      cursor = encodeURIComponent(read.cursor);
      if (read.cursor === '') {
        break;
      }
    }
  }
  return found;
};

const session = (category: BybitCategory, input: VenuePlanInput): SessionPlan | null => {
  const markets = input.markets.filter((market) => bybitName(market).category === category);
  const lists = category !== 'spot' && input.chains.length > 0;
  if (markets.length === 0 && !lists) {
    return null;
  }
  return {
    name: category,
    address: input.addresses[category] as string,
    restAddress: input.addresses['rest'] as string,
    createProtocol: (link) => new BybitProtocol(link, category),
    markets,
    listMarkets: lists ? (rest) => listed(rest, category, input) : null,
    settings: {
      sendRate: { burst: 10, perSecond: 10 },
      // 600 requests in five seconds from one address.
      restRate: { burst: 10, perSecond: 10 },
      // The venue recommends a ping every twenty seconds, and gives up after ten minutes.
      pingEveryMs: 10_000,
      staleAfterMs: 15_000,
      // 500 connections in five minutes from one address.
      backOff: { firstMs: 1_000, mostMs: 30_000 },
      ...(category === 'spot' && { symbolSilenceMaxMs: 60_000 }),
    },
  };
};

const categories: readonly BybitCategory[] = ['spot', 'linear', 'inverse', 'option'];

export const bybit: VenueDefinition = {
  source: 'bybit',
  addresses: {
    spot: 'wss://stream.bybit.com/v5/public/spot',
    linear: 'wss://stream.bybit.com/v5/public/linear',
    inverse: 'wss://stream.bybit.com/v5/public/inverse',
    option: 'wss://stream.bybit.com/v5/public/option',
    rest: 'https://api.bybit.com',
  },
  symbols: ['BTCUSDT', 'ETHUSDT', 'BTCUSDC', 'ETHUSDC', 'linear:BTCUSDT', 'linear:ETHUSDT'],
  symbolForm: 'BTCUSDT, linear:BTCUSDT, inverse:BTCUSD or BTC-25DEC26-100000-C-USDT',
  hasChains: true,
  parseSymbol: bybitMarket,
  plan: (input) =>
    categories.map((category) => session(category, input)).filter((plan) => plan !== null),
};
