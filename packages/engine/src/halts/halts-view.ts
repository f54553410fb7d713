// Halts view: what is stopped now and the trail of what was, for an operator to list.
import { currencies, type HaltsView, type TsUs } from '@openstrike/domain';
import type { EngineState, IndexRecord, TradingState } from '../state.ts';

/** What is halted, frozen or in auction, and the trail. */
export const haltsView = (state: EngineState): HaltsView => ({
  halted: (['all', ...currencies] as const).flatMap((scope, at) => {
    const { halted, reason } = state.trading[at] as TradingState;
    return halted ? [{ scope, reason }] : [];
  }),
  frozen: state.indexes.filter(({ status }) => status === 'frozen').map(({ name }) => name),
  callAuctions: state.halts.auctions.map(({ indexNo, expiryUs, untilUs }) => ({
    indexName: (state.indexes[indexNo] as IndexRecord).name,
    expiryUs: (expiryUs || null) as TsUs | null,
    untilUs: untilUs as TsUs,
  })),
  terms: state.halts.terms,
  trail: state.halts.trail.slice(),
});
