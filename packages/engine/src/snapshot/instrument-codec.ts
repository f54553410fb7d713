// Instrument codec: contracts with their marks, funding and trading state, and the indexes with
// their expiries, to bytes and back. What follows from them (plans, curves, watches, lists) is
// rebuilt.
import {
  type ContractFamily,
  type IndexStatus,
  type Instrument,
  type InstrumentState,
  indexStatuses,
  type SlicePin,
  type SviSlice,
  type TsUs,
  type UsdMicros,
} from '@openstrike/domain';
import { assert } from '@openstrike/std';
import { restoreFixingState, saveFixingState } from '../fixing/fixing-state.ts';
import { restoreFundingState, saveFundingState } from '../funding/funding-state.ts';
import { createInstrumentRecord, expiryRecordOf, placeInstrument } from '../instruments.ts';
import type { EngineState, IndexRecord, InstrumentRecord, MarkColumns } from '../state.ts';
import type { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { canonicalText } from './canonical-text.ts';

const states: readonly InstrumentState[] = ['open', 'settling', 'halted', 'delivered', 'auction'];

const floatColumns: readonly (keyof MarkColumns & string)[] = [
  'markPrice',
  'underlyingPrice',
  'markIv',
  'delta',
  'gamma',
  'vega',
  'theta',
  'rho',
  'shortInitial',
  'shortMaintenance',
];

const writeMarks = (writer: ByteWriter, marks: MarkColumns, id: number): void => {
  for (const name of floatColumns) {
    writer.real((marks[name] as Float64Array)[id] as number);
  }
  writer.int(marks.bandMinTicks[id] as number);
  writer.int(marks.bandMaxTicks[id] as number);
};

const readMarks = (reader: ByteReader, marks: MarkColumns, id: number): void => {
  for (const name of floatColumns) {
    (marks[name] as Float64Array)[id] = reader.real();
  }
  marks.bandMinTicks[id] = reader.int();
  marks.bandMaxTicks[id] = reader.int();
};

/** A contract never changes, so its bytes are made once. */
const contractBytes = new WeakMap<Instrument, Uint8Array>();
const desk = new ByteWriter();

const bytesOfContract = (contract: Instrument): Uint8Array => {
  desk.clear();
  desk.text(canonicalText(contract));
  const bytes = desk.bytes().slice();
  contractBytes.set(contract, bytes);
  return bytes;
};

const readContract = (reader: ByteReader): Instrument => {
  const from = reader.at;
  const contract = JSON.parse(reader.text()) as Instrument;
  contractBytes.set(contract, reader.bytesFrom(from));
  return contract;
};

const writeInstrument = (
  writer: ByteWriter,
  marks: MarkColumns,
  record: InstrumentRecord,
): void => {
  writer.encoded(contractBytes.get(record.contract) ?? bytesOfContract(record.contract));
  writer.byte(states.indexOf(record.state));
  writer.int(record.openInterestLots);
  writer.int(record.tradeSeq);
  writer.int(record.lastTradeTicks);
  writer.byte(record.lastTickDirection);
  writer.int(record.deliveryPrice);
  writer.int(record.deliveredUs);
  writer.real(record.settlementPrice);
  writer.reals(record.funding === null ? [] : saveFundingState(record.funding));
  writer.real(record.fundingMarked);
  writer.real(record.basis?.usd ?? 0);
  writer.int(record.basis?.atUs ?? 0);
  writeMarks(writer, marks, record.id);
};

const readInstrument = (reader: ByteReader, state: EngineState): void => {
  const contract = readContract(reader);
  const family = state.families.get(contract.family) as ContractFamily | undefined;
  assert(family !== undefined, `the snapshot has no family ${contract.family}`);
  const record = createInstrumentRecord(contract, family);
  record.state = states[reader.byte()] as InstrumentState;
  record.openInterestLots = reader.int();
  record.tradeSeq = reader.int();
  record.lastTradeTicks = reader.int();
  record.lastTickDirection = reader.byte() as InstrumentRecord['lastTickDirection'];
  record.deliveryPrice = reader.int() as UsdMicros;
  record.deliveredUs = reader.int();
  record.settlementPrice = reader.real();
  const funding = reader.reals();
  record.funding = funding.length === 0 ? null : restoreFundingState(funding);
  record.fundingMarked = reader.real();
  const usd = reader.real();
  const atUs = reader.int();
  record.basis = record.basis === null ? null : { usd, atUs };
  placeInstrument(state, record);
  readMarks(reader, state.marks, record.id);
  if (record.state !== 'delivered') {
    state.book.openBook(record.id);
  }
};

/** Writes all instruments by id; those forgotten leave their number. */
export const writeInstruments = (writer: ByteWriter, state: EngineState): void => {
  writer.int(state.instruments.length - 1);
  for (let id = 1; id < state.instruments.length; id++) {
    const record = state.instruments[id];
    writer.flag(record !== undefined);
    if (record !== undefined) {
      writeInstrument(writer, state.marks, record);
    }
  }
};

/** Reads all instruments. Holds: the families and the book are there. */
export const readInstruments = (reader: ByteReader, state: EngineState): void => {
  for (let count = reader.int(); count > 0; count--) {
    if (reader.flag()) {
      readInstrument(reader, state);
    } else {
      state.instruments.push(undefined);
    }
  }
};

const writeSlice = (writer: ByteWriter, slice: SviSlice | null): void => {
  writer.flag(slice !== null);
  if (slice !== null) {
    const { expiryUs, tauYears, a, b, rho, m, sigma, pins } = slice;
    writer.int(expiryUs);
    writer.reals([tauYears, a, b, rho, m, sigma]);
    writer.reals((pins ?? []).flatMap(({ strike, shift }) => [strike, shift]));
  }
};

const readSlice = (reader: ByteReader): SviSlice | null => {
  if (!reader.flag()) {
    return null;
  }
  const expiryUs = reader.int() as TsUs;
  const [tauYears, a, b, rho, m, sigma] = reader.reals() as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const slice: SviSlice = { expiryUs, tauYears, a, b, rho, m, sigma };
  const numbers = reader.reals();
  const pins: SlicePin[] = [];
  for (let i = 0; i < numbers.length; i += 2) {
    pins.push({ strike: numbers[i] as number, shift: numbers[i + 1] as number });
  }
  return pins.length === 0 ? slice : { ...slice, pins };
};

/** Writes one index with its expiries. */
export const writeIndex = (writer: ByteWriter, index: IndexRecord): void => {
  writer.int(index.price);
  writer.int(index.priceUs);
  writer.byte(indexStatuses.indexOf(index.status));
  writer.real(index.confidence);
  writer.int(index.surfaceVersion);
  writer.int(index.markedUs);
  writer.reals(saveFixingState(index.fixing));
  writer.int(index.expiries.length);
  for (const { expiryUs, forward, slice } of index.expiries) {
    writer.int(expiryUs);
    writer.int(forward);
    writeSlice(writer, slice);
  }
};

/** Reads one index. Holds: its instruments are there. */
export const readIndex = (reader: ByteReader, index: IndexRecord): void => {
  index.price = reader.int() as UsdMicros;
  index.priceUs = reader.int();
  index.status = indexStatuses[reader.byte()] as IndexStatus;
  index.confidence = reader.real();
  index.surfaceVersion = reader.int();
  index.markedUs = reader.int();
  index.fixing = restoreFixingState(reader.reals());
  for (let count = reader.int(); count > 0; count--) {
    const expiry = expiryRecordOf(index, reader.int() as TsUs);
    expiry.forward = reader.int() as UsdMicros;
    expiry.slice = readSlice(reader);
  }
};
