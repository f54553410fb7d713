// Run listing: opens what an index should have and has not. Run at each configuration, index value,
// forward, surface and daily reopening, so a new strike is there as soon as the market calls for
// it. Invariant: running it twice lists nothing the second time, so what is remembered here between
// runs is a matter of speed alone.
import {
  type ContractChoice,
  type ContractFamily,
  type ContractTable,
  type InstrumentId,
  instrumentName,
  resolveInstrument,
  type TsUs,
  usdMicrosPerUsd,
} from '@openstrike/domain';
import { type CurveInputs, createExpiryCurve } from '@openstrike/marks';
import { fixedPart } from '../fixing/fixing.ts';
import { addInstrument } from '../instruments.ts';
import type { EngineState, IndexRecord } from '../state.ts';
import { dueListings, liveContracts, wantedStrikes } from './due-listings.ts';

const curveInputsOf = (state: EngineState, index: IndexRecord): CurveInputs => ({
  nowUs: state.nowUs,
  index: index.price / usdMicrosPerUsd,
  expiries: index.expiries.map(({ expiryUs, forward, slice }) => ({
    expiryUs,
    forward: forward / usdMicrosPerUsd,
    slice,
  })),
  fixingEndUs: index.fixing.windowEndUs,
  fixingSeconds: fixedPart(index.fixing, state.nowUs).seconds,
  fixingSum: fixedPart(index.fixing, state.nowUs).sumUsd,
});

/**
 * What a family was last listed for, by the engine's state; a memory that may be lost at any time.
 */
const listedFor = new WeakMap<EngineState, Map<ContractFamily, string>>();
const scratch = createExpiryCurve();

/** A short text that changes when, and only when, a family may have something due. */
const demandOf = (family: ContractFamily, curves: CurveInputs): string => {
  const { futures, options } = liveContracts(family, curves.nowUs);
  let demand = `${family.listed}:${futures.length}:${futures[0]?.expiryUs ?? 0}`;
  for (const { expiryUs } of options) {
    const range = wantedStrikes(family, curves, expiryUs, scratch);
    demand += range === null ? '-' : `;${expiryUs},${range.step},${range.lowest},${range.highest}`;
  }
  return demand;
};

/** Opens a contract that is not listed yet. */
export const listContract = (
  state: EngineState,
  table: ContractTable,
  family: ContractFamily,
  choice: ContractChoice,
): void => {
  const id = state.instruments.length as InstrumentId;
  const contract = resolveInstrument(table.underlying, family, choice, id, state.nowUs as TsUs);
  addInstrument(state, contract, family);
};

const listFamily = (
  state: EngineState,
  table: ContractTable,
  family: ContractFamily,
  curves: CurveInputs,
): void => {
  const isListed = (choice: ContractChoice): boolean =>
    state.instrumentByName.has(instrumentName({ ...choice, family: family.name }));
  for (const choice of dueListings(family, { curves, isListed })) {
    listContract(state, table, family, choice);
  }
};

/** Lists what is due on an index, in the order of tables and families. */
export const runListing = (state: EngineState, index: IndexRecord): void => {
  let memory = listedFor.get(state);
  if (memory === undefined) {
    memory = new Map();
    listedFor.set(state, memory);
  }
  const curves = curveInputsOf(state, index);
  for (const table of state.tables) {
    for (const family of table.families) {
      if (family.indexName !== index.name) {
        continue;
      }
      const demand = demandOf(family, curves);
      if (memory.get(family) !== demand) {
        memory.set(family, demand);
        listFamily(state, table, family, curves);
      }
    }
  }
};
