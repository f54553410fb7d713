// Trade rendering: a trade as everybody reads it, and as each of its two sides does. Invariant:
// the public form names neither account nor order.
import {
  type Instrument,
  minorPerUnit,
  type OrderType,
  type Trade,
  type TradeParty,
} from '@openstrike/domain';
import { amountOf, contractsOf, percentOf, priceOf, roundTo, usdOf } from '../decimal-steps.ts';
import { renderPlainOrderId, renderTradeId } from '../ids.ts';
import type { ApiUserTrade } from '../schemas/account-types.ts';
import type { ApiPublicTrade } from '../schemas/market-types.ts';
import { isMarketType } from '../words.ts';
import { msOf } from './render-order.ts';
import { markDecimals } from './render-ticker.ts';

type Mutable<Shape> = { -readonly [Key in keyof Shape]: Shape[Key] };

const liquidationWords = { maker: 'M', taker: 'T', both: 'MT' } as const;

/** The trade as everybody reads it; `direction` is the taker's. */
export const renderPublicTrade = (trade: Trade, instrument: Instrument): ApiPublicTrade => {
  const rendered: Mutable<ApiPublicTrade> = {
    trade_id: renderTradeId(trade.tradeId, instrument.settlementCurrency),
    trade_seq: trade.tradeSeq,
    instrument_name: instrument.name,
    timestamp: msOf(trade.tsUs),
    direction: trade.taker.side,
    tick_direction: trade.tickDirection,
    price: priceOf(trade.priceTicks, instrument),
    amount: amountOf(trade.sizeLots, instrument),
    contracts: contractsOf(trade.sizeLots, instrument),
    index_price: usdOf(trade.indexPrice),
    mark_price: roundTo(trade.markPrice, markDecimals(instrument)),
  };
  if (trade.iv !== null && Number.isFinite(trade.iv)) rendered.iv = percentOf(trade.iv);
  if (trade.liquidation !== null) rendered.liquidation = liquidationWords[trade.liquidation];
  return rendered;
};

const plainType = (type: OrderType): 'limit' | 'market' =>
  type === 'market-limit' ? 'limit' : isMarketType(type) ? 'market' : 'limit';

/** The trade as one of its sides reads it. */
export const renderUserTrade = (
  trade: Trade,
  role: 'taker' | 'maker',
  instrument: Instrument,
): ApiUserTrade => {
  const party: TradeParty = role === 'taker' ? trade.taker : trade.maker;
  const { settlementCurrency } = instrument;
  const minor = minorPerUnit[settlementCurrency];
  const rendered: Mutable<ApiUserTrade> = {
    trade_id: renderTradeId(trade.tradeId, settlementCurrency),
    trade_seq: trade.tradeSeq,
    instrument_name: instrument.name,
    timestamp: msOf(trade.tsUs),
    order_id: renderPlainOrderId(party.orderId, settlementCurrency),
    order_type: plainType(party.orderType),
    matching_id: null,
    direction: party.side,
    tick_direction: trade.tickDirection,
    price: priceOf(trade.priceTicks, instrument),
    amount: amountOf(trade.sizeLots, instrument),
    contracts: contractsOf(trade.sizeLots, instrument),
    index_price: usdOf(trade.indexPrice),
    mark_price: roundTo(trade.markPrice, markDecimals(instrument)),
    liquidity: role === 'taker' ? 'T' : 'M',
    fee: party.fee / minor,
    fee_currency: settlementCurrency,
    profit_loss: party.realised / minor,
    state: party.status,
    reduce_only: party.reduceOnly,
    post_only: party.postOnly,
    mmp: party.mmp,
    risk_reducing: false,
    self_trade: trade.taker.accountId === trade.maker.accountId,
    api: true,
    user_id: party.accountId,
  };
  if (party.label !== '') rendered.label = party.label;
  if (trade.underlyingPrice !== null) rendered.underlying_price = roundTo(trade.underlyingPrice, 4);
  if (trade.iv !== null && Number.isFinite(trade.iv)) rendered.iv = percentOf(trade.iv);
  if (party.priceMode !== 'price') {
    rendered.advanced = party.priceMode === 'iv' ? 'implv' : 'usd';
  }
  if (trade.liquidation !== null) rendered.liquidation = liquidationWords[trade.liquidation];
  return rendered;
};
