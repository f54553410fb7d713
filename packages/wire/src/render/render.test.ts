// Rendering: every rendered shape passes its own schema whatever the state, and says the things
// that clients read in the units they read them.
import type {
  Cash,
  OrderId,
  OrderState,
  OrderType,
  PriceTicks,
  SizeLots,
} from '@openstrike/domain';
import fc from 'fast-check';
import { Compile } from 'typebox/compile';
import { expect, test } from 'vitest';
import { orderSchema, userTradeSchema } from '../schemas/account-types.ts';
import {
  bookSummarySchema,
  instrumentSchema,
  orderBookSchema,
  publicTradeSchema,
  tickerSchema,
} from '../schemas/market-types.ts';
import {
  btcOption,
  btcPerpetual,
  sampleInstruments,
  sampleOrder,
  sampleParty,
  sampleStartUs,
  sampleTicker,
  sampleTrade,
  usdcOption,
  usdcPerpetual,
} from '../testing/samples.ts';
import { renderInstrument } from './render-instrument.ts';
import { renderOrder } from './render-order.ts';
import {
  renderBookSummary,
  renderOrderBook,
  renderTicker,
  underlyingIndexOf,
} from './render-ticker.ts';
import { renderPublicTrade, renderUserTrade } from './render-trade.ts';

const checks = {
  order: Compile(orderSchema),
  userTrade: Compile(userTradeSchema),
  publicTrade: Compile(publicTradeSchema),
  ticker: Compile(tickerSchema),
  orderBook: Compile(orderBookSchema),
  summary: Compile(bookSummarySchema),
  instrument: Compile(instrumentSchema),
};

const anyOrder: fc.Arbitrary<OrderState> = fc
  .record({
    side: fc.constantFrom('buy' as const, 'sell' as const),
    type: fc.constantFrom<OrderType>(
      'limit',
      'market',
      'market-limit',
      'stop-limit',
      'stop-market',
      'take-limit',
      'take-market',
      'trailing-stop',
    ),
    originalType: fc.constantFrom<OrderType | null>(null, 'market-limit', 'market'),
    timeInForce: fc.constantFrom('gtc' as const, 'day' as const, 'ioc' as const, 'fok' as const),
    status: fc.constantFrom<OrderState['status']>(
      'open',
      'filled',
      'rejected',
      'cancelled',
      'untriggered',
      'triggered',
    ),
    priceTicks: fc.integer({ min: 0, max: 1e6 }),
    sizeLots: fc.integer({ min: 1, max: 1e6 }),
    filled: fc.integer({ min: 0, max: 1e6 }),
    display: fc.integer({ min: 0, max: 1e6 }),
    postOnly: fc.constantFrom('off' as const, 'slide' as const, 'reject' as const),
    priceMode: fc.constantFrom('price' as const, 'usd' as const, 'iv' as const),
    priceModeValue: fc.double({ min: 0, max: 1e5, noNaN: true }),
    trigger: fc.option(
      fc.record({
        source: fc.constantFrom('index' as const, 'mark' as const, 'last' as const),
        price: fc.option(fc.double({ min: 0.1, max: 1e6, noNaN: true })),
        offset: fc.option(fc.double({ min: 0.1, max: 1e6, noNaN: true })),
      }),
    ),
    triggerOrderId: fc.option(fc.integer({ min: 1, max: 1e9 })),
    cancelReason: fc.constantFrom<OrderState['cancelReason']>(
      null,
      'user-request',
      'remainder',
      'expiry',
      'liquidation',
    ),
    label: fc.string({ maxLength: 64 }),
    clientKey: fc.option(fc.string({ minLength: 1, maxLength: 64 })),
    fee: fc.integer({ min: -1e9, max: 1e9 }),
  })
  .map(({ filled, display, ...rest }) => {
    const filledLots = Math.min(filled, rest.sizeLots);
    return sampleOrder({
      ...(rest as unknown as Partial<OrderState>),
      filledLots: filledLots as SizeLots,
      filledTickLots: filledLots * rest.priceTicks,
      displayLots: Math.min(display, rest.sizeLots) as SizeLots,
    });
  });

test('every order passes the order schema, also as JSON', () => {
  fc.assert(
    fc.property(anyOrder, fc.constantFrom(...sampleInstruments), (order, instrument) => {
      const rendered = renderOrder(order, instrument);
      expect(checks.order.Errors(rendered)).toEqual([]);
      expect(JSON.parse(JSON.stringify(rendered))).toEqual(rendered);
    }),
  );
});

