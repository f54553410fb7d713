// Configure: puts contract tables in force. The first command of a journal; later ones change terms
// of what trades and what will be listed. A family that a new table leaves out keeps its terms to
// the end of its contracts but is listed no more.
import type { Configure, ContractFamily, ContractTable, RejectCode } from '@openstrike/domain';
import { offsets, regroup } from './account/holdings.ts';
import { voidMargins } from './account/mark-drift.ts';
import { feeRatesOf, termsOf } from './instruments.ts';
import { runListing } from './listing/run-listing.ts';
import { remark } from './marking/set-marks.ts';
import { startTimers } from './recurring-timers.ts';
import type { EngineState } from './state.ts';

const familiesOf = (
  state: EngineState,
  tables: readonly ContractTable[],
): Map<string, ContractFamily> => {
  const families = new Map<string, ContractFamily>();
  for (const table of tables) {
    for (const family of table.families) {
      families.set(family.name, family);
    }
  }
  for (const [name, family] of state.families) {
    if (!families.has(name)) {
      families.set(name, { ...family, listed: false });
    }
  }
  return families;
};

/** Whether every contract that trades still finds its terms in the tables. */
export const keepsTerms = (state: EngineState, tables: readonly ContractTable[]): boolean => {
  const families = familiesOf(state, tables);
  for (const instrument of state.instruments) {
    if (instrument !== undefined && instrument.state !== 'delivered') {
      const family = families.get(instrument.contract.family);
      if (family === undefined || family[instrument.contract.termsKey] === null) {
        return false;
      }
    }
  }
  return true;
};

/** Gives what trades the terms of its family; whether other options offset each other by them. */
const putTermsInForce = (
  state: EngineState,
  families: ReadonlyMap<string, ContractFamily>,
): boolean => {
  let regrouped = false;
  for (const instrument of state.instruments) {
    const family = families.get(instrument?.contract.family ?? '');
    if (instrument === undefined || family === undefined || instrument.state === 'delivered') {
      continue;
    }
    const before = offsets(instrument);
    instrument.family = family;
    instrument.terms = termsOf(instrument.contract, family);
    instrument.fees = feeRatesOf(instrument.contract, family);
    regrouped ||= offsets(instrument) !== before;
  }
  return regrouped;
};

/** Takes contract tables that have been checked. */
export const configure = (state: EngineState, command: Configure): RejectCode | null => {
  if (!keepsTerms(state, command.tables)) return 'unsupported-combination';

  // Point of no return.
  const families = familiesOf(state, command.tables);
  const first = state.families.size === 0;
  state.tables = command.tables;
  state.families = families;
  if (putTermsInForce(state, families)) {
    for (const account of state.accounts) {
      for (const record of account?.currencies ?? []) if (record !== null) regroup(record);
    }
  }
  state.emit({
    type: 'venue-configured',
    versions: command.tables.map(({ underlying, version }) => ({ underlying, version })),
  });
  if (first) {
    startTimers(state);
  }
  voidMargins(state);
  for (const index of state.indexes) {
    index.plan = null;
    runListing(state, index);
    remark(state, index);
  }
  return null;
};
