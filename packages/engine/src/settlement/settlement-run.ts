// Settlement run: the money of one settlement or delivery. Clients are paid out of the clearing
// account and the funding account; what roundings leave there is swept into the rounding account at
// the end. Invariant: after `finishRun` both accounts stand where they stood before, so all that
// clients got sums to what was swept.
//
// A client who owes more than its cash ends with a negative balance: a debt, which the ledger keeps
// and margin counts. Nobody else is charged for it here; making it good is the work of liquidation
// and the insurance fund.
import { currencies } from '@openstrike/domain';
import { moveCash } from '../account/cash.ts';
import { marginChanged } from '../account/margin.ts';
import type {
  CurrencyRecord,
  EngineState,
  Holding,
  InstrumentRecord,
  VenueAccounts,
} from '../state.ts';

export interface SettlementRun {
  /** Paid from clearing, and from funding, by number of the currency; minor units. */
  readonly fromClearing: number[];
  readonly fromFunding: number[];
}

export const createRun = (): SettlementRun => ({
  fromClearing: currencies.map(() => 0),
  fromFunding: currencies.map(() => 0),
});

/** Pays (or charges) a client out of the clearing account. */
export const payFromClearing = (
  state: EngineState,
  run: SettlementRun,
  record: CurrencyRecord,
  instrument: InstrumentRecord,
  amount: number,
  reason: 'settlement' | 'delivery',
): void => {
  const { clearing } = state.venue[record.currencyNo] as VenueAccounts;
  run.fromClearing[record.currencyNo] = (run.fromClearing[record.currencyNo] as number) + amount;
  moveCash(state, record, clearing, amount, reason, instrument.id, null, null, null);
};

/** Pays (or charges) a client out of the funding account. */
export const payFromFunding = (
  state: EngineState,
  run: SettlementRun,
  record: CurrencyRecord,
  instrument: InstrumentRecord,
  amount: number,
): void => {
  const { funding } = state.venue[record.currencyNo] as VenueAccounts;
  run.fromFunding[record.currencyNo] = (run.fromFunding[record.currencyNo] as number) + amount;
  moveCash(state, record, funding, amount, 'funding', instrument.id, null, null, null);
};

/** Sweeps what roundings left in the clearing and funding accounts into the rounding account. */
export const finishRun = (state: EngineState, run: SettlementRun): void => {
  state.venue.forEach(({ clearing, funding, rounding }, currencyNo) => {
    state.ledger.postSigned(clearing, rounding, run.fromClearing[currencyNo] as number);
    state.ledger.postSigned(funding, rounding, run.fromFunding[currencyNo] as number);
  });
};

/** Empties the session of a holding whose lots, if any, now stand at `value`. */
export const closeSession = (state: EngineState, holding: Holding, value: number): void => {
  holding.sessionCost = value;
  holding.sessionRealised = 0;
  holding.sessionFunding = 0;
  marginChanged(state, holding);
};
