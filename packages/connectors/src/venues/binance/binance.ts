// Binance: spot, USD-M and COIN-M futures and European options, each on its own connections, since
// the venue serves them from different places. Source: developers.binance.com.
import type { Link, VenueProtocol } from '../../core/link.ts';
import type { Market } from '../../core/market.ts';
import type { SessionSettings } from '../../core/session-settings.ts';
import type { SessionPlan, VenueDefinition, VenuePlanInput } from '../../core/venue-definition.ts';
import { BinanceDepthProtocol } from './binance-depth-protocol.ts';
import {
  type BinanceProduct,
  binanceListing,
  binanceMarket,
  binanceName,
} from './binance-messages.ts';
import { BinanceStreamProtocol } from './binance-stream-protocol.ts';

const nowUs = (): number => Date.now() * 1_000;

/** The venue pings every twenty seconds (spot) or three minutes; ours come every ten. */
const usual: Partial<SessionSettings> = {
  pingEveryMs: 10_000,
  staleAfterMs: 15_000,
  // Five messages a second to spot; ten to futures.
  sendRate: { burst: 4, perSecond: 4 },
  // A snapshot of a thousand levels weighs 50 of 6,000 a minute at spot, 20 of 2,400 at futures.
  restRate: { burst: 5, perSecond: 1 },
  // 300 connections in five minutes from one address.
  backOff: { firstMs: 1_500, mostMs: 60_000 },
};

const futureStreams = (name: string): string[] => [
  `${name}@aggTrade`,
  `${name}@markPrice@1s`,
  `${name}@forceOrder`,
];

/** The pair that an option's streams are named by, such as `btcusdt`. */
const optionPair = ({ contract }: Market): string =>
  contract.kind === 'spot' ? '' : `${contract.underlying}usdt`.toLowerCase();

const listPath: Readonly<Record<BinanceProduct, string | null>> = {
  spot: null,
  usdm: '/fapi/v1/exchangeInfo',
  coinm: '/dapi/v1/exchangeInfo',
  option: '/eapi/v1/exchangeInfo',
};

interface Part {
  /** The name of the socket's address. */
  readonly name: string;
  readonly product: BinanceProduct;
  readonly auxiliary: boolean;
  readonly createProtocol: (link: Link) => VenueProtocol;
}

const parts: readonly Part[] = [
  {
    name: 'spot',
    product: 'spot',
    auxiliary: false,
    createProtocol: (link) =>
      new BinanceDepthProtocol(link, {
        depthPath: '/api/v3/depth',
        otherStreams: (name) => [`${name}@trade`],
        interestPath: null,
        nowUs,
      }),
  },
  {
    name: 'usdmPublic',
    product: 'usdm',
    auxiliary: false,
    createProtocol: (link) =>
      new BinanceDepthProtocol(link, {
        depthPath: '/fapi/v1/depth',
        otherStreams: () => [],
        interestPath: null,
        nowUs,
      }),
  },
  {
    name: 'usdmMarket',
    product: 'usdm',
    auxiliary: true,
    createProtocol: (link) =>
      new BinanceStreamProtocol(link, {
        streamsOf: (market) => futureStreams(binanceName(market).name.toLowerCase()),
        quotes: false,
        interestPath: '/fapi/v1/openInterest',
      }),
  },
  {
    name: 'coinm',
    product: 'coinm',
    auxiliary: false,
    createProtocol: (link) =>
      new BinanceDepthProtocol(link, {
        depthPath: '/dapi/v1/depth',
        otherStreams: futureStreams,
        interestPath: '/dapi/v1/openInterest',
        nowUs,
      }),
  },
  {
    name: 'optionMarket',
    product: 'option',
    auxiliary: false,
    createProtocol: (link) =>
      new BinanceStreamProtocol(link, {
        streamsOf: (market) => [`${optionPair(market)}@optionMarkPrice`],
        quotes: true,
        interestPath: null,
      }),
  },
  {
    name: 'optionPublic',
    product: 'option',
    auxiliary: true,
    createProtocol: (link) =>
      new BinanceStreamProtocol(link, {
        streamsOf: (market) => [`${optionPair(market)}@optionTrade`],
        quotes: false,
        interestPath: null,
      }),
  },
];

const session = (part: Part, input: VenuePlanInput): SessionPlan | null => {
  const { name, product, auxiliary, createProtocol } = part;
  const { addresses, chains, only } = input;
  const markets = input.markets.filter((market) => binanceName(market).product === product);
  const path = chains.length === 0 ? null : listPath[product];
  if (markets.length === 0 && path === null) {
    return null;
  }
  return {
    name,
    address: addresses[name] as string,
    restAddress: addresses[`${product}Rest`] as string,
    createProtocol,
    markets,
    listMarkets:
      path === null
        ? null
        : async (rest) =>
            binanceListing(product, await rest.get(path)).filter(
              (market) =>
                market.contract.kind !== 'spot' &&
                chains.includes(market.contract.underlying) &&
                only(market),
            ),
    auxiliary,
    settings: {
      ...usual,
      ...(product === 'spot' && { symbolSilenceMaxMs: 60_000 }),
      // Trades of options can be hours apart.
      ...(auxiliary && { frozenAfterMs: 24 * 3_600_000 }),
    },
  };
};

export const binance: VenueDefinition = {
  source: 'binance',
  addresses: {
    spot: 'wss://stream.binance.com:9443/stream',
    spotRest: 'https://api.binance.com',
    usdmPublic: 'wss://fstream.binance.com/public/stream',
    usdmMarket: 'wss://fstream.binance.com/market/stream',
    usdmRest: 'https://fapi.binance.com',
    coinm: 'wss://dstream.binance.com/stream',
    coinmRest: 'https://dapi.binance.com',
    optionPublic: 'wss://fstream.binance.com/public/stream',
    optionMarket: 'wss://fstream.binance.com/market/stream',
    optionRest: 'https://eapi.binance.com',
  },
  symbols: ['BTCUSDT', 'ETHUSDT', 'BTCUSDC', 'ETHUSDC', 'usdm:BTCUSDT', 'usdm:ETHUSDT'],
  symbolForm: 'BTCUSDT, usdm:BTCUSDT, coinm:BTCUSD_PERP or BTC-261225-100000-C',
  hasChains: true,
  parseSymbol: binanceMarket,
  plan: (input) => parts.map((part) => session(part, input)).filter((plan) => plan !== null),
};
