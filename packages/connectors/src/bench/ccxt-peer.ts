// ccxt peer: ccxt's own client for the recorded frames of a venue, given the text that comes from a
// socket and not connected to any. Left out is what it does not read as recorded: Binance's depth
// wants its snapshot over HTTP first, Bitstamp's and OKX's recordings have books of a kind that it
// does not follow. Invariant: a frame that it rejects fails the benchmark.
import ccxt from 'ccxt';

export interface Peer {
  /** Begins anew: what was held of books belongs to a connection before. */
  open(): void;
  /** Results told so far: what a caller that waits for them would be given. */
  told(): number;
  hear(text: string): void;
}

/** What of ccxt is used. */
interface Client {
  onMessage(message: { readonly data: string }): void;
  resolve(result: unknown, messageHash: unknown): unknown;
  reject(error: unknown, messageHash?: unknown): unknown;
}

interface Exchange {
  orderbooks: object;
  setMarkets(markets: readonly object[]): unknown;
  client(url: string): Client;
}

interface PeerDefinition {
  readonly exchange: string;
  /** Where it tells one product of a venue from another. */
  readonly url: string;
  readonly market: object;
  readonly option?: object;
}

const sized = { active: true, precision: { amount: 1e-8, price: 1e-2 }, limits: {}, info: {} };

const spot = (id: string, quote: string): object => ({
  ...sized,
  id,
  wsId: `BTC/${quote}`,
  symbol: `BTC/${quote}`,
  base: 'BTC',
  quote,
  baseId: 'BTC',
  quoteId: quote,
  type: 'spot',
  spot: true,
});

const derivative = (
  id: string,
  type: 'swap' | 'option',
  [quote, settle, suffix]: readonly [quote: string, settle: string, suffix: string],
): object => ({
  ...sized,
  id,
  symbol: `BTC/${quote}:${settle}${suffix}`,
  base: 'BTC',
  quote,
  settle,
  baseId: 'BTC',
  quoteId: quote,
  settleId: settle,
  type,
  contract: true,
  [type]: true,
  inverse: settle === 'BTC',
  linear: settle !== 'BTC',
  contractSize: 1,
});

const anyUrl = 'wss://localhost/ws';
const bybitUrl = (product: string): string => `wss://localhost/v5/public/${product}`;

/** By name of the recording. */
const definitions: ReadonlyMap<string, PeerDefinition> = new Map([
  ['bitfinex frames.json', { exchange: 'bitfinex', url: anyUrl, market: spot('tBTCUSD', 'USD') }],
  [
    'bybit frames-inverse.json',
    {
      exchange: 'bybit',
      url: bybitUrl('inverse'),
      market: derivative('BTCUSD', 'swap', ['USD', 'BTC', '']),
    },
  ],
  [
    'bybit frames-option.json',
    {
      exchange: 'bybit',
      url: bybitUrl('option'),
      market: derivative('BTC-25DEC26-100000-C-USDT', 'option', [
        'USDT',
        'USDT',
        '-261225-100000-C',
      ]),
    },
  ],
  [
    'bybit frames-spot.json',
    { exchange: 'bybit', url: bybitUrl('spot'), market: spot('BTCUSDT', 'USDT') },
  ],
  ['coinbase frames.json', { exchange: 'coinbase', url: anyUrl, market: spot('BTC-USD', 'USD') }],
  [
    'deribit frames.json',
    {
      exchange: 'deribit',
      url: anyUrl,
      market: derivative('BTC-PERPETUAL', 'swap', ['USD', 'BTC', '']),
      option: derivative('BTC-27DEC26-100000-C', 'option', ['USD', 'BTC', '-261227-100000-C']),
    },
  ],
  ['gemini frames.json', { exchange: 'gemini', url: anyUrl, market: spot('btcusd', 'USD') }],
  ['kraken frames.json', { exchange: 'kraken', url: anyUrl, market: spot('XXBTZUSD', 'USD') }],
]);

export const peerVersion: string = ccxt.version;

/** The peer for a recording; null where it does not read what was recorded. */
export const peerOf = (recording: string): Peer | null => {
  const definition = definitions.get(recording);
  if (definition === undefined) return null;
  const { exchange: name, url, market, option } = definition;
  const pro = ccxt.pro as unknown as Readonly<Record<string, new (options: object) => Exchange>>;
  const Constructor = pro[name];
  if (Constructor === undefined) throw new Error(`ccxt has no ${name}`);
  const exchange = new Constructor({});
  exchange.setMarkets(option === undefined ? [market] : [market, option]);
  const client = exchange.client(url);
  let told = 0;
  client.resolve = (result) => {
    told += 1;
    return result;
  };
  client.reject = (error) => {
    throw new Error(`ccxt rejected a frame of ${recording}: ${String(error)}`);
  };
  return {
    open: () => {
      exchange.orderbooks = {};
    },
    told: () => told,
    hear: (data) => client.onMessage({ data }),
  };
};
