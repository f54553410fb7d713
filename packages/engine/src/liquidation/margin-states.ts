// Margin states: an account's figures and positions as events and answers carry them, and whether
// its positions can be judged and traded at all now. A segregated account is liquidated in each
// currency by itself, a cross account in all of them at once: here is what belongs together.
import {
  type Cash,
  type Currency,
  currencies,
  type InstrumentId,
  type LiquidationLeg,
  type MarginState,
  type SizeLots,
} from '@openstrike/domain';
import type { AccountFigures } from '@openstrike/risk';
import { recordBalance } from '../account/cash.ts';
import { holdingsInOrder } from '../account/holdings.ts';
import { isCross } from '../account/margin-models.ts';
import type { CurrencyRecord, EngineState, Holding, IndexRecord, TradingState } from '../state.ts';
import type { LiquidationRecord } from './liquidation-state.ts';

export const marginStateOf = (figures: AccountFigures): MarginState => ({
  marginEquity: figures.marginEquity as Cash,
  maintenance: figures.maintenance as Cash,
  netEquity: figures.netEquity as Cash,
});

export const legOf = (instrumentId: InstrumentId, lots: number): LiquidationLeg => ({
  instrumentId,
  sizeLots: lots as SizeLots,
});

/** The records that are margined and liquidated together with one, it among them. */
export const marginedWith = (record: CurrencyRecord): readonly CurrencyRecord[] => {
  const { account } = record;
  if (!isCross(account.marginModel)) return [record];
  return account.currencies.filter((each) => each !== null);
};

/** All holdings that are liquidated with a record, by currency and instrument id. */
export const heldWith = (record: CurrencyRecord): readonly Holding[] =>
  marginedWith(record)
    .flatMap(holdingsInOrder)
    .filter(({ sizeLots }) => sizeLots !== 0);

/** The positions that are liquidated with a record. */
export const positionsOf = (record: CurrencyRecord): LiquidationLeg[] =>
  heldWith(record).map(({ instrument, sizeLots }) => legOf(instrument.id, sizeLots));

/** Whether a record has positions, be it alone or with those that it is margined with. */
export const holdsPositions = (record: CurrencyRecord): boolean =>
  record.holdings.some(({ sizeLots }) => sizeLots !== 0);

export const holdPositions = (record: CurrencyRecord): boolean =>
  marginedWith(record).some(holdsPositions);

/** The open liquidation that a record is in. */
export const liquidationOf = (
  state: EngineState,
  record: CurrencyRecord,
): LiquidationRecord | undefined =>
  state.liquidation.open.find((one) => marginedWith(one.record).includes(record));

/**
 * Whether an account can be liquidated now: nothing is halted or killed, every position has a mark
 * from an index that is not frozen, and none is being settled. A doubtful price stops new risk; it
 * liquidates nobody.
 */
export const canLiquidate = (state: EngineState, record: CurrencyRecord): boolean => {
  if ((state.trading[0] as TradingState).halted || state.killed) return false;
  return marginedWith(record).every((each) => canTrade(state, each));
};

/** Whether cash that counts as collateral has a price that nobody doubts. */
const isPriced = (state: EngineState, record: CurrencyRecord): boolean => {
  const name = `${(currencies[record.currencyNo] as Currency).toLowerCase()}_usd`;
  const index = state.indexes.find((each) => each.name === name);
  // Without any price yet it counts for nothing, which nobody doubts.
  const doubted = index !== undefined && index.price !== 0 && index.status === 'frozen';
  return !doubted || recordBalance(state, record) === 0;
};

const canTrade = (state: EngineState, record: CurrencyRecord): boolean => {
  if (isCross(record.account.marginModel)) {
    if (!isPriced(state, record)) return false;
    if (!holdsPositions(record)) return true;
  }
  if ((state.trading[1 + record.currencyNo] as TradingState).halted) return false;
  for (const { instrument, sizeLots } of record.holdings) {
    if (sizeLots === 0) continue;
    const index = state.indexes[instrument.indexNo] as IndexRecord;
    if (index.status === 'frozen') return false;
    if (instrument.state === 'settling' || instrument.state === 'delivered') return false;
    if (instrument.expiryUs !== null && state.nowUs >= instrument.expiryUs) return false;
    if (Number.isNaN(state.marks.markPrice[instrument.id])) return false;
  }
  return true;
};
