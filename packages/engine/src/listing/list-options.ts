// List options: contracts that somebody asks for beside those that calendar and strike grid call
// for, such as a recording's own. They are like any other from then on: marked, margined, fixed and
// delivered, and there to their expiry.
import {
  instrumentName,
  isListable,
  type ListOptions,
  type RejectCode,
  tenorOfDay,
  usPerDay,
} from '@openstrike/domain';
import { indexOf, remark } from '../marking/set-marks.ts';
import type { EngineState } from '../state.ts';
import { listContract } from './run-listing.ts';

/** Places in one command. */
const placesMax = 10_000;

/** Lists the calls and puts at these places that are not listed yet, in the order given. */
export const listOptions = (state: EngineState, command: ListOptions): RejectCode | null => {
  const { family: name, options } = command;
  if (state.tables.length === 0) return 'not-configured';
  const table = state.tables.find(({ families }) => families.some((each) => each.name === name));
  const family = table?.families.find((each) => each.name === name);
  if (table === undefined || family === undefined) return 'unknown-instrument';
  if (!family.listed || family.options === null) return 'unknown-instrument';
  if (options.some(({ expiryUs }) => expiryUs <= state.nowUs)) return 'instrument-expired';
  const sound = options.every((place) => isListable(table.underlying, place));
  if (!sound || options.length > placesMax) return 'invalid-price';

  // Point of no return.
  for (const { expiryUs, strike } of options) {
    const tenor = tenorOfDay(Math.floor(expiryUs / usPerDay));
    for (const optionType of ['call', 'put'] as const) {
      const choice = { kind: 'option', expiryUs, tenor, strike, optionType } as const;
      if (state.instrumentByName.has(instrumentName({ ...choice, family: name }))) continue;
      listContract(state, table, family, choice);
    }
  }
  remark(state, indexOf(state, family.indexName));
  return null;
};
