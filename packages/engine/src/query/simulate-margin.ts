// Simulate a margin: the portfolio margin that an account would have with these positions too, or
// instead, with everything it comes from; whatever model it is under. The real rules run over
// scratch records that nothing else knows; positions come in at their marks, without premium.
import type { Queries, RejectCode, SimulatedMargin } from '@openstrike/domain';
import { type PortfolioParameters, riskVectors } from '@openstrike/risk';
import { holdingOf } from '../account/holdings.ts';
import { addAtMark, scratchRecord } from '../account/scratch-record.ts';
import { marketsOf } from '../portfolio/account-margin.ts';
import { certifyRecord } from '../portfolio/certify-account.ts';
import { currencyNoOf, type EngineState } from '../state.ts';
import { summaryOf } from './account-summary.ts';

/** Over all currencies figures are said in the stablecoin. */
const saidIn = 'USDC';

/** The simulated margin of an account in a currency, or over all of them. */
export const simulateMargin = (
  state: EngineState,
  { accountId, currency, add, positions }: Queries['simulate-margin']['in'],
): SimulatedMargin | RejectCode => {
  const account = state.accounts[accountId];
  if (account === undefined) return 'unknown-account';
  const no = currencyNoOf(currency ?? saidIn);
  const model = currency === null ? 'cross-portfolio' : 'segregated-portfolio';
  const record = scratchRecord(account, no, add, model);
  for (const { instrumentId, sizeLots } of positions) {
    const instrument = state.instruments[instrumentId];
    if (instrument === undefined) return 'unknown-instrument';
    if (currency !== null && instrument.currencyNo !== no) return 'unsupported-combination';
    if (Number.isNaN(state.marks.markPrice[instrument.id])) return 'no-mark-price';
    addAtMark(state, holdingOf(record.account, instrument), sizeLots);
  }
  const certificate = certifyRecord(state, record);
  const parameters = new Map(
    marketsOf(state, record).map((market) => [market.underlying as string, market.parameters]),
  );
  return {
    certificate,
    summary: summaryOf(state, record),
    vectors: certificate.books.map(({ underlying, inputs }) =>
      riskVectors(inputs, parameters.get(underlying) as PortfolioParameters),
    ),
  };
};
