// Tables in force: where rules look up the parameters that the operator has set. Invariant: an
// underlying without a table, which only contracts that still run off can have, goes by the
// recommended parameters, so that whatever trades has some. Nothing here is kept: a change of
// tables is in force with the next question.
import {
  type ContractTable,
  currencies,
  type Instrument,
  type LiquidationParameters,
  liquidationOf,
  type MarginParameters,
  recommendedMargin,
} from '@openstrike/domain';
import type { EngineState } from './state.ts';

type Underlying = Instrument['underlying'];

/** The table of an underlying; null where the venue has none. */
export const tableOf = (state: EngineState, underlying: Underlying): ContractTable | null =>
  state.tables.find((table) => table.underlying === underlying) ?? null;

/** The margin section of an underlying. */
export const marginParametersOf = (state: EngineState, underlying: Underlying): MarginParameters =>
  tableOf(state, underlying)?.margin ?? recommendedMargin(underlying);

/** The margin section that has the say about what settles in the stablecoin: the first table's. */
export const stableParametersOf = (state: EngineState): MarginParameters =>
  state.tables[0]?.margin ?? recommendedMargin('BTC');

/**
 * The liquidation section for accounts in a currency: that of the coin's table, and of the first
 * table for the stablecoin.
 */
export const liquidationParametersOf = (
  state: EngineState,
  currencyNo: number,
): LiquidationParameters => {
  const currency = currencies[currencyNo];
  const coin = currency === 'BTC' || currency === 'ETH';
  const table = coin ? tableOf(state, currency) : state.tables[0];
  return liquidationOf(table ?? {});
};