test('an order reads as ccxt expects', () => {
  const order = sampleOrder({
    filledLots: 20 as SizeLots,
    filledTickLots: 15 * 525 + 5 * 520,
    fee: 60_000 as Cash,
    label: 'a',
  });
  expect(renderOrder(order, btcOption)).toMatchObject({
    order_id: '71',
    instrument_name: 'BTC-25DEC26-100000-C',
    creation_timestamp: sampleStartUs / 1000,
    last_update_timestamp: sampleStartUs / 1000,
    order_state: 'open',
    order_type: 'limit',
    direction: 'buy',
    price: 0.0525,
    amount: 5,
    contracts: 5,
    filled_amount: 2,
    average_price: 0.052375,
    commission: 0.0006,
    time_in_force: 'good_til_cancelled',
    post_only: false,
    reduce_only: false,
    label: 'a',
    user_id: 5,
  });
  expect(renderOrder(sampleOrder(), btcOption).average_price).toBe(0);
});

test('market, advanced, iceberg and fired orders show what makes them so', () => {
  const market = sampleOrder({ type: 'market', priceTicks: 0 as PriceTicks, timeInForce: 'ioc' });
  expect(renderOrder(market, btcPerpetual).price).toBe('market_price');
  const marketLimit = sampleOrder({ originalType: 'market-limit' });
  expect(renderOrder(marketLimit, btcPerpetual)).toMatchObject({
    order_type: 'limit',
    original_order_type: 'market_limit',
    price: 262.5,
  });
  const byIv = sampleOrder({ priceMode: 'iv', priceModeValue: 0.6127 });
  expect(renderOrder(byIv, btcOption)).toMatchObject({ advanced: 'implv', implv: 61.27 });
  const iceberg = sampleOrder({ sizeLots: 5000 as SizeLots, displayLots: 100 as SizeLots });
  expect(renderOrder(iceberg, btcOption)).toMatchObject({ amount: 500, display_amount: 10 });
  const trigger = { source: 'mark', price: 88_000, offset: null } as const;
  const stop = sampleOrder({ type: 'stop-market', status: 'untriggered', side: 'sell', trigger });
  expect(renderOrder(stop, btcPerpetual)).toMatchObject({
    order_id: 'BTC-SLTS-71',
    trigger: 'mark_price',
    trigger_price: 88_000,
    triggered: false,
  });
  const fired = sampleOrder({ side: 'sell', trigger, triggerOrderId: 70 as OrderId });
  expect(renderOrder(fired, btcPerpetual)).toMatchObject({
    order_id: '71',
    triggered: true,
    trigger_order_id: 'BTC-SLTS-70',
  });
});

test('cancel reasons are words that clients know, or absent', () => {
  const cancelled = (cancelReason: OrderState['cancelReason']) =>
    renderOrder(sampleOrder({ status: 'cancelled', cancelReason }), btcOption).cancel_reason;
  expect(cancelled('user-request')).toBe('user_request');
  expect(cancelled('cancel-on-disconnect')).toBe('cancel_on_disconnect');
  expect(cancelled('remainder')).toBeUndefined();
});

test('trades pass their schemas from both sides and the public side names nobody', () => {
  for (const instrument of sampleInstruments) {
    const trade = sampleTrade({ instrumentId: instrument.id });
    const rendered = renderPublicTrade(trade, instrument);
    expect(checks.publicTrade.Errors(rendered)).toEqual([]);
    expect(JSON.stringify(rendered)).not.toMatch(/order_id|user_id|label/);
    for (const role of ['taker', 'maker'] as const) {
      expect(checks.userTrade.Errors(renderUserTrade(trade, role, instrument))).toEqual([]);
    }
  }
});

test('a trade reads as its side sees it', () => {
  const trade = sampleTrade({
    maker: sampleParty({ side: 'sell', fee: -5000 as Cash, label: 'm' }),
  });
  expect(renderUserTrade(trade, 'taker', btcOption)).toMatchObject({
    trade_id: '900',
    order_id: '71',
    direction: 'buy',
    price: 0.0525,
    amount: 5,
    liquidity: 'T',
    fee: 0.0003,
    fee_currency: 'BTC',
    iv: 61.27,
    index_price: 98_765.4321,
    reduce_only: false,
  });
  expect(renderUserTrade(trade, 'maker', btcOption)).toMatchObject({
    direction: 'sell',
    liquidity: 'M',
    fee: -0.00005,
    label: 'm',
  });
  expect(renderPublicTrade(trade, usdcOption).trade_id).toBe('USDC-900');
});

