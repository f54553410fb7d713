// Margin figures: the three numbers by which an account is judged, as it stands or as it would
// after some changes, under the margin model in force. Invariant: what would be is computed by the
// same rules over a copy, so it equals what is once the changes have happened. Asked by whatever
// acts on an account's solvency; nothing here changes the state.
import type { InstrumentId } from '@openstrike/domain';
import { assert } from '@openstrike/std';
import { accountMarginOf, extraCash } from '../portfolio/account-margin.ts';
import type { AccountRecord, EngineState } from '../state.ts';
import { holdingOf } from './holdings.ts';
import { addAtMark, scratchRecord } from './scratch-record.ts';

/** Minor units of the currency asked about. */
export interface MarginFigures {
  /**
   * What counts against the margins: under standard margin without the value of options, under
   * cross models of all currencies, after haircuts.
   */
  readonly equity: number;
  /** Open orders included. */
  readonly initialMargin: number;
  readonly maintenanceMargin: number;
}

/** A change of one position. */
export interface PositionChange {
  readonly instrumentId: InstrumentId;
  /** Signed: bought is positive. */
  readonly lots: number;
  /**
   * What the account is paid (negative: pays), in minor units: of an option its premium, of a
   * future its profit or loss against the mark, of either less the fee.
   */
  readonly cash: number;
}

const nothing: MarginFigures = { equity: 0, initialMargin: 0, maintenanceMargin: 0 };

/** The figures of an account in a currency as it stands. */
export const marginFiguresOf = (
  state: EngineState,
  account: AccountRecord,
  currencyNo: number,
): MarginFigures => {
  const record = account.currencies[currencyNo];
  return record ? accountMarginOf(state, record) : nothing;
};

/**
 * The figures after some changes, at the present marks and with the open orders as they are.
 *
 * Holds: each instrument has a mark and settles in the currency. Cost: the account's holdings.
 */
export const marginFiguresAfter = (
  state: EngineState,
  account: AccountRecord,
  currencyNo: number,
  changes: readonly PositionChange[],
): MarginFigures => {
  const record = scratchRecord(account, currencyNo, true);
  let cash = 0;
  for (const change of changes) {
    const instrument = state.instruments[change.instrumentId];
    assert(instrument?.currencyNo === currencyNo, 'a change is of a contract of the currency');
    assert(!Number.isNaN(state.marks.markPrice[instrument.id]), 'a change needs a mark');
    addAtMark(state, holdingOf(record.account, instrument), change.lots);
    cash += change.cash;
  }
  return accountMarginOf(state, record, extraCash(currencyNo, cash));
};
