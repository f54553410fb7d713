// Account codec: accounts with their cash records, positions and client keys, to bytes and back.
// Holdings that hold nothing are left out: they are a matter of speed.
import {
  type AccountId,
  type InstrumentId,
  type MarginModel,
  marginModels,
  type SelfTradeMode,
  type TsUs,
} from '@openstrike/domain';
import type { LedgerAccountId } from '@openstrike/ledger';
import { assert } from '@openstrike/std';
import { createAccountRecord, placeAccount } from '../account/accounts.ts';
import { createCurrencyRecord } from '../account/cash.ts';
import { holdingOf, holdingsInOrder } from '../account/holdings.ts';
import type { AccountRecord, ClientKeyRecord, EngineState, Holding } from '../state.ts';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { canonicalText, readCanonicalText } from './canonical-text.ts';
import { readProtections, writeProtections } from './market-maker-codec.ts';

const accesses: readonly AccountRecord['access'][] = ['normal', 'cancel-only', 'locked'];
const modes: readonly SelfTradeMode[] = ['reject-taker', 'cancel-maker'];

/** Whether a holding has more to it than orders. */
const hasPosition = (holding: Holding): boolean =>
  holding.sizeLots !== 0 ||
  holding.sessionRealised !== 0 ||
  holding.sessionFunding !== 0 ||
  holding.realised !== 0;

const writeHolding = (writer: ByteWriter, holding: Holding): void => {
  writer.int(holding.instrument.id);
  writer.int(holding.sizeLots);
  writer.int(holding.openCost);
  writer.int(holding.sessionCost);
  writer.int(holding.sessionRealised);
  writer.int(holding.sessionFunding);
  writer.int(holding.realised);
  writer.real(holding.fundingMark);
  writer.real(holding.entryValue);
};

const readHolding = (reader: ByteReader, state: EngineState, account: AccountRecord): void => {
  const instrument = state.instruments[reader.int() as InstrumentId];
  assert(instrument !== undefined, 'a position stands in an instrument');
  const holding = holdingOf(account, instrument);
  holding.sizeLots = reader.int();
  holding.openCost = reader.int();
  holding.sessionCost = reader.int();
  holding.sessionRealised = reader.int();
  holding.sessionFunding = reader.int();
  holding.realised = reader.int();
  holding.fundingMark = reader.real();
  holding.entryValue = reader.real();
};

type KeptResult = Pick<ClientKeyRecord, 'order' | 'rejectCode' | 'trades'>;

/** A result from a snapshot. Most are never asked for, so its bytes are read when one is. */
class RestoredKey implements ClientKeyRecord {
  readonly clientKey: string;
  readonly tsUs: number;
  /** As `bytesOfKey` makes them. */
  readonly bytes: Uint8Array;
  #read: KeptResult | null = null;

  constructor(clientKey: string, tsUs: number, bytes: Uint8Array) {
    this.clientKey = clientKey;
    this.tsUs = tsUs;
    this.bytes = bytes;
  }

  get order(): KeptResult['order'] {
    return this.#result().order;
  }

  get rejectCode(): KeptResult['rejectCode'] {
    return this.#result().rejectCode;
  }

  get trades(): KeptResult['trades'] {
    return this.#result().trades;
  }

  #result(): KeptResult {
    if (this.#read === null) {
      const reader = new ByteReader(this.bytes);
      reader.skipText();
      reader.int();
      const [order, rejectCode, trades] = readCanonicalText(reader.text()) as [
        KeptResult['order'],
        KeptResult['rejectCode'],
        KeptResult['trades'],
      ];
      this.#read = { order, rejectCode, trades };
    }
    return this.#read;
  }
}

/** A kept result never changes, so its bytes are made once. */
const keyBytes = new WeakMap<ClientKeyRecord, Uint8Array>();
const desk = new ByteWriter();

