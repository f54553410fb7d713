// Market methods: instruments, tickers, books, summaries and public trades, from the feeds' memory
// (and from history where that does not reach). Invariant: no currency or kind makes them fail;
// what is not traded here is an empty list.
import { currencies, type Instrument, minorPerUnit } from '@openstrike/domain';
import type { PublicBook, Ticker } from '@openstrike/feeds';
import {
  type ApiOrderBook,
  type ApiPublicTrade,
  bookSummaryByCurrencyShape,
  bookSummaryByInstrumentShape,
  contractSizeShape,
  currenciesShape,
  expirationsShape,
  instrumentShape,
  instrumentsShape,
  orderBookByIdShape,
  orderBookShape,
  renderBookSummary,
  renderInstrument,
  renderOrderBook,
  renderPublicTrade,
  termsOf,
  tickerShape,
  tradesByCurrencyAndTimeParams,
  tradesByCurrencyParams,
  tradesByInstrumentAndTimeParams,
  tradesByInstrumentParams,
  tradesShapeResult,
} from '@openstrike/wire';
import { ApiError, type Call, defineMethod, type Method } from '../method.ts';
import { renderTickerOf, underlyingIndexIn } from '../render/tickers.ts';
import {
  currencyFilterOf,
  indexNamed,
  instrumentNamed,
  instrumentOf,
  selectionOf,
} from './lookups.ts';
import { recentPage, type TradeFilters, type TradePage, tradePage } from './trade-pages.ts';

const read = { scope: null, transport: 'any', rateClass: 'plain' } as const;

const tickerOf = (call: Call, instrument: Instrument): Ticker => {
  const ticker = call.context.feeds.ticker(instrument.id);
  if (ticker === null) {
    throw new ApiError('invalid_params', {
      reason: 'instrument not found',
      param: 'instrument_name',
    });
  }
  return ticker;
};

const renderListed = (call: Call, instrument: Instrument): unknown => {
  const state = call.context.feeds.instrumentState(instrument.id) ?? 'delivered';
  return renderInstrument(instrument, state, termsOf(call.context.contractTables(), instrument));
};

const depthDefault = 20;

const orderBook = (call: Call, instrument: Instrument, depth: number | undefined): ApiOrderBook => {
  const { feeds } = call.context;
  const ticker = tickerOf(call, instrument);
  const book: PublicBook = feeds.book(instrument.id) ?? {
    instrumentId: instrument.id,
    changeId: 0,
    tsUs: ticker.tsUs,
    bids: [],
    asks: [],
  };
  return renderOrderBook(ticker, book, depth ?? depthDefault, underlyingIndexIn(feeds, instrument));
};

const instrumentMethods: readonly Method[] = [
  defineMethod({
    name: 'public/get_instrument',
    summary: 'Reads the terms of an instrument.',
    ...read,
    ...instrumentShape,
    handle: (params, call) => renderListed(call, instrumentNamed(call, params.instrument_name)),
  }),
  defineMethod({
    name: 'public/get_instruments',
    summary: 'Lists instruments; without a currency, those of all currencies.',
    ...read,
    rateClass: 'instruments',
    ...instrumentsShape,
    handle: (params, call) => {
      const selection = selectionOf(params.currency, params.kind);
      const expired = params.expired === true;
      return selection === null
        ? []
        : call.context.feeds
            .instruments({ ...selection, expired })
            .map((instrument) => renderListed(call, instrument));
    },
  }),
  defineMethod({
    name: 'public/get_contract_size',
    summary: 'Reads the contract size of an instrument.',
    ...read,
    ...contractSizeShape,
    handle: (params, call) => ({
      contract_size: instrumentNamed(call, params.instrument_name).contractSize,
    }),
  }),
];

const currencyTerms = {
  BTC: { long: 'Bitcoin', type: 'BITCOIN' },
  ETH: { long: 'Ethereum', type: 'ETHER' },
  USDC: { long: 'USD Coin', type: 'USDC' },
} as const;

const currenciesMethod = defineMethod({
  name: 'public/get_currencies',
  summary: 'Lists the currencies that contracts settle in.',
  ...read,
  ...currenciesShape,
  handle: () =>
    currencies.map((currency) => ({
      currency,
      currency_long: currencyTerms[currency].long,
      coin_type: currencyTerms[currency].type,
      decimals: Math.round(Math.log10(minorPerUnit[currency])),
      min_confirmations: 1,
      min_withdrawal_fee: 0,
      withdrawal_fee: 0,
      withdrawal_priorities: [],
      network_fee: 0,
      network_currency: currency,
      in_cross_collateral_pool: false,
    })),
});

interface Expirations {
  future?: string[];
  option?: string[];
}

const expirationsOf = (instruments: readonly Instrument[], kind: string): Expirations => {
  const byExpiry = [...instruments].sort(
    (a, b) => (a.expiryUs ?? Number.MAX_SAFE_INTEGER) - (b.expiryUs ?? Number.MAX_SAFE_INTEGER),
  );
  const of = (wanted: 'future' | 'option'): string[] => {
    const ofKind = byExpiry.filter((row) => (row.kind === 'option') === (wanted === 'option'));
    return [...new Set(ofKind.map((row) => row.name.split('-')[1] ?? ''))];
  };
  const expirations: Expirations = {};
  if (kind !== 'option') expirations.future = of('future');
  if (kind !== 'future') expirations.option = of('option');
  return expirations;
};

