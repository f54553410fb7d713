// Sketch: a private copy of what an account has in one currency, on which steps can be tried
// without anything else changing. Invariant: the margin rules that judge it are the engine's own,
// and a trade on it changes figures exactly as the same trade of the account would.
import type { AccountFigures } from '@openstrike/risk';
import { scratchAccount } from '../account/accounts.ts';
import { createCurrencyRecord } from '../account/cash.ts';
import { applyFill, holdingOf, holdingsInOrder, valueAtTicks } from '../account/holdings.ts';
import { marginBalanceOf, refreshMargin } from '../account/margin.ts';
import { chargeFunding } from '../funding/funding.ts';
import type { CurrencyRecord, EngineState, Holding, InstrumentRecord } from '../state.ts';

/** An account's figures, with what its orders hold. */
export interface Figures extends AccountFigures {
  /** Open orders included. */
  readonly initial: number;
}

/** The figures of a record, as they are or with so much more cash. */
export const figuresOf = (state: EngineState, record: CurrencyRecord, cash = 0): Figures => {
  refreshMargin(state, record);
  const marginEquity = marginBalanceOf(state, record) + cash;
  return {
    marginEquity,
    maintenance: record.maintenanceMargin,
    netEquity: marginEquity + record.optionsValue,
    initial: record.initialMargin + record.ordersMargin,
  };
};

export interface Sketch {
  readonly record: CurrencyRecord;
  /** Received (positive) or paid beyond the account's own cash. */
  cash: number;
}

const copyHolding = (from: Holding, to: Holding): void => {
  to.sizeLots = from.sizeLots;
  to.openCost = from.openCost;
  to.entryValue = from.entryValue;
  to.sessionCost = from.sessionCost;
  to.sessionRealised = from.sessionRealised;
  to.sessionFunding = from.sessionFunding;
  to.realised = from.realised;
  to.fundingMark = from.fundingMark;
  to.openBuyLots = from.openBuyLots;
  to.openSellLots = from.openSellLots;
  to.openBuyTickLots = from.openBuyTickLots;
};

/** A sketch of an account in one currency as it stands. */
export const sketchOf = (record: CurrencyRecord): Sketch => {
  const scratch = scratchAccount(record.account);
  const copy = createCurrencyRecord(scratch, record.currencyNo, record.ledgerId);
  scratch.currencies[record.currencyNo] = copy;
  for (const holding of holdingsInOrder(record)) {
    copyHolding(holding, holdingOf(scratch, holding.instrument));
  }
  return { record: copy, cash: 0 };
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
  if (instrument.kind === 'option') sketch.cash -= valueAtTicks(instrument, lots, priceTicks);
  sketch.record.marginVersion = -1;
};

export const sketchFigures = (state: EngineState, { record, cash }: Sketch): Figures =>
  figuresOf(state, record, cash);
