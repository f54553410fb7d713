// ccxt venue: the real ccxt on a real exchange for tests, with only the addresses changed, and what
// such tests ask again and again: a symbol near the money, the best prices, a price far from them.
import ccxt, { type deribit, type Exchange, type Market, type Order } from 'ccxt';
import { type ExchangeProcess, eventually, startExchange } from './exchange-process.ts';

export const perpetual = 'BTC/USD:BTC';
export const linearPerpetual = 'BTC/USDC:USDC';
export const etherPerpetual = 'ETH/USD:ETH';

/** A REST client of a demo account. */
export const restClient = ({ run }: ExchangeProcess, account: number): deribit => {
  const keys = run.demoAccounts[account];
  const made = new ccxt.deribit({ apiKey: keys?.clientId ?? '', secret: keys?.clientSecret ?? '' });
  made.urls.api = { rest: run.http };
  made.enableRateLimit = false;
  return made;
};

/** Channels that are in force, by connection. */
const inForce = new WeakMap<object, Set<string>>();

/** Waits until the venue has accepted channels; ccxt.pro itself does not say when it has. */
export const subscribed = (client: Exchange, ...channels: string[]): Promise<true> =>
  eventually(`${channels.join(' and ')} to be in force`, () => {
    const connection = client.clients[String((client.urls.api as Record<string, string>).ws)];
    const accepted = connection === undefined ? undefined : inForce.get(connection);
    return channels.every((channel) => accepted?.has(channel)) || null;
  });

/** A streaming client of a demo account; a plain ws:// address needs one line more. */
export const proClient = async ({ run }: ExchangeProcess, account: number): Promise<Exchange> => {
  const keys = run.demoAccounts[account];
  const made = new ccxt.pro.deribit({
    apiKey: keys?.clientId ?? '',
    secret: keys?.clientSecret ?? '',
    enableRateLimit: false,
  });
  made.urls.api = { rest: run.http, ws: run.ws };
  const handleMessage = made.handleMessage.bind(made);
  made.handleMessage = (...[connection, message]: Parameters<typeof handleMessage>) => {
    const { result } = message as { readonly result?: unknown };
    if (Array.isArray(result)) {
      const accepted = inForce.get(connection) ?? new Set();
      for (const channel of result) accepted.add(String(channel));
      inForce.set(connection, accepted);
    }
    handleMessage(connection, message);
  };
  if (run.ws.startsWith('ws://')) await made.loadHttpProxyAgent();
  return made;
};

export interface CcxtVenue {
  readonly exchange: ExchangeProcess;
  readonly client: deribit;
  readonly other: deribit;
}

export const startCcxtVenue = async (seed: string, args: string[] = []): Promise<CcxtVenue> => {
  const exchange = await startExchange({ args: ['--seed', seed, '--rate-limits', 'off', ...args] });
  const client = restClient(exchange, 0);
  const other = restClient(exchange, 1);
  await client.loadMarkets();
  await other.loadMarkets();
  // The makers give way: on a busy machine the door may open before they have quoted.
  for (const symbol of [perpetual, linearPerpetual, etherPerpetual]) await bestOf(client, symbol);
  return { exchange, client, other };
};

export const idOf = (order: Order): string => String(order.id);

/** What the exchange itself said, under ccxt's own reading of it. */
export const infoOf = (of: { info: unknown }): Record<string, unknown> =>
  of.info as Record<string, unknown>;

export const marketsOf = (client: Exchange): Market[] =>
  Object.values(client.markets ?? {}).filter((market) => market !== undefined);

/** Best prices of both sides, once both are there. */
export const bestOf = (client: deribit, symbol: string): Promise<{ bid: number; ask: number }> =>
  eventually(`quotes of ${symbol}`, async () => {
    const book = await client.fetchOrderBook(symbol);
    const bid = book.bids[0]?.[0];
    const ask = book.asks[0]?.[0];
    return bid && ask ? { bid, ask } : null;
  });

/** What a refusal of the venue makes null, for who tries again; other failures are thrown. */
const unlessRefused = (placed: Promise<Order>): Promise<Order | null> =>
  placed.catch((error: unknown) => {
    if (error instanceof ccxt.InvalidOrder) return null;
    throw error;
  });

/** A bid at the top of the book that rests: the market moves between a look and an order. */
export const restingBid = (client: deribit, symbol: string, amount: number): Promise<Order> =>
  eventually('a bid that rests', async () => {
    const { bid, ask } = await bestOf(client, symbol);
    const price = Math.floor(bid) + 0.5 < ask ? Math.floor(bid) + 0.5 : bid;
    const params = { postOnly: true };
    return unlessRefused(client.createOrder(symbol, 'limit', 'buy', amount, price, params));
  });

/** A stop above the market that is not due yet, once there is one. */
export const restingStop = (client: deribit, symbol: string, amount: number): Promise<Order> =>
  eventually('a stop that is not due', async () => {
    const sold = await client.createOrder(symbol, 'market', 'sell', amount);
    const params = { stopLossPrice: Number(sold.average) + 2 };
    return unlessRefused(client.createOrder(symbol, 'market', 'buy', amount, undefined, params));
  });

/** Sells into a bid until it is filled. */
export const filledBy = ({ client, other }: CcxtVenue, bid: Order, amount: number) =>
  eventually('the fill of a bid', async () => {
    await other.createOrder(String(bid.symbol), 'market', 'sell', amount);
    const order = await client.fetchOrder(idOf(bid));
    return order.status === 'closed' ? order : null;
  });

/** A whole price that is that share of the best bid. */
export const shareOfBid = async (client: deribit, symbol: string, share: number) =>
  Math.round((await bestOf(client, symbol)).bid * share);

/** The option a week or more away whose strike is nearest to the index. */
export const atTheMoney = async (
  client: deribit,
  base: 'BTC' | 'ETH',
  settle: string,
  type: 'call' | 'put',
): Promise<string> => {
  const index = await eventually('an index price', async () => {
    const ticker = await client.fetchTicker(base === 'BTC' ? perpetual : etherPerpetual);
    return Number(infoOf(ticker).index_price) || null;
  });
  const [found] = marketsOf(client)
    .filter(
      (market) =>
        market?.option === true &&
        market.base === base &&
        market.settle === settle &&
        market.optionType === type &&
        Number(market.expiry) > Date.now() + 7 * 86_400_000,
    )
    .sort(
      (a, b) =>
        Number(a?.expiry) - Number(b?.expiry) ||
        Math.abs(Number(a?.strike) - index) - Math.abs(Number(b?.strike) - index),
    );
  if (found === undefined) throw new Error(`no ${base} option settles in ${settle}`);
  return String(found.symbol);
};
