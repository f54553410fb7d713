// Scratch record: a copy of what an account has in one currency that nobody else knows, for asking
// what would be. Invariant: the real rules run over it, and nothing done to it reaches the account.
import type { MarginModel } from '@openstrike/domain';
import type { AccountRecord, CurrencyRecord, EngineState, Holding } from '../state.ts';
import { scratchAccount } from './accounts.ts';
import { createCurrencyRecord } from './cash.ts';
import { holdingOf, holdingsInOrder, valueAtPrice } from './holdings.ts';
import { isCross } from './margin-models.ts';

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
  to.orderCount = from.orderCount;
  to.firstOrder = from.firstOrder;
};

const copyRecord = (
  account: AccountRecord,
  scratch: AccountRecord,
  currencyNo: number,
  withHoldings: boolean,
): CurrencyRecord => {
  const own = account.currencies[currencyNo];
  const record = createCurrencyRecord(scratch, currencyNo, own?.ledgerId ?? null);
  scratch.currencies[currencyNo] = record;
  for (const holding of own && withHoldings ? holdingsInOrder(own) : []) {
    copyHolding(holding, holdingOf(scratch, holding.instrument));
  }
  return record;
};

/**
 * A copy of an account's record in a currency, its cash included; `withHoldings` or empty. Where
 * all currencies are margined together, as by the model asked about, the others come along.
 */
export const scratchRecord = (
  account: AccountRecord,
  currencyNo: number,
  withHoldings: boolean,
  model: MarginModel = account.marginModel,
): CurrencyRecord => {
  const scratch = scratchAccount(account);
  scratch.marginModel = model;
  for (const other of isCross(model) ? account.currencies : []) {
    if (other !== null && other.currencyNo !== currencyNo) {
      copyRecord(account, scratch, other.currencyNo, withHoldings);
    }
  }
  return copyRecord(account, scratch, currencyNo, withHoldings);
};

/** A copy of an account with all that it has, its cash included. */
export const copyAccount = (account: AccountRecord): AccountRecord => {
  const scratch = scratchAccount(account);
  for (const record of account.currencies) {
    if (record !== null) copyRecord(account, scratch, record.currencyNo, true);
  }
  return scratch;
};

/** Adds lots to a scratch holding at the mark: its margin changes and its equity does not. */
export const addAtMark = (state: EngineState, holding: Holding, lots: number): void => {
  const { instrument } = holding;
  const mark = state.marks.markPrice[instrument.id] as number;
  const value = valueAtPrice(instrument, lots, mark);
  holding.sizeLots += lots;
  holding.openCost += value;
  holding.sessionCost += value;
};
