// Sketch: a private copy of what an account has in one currency, or in all where they are margined
// together, on which steps can be tried without anything else changing. Invariant: the margin rules
// that judge it are the engine's own, and a trade on it changes figures exactly as the same trade
// of the account would.
import { currencies } from '@openstrike/domain';
import type { AccountFigures } from '@openstrike/risk';
import { applyFill, holdingOf, valueAtTicks } from '../account/holdings.ts';
import { isCross } from '../account/margin-models.ts';
import { scratchRecord } from '../account/scratch-record.ts';
import { chargeFunding } from '../funding/funding.ts';
import { accountMarginOf, type ExtraCash, netEquityOf } from '../portfolio/account-margin.ts';
import type { CurrencyRecord, EngineState, InstrumentRecord } from '../state.ts';

/** An account's figures, with what its orders hold. */
export interface Figures extends AccountFigures {
  /** Open orders included. */
  readonly initial: number;
}

const none: ExtraCash = currencies.map(() => 0);

/** The figures of a record, as they are or with so much more cash; of a cross account all of it. */
export const figuresOf = (
  state: EngineState,
  record: CurrencyRecord,
  cash: ExtraCash = none,
): Figures => {
  const { account, currencyNo } = record;
  if (state.supposed && account.store === state.store) {
    // What others know must not keep figures of marks that are only supposed.
    return figuresOf(state, scratchRecord(account, currencyNo, true), cash);
  }
  const known = account.currencies[currencyNo] === record;
  if (!known && !isCross(account.marginModel)) {
    // One that the account does not keep has nothing in it.
    const own = cash[currencyNo] as number;
    return { marginEquity: own, maintenance: 0, netEquity: own, initial: 0 };
  }
  // Under a cross model cash counts as collateral, less a haircut.
  const { equity, initialMargin, maintenanceMargin } = accountMarginOf(state, record, cash);
  return {
    marginEquity: equity,
    maintenance: maintenanceMargin,
    netEquity: netEquityOf(state, record, cash),
    initial: initialMargin,
  };
};

export interface Sketch {
  readonly record: CurrencyRecord;
  /** Received (positive) or paid beyond the account's own cash, by number of the currency. */
  readonly cash: number[];
}

/** A sketch of an account as it stands, beginning with so much more cash. */
export const sketchOf = (
  { account, currencyNo }: CurrencyRecord,
  cash: ExtraCash = none,
): Sketch => ({
  record: scratchRecord(account, currencyNo, true),
  cash: [...cash],
});

/** Pays a sketch, or takes from it (negative). */
export const pay = ({ cash }: Sketch, currencyNo: number, amount: number): void => {
  cash[currencyNo] = (cash[currencyNo] as number) + amount;
};

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
  if (instrument.kind === 'option') {
    pay(sketch, instrument.currencyNo, 0 - valueAtTicks(instrument, lots, priceTicks));
  }
  holding.record.marginVersion = -1;
};

export const sketchFigures = (state: EngineState, { record, cash }: Sketch): Figures =>
  figuresOf(state, record, cash);
