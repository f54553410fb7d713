// Option place: an expiry and a strike, where a family has a call and a put. Invariant: a listable
// place has a name of its own, and a strike that the tables were proved for.
import { coinPriceMax } from './check-contract-table.ts';
import type { ContractTable } from './contract-table.ts';
import { expiryCode, expiryOfCode } from './instrument-name.ts';
import type { TsUs } from './units.ts';

export interface OptionPlace {
  /** At 08:00 UTC. */
  readonly expiryUs: TsUs;
  /** USD per coin; whole. */
  readonly strike: number;
}

/** Whether options of an underlying may be listed at a place, its time apart. */
export const isListable = (
  underlying: ContractTable['underlying'],
  { expiryUs, strike }: OptionPlace,
): boolean =>
  Number.isSafeInteger(strike) &&
  strike > 0 &&
  strike <= coinPriceMax[underlying] &&
  Number.isSafeInteger(expiryUs) &&
  expiryOfCode(expiryCode(expiryUs)) === expiryUs;
