// Simulate a portfolio: the summary an account would have if it held these positions too, or
// instead. The real rules run over scratch records that nothing else knows; positions come in at
// their marks, without premium.
import type { AccountSummary, Queries, RejectCode } from '@openstrike/domain';
import { holdingOf } from '../account/holdings.ts';
import { addAtMark, scratchRecord } from '../account/scratch-record.ts';
import { currencyNoOf, type EngineState } from '../state.ts';
import { summaryOf } from './account-summary.ts';

/** The summary of an account with simulated positions added to its own, or in their place. */
export const simulatePortfolio = (
  state: EngineState,
  parameters: Queries['simulate-portfolio']['in'],
): AccountSummary | RejectCode => {
  const { accountId, currency, add, positions } = parameters;
  const account = state.accounts[accountId];
  if (account === undefined) return 'unknown-account';
  const no = currencyNoOf(currency);
  const record = scratchRecord(account, no, add);
  for (const { instrumentId, sizeLots } of positions) {
    const instrument = state.instruments[instrumentId];
    if (instrument === undefined) return 'unknown-instrument';
    if (instrument.currencyNo !== no) return 'unsupported-combination';
    if (Number.isNaN(state.marks.markPrice[instrument.id])) return 'no-mark-price';
    addAtMark(state, holdingOf(record.account, instrument), sizeLots);
  }
  return summaryOf(state, record);
};
