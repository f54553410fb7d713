// Daily settlement: at 08:00 UTC the session profit of futures and perpetuals, realised or not at
// the mark, and their funding move into cash, account by account in the order of ids, instrument by
// instrument. Invariant: over all accounts it sums to zero but for roundings, which go to the
// rounding account. An option's session ends in the books alone.
import type { Cash, SizeLots, TsUs, UsdMicros } from '@openstrike/domain';
import { dropHolding, emitPosition, holdingsInOrder, valueAtPrice } from '../account/holdings.ts';
import { accrueFunding, chargeFunding } from '../funding/funding.ts';
import type {
  CurrencyRecord,
  EngineState,
  Holding,
  IndexRecord,
  InstrumentRecord,
} from '../state.ts';
import {
  closeSession,
  createRun,
  finishRun,
  payFromClearing,
  payFromFunding,
  type SettlementRun,
} from './settlement-run.ts';

/** Takes the settlement price of every contract and accrues funding up to now. */
const fixMarks = (state: EngineState): void => {
  for (const index of state.indexes) {
    for (const instrument of index.instruments) {
      const mark = state.marks.markPrice[instrument.id] as number;
      if (!Number.isNaN(mark)) {
        instrument.settlementPrice = mark;
      }
      if (instrument.funding !== null) {
        accrueFunding(instrument.funding, state.nowUs);
        state.drift.noteFunding(instrument);
      }
    }
  }
};

const settleHolding = (
  state: EngineState,
  run: SettlementRun,
  record: CurrencyRecord,
  holding: Holding,
): void => {
  const { instrument, sizeLots } = holding;
  if (instrument.funding !== null) {
    chargeFunding(holding, instrument.funding);
  }
  const value = sizeLots === 0 ? 0 : valueAtPrice(instrument, sizeLots, instrument.settlementPrice);
  const profit = value - holding.sessionCost + holding.sessionRealised;
  const funding = holding.sessionFunding;
  if (sizeLots === 0 && profit === 0 && funding === 0) {
    return;
  }
  stateSettled(state, instrument, holding, profit, funding);
  closeSession(state, holding, value);
  payFromClearing(state, run, record, instrument, profit, 'settlement');
  payFromFunding(state, run, record, instrument, funding);
  emitPosition(state, holding);
};

/**
 * An option's session ends in the books alone: its premiums and payoffs move cash when they arise.
 */
const beginOptionSession = (state: EngineState, holding: Holding): void => {
  const { instrument, sizeLots } = holding;
  const known = sizeLots !== 0 && instrument.settlementPrice > 0;
  const value = known ? valueAtPrice(instrument, sizeLots, instrument.settlementPrice) : 0;
  closeSession(state, holding, known || sizeLots === 0 ? value : holding.sessionCost);
};

const stateSettled = (
  state: EngineState,
  instrument: InstrumentRecord,
  holding: Holding,
  profit: number,
  funding: number,
): void => {
  const index = state.indexes[instrument.indexNo] as IndexRecord;
  state.emit({
    type: 'position-settled',
    kind: 'settlement',
    accountId: holding.account.id,
    instrumentId: instrument.id,
    sizeLots: holding.sizeLots as SizeLots,
    markPrice: instrument.settlementPrice,
    indexPrice: index.price as UsdMicros,
    sessionProfit: (profit + funding) as Cash,
    funding: funding as Cash,
    payoff: 0 as Cash,
    fee: 0 as Cash,
  });
};

/**
 * Settles every account's futures for the 08:00 that `forUs` names, and forgets flat holdings
 * without orders.
 */
export const settleDaily = (state: EngineState, forUs: TsUs): void => {
  fixMarks(state);
  const run = createRun();
  for (const account of state.accounts) {
    for (const record of account?.currencies ?? []) {
      for (const holding of record === null ? [] : holdingsInOrder(record).slice()) {
        const { expiryUs, kind } = holding.instrument.contract;
        const awaitsDelivery = expiryUs !== null && expiryUs <= forUs;
        if (kind !== 'option' && !awaitsDelivery) {
          settleHolding(state, run, record as CurrencyRecord, holding);
        } else if (!awaitsDelivery) {
          beginOptionSession(state, holding);
        }
        if (holding.sizeLots === 0 && holding.orderCount === 0 && !awaitsDelivery) {
          dropHolding(holding);
        }
      }
    }
  }
  finishRun(state, run);
};
