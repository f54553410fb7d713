// Positions with their greeks, profit and margins, and the price that would liquidate them.
import {
  type Cash,
  type Instrument,
  minorPerUnit,
  type PositionView,
  type SizeLots,
  type UsdMicros,
} from '@openstrike/domain';
import { averagePriceOf, holdingsInOrder } from '../account/holdings.ts';
import { pendingFunding, refreshMargin, unrealisedOf } from '../account/margin.ts';
import { accountMarginOf } from '../portfolio/account-margin.ts';
import type { AccountRecord, CurrencyRecord, EngineState, Holding, IndexRecord } from '../state.ts';
import { coinsPerLot, deltaOf } from './account-summary.ts';

const finite = (value: number): number => (Number.isFinite(value) ? value : 0);

/**
 * The price of the underlying at which margin balance falls to maintenance margin, to first order
 * in the account's delta; null for a flat delta or where no positive price does.
 */
const liquidationPrice = (
  state: EngineState,
  record: CurrencyRecord,
  contract: Instrument,
  underlying: number,
): number | null => {
  let delta = 0;
  for (const holding of holdingsInOrder(record)) {
    if (holding.instrument.contract.indexName === contract.indexName && holding.sizeLots !== 0) {
      delta += finite(deltaOf(state, holding));
    }
  }
  const minor = minorPerUnit[contract.settlementCurrency];
  const { equity, maintenanceMargin } = accountMarginOf(state, record);
  const spare = (equity - maintenanceMargin) / minor;
  // In coin a move of the price by dS changes delta coins by delta * dS / S; in USD by delta * dS.
  const spareUsd = contract.payoff === 'inverse' ? spare * underlying : spare;
  const price = underlying - spareUsd / delta;
  return Number.isFinite(price) && price > 0 && spare > 0 ? price : null;
};

const marginsOf = (holding: Holding): { initial: number; maintenance: number; orders: number } => {
  const { marginSet } = holding;
  if (marginSet === null) {
    return {
      initial: holding.initialMargin,
      maintenance: holding.maintenanceMargin,
      orders: holding.ordersMargin,
    };
  }
  // A netted set has one margin; it is shown with its first position.
  const first = marginSet.holdings.find((leg) => leg.sizeLots !== 0) ?? marginSet.holdings[0];
  return first === holding
    ? {
        initial: marginSet.initialMargin,
        maintenance: marginSet.maintenanceMargin,
        orders: marginSet.ordersMargin,
      }
    : { initial: 0, maintenance: 0, orders: 0 };
};

const viewOf = (state: EngineState, record: CurrencyRecord, holding: Holding): PositionView => {
  const { instrument, sizeLots, account } = holding;
  const { contract, id } = instrument;
  const { marks } = state;
  const mark = marks.markPrice[id] as number;
  const coins = sizeLots * coinsPerLot(state, holding);
  const unrealised = finite(unrealisedOf(state, holding));
  const floating = unrealised + holding.sessionCost - holding.openCost;
  const margins = marginsOf(holding);
  const underlying = marks.underlyingPrice[id] as number;
  const option = contract.kind === 'option';
  const greek = (column: Float64Array): number =>
    option ? finite(coins * (column[id] as number)) : 0;
  const valueUsd = Math.abs(coins) * (option ? 0 : mark);
  const marginUsd =
    (margins.initial / minorPerUnit[contract.settlementCurrency]) *
    (contract.payoff === 'inverse' ? mark : 1);
  return {
    accountId: account.id,
    instrumentId: id,
    sizeLots: sizeLots as SizeLots,
    averagePrice: averagePriceOf(holding),
    markPrice: mark,
    indexPrice: (state.indexes[instrument.indexNo] as IndexRecord).price as UsdMicros,
    settlementPrice: instrument.settlementPrice,
    sizeCoins: finite(coins),
    delta: finite(deltaOf(state, holding)),
    gamma: greek(marks.gamma),
    vega: greek(marks.vega),
    theta: greek(marks.theta),
    floatingProfit: floating as Cash,
    realised: holding.realised as Cash,
    sessionRealised: (option ? 0 : holding.sessionRealised) as Cash,
    sessionFunding: (holding.sessionFunding + pendingFunding(holding)) as Cash,
    totalProfit: (holding.realised + floating) as Cash,
    initialMargin: margins.initial as Cash,
    maintenanceMargin: margins.maintenance as Cash,
    openOrdersMargin: margins.orders as Cash,
    estimatedLiquidationPrice:
      sizeLots === 0 ? null : liquidationPrice(state, record, contract, underlying),
    leverage: marginUsd > 0 ? Math.round(valueUsd / marginUsd) : 0,
  };
};

/**
 * Positions of an account, by currency and instrument; flat ones stay until the next settlement.
 */
export const positionsOf = (
  state: EngineState,
  account: AccountRecord,
): readonly PositionView[] => {
  const views: PositionView[] = [];
  for (const record of account.currencies) {
    if (record !== null) {
      refreshMargin(state, record);
      for (const holding of holdingsInOrder(record)) {
        if (holding.sizeLots !== 0 || holding.realised !== 0 || holding.sessionRealised !== 0) {
          views.push(viewOf(state, record, holding));
        }
      }
    }
  }
  return views;
};
