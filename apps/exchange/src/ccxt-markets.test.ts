// What ccxt reads of a market without an account: every public method over every kind of contract,
// field by field.
import ccxt, { type Market, type Ticker } from 'ccxt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  atTheMoney,
  bestOf,
  type CcxtVenue,
  etherPerpetual,
  infoOf,
  linearPerpetual,
  marketsOf,
  perpetual,
  startCcxtVenue,
} from './testing/ccxt-venue.ts';
import { eventually, killStarted } from './testing/exchange-process.ts';
import { expectWithin } from './testing/expect-within.ts';

let venue: CcxtVenue;
let client: CcxtVenue['client'];
let call: string;
let linearCall: string;
let dated: string;

beforeAll(async () => {
  venue = await startCcxtVenue('ccxt-markets');
  client = venue.client;
  call = await atTheMoney(client, 'BTC', 'BTC', 'call');
  linearCall = await atTheMoney(client, 'BTC', 'USDC', 'call');
  // One that does not expire while it is read.
  const tomorrow = Date.now() + 86_400_000;
  const isLasting = (market: Market) => market?.future && Number(market.expiry) > tomorrow;
  dated = String(marketsOf(client).find(isLasting)?.symbol);
  await client.createOrder(perpetual, 'market', 'buy', 30);
  await bestOf(client, call);
  await client.createOrder(call, 'market', 'buy', 0.2);
});

afterAll(async () => {
  await venue?.exchange.stop();
  await killStarted();
});

/** What is far out of the money on its last day is worth nothing. */
const expectMark = ({ symbol, markPrice }: Pick<Ticker, 'symbol' | 'markPrice'>): void => {
  const market = client.market(symbol);
  const lastDay = market?.option === true && Number(market.expiry) - Date.now() < 86_400_000;
  if (lastDay) expect(markPrice, symbol).toBeGreaterThanOrEqual(0);
  else expect(markPrice, symbol).toBeGreaterThan(0);
};

const kinds = (): [string, (market: Market) => boolean][] => [
  ['BTC perpetual', (market) => market?.id === 'BTC-PERPETUAL'],
  ['ETH perpetual', (market) => market?.id === 'ETH-PERPETUAL'],
  ['BTC linear perpetual', (market) => market?.id === 'BTC_USDC-PERPETUAL'],
  ['ETH linear perpetual', (market) => market?.id === 'ETH_USDC-PERPETUAL'],
  ['dated future', (market) => market?.future === true],
  ['BTC option', (market) => market?.option === true && market.settle === 'BTC'],
  ['ETH option', (market) => market?.option === true && market.settle === 'ETH'],
  ['linear option', (market) => market?.option === true && market.settle === 'USDC'],
];

describe('markets', () => {
  test.each(kinds())('%s: every number that ccxt takes is there', (_, matches) => {
    const market = marketsOf(client).find(matches);
    expect(market).toMatchObject({ active: true, contract: true, spot: false });
    const numbers = [
      market?.contractSize,
      market?.precision.amount,
      market?.precision.price,
      market?.limits.amount?.min,
      market?.expiry,
      market?.created,
    ];
    for (const value of numbers) expect(value).toBeGreaterThan(0);
    expect(market?.taker).toBeGreaterThan(0);
    expect(market?.maker).toBeGreaterThanOrEqual(0);
  });

  test('symbols tell settlement, expiry, strike and type', () => {
    for (const market of marketsOf(client).filter((each) => each?.option)) {
      const day = client.yymmdd(market?.expiry, '');
      const letter = market?.optionType === 'call' ? 'C' : 'P';
      const { base, quote, settle, strike } = market ?? {};
      expect(market?.symbol).toBe(`${base}/${quote}:${settle}-${day}-${strike}-${letter}`);
      expect(Number(market?.expiry) % 86_400_000).toBe(8 * 3_600_000);
      expect(market?.inverse).toBe(settle !== 'USDC');
    }
  });

  test('contract sizes are those of Deribit', () => {
    const sizes = (id: string) => marketsOf(client).find((market) => market?.id === id);
    expect(sizes('BTC-PERPETUAL')).toMatchObject({ contractSize: 10, precision: { price: 0.5 } });
    expect(sizes('ETH-PERPETUAL')).toMatchObject({ contractSize: 1, precision: { price: 0.05 } });
  });

  test('currencies, time and status', async () => {
    const currencies = await client.fetchCurrencies();
    expect(currencies['BTC']).toMatchObject({ code: 'BTC', name: 'Bitcoin' });
    expect(Object.keys(currencies)).toEqual(expect.arrayContaining(['BTC', 'ETH', 'USDC']));
    const beforeMs = Date.now();
    const toldMs = Number(await client.fetchTime());
    const status = await client.fetchStatus();
    expect(status.status).toBe('ok');
    expectWithin(toldMs, beforeMs);
    expectWithin(Number(status.updated), beforeMs);
  });

  test('a symbol that is not listed is refused by the client', async () => {
    await expect(client.fetchTicker('DOGE/USD')).rejects.toBeInstanceOf(ccxt.BadSymbol);
    const raw = client.publicGetTicker({ instrument_name: 'DOGE-PERPETUAL' });
    await expect(raw).rejects.toBeInstanceOf(ccxt.BadRequest);
  });
});

