// Load a state: from the canonical bytes back to records, books and lists. Throws where the bytes
// are not a snapshot of this version.
import { type ContractFamily, type ContractTable, type Seq, type TsUs } from '@openstrike/domain';
import { type LedgerAccountId, restoreLedger } from '@openstrike/ledger';
import { assert } from '@openstrike/std';
import { createState, type MatcherFactory } from '../create-state.ts';
import { readHalts } from '../halts/halt-codec.ts';
import { readLiquidations } from '../liquidation/liquidation-codec.ts';
import { restoreCurves } from '../marking/mark-index.ts';
import type { EngineState, TimerKind, TradingState, VenueAccounts } from '../state.ts';
import { readAccounts } from './account-codec.ts';
import { readBooks, readOrders } from './book-codec.ts';
import { ByteReader } from './byte-reader.ts';
import { readIndex, readInstruments } from './instrument-codec.ts';
import { readLiabilities } from './liabilities-codec.ts';
import { snapshotMark, snapshotVersion } from './save-state.ts';

/** The last version without stress factors, as which a machine begins anyway. */
const beforeStress = 5;

const readStress = (reader: ByteReader, state: EngineState): void => {
  const records = JSON.parse(reader.text()) as EngineState['stress'];
  records.forEach((record, no) => {
    state.stress[no] = record;
  });
};

const readLedger = (reader: ByteReader, state: EngineState): void => {
  const currencies: number[] = [];
  const kinds: number[] = [];
  const balances: number[] = [];
  for (let count = reader.int(); count > 0; count--) {
    currencies.push(reader.byte());
    kinds.push(reader.byte());
    balances.push(reader.int());
  }
  state.ledger = restoreLedger({ currencies, kinds, balances });
};

const readVenueAccounts = (reader: ByteReader): VenueAccounts => ({
  clearing: reader.int() as LedgerAccountId,
  fees: reader.int() as LedgerAccountId,
  insurance: reader.int() as LedgerAccountId,
  rounding: reader.int() as LedgerAccountId,
  funding: reader.int() as LedgerAccountId,
  external: reader.int() as LedgerAccountId,
});

const readVenue = (reader: ByteReader, state: EngineState): void => {
  for (let no = 0; no < state.venue.length; no++) {
    state.venue[no] = readVenueAccounts(reader);
  }
  for (let no = 0; no < state.trading.length; no++) {
    const trading: TradingState = { halted: reader.flag(), reason: reader.text() };
    state.trading[no] = trading;
  }
  for (let count = reader.int(); count > 0; count--) {
    state.references.add(reader.text());
  }
  for (let count = reader.int(); count > 0; count--) {
    const kind = reader.text() as TimerKind;
    const atUs = reader.int() as TsUs;
    state.timers.push({ kind, atUs, forUs: reader.int() as TsUs });
  }
};

const readTables = (reader: ByteReader, state: EngineState): void => {
  const [tables, families, announced] = JSON.parse(reader.text()) as [
    ContractTable[],
    ContractFamily[],
    EngineState['announced'],
  ];
  state.announced = announced;
  state.tables = tables;
  state.families = new Map(families.map((family) => [family.name, family]));
};

/**
 * The state that a snapshot holds.
 *
 * Throws: an assertion when the bytes are not a snapshot of this version or the one before.
 */
export const loadState = (bytes: Uint8Array, createMatcher: MatcherFactory): EngineState => {
  const reader = new ByteReader(bytes);
  assert(reader.text() === snapshotMark, 'these bytes are not a snapshot of the engine');
  const version = reader.int();
  const known = version === snapshotVersion || version === beforeStress;
  assert(known, `a snapshot of version ${version}, not ${snapshotVersion}`);
  const state = createState(createMatcher);
  state.seq = reader.int() as Seq;
  state.nowUs = reader.int();
  state.lastOrderId = reader.int();
  state.lastTradeId = reader.int();
  for (let no = 0; no < state.marksVersion.length; no++) {
    state.marksVersion[no] = reader.int();
  }
  readTables(reader, state);
  readLedger(reader, state);
  readVenue(reader, state);
  readInstruments(reader, state);
  for (const index of state.indexes) {
    readIndex(reader, index);
    restoreCurves(state, index);
  }
  readAccounts(reader, state);
  readLiabilities(reader, state);
  readOrders(reader, state);
  readBooks(reader, state);
  readLiquidations(reader, state);
  readHalts(reader, state);
  if (version > beforeStress) readStress(reader, state);
  assert(reader.atEnd(), 'a snapshot ends where its state does');
  return state;
};
