// Transfer lots: what a provider or a deleveraged account takes over from an account in
// liquidation, at the mark and outside the book. It is told as a trade between two orders of the
// size, so that every reader of trades, orders and positions needs to know nothing more; it carries
// no trading fee and moves no last price.
import { holdingOf } from '../account/holdings.ts';
import type { AccountRecord, EngineState, InstrumentRecord, OrderRecord } from '../state.ts';
import { fillOutsideBook } from '../trading/fill-orders.ts';
import { emitOrder, openOrder } from '../trading/order-records.ts';
import { trimReduceOnly } from '../trading/reduce-only.ts';
import { markTicksOf } from './mark-transfer.ts';

/** What all orders of liquidations are made from. */
export const liquidationTerms = {
  orderType: 'market',
  timeInForce: 'ioc',
  postOnly: 'off',
  reduceOnly: false,
  priceMode: 'price',
  priceModeValue: 0,
  trigger: null,
  label: 'liquidation',
  clientKey: null,
  connectionId: 0,
  mmp: false,
} as const;

const orderFor = (
  state: EngineState,
  account: AccountRecord,
  instrument: InstrumentRecord,
  lots: number,
): OrderRecord => {
  const holding = holdingOf(account, instrument);
  const side = lots > 0 ? 0 : 1;
  const size = Math.abs(lots);
  const order = openOrder(state, holding, side, liquidationTerms, 0, size, 0, null);
  emitOrder(state, order, 'placed', null);
  return order;
};

/** Moves signed lots at the mark from one account to another. */
export const transferLots = (
  state: EngineState,
  from: AccountRecord,
  to: AccountRecord,
  instrument: InstrumentRecord,
  lots: number,
): void => {
  const taker = orderFor(state, from, instrument, -lots);
  const maker = orderFor(state, to, instrument, lots);
  const ticks = markTicksOf(state, instrument);
  fillOutsideBook(state, taker, maker, ticks, Math.abs(lots));
  trimReduceOnly(state, holdingOf(from, instrument));
  trimReduceOnly(state, holdingOf(to, instrument));
};