describe('tickers', () => {
  test.each([
    ['perpetual', () => perpetual],
    ['linear perpetual', () => linearPerpetual],
    ['ETH perpetual', () => etherPerpetual],
    ['dated future', () => dated],
    ['option', () => call],
    ['linear option', () => linearCall],
  ])('%s', async (_, symbolOf) => {
    const symbol = symbolOf();
    await bestOf(client, symbol);
    const ticker = await client.fetchTicker(symbol);
    expect(ticker.symbol).toBe(symbol);
    expect(ticker.bid).toBeLessThan(Number(ticker.ask));
    expect(ticker.bidVolume).toBeGreaterThan(0);
    expect(ticker.askVolume).toBeGreaterThan(0);
    expect(ticker.markPrice).toBeGreaterThan(0);
    expect(ticker.indexPrice).toBeGreaterThan(0);
    expect(Math.abs(Number(ticker.timestamp) - Date.now())).toBeLessThan(10_000);
    const { min_price: min, max_price: max, state } = infoOf(ticker);
    expect(Number(min)).toBeLessThan(Number(max));
    expect(state).toBe('open');
  });

  test('the day of a traded contract', async () => {
    const ticker = await client.fetchTicker(perpetual);
    expect(ticker.last).toBe(ticker.close);
    expect(ticker.high).toBeGreaterThanOrEqual(Number(ticker.low));
    expect(ticker.baseVolume).toBeGreaterThan(0);
    expect(ticker.quoteVolume).toBeGreaterThanOrEqual(30);
  });

  test.each(['BTC', 'ETH', 'USDC'])('all of %s', async (code) => {
    await client.loadMarkets(true);
    const listed = marketsOf(client).filter((market) => market?.settle === code);
    const tickers = Object.values(await client.fetchTickers(undefined, { code }));
    expect(new Set(tickers.map(({ symbol }) => symbol))).toEqual(
      new Set(listed.map((market) => market?.symbol)),
    );
    for (const ticker of tickers) expectMark(ticker);
  });

  test('only those asked for', async () => {
    const tickers = await client.fetchTickers([perpetual, call]);
    expect(Object.keys(tickers).sort()).toEqual([perpetual, call].sort());
  });
});

describe('books and trades', () => {
  test.each([1, 2, 5, 10, 20, 50, 100, 1000])('a book of %i levels', async (limit) => {
    const book = await client.fetchOrderBook(perpetual, limit);
    expect(book.bids.length).toBeLessThanOrEqual(limit);
    expect(book.asks.length).toBeLessThanOrEqual(limit);
    expect(book.bids.length).toBeGreaterThan(0);
    const prices = book.bids.map(([price]) => Number(price));
    expect(prices).toEqual([...prices].sort((a, b) => b - a));
    const asks = book.asks.map(([price]) => Number(price));
    expect(asks).toEqual([...asks].sort((a, b) => a - b));
    expect(prices[0]).toBeLessThan(Number(asks[0]));
    expect(book.nonce).toBeGreaterThan(0);
    expect(book.timestamp).toBeGreaterThan(0);
    expect((await client.fetchL2OrderBook(perpetual, limit)).bids.length).toBeGreaterThan(0);
  });

  test('trades, from a time and no more than asked', async () => {
    for (let i = 0; i < 3; i += 1) await client.createOrder(perpetual, 'market', 'buy', 10);
    const all = await client.fetchTrades(perpetual);
    expect(all.length).toBeGreaterThanOrEqual(3);
    expect(all.length).toBeLessThanOrEqual(10);
    const times = all.map((trade) => Number(trade.timestamp));
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect((await client.fetchTrades(perpetual, undefined, 2)).length).toBe(2);
    const since = Number(all[1]?.timestamp);
    const later = await client.fetchTrades(perpetual, since, 2);
    expect(later.length).toBe(2);
    for (const trade of later) expect(trade.timestamp).toBeGreaterThanOrEqual(since);
    expect(await client.fetchTrades(perpetual, Date.now() + 60_000)).toEqual([]);
    const until = await client.fetchTrades(perpetual, undefined, 5, { until: since });
    for (const trade of until) expect(trade.timestamp).toBeLessThanOrEqual(since);
  });

  test('a trade of an option has its volatility', async () => {
    // Others may have traded it as well.
    const trade = (await client.fetchTrades(call)).find(({ amount }) => amount === 0.2);
    expect(trade).toMatchObject({ symbol: call, side: 'buy', amount: 0.2 });
    expect(infoOf(trade ?? { info: {} })).toMatchObject({
      iv: expect.anything(),
      mark_price: expect.anything(),
      index_price: expect.anything(),
      tick_direction: expect.anything(),
    });
  });
});

