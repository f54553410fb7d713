// Margin states: an account's figures and positions as events and answers carry them, and whether
// its positions can be judged and traded at all now.
import type { Cash, InstrumentId, LiquidationLeg, MarginState, SizeLots } from '@openstrike/domain';
import type { AccountFigures } from '@openstrike/risk';
import { holdingsInOrder } from '../account/holdings.ts';
import type { CurrencyRecord, EngineState, IndexRecord, TradingState } from '../state.ts';

export const marginStateOf = (figures: AccountFigures): MarginState => ({
  marginEquity: figures.marginEquity as Cash,
  maintenance: figures.maintenance as Cash,
  netEquity: figures.netEquity as Cash,
});

export const legOf = (instrumentId: InstrumentId, lots: number): LiquidationLeg => ({
  instrumentId,
  sizeLots: lots as SizeLots,
});

/** The positions of a record, by instrument id. */
export const positionsOf = (record: CurrencyRecord): LiquidationLeg[] =>
  holdingsInOrder(record)
    .filter(({ sizeLots }) => sizeLots !== 0)
    .map(({ instrument, sizeLots }) => legOf(instrument.id, sizeLots));

export const holdsPositions = (record: CurrencyRecord): boolean => {
  for (const { sizeLots } of record.holdings) {
    if (sizeLots !== 0) return true;
  }
  return false;
};

/**
 * Whether an account can be liquidated now: nothing is halted, every position has a mark from an
 * index that is not frozen, and none is being settled. A doubtful price stops new risk; it
 * liquidates nobody.
 */
export const canLiquidate = (state: EngineState, record: CurrencyRecord): boolean => {
  if ((state.trading[0] as TradingState).halted) return false;
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
