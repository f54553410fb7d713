// Save the state: canonical bytes of everything the engine remembers. Invariant: equal states give
// equal bytes on every machine, and what is loaded from them goes on exactly as what was saved. The
// version changes with any change of the layout.

import { writeHalts } from '../halts/halt-codec.ts';
import { writeLiquidations } from '../liquidation/liquidation-codec.ts';
import type { EngineState } from '../state.ts';
import { writeAccounts } from './account-codec.ts';
import { writeBooks, writeOrders } from './book-codec.ts';
import { ByteWriter } from './byte-writer.ts';
import { canonicalText } from './canonical-text.ts';
import { writeIndex, writeInstruments } from './instrument-codec.ts';
import { writeLiabilities } from './liabilities-codec.ts';

/** First bytes of every snapshot, and the version of what follows. */
export const snapshotMark = 'openstrike-engine';
export const snapshotVersion = 6;

const writeVenue = (writer: ByteWriter, state: EngineState): void => {
  for (const accounts of state.venue) {
    writer.int(accounts.clearing);
    writer.int(accounts.fees);
    writer.int(accounts.insurance);
    writer.int(accounts.rounding);
    writer.int(accounts.funding);
    writer.int(accounts.external);
  }
  for (const { halted, reason } of state.trading) {
    writer.flag(halted);
    writer.text(reason);
  }
  writer.int(state.references.size);
  for (const reference of state.references) {
    writer.text(reference);
  }
  writer.int(state.timers.length);
  for (const { kind, atUs, forUs } of state.timers) {
    writer.text(kind);
    writer.int(atUs);
    writer.int(forUs);
  }
};

const writeLedger = (writer: ByteWriter, state: EngineState): void => {
  const { currencies, kinds, balances } = state.ledger.save();
  writer.int(balances.length);
  for (let i = 0; i < balances.length; i++) {
    writer.byte(currencies[i] as number);
    writer.byte(kinds[i] as number);
    writer.int(balances[i] as number);
  }
};

type Documents = Pick<EngineState, 'tables' | 'families' | 'announced'>;

/** Contract tables are replaced and never changed, so the text of those in force is made once. */
const tablesTexts = new WeakMap<EngineState['tables'], Documents & { readonly text: string }>();

const tablesTextOf = ({ tables, families, announced }: Documents): string => {
  const known = tablesTexts.get(tables);
  if (known?.families === families && known.announced === announced) return known.text;
  const text = canonicalText([tables, [...families.values()], announced]);
  tablesTexts.set(tables, { tables, families, announced, text });
  return text;
};

/** Room for what the last state took and a little more: states grow slowly. */
let usualRoom = 0;

/** The canonical bytes of a state. */
export const saveState = (state: EngineState): Uint8Array => {
  const writer = new ByteWriter(usualRoom);
  writer.text(snapshotMark);
  writer.int(snapshotVersion);
  writer.int(state.seq);
  writer.int(state.nowUs);
  writer.int(state.lastOrderId);
  writer.int(state.lastTradeId);
  for (const version of state.marksVersion) {
    writer.int(version);
  }
  writer.text(tablesTextOf(state));
  writeLedger(writer, state);
  writeVenue(writer, state);
  writeInstruments(writer, state);
  for (const index of state.indexes) {
    writeIndex(writer, index);
  }
  writeAccounts(writer, state);
  writeLiabilities(writer, state);
  writeOrders(writer, state);
  writeBooks(writer, state);
  writeLiquidations(writer, state);
  writeHalts(writer, state);
  writer.text(canonicalText(state.stress));
  const bytes = writer.bytes();
  usualRoom = Math.ceil(bytes.length * 1.1);
  return bytes;
};
