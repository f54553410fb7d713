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

/** A streaming client of a demo account; a plain ws:// address needs one line more. */
export const proClient = async ({ run }: ExchangeProcess, account: number): Promise<Exchange> => {
  const keys = run.demoAccounts[account];
  const made = new ccxt.pro.deribit({
    apiKey: keys?.clientId ?? '',
    secret: keys?.clientSecret ?? '',
    enableRateLimit: false,
  });
  made.urls.api = { rest: run.http, ws: run.ws };
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