describe('candles', () => {
  test.each(['1m', '3m', '5m', '10m', '15m', '30m', '1h', '2h', '3h', '6h', '12h', '1d'])(
    '%s',
    async (timeframe) => {
      const candles = await client.fetchOHLCV(perpetual, timeframe);
      expect(candles.length).toBeGreaterThan(0);
      const lengthMs = client.parseTimeframe(timeframe) * 1_000;
      for (const [time, open, high, low, close, volume] of candles.map((row) => row.map(Number))) {
        expect(Number(time) % lengthMs).toBe(0);
        expect(high).toBeGreaterThanOrEqual(Math.max(Number(open), Number(close)));
        expect(low).toBeLessThanOrEqual(Math.min(Number(open), Number(close)));
        expect(volume).toBeGreaterThanOrEqual(0);
      }
      const since = Date.now() - 2 * lengthMs;
      const some = await client.fetchOHLCV(perpetual, timeframe, since, 2);
      expect(some.length).toBeLessThanOrEqual(2);
      for (const [time] of some) expect(time).toBeGreaterThanOrEqual(since);
    },
  );

  test('none for a contract without trades', async () => {
    const idle = marketsOf(client).findLast((market) => market?.option)?.symbol;
    expect(Array.isArray(await client.fetchOHLCV(String(idle), '1h'))).toBe(true);
  });
});

describe('derivatives', () => {
  test.each([
    ['BTC call', () => call, 1],
    ['linear call', () => linearCall, 1],
  ])('greeks of a %s', async (_, symbolOf, sign) => {
    const greeks = await client.fetchGreeks(symbolOf());
    expect(greeks.symbol).toBe(symbolOf());
    expect(Number(greeks.delta) * sign).toBeGreaterThan(0.2);
    expect(greeks.delta).toBeLessThan(0.8);
    expect(greeks.gamma).toBeGreaterThan(0);
    expect(greeks.vega).toBeGreaterThan(0);
    expect(greeks.theta).toBeLessThan(0);
    expect(greeks.rho).not.toBe(0);
    // Volatilities are in percent.
    expect(greeks.markImpliedVolatility).toBeGreaterThan(5);
    expect(greeks.bidImpliedVolatility).toBeLessThan(Number(greeks.askImpliedVolatility));
    expect(greeks.underlyingPrice).toBeGreaterThan(1_000);
  });

  test.each([
    ['BTC', 'BTC'],
    ['ETH', 'ETH'],
    ['USDC', undefined],
  ])('the option chain of %s', async (code, currency) => {
    await client.loadMarkets(true);
    const chain = Object.values(await client.fetchOptionChain(code));
    const listed = marketsOf(client).filter((market) => market?.option && market.settle === code);
    expect(chain.length).toBe(listed.length);
    for (const option of chain) {
      expectMark(option);
      expect(option.underlyingPrice).toBeGreaterThan(0);
      if (currency !== undefined) expect(option.currency).toBe(currency);
    }
    expect(chain.filter((option) => option.bidPrice && option.askPrice).length).toBeGreaterThan(50);
  });

  test('one option, with what was traded', async () => {
    const option = await client.fetchOption(call);
    expect(option).toMatchObject({ symbol: call, currency: 'BTC' });
    expect(option.lastPrice).toBeGreaterThan(0);
    expect(option.openInterest).toBeGreaterThan(0);
    expect(option.baseVolume).toBeGreaterThan(0);
    expect(option.midPrice).toBeGreaterThan(0);
  });

  test('open interest', async () => {
    const future = await client.fetchOpenInterest(perpetual);
    expect(future.openInterestValue).toBeGreaterThan(0);
    const option = await client.fetchOpenInterest(call);
    expect(option.openInterestAmount).toBeGreaterThanOrEqual(0.2);
    expect(option.timestamp).toBeGreaterThan(0);
  });

  test.each([perpetual, linearPerpetual, etherPerpetual])('funding of %s', async (symbol) => {
    const rate = await client.fetchFundingRate(symbol);
    expect(rate.symbol).toBe(symbol);
    expect(rate.fundingRate).toBeGreaterThan(-0.01);
    expect(rate.fundingRate).toBeLessThan(0.01);
    const history = await client.fetchFundingRateHistory(symbol, Date.now() - 86_400_000, 10);
    expect(Array.isArray(history)).toBe(true);
    const option = client.fetchFundingRate(call);
    await expect(option).rejects.toBeInstanceOf(ccxt.BadRequest);
  });

  test.each(['BTC', 'ETH'])('volatility of %s, realised and implied', async (code) => {
    const rows = await eventually('realised volatility', async () => {
      const found = await client.fetchVolatilityHistory(code);
      return found.length > 0 ? found : null;
    });
    expect(rows[0].volatility).toBeGreaterThan(1);
    expect(rows[0].timestamp).toBeGreaterThan(0);
    const { result } = await client.publicGetGetVolatilityIndexData({
      currency: code,
      start_timestamp: Date.now() - 3_600_000,
      end_timestamp: Date.now() + 5_000,
      resolution: 60,
    });
    expect(result.data.length).toBeGreaterThan(0);
  });

  test('liquidations: none', async () => {
    expect(await client.fetchLiquidations(perpetual)).toEqual([]);
    expect(await client.fetchMyLiquidations(perpetual)).toEqual([]);
  });
});
