// User trade methods: an account's own trades, by currency, instrument, time and order. Invariant:
// each trade shows only the caller's side of it.
import type { AccountId, Trade } from '@openstrike/domain';
import {
  type ApiUserTrade,
  renderUserTrade,
  userTradesByCurrencyAndTimeShape,
  userTradesByCurrencyShape,
  userTradesByInstrumentAndTimeShape,
  userTradesByInstrumentShape,
  userTradesByOrderShape,
} from '@openstrike/wire';
import { type Call, defineMethod, type Method } from '../method.ts';
import { accountOf, accountOrSubaccount } from './caller.ts';
import { findOrder } from './find-order.ts';
import { instrumentNamed, instrumentOf, selectionOf } from './lookups.ts';
import { type TradeFilters, type TradeSource, tradePage } from './trade-pages.ts';

const read = { scope: 'trade:read', transport: 'any', rateClass: 'plain' } as const;

const renderSides = (trades: readonly Trade[], accountId: AccountId, call: Call): ApiUserTrade[] =>
  trades.flatMap((trade) => {
    const instrument = instrumentOf(call, trade.instrumentId);
    if (instrument === null) {
      return [];
    }
    const sides: ApiUserTrade[] = [];
    if (trade.taker.accountId === accountId) {
      sides.push(renderUserTrade(trade, 'taker', instrument));
    }
    if (trade.maker.accountId === accountId) {
      sides.push(renderUserTrade(trade, 'maker', instrument));
    }
    return sides;
  });

interface UserTradeParams extends TradeFilters {
  readonly subaccount_id?: number;
}

const userTrades = async (
  call: Call,
  source: Omit<TradeSource, 'accountId'> | null,
  params: UserTradeParams,
): Promise<{ trades: ApiUserTrade[]; has_more: boolean }> => {
  const accountId = accountOrSubaccount(call, params.subaccount_id);
  if (source === null) {
    return { trades: [], has_more: false };
  }
  const page = await tradePage(call, { ...source, accountId }, params);
  return { trades: renderSides(page.trades, accountId, call), has_more: page.hasMore };
};

const byCurrency = (
  call: Call,
  params: UserTradeParams & { readonly currency: string; readonly kind?: string },
): Promise<unknown> => {
  const selection = selectionOf(params.currency, params.kind);
  return userTrades(call, selection === null ? null : { selection }, params);
};

const byInstrument = (
  call: Call,
  params: UserTradeParams & { readonly instrument_name: string },
): Promise<unknown> =>
  userTrades(call, { instrumentId: instrumentNamed(call, params.instrument_name).id }, params);

const tradesOfOrderMax = 1000;

/** Methods that read the caller's trades. */
export const userTradeMethods: readonly Method[] = [
  defineMethod({
    name: 'private/get_user_trades_by_currency',
    summary: "Lists the account's trades that settle in a currency.",
    ...read,
    ...userTradesByCurrencyShape,
    handle: (params, call) => byCurrency(call, params),
  }),
  defineMethod({
    name: 'private/get_user_trades_by_currency_and_time',
    summary: "Lists the account's trades that settle in a currency within a time.",
    ...read,
    ...userTradesByCurrencyAndTimeShape,
    handle: (params, call) => byCurrency(call, params),
  }),
  defineMethod({
    name: 'private/get_user_trades_by_instrument',
    summary: "Lists the account's trades in an instrument.",
    ...read,
    ...userTradesByInstrumentShape,
    handle: (params, call) => byInstrument(call, params),
  }),
  defineMethod({
    name: 'private/get_user_trades_by_instrument_and_time',
    summary: "Lists the account's trades in an instrument within a time.",
    ...read,
    ...userTradesByInstrumentAndTimeShape,
    handle: (params, call) => byInstrument(call, params),
  }),
  defineMethod({
    name: 'private/get_user_trades_by_order',
    summary: 'Lists the trades of an order.',
    ...read,
    ...userTradesByOrderShape,
    handle: async (params, call) => {
      const order = await findOrder(call, params.order_id);
      const source = { accountId: accountOf(call), orderId: order.orderId };
      const sorting = params.sorting === 'desc' ? 'desc' : 'asc';
      const page = await tradePage(call, source, { sorting, count: tradesOfOrderMax });
      return renderSides(page.trades, order.accountId, call);
    },
  }),
];