test('tickers, books and summaries pass their schemas, full and empty', () => {
  const empty = {
    bestBidTicks: null,
    bestAskTicks: null,
    lastTicks: null,
    markPrice: Number.NaN,
    bidIv: Number.NaN,
    stats: { ...sampleTicker(btcOption).stats, highTicks: null, lowTicks: null, priceChange: null },
  };
  for (const instrument of sampleInstruments) {
    for (const ticker of [sampleTicker(instrument), sampleTicker(instrument, empty)]) {
      expect(checks.ticker.Errors(renderTicker(ticker, 'SYN.X'))).toEqual([]);
      expect(checks.summary.Errors(renderBookSummary(ticker, 'SYN.X', 1))).toEqual([]);
      const level = { priceTicks: 520 as PriceTicks, sizeLots: 30 as SizeLots };
      const book = {
        instrumentId: instrument.id,
        changeId: 9,
        tsUs: sampleStartUs,
        bids: [level, { ...level, priceTicks: 510 as PriceTicks }],
        asks: [],
      };
      const rendered = renderOrderBook(ticker, book, 1, 'SYN.X');
      expect(checks.orderBook.Errors(rendered)).toEqual([]);
      expect(rendered.bids).toHaveLength(1);
    }
  }
});

test('a ticker speaks percent, and 0 for an empty side', () => {
  const ticker = renderTicker(sampleTicker(btcOption, { bestBidTicks: null }), 'SYN.BTC-25DEC26');
  expect(ticker).toMatchObject({
    mark_iv: 61.27,
    mark_price: 0.052133,
    best_bid_price: 0,
    best_bid_amount: 0,
    best_ask_price: 0.053,
    greeks: { delta: 0.51235, gamma: 0.00001235, vega: 101.23456, theta: -55.4321, rho: 12.3 },
    min_price: 0.01,
    max_price: 0.09,
    open_interest: 100,
    underlying_index: 'SYN.BTC-25DEC26',
  });
  const perpetual = renderTicker(sampleTicker(btcPerpetual), '');
  expect(perpetual).toMatchObject({ current_funding: 0.0001, funding_8h: 0.00012 });
  expect(perpetual.greeks).toBeUndefined();
  expect(perpetual.open_interest).toBe(10_000);
});

test('a forward is synthetic unless its future is listed', () => {
  expect(underlyingIndexOf(btcOption, () => false)).toBe('SYN.BTC-25DEC26');
  expect(underlyingIndexOf(btcOption, (name) => name === 'BTC-25DEC26')).toBe('BTC-25DEC26');
});

test('instruments pass their schema and follow the two conventions of currencies', () => {
  const fees = {
    makerRate: 0,
    takerRate: 0.0005,
    deliveryRate: 0,
    premiumCapRate: null,
    deliveryFreeTenors: [],
  };
  const terms = {
    fees,
    margin: { initialRate: 0.02, maintenanceRate: 0.01, ratePerCoin: 0 },
  } as unknown as Parameters<typeof renderInstrument>[2];
  for (const instrument of sampleInstruments) {
    expect(checks.instrument.Errors(renderInstrument(instrument, 'open', terms))).toEqual([]);
  }
  expect(renderInstrument(btcOption, 'open', null)).toMatchObject({
    base_currency: 'BTC',
    counter_currency: 'USD',
    quote_currency: 'BTC',
    settlement_currency: 'BTC',
    instrument_type: 'reversed',
    settlement_period: 'month',
    tick_size: 0.0001,
    tick_size_steps: [{ above_price: 0.005, tick_size: 0.0005 }],
    min_trade_amount: 0.1,
    strike: 100_000,
    option_type: 'call',
    kind: 'option',
  });
  expect(renderInstrument(btcPerpetual, 'open', terms)).toMatchObject({
    quote_currency: 'USD',
    settlement_period: 'perpetual',
    expiration_timestamp: 32_503_708_800_000,
    kind: 'future',
    contract_size: 10,
    max_leverage: 50,
    taker_commission: 0.0005,
  });
  expect(renderInstrument(usdcPerpetual, 'halted', terms)).toMatchObject({
    counter_currency: 'USDC',
    quote_currency: 'USDC',
    settlement_currency: 'USDC',
    instrument_type: 'linear',
    state: 'halted',
    is_active: true,
    min_trade_amount: 0.001,
  });
});
