// Sketch: a private copy of what an account has in one currency, on which steps can be tried
// without anything else changing. Invariant: the margin rules that judge it are the engine's own,
// and a trade on it changes figures exactly as the same trade of the account would.
import type { AccountFigures } from '@openstrike/risk';
import { recordBalance } from '../account/cash.ts';
import { applyFill, holdingOf, valueAtTicks } from '../account/holdings.ts';
import { scratchRecord } from '../account/scratch-record.ts';
import { chargeFunding } from '../funding/funding.ts';
import { accountMarginOf } from '../portfolio/account-margin.ts';
import type { CurrencyRecord, EngineState, InstrumentRecord } from '../state.ts';

/** An account's figures, with what its orders hold. */
export interface Figures extends AccountFigures {
  /** Open orders included. */
  readonly initial: number;
}

/** The figures of a record, as they are or with so much more cash. */
export const figuresOf = (state: EngineState, record: CurrencyRecord, cash = 0): Figures => {
  const { account, currencyNo } = record;
  const known = account.currencies[currencyNo] === record;
  // One that the account does not keep has nothing in it.
  if (!known) return { marginEquity: cash, maintenance: 0, netEquity: cash, initial: 0 };
  // Under a cross model cash counts as collateral, less a haircut.
  const { equity, initialMargin, maintenanceMargin } = accountMarginOf(state, record, cash);
  const value = recordBalance(state, record) + record.sessionProfit + record.optionsValue;
  return {
    marginEquity: equity,
    maintenance: maintenanceMargin,
    netEquity: value + cash,
    initial: initialMargin,
  };
};

export interface Sketch {
  readonly record: CurrencyRecord;
  /** Received (positive) or paid beyond the account's own cash. */
  cash: number;
}

/** A sketch of an account in one currency as it stands. */
export const sketchOf = ({ account, currencyNo }: CurrencyRecord): Sketch => ({
  record: scratchRecord(account, currencyNo, true),
  cash: 0,
});

/** Trades signed lots at a price, without fees; premium moves the sketch's cash. */
export const tradeOn = (
  sketch: Sketch,
  instrument: InstrumentRecord,
  lots: number,
  priceTicks: number,
): void => {
  const holding = holdingOf(sketch.record.account, instrument);
  if (instrument.funding !== null) chargeFunding(holding, instrument.funding);
  applyFill(holding, lots, priceTicks);
  if (instrument.kind === 'option') sketch.cash -= valueAtTicks(instrument, lots, priceTicks);
  sketch.record.marginVersion = -1;
};

export const sketchFigures = (state: EngineState, { record, cash }: Sketch): Figures =>
  figuresOf(state, record, cash);
