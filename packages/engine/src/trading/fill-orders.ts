// Apply a fill: what one execution does to both orders, positions and cash, and the events that
// tell of it. Invariant: premium leaves one side and reaches the other through the clearing account
// in full; nothing here can refuse. In an order's life it stands right after the book's match.
import type {
  Cash,
  PriceTicks,
  SizeLots,
  Trade,
  TradeId,
  TradeParty,
  TsUs,
  UsdMicros,
} from '@openstrike/domain';
import { moveCash } from '../account/cash.ts';
import { applyFill, emitPosition, valueAtTicks } from '../account/holdings.ts';
import { marginChanged } from '../account/margin.ts';
import { accrueFunding, chargeFunding } from '../funding/funding.ts';
import { countMmpFill } from '../market-maker/mmp.ts';
import { ivAtTicks } from '../marking/option-price.ts';
import type {
  EngineState,
  Holding,
  IndexRecord,
  InstrumentRecord,
  OrderRecord,
  VenueAccounts,
} from '../state.ts';
import { feeOf } from './fees.ts';
import { countReduceOnly, countResting, delistOrder, emitOrder } from './order-records.ts';

const tickDirection = (instrument: InstrumentRecord, priceTicks: number): 0 | 1 | 2 | 3 => {
  const last = instrument.lastTradeTicks;
  if (last === 0 || priceTicks > last) {
    return 0;
  }
  if (priceTicks < last) {
    return 2;
  }
  return instrument.lastTickDirection <= 1 ? 1 : 3;
};

const noteTradePrice = (
  state: EngineState,
  instrument: InstrumentRecord,
  priceTicks: number,
): void => {
  instrument.lastTickDirection = tickDirection(instrument, priceTicks);
  if (priceTicks !== instrument.lastTradeTicks) {
    instrument.lastTradeTicks = priceTicks;
    const { rising, falling, trailing } = instrument.lastTriggers;
    if (rising.length + falling.length + trailing.length > 0) {
      state.newLastPrices.push(instrument);
    }
  }
  instrument.tradeSeq += 1;
};

const countFill = (order: OrderRecord, lots: number, priceTicks: number, nowUs: number): void => {
  order.filledLots += lots;
  order.filledTickLots += lots * priceTicks;
  order.updatedUs = nowUs;
  if (order.filledLots === order.sizeLots) {
    order.status = 'filled';
  }
};

const moveLots = (
  state: EngineState,
  holding: Holding,
  signedLots: number,
  priceTicks: number,
): number => {
  const { instrument } = holding;
  if (instrument.funding !== null) {
    accrueFunding(instrument.funding, state.nowUs);
    chargeFunding(holding, instrument.funding);
  }
  const before = Math.max(holding.sizeLots, 0);
  const profit = applyFill(holding, signedLots, priceTicks);
  instrument.openInterestLots += Math.max(holding.sizeLots, 0) - before;
  return profit;
};

const partyOf = (order: OrderRecord, fee: number, realised: number): TradeParty => ({
  accountId: order.holding.account.id,
  orderId: order.id,
  orderType: order.type,
  side: order.side === 0 ? 'buy' : 'sell',
  fee: fee as Cash,
  realised: realised as Cash,
  positionLots: order.holding.sizeLots as SizeLots,
  label: order.label,
  reduceOnly: order.reduceOnly,
  postOnly: order.postOnly !== 'off',
  mmp: order.mmp,
  status: order.status,
  priceMode: order.priceMode,
});

const nextTradeId = (state: EngineState): TradeId => {
  state.lastTradeId += 1;
  return state.lastTradeId as TradeId;
};

const emitTrade = (
  state: EngineState,
  instrument: InstrumentRecord,
  lots: number,
  priceTicks: number,
  taker: TradeParty,
  maker: TradeParty,
  liquidation: Trade['liquidation'],
): void => {
  const index = state.indexes[instrument.indexNo] as IndexRecord;
  const underlyingPrice = state.marks.underlyingPrice[instrument.id] as number;
  state.emit({
    type: 'trade',
    tradeId: state.lastTradeId as TradeId,
    tradeSeq: instrument.tradeSeq,
    instrumentId: instrument.id,
    tsUs: state.nowUs as TsUs,
    priceTicks: priceTicks as PriceTicks,
    sizeLots: lots as SizeLots,
    tickDirection: instrument.lastTickDirection,
    taker,
    maker,
    indexPrice: index.price as UsdMicros,
    markPrice: state.marks.markPrice[instrument.id] as number,
    underlyingPrice: instrument.kind === 'option' ? underlyingPrice : null,
    iv: ivAtTicks(state, instrument, priceTicks),
    liquidation,
  });
};

