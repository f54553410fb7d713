// Simulate a portfolio: the summary an account would have if it held these positions too, or
// instead. The real rules run over scratch records that nothing else knows; positions come in at
// their marks, without premium.
import type { AccountSummary, Queries, RejectCode } from '@openstrike/domain';
import { scratchAccount } from '../account/accounts.ts';
import { createCurrencyRecord } from '../account/cash.ts';
import { holdingOf, holdingsInOrder, valueAtPrice } from '../account/holdings.ts';
import { currencyNoOf, type EngineState, type Holding } from '../state.ts';
import { summaryOf } from './account-summary.ts';

const copyHolding = (from: Holding, to: Holding, withOrders: boolean): void => {
  to.sizeLots = from.sizeLots;
  to.openCost = from.openCost;
  to.entryValue = from.entryValue;
  to.sessionCost = from.sessionCost;
  to.sessionRealised = from.sessionRealised;
  to.sessionFunding = from.sessionFunding;
  to.realised = from.realised;
  to.fundingMark = from.fundingMark;
  if (withOrders) {
    to.openBuyLots = from.openBuyLots;
    to.openSellLots = from.openSellLots;
    to.openBuyTickLots = from.openBuyTickLots;
  }
};

/** The summary of an account with simulated positions added to its own, or in their place. */
export const simulatePortfolio = (
  state: EngineState,
  parameters: Queries['simulate-portfolio']['in'],
): AccountSummary | RejectCode => {
  const { accountId, currency, add, positions } = parameters;
  const account = state.accounts[accountId];
  if (account === undefined) return 'unknown-account';
  const no = currencyNoOf(currency);
  const own = account.currencies[no];
  const scratch = scratchAccount(account);
  const record = createCurrencyRecord(scratch, no, own?.ledgerId ?? null);
  scratch.currencies[no] = record;
  for (const holding of own ? holdingsInOrder(own) : []) {
    if (add) copyHolding(holding, holdingOf(scratch, holding.instrument), true);
  }
  for (const { instrumentId, sizeLots } of positions) {
    const instrument = state.instruments[instrumentId];
    if (instrument === undefined) return 'unknown-instrument';
    if (instrument.currencyNo !== no) return 'unsupported-combination';
    const mark = state.marks.markPrice[instrument.id] as number;
    if (Number.isNaN(mark)) return 'no-mark-price';
    const holding = holdingOf(scratch, instrument);
    const value = valueAtPrice(instrument, sizeLots, mark);
    holding.sizeLots += sizeLots;
    holding.openCost += value;
    holding.sessionCost += value;
  }
  return summaryOf(state, record);
};
