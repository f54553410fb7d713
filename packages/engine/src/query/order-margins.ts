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
import { orderMarginOf } from '../account/carry-order.ts';
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

/** An account's positions in a currency, with no order anywhere. */
const withoutOrders = (account: AccountRecord, currencyNo: number): AccountRecord => {
  const scratch = scratchRecord(account, currencyNo, true).account;
  for (const record of scratch.currencies) {
    for (const holding of record?.holdings ?? []) {
      holding.openBuyLots = 0;
      holding.openSellLots = 0;
      holding.openBuyTickLots = 0;
      holding.orderCount = 0;
      holding.firstOrder = null;
    }
  }
  return scratch;
};

/**
 * What each of an account's open orders would hold beside its positions, were it the only one;
 * unknown ids are left out.
 */
export const orderMargins = (
  state: EngineState,
  { accountId, orderIds }: Queries['order-margins']['in'],
): Queries['order-margins']['out'] => {
  const margins: Queries['order-margins']['out'][number][] = [];
  const accounts = new Map<number, AccountRecord>();
  for (const orderId of orderIds as readonly OrderId[]) {
    const order = state.orders.get(orderId);
    if (order?.holding.account.id !== accountId) continue;
    const { account, instrument } = order.holding;
    const { currencyNo } = instrument;
    const lots = order.sizeLots - order.filledLots;
    const resting = order.bookHandle !== 0 && !order.reduceOnly;
    const bare = accounts.get(currencyNo) ?? withoutOrders(account, currencyNo);
    accounts.set(currencyNo, bare);
    const holding = holdingOf(bare, instrument);
    refreshMargin(state, holding.record, holding);
    const held = resting ? orderMarginOf(state, holding, order.side, lots, order.priceTicks) : 0;
    margins.push({
      orderId,
      initialMargin: held as Cash,
      currency: instrument.contract.settlementCurrency,
    });
  }
  return margins;
};