const expirationsMethod = defineMethod({
  name: 'public/get_expirations',
  summary: 'Lists the expiries with live instruments.',
  ...read,
  ...expirationsShape,
  handle: (params, call) => {
    const word = params.currency.toLowerCase();
    const pair = params.currency_pair;
    const indexName = pair === undefined ? null : indexNamed(pair, 'currency_pair');
    const live = call.context.feeds
      .instruments({ currency: null, kind: null, expired: false })
      .filter((row) => indexName === null || row.indexName === indexName);
    if (word === 'any') {
      return expirationsOf(live, params.kind);
    }
    const filter = currencyFilterOf(word);
    const named = word === 'grouped' ? currencies : currencies.filter((row) => row === filter);
    return Object.fromEntries(
      named.map((currency) => [
        currency.toLowerCase(),
        expirationsOf(
          live.filter((row) => row.settlementCurrency === currency),
          params.kind,
        ),
      ]),
    );
  },
});

const bookMethods: readonly Method[] = [
  defineMethod({
    name: 'public/ticker',
    summary: 'Reads the ticker of an instrument: best prices, mark, greeks, statistics of the day.',
    ...read,
    ...tickerShape,
    handle: (params, call) => {
      const instrument = instrumentNamed(call, params.instrument_name);
      return renderTickerOf(call.context.feeds, tickerOf(call, instrument));
    },
  }),
  defineMethod({
    name: 'public/get_order_book',
    summary: 'Reads the book of an instrument to a depth, with its ticker.',
    ...read,
    ...orderBookShape,
    handle: (params, call) =>
      orderBook(call, instrumentNamed(call, params.instrument_name), params.depth),
  }),
  defineMethod({
    name: 'public/get_order_book_by_instrument_id',
    summary: 'Reads the book of an instrument by its number.',
    ...read,
    ...orderBookByIdShape,
    handle: (params, call) => {
      const instrument = instrumentOf(call, params.instrument_id as Instrument['id']);
      if (instrument === null) {
        throw new ApiError('invalid_params', {
          reason: 'instrument not found',
          param: 'instrument_id',
        });
      }
      return orderBook(call, instrument, params.depth);
    },
  }),
  defineMethod({
    name: 'public/get_book_summary_by_currency',
    summary: 'Summarises every live instrument that settles in a currency.',
    ...read,
    ...bookSummaryByCurrencyShape,
    handle: (params, call) => {
      const selection = selectionOf(params.currency, params.kind);
      const { feeds } = call.context;
      const nowMs = Math.floor(call.context.clock.nowUs() / 1000);
      return selection === null
        ? []
        : feeds.instruments({ ...selection, expired: false }).flatMap((instrument) => {
            const ticker = feeds.ticker(instrument.id);
            const underlying = underlyingIndexIn(feeds, instrument);
            return ticker === null ? [] : [renderBookSummary(ticker, underlying, nowMs)];
          });
    },
  }),
  defineMethod({
    name: 'public/get_book_summary_by_instrument',
    summary: 'Summarises one instrument, as a list of one.',
    ...read,
    ...bookSummaryByInstrumentShape,
    handle: (params, call) => {
      const instrument = instrumentNamed(call, params.instrument_name);
      const nowMs = Math.floor(call.context.clock.nowUs() / 1000);
      const underlying = underlyingIndexIn(call.context.feeds, instrument);
      return [renderBookSummary(tickerOf(call, instrument), underlying, nowMs)];
    },
  }),
];

const renderPage = (
  page: TradePage,
  call: Call,
): { trades: ApiPublicTrade[]; has_more: boolean } => ({
  trades: page.trades.flatMap((trade) => {
    const instrument = instrumentOf(call, trade.instrumentId);
    return instrument === null ? [] : [renderPublicTrade(trade, instrument)];
  }),
  has_more: page.hasMore,
});

const tradesOfInstrument = async (
  call: Call,
  params: TradeFilters & { readonly instrument_name: string },
): Promise<unknown> => {
  const { id } = instrumentNamed(call, params.instrument_name);
  const recent = recentPage(call, id, params);
  const page = recent ?? (await tradePage(call, { accountId: null, instrumentId: id }, params));
  return renderPage(page, call);
};

const tradesOfCurrency = async (
  call: Call,
  params: TradeFilters & { readonly currency: string; readonly kind?: string },
): Promise<unknown> => {
  const selection = selectionOf(params.currency, params.kind);
  const page =
    selection === null
      ? { trades: [], hasMore: false }
      : await tradePage(call, { accountId: null, selection }, params);
  return renderPage(page, call);
};

const tradeMethods: readonly Method[] = [
  defineMethod({
    name: 'public/get_last_trades_by_currency',
    summary: 'Lists trades that settle in a currency, the newest first unless a start is given.',
    ...read,
    params: tradesByCurrencyParams,
    result: tradesShapeResult,
    handle: (params, call) => tradesOfCurrency(call, params),
  }),
  defineMethod({
    name: 'public/get_last_trades_by_currency_and_time',
    summary: 'Lists trades that settle in a currency within a time.',
    ...read,
    params: tradesByCurrencyAndTimeParams,
    result: tradesShapeResult,
    handle: (params, call) => tradesOfCurrency(call, params),
  }),
  defineMethod({
    name: 'public/get_last_trades_by_instrument',
    summary: 'Lists trades in an instrument, the newest first unless a start is given.',
    ...read,
    params: tradesByInstrumentParams,
    result: tradesShapeResult,
    handle: (params, call) => tradesOfInstrument(call, params),
  }),
  defineMethod({
    name: 'public/get_last_trades_by_instrument_and_time',
    summary: 'Lists trades in an instrument within a time.',
    ...read,
    params: tradesByInstrumentAndTimeParams,
    result: tradesShapeResult,
    handle: (params, call) => tradesOfInstrument(call, params),
  }),
];

/** Methods over the market as it is, and its trades. */
export const marketMethods: readonly Method[] = [
  ...instrumentMethods,
  currenciesMethod,
  expirationsMethod,
  ...bookMethods,
  ...tradeMethods,
];