/** Premium through the clearing account, then the fee, of one side. */
const moveMoney = (
  state: EngineState,
  order: OrderRecord,
  premium: number,
  fee: number,
  tradeId: TradeId,
): void => {
  const { record, instrument } = order.holding;
  const venue = state.venue[instrument.currencyNo] as VenueAccounts;
  const at = instrument.id;
  moveCash(state, record, venue.clearing, premium, 'premium', at, order.id, tradeId, null);
  moveCash(state, record, venue.fees, 0 - fee, 'fee', at, order.id, tradeId, null);
};

/** Carries out one fill between an arriving and a resting order. */
export const fillOrders = (
  state: EngineState,
  taker: OrderRecord,
  maker: OrderRecord,
  priceTicks: number,
  lots: number,
): void => {
  const { instrument } = maker.holding;
  const takerLots = taker.side === 0 ? lots : -lots;
  countResting(maker, -lots);
  countFill(taker, lots, priceTicks, state.nowUs);
  countFill(maker, lots, priceTicks, state.nowUs);
  const takerProfit = moveLots(state, taker.holding, takerLots, priceTicks);
  const makerProfit = moveLots(state, maker.holding, -takerLots, priceTicks);
  const takerFee = feeOf(state, instrument, lots, priceTicks, instrument.fees.taker);
  const makerFee = feeOf(state, instrument, lots, priceTicks, instrument.fees.maker);
  taker.fee += takerFee;
  maker.fee += makerFee;
  noteTradePrice(state, instrument, priceTicks);
  const option = instrument.kind === 'option';
  const tradeId = nextTradeId(state);
  if (!state.quiet) {
    emitTrade(
      state,
      instrument,
      lots,
      priceTicks,
      partyOf(taker, takerFee, option ? 0 : takerProfit),
      partyOf(maker, makerFee, option ? 0 : makerProfit),
      state.liquidation.hedging ? 'taker' : null,
    );
  }
  emitOrder(state, taker, 'filled', null);
  emitOrder(state, maker, 'filled', null);
  const takerPremium = option ? 0 - valueAtTicks(instrument, takerLots, priceTicks) : 0;
  moveMoney(state, taker, takerPremium, takerFee, tradeId);
  moveMoney(state, maker, 0 - takerPremium, makerFee, tradeId);
  emitPosition(state, taker.holding);
  emitPosition(state, maker.holding);
  marginChanged(state, taker.holding);
  marginChanged(state, maker.holding);
  if (maker.mmp) countMmpFill(state, maker, lots);
  if (taker.mmp) countMmpFill(state, taker, lots);
  if (maker.status === 'filled') {
    maker.bookHandle = 0;
    countReduceOnly(maker, -1);
    delistOrder(state, maker);
  }
};

/**
 * Carries out a liquidation's trade between two orders that never were in the book: without fees,
 * and without a last price. Both orders end with it.
 */
export const fillOutsideBook = (
  state: EngineState,
  taker: OrderRecord,
  maker: OrderRecord,
  priceTicks: number,
  lots: number,
): void => {
  const { instrument } = maker.holding;
  const takerLots = taker.side === 0 ? lots : -lots;
  countFill(taker, lots, priceTicks, state.nowUs);
  countFill(maker, lots, priceTicks, state.nowUs);
  const takerProfit = moveLots(state, taker.holding, takerLots, priceTicks);
  const makerProfit = moveLots(state, maker.holding, -takerLots, priceTicks);
  instrument.tradeSeq += 1;
  const option = instrument.kind === 'option';
  const tradeId = nextTradeId(state);
  if (!state.quiet) {
    emitTrade(
      state,
      instrument,
      lots,
      priceTicks,
      partyOf(taker, 0, option ? 0 : takerProfit),
      partyOf(maker, 0, option ? 0 : makerProfit),
      'taker',
    );
  }
  emitOrder(state, taker, 'filled', null);
  emitOrder(state, maker, 'filled', null);
  const takerPremium = option ? 0 - valueAtTicks(instrument, takerLots, priceTicks) : 0;
  moveMoney(state, taker, takerPremium, 0, tradeId);
  moveMoney(state, maker, 0 - takerPremium, 0, tradeId);
  emitPosition(state, taker.holding);
  emitPosition(state, maker.holding);
  marginChanged(state, taker.holding);
  marginChanged(state, maker.holding);
  delistOrder(state, taker);
  delistOrder(state, maker);
};