const bytesOfKey = (record: ClientKeyRecord): Uint8Array => {
  const { clientKey, tsUs, order, rejectCode, trades } = record;
  desk.clear();
  desk.text(clientKey);
  desk.int(tsUs);
  desk.text(canonicalText([order, rejectCode, trades]));
  const bytes = desk.bytes().slice();
  keyBytes.set(record, bytes);
  return bytes;
};

const writeClientKey = (writer: ByteWriter, record: ClientKeyRecord): void => {
  const known = record instanceof RestoredKey ? record.bytes : keyBytes.get(record);
  writer.encoded(known ?? bytesOfKey(record));
};

/** Reads the keys of an account, whose bytes are copied together. */
const readClientKeys = (reader: ByteReader, account: AccountRecord): void => {
  const count = reader.int();
  const from = reader.at;
  const heads: { readonly clientKey: string; readonly tsUs: number; readonly end: number }[] = [];
  for (let i = 0; i < count; i++) {
    const clientKey = reader.text();
    const tsUs = reader.int();
    reader.skipText();
    heads.push({ clientKey, tsUs, end: reader.at - from });
  }
  const bytes = reader.bytesFrom(from);
  let start = 0;
  for (const { clientKey, tsUs, end } of heads) {
    const record = new RestoredKey(clientKey, tsUs, bytes.subarray(start, end));
    account.clientKeys.set(clientKey, record);
    start = end;
  }
};

const writeAccount = (writer: ByteWriter, account: AccountRecord): void => {
  writer.int(account.parentId ?? 0);
  writer.text(account.name);
  writer.int(account.createdUs);
  writer.byte(modes.indexOf(account.selfTradeMode));
  writer.flag(account.selfTradeAcrossSubaccounts);
  writer.byte(accesses.indexOf(account.access));
  writer.byte(marginModels.indexOf(account.marginModel));
  writeProtections(writer, account);
  for (const record of account.currencies) {
    writer.int(record?.ledgerId ?? -1);
    const held = record === null ? [] : holdingsInOrder(record).filter(hasPosition);
    writer.int(held.length);
    for (const holding of held) {
      writeHolding(writer, holding);
    }
  }
  writer.int(account.clientKeys.size);
  for (const record of account.clientKeys.values()) {
    writeClientKey(writer, record);
  }
};

const readAccount = (reader: ByteReader, state: EngineState): void => {
  const parentId = (reader.int() || null) as AccountId | null;
  const name = reader.text();
  const createdUs = reader.int() as TsUs;
  const id = state.accounts.length as AccountId;
  const account = createAccountRecord(id, parentId, name, createdUs, state.store);
  account.selfTradeMode = modes[reader.byte()] as SelfTradeMode;
  account.selfTradeAcrossSubaccounts = reader.flag();
  account.access = accesses[reader.byte()] as AccountRecord['access'];
  account.marginModel = marginModels[reader.byte()] as MarginModel;
  readProtections(reader, account);
  for (let no = 0; no < account.currencies.length; no++) {
    const ledgerId = reader.int();
    if (ledgerId >= 0) {
      account.currencies[no] = createCurrencyRecord(account, no, ledgerId as LedgerAccountId);
    }
    for (let count = reader.int(); count > 0; count--) {
      readHolding(reader, state, account);
    }
  }
  readClientKeys(reader, account);
  placeAccount(state, account);
};

/** Writes all accounts, by id. */
export const writeAccounts = (writer: ByteWriter, state: EngineState): void => {
  writer.int(state.accounts.length - 1);
  for (const account of state.accounts) {
    if (account !== undefined) {
      writeAccount(writer, account);
    }
  }
};

/** Reads all accounts. Holds: the instruments and the ledger are there. */
export const readAccounts = (reader: ByteReader, state: EngineState): void => {
  for (let count = reader.int(); count > 0; count--) {
    readAccount(reader, state);
  }
  for (const account of state.accounts) {
    const parent = state.accounts[account?.parentId ?? 0];
    if (parent !== undefined) {
      parent.subaccountCount += 1;
    }
  }
};
