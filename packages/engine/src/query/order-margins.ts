// Margins of orders: what an order would hold, and what open orders hold, by the rule that admits
// them.
import {
  type Cash,
  type OrderId,
  type OrderMarginEstimate,
  type PriceTicks,
  type Queries,
  type RejectCode,
} from '@openstrike/domain';
import { scratchAccount } from '../account/accounts.ts';
import { orderMarginOf } from '../account/carry-order.ts';
import { createCurrencyRecord } from '../account/cash.ts';
import { findHolding, holdingOf } from '../account/holdings.ts';
import { refreshMargin } from '../account/margin.ts';
import { scratchRecord } from '../account/scratch-record.ts';
import type { AccountRecord, EngineState, Holding, InstrumentRecord } from '../state.ts';

/** The account's holding, or an empty one beside all its others that is not kept. */
const holdingOrEmpty = (
  state: EngineState,
  account: AccountRecord,
  instrument: InstrumentRecord,
): Holding => {
  const own = findHolding(account, instrument);
  if (own !== null) {
    const record = account.currencies[instrument.currencyNo];
    if (record) refreshMargin(state, record, own);
    return own;
  }
  const record = scratchRecord(account, instrument.currencyNo, true);
  const holding = holdingOf(record.account, instrument);
  refreshMargin(state, record, holding);
  return holding;
};

/** What an order of this size and price would hold as initial margin, for each side. */
export const orderMargin = (
  state: EngineState,
  parameters: Queries['order-margin']['in'],
): OrderMarginEstimate | RejectCode => {
  const account = state.accounts[parameters.accountId];
  if (account === undefined) return 'unknown-account';
  const instrument = state.instruments[parameters.instrumentId];
  if (instrument === undefined) return 'unknown-instrument';
  if (Number.isNaN(state.marks.markPrice[instrument.id])) return 'no-mark-price';
  const holding = holdingOrEmpty(state, account, instrument);
  const { sizeLots, priceTicks } = parameters;
  return {
    buy: orderMarginOf(state, holding, 0, sizeLots, priceTicks) as Cash,
    sell: orderMarginOf(state, holding, 1, sizeLots, priceTicks) as Cash,
    bandMinTicks: state.marks.bandMinTicks[instrument.id] as PriceTicks,
    bandMaxTicks: state.marks.bandMaxTicks[instrument.id] as PriceTicks,
  };
};

type OrderMargins = Queries['order-margins']['out'];

/** What each of an account's open orders would hold alone; unknown ids are left out. */
export const orderMargins = (
  state: EngineState,
  parameters: Queries['order-margins']['in'],
): OrderMargins => {
  const margins: OrderMargins[number][] = [];
  for (const orderId of parameters.orderIds as readonly OrderId[]) {
    const order = state.orders.get(orderId);
    if (order !== undefined && order.holding.account.id === parameters.accountId) {
      const { instrument } = order.holding;
      const lots = order.sizeLots - order.filledLots;
      const resting = order.bookHandle !== 0 && !order.reduceOnly;
      const bare = bareHolding(state, order.holding);
      const held = resting ? orderMarginOf(state, bare, order.side, lots, order.priceTicks) : 0;
      margins.push({
        orderId,
        initialMargin: held as Cash,
        currency: instrument.contract.settlementCurrency,
      });
    }
  }
  return margins;
};

/** A scratch copy of a holding with its position and no orders. */
const bareHolding = (state: EngineState, holding: Holding): Holding => {
  const { account, instrument } = holding;
  const no = instrument.currencyNo;
  const scratch = scratchAccount(account);
  const record = createCurrencyRecord(scratch, no, null);
  scratch.currencies[no] = record;
  const bare = holdingOf(scratch, instrument);
  bare.sizeLots = holding.sizeLots;
  refreshMargin(state, record);
  return bare;
};
