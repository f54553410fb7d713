// Announce tables: contract tables, and with them margin parameters, that are to be in force later,
// so that everybody can see a change coming and put positions in order. Invariant: what comes into
// force is what was announced, at the instant announced; tables under which something that trades
// would lose its terms are refused, and dropped where that has become so since.
import {
  type AnnounceTables,
  type ContractTable,
  marginFileOf,
  type Queries,
  type RejectCode,
  type TsUs,
} from '@openstrike/domain';
import { hashOfValue } from '@openstrike/risk';
import { configure, keepsTerms } from './configure.ts';
import { stressViews } from './portfolio/follow-stress.ts';
import type { EngineState } from './state.ts';
import { schedule } from './timers.ts';

const publishedOf = (tables: readonly ContractTable[]) =>
  tables.map((table) => ({ table, hash: hashOfValue(marginFileOf(table)) }));

const emitAnnounced = (state: EngineState, effectiveUs: TsUs): void => {
  state.emit({
    type: 'tables-announced',
    effectiveUs,
    tables: publishedOf(state.announced?.tables ?? []).map(({ table, hash }) => ({
      underlying: table.underlying,
      version: table.version,
      hash,
    })),
  });
};

/** Takes announced tables that have been checked. */
export const announceTables = (state: EngineState, command: AnnounceTables): RejectCode | null => {
  const { tables, effectiveUs } = command;
  if (tables.length === 0 && state.announced === null) return 'nothing-to-change';
  if (tables.length > 0 && !(effectiveUs > state.nowUs)) return 'not-announced-ahead';
  if (tables.length > 0 && !keepsTerms(state, tables)) return 'unsupported-combination';

  // Point of no return.
  const waits = state.timers.findIndex(({ kind }) => kind === 'tables');
  if (waits >= 0) state.timers.splice(waits, 1);
  state.announced = tables.length === 0 ? null : { tables, effectiveUs };
  if (tables.length > 0) schedule(state, 'tables', effectiveUs, effectiveUs);
  emitAnnounced(state, effectiveUs);
  return null;
};

/** Puts the announced tables in force. */
export const takeAnnounced = (state: EngineState, effectiveUs: TsUs): void => {
  const { announced } = state;
  state.announced = null;
  if (announced === null) return;
  const refused = configure(state, { type: 'configure', tables: announced.tables });
  // Nothing is announced any more: with no change of tables beside it, it was dropped.
  if (refused !== null) emitAnnounced(state, effectiveUs);
};

/** The tables in force and those announced. */
export const publishedTables = (state: EngineState): Queries['tables']['out'] => ({
  inForce: publishedOf(state.tables),
  announced: publishedOf(state.announced?.tables ?? []),
  effectiveUs: state.announced?.effectiveUs ?? null,
  stress: stressViews(state),
});
