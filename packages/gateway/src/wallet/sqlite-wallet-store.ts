// SQLite wallet store: rows of `wallet.db`. Invariant: what a call answered is on disk. Each
// table keeps the columns that are searched by, and the row itself as a document.
import { randomBytes } from 'node:crypto';
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { AccountId, Currency } from '@openstrike/domain';
import { openDatabase } from '../open-database.ts';
import type {
  AddressBeneficiary,
  AddressBookEntry,
  AddressBookType,
  BeneficiaryQuery,
  DepositAddress,
  TransferRow,
  WalletStore,
  Withdrawal,
} from './wallet-store.ts';

const schema = `
  CREATE TABLE deposit_addresses (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account_id INTEGER NOT NULL, currency TEXT NOT NULL,
    address TEXT NOT NULL UNIQUE, created_ms INTEGER NOT NULL) STRICT;
  CREATE INDEX deposit_addresses_by_account ON deposit_addresses (account_id, currency, id);
  CREATE TABLE address_book (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account_id INTEGER NOT NULL, currency TEXT NOT NULL,
    type TEXT NOT NULL, address TEXT NOT NULL, document TEXT NOT NULL,
    UNIQUE (account_id, currency, type, address)) STRICT;
  CREATE TABLE beneficiaries (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account_id INTEGER NOT NULL, currency TEXT NOT NULL,
    address TEXT NOT NULL, tag TEXT NOT NULL, document TEXT NOT NULL,
    UNIQUE (account_id, currency, address, tag)) STRICT;
  CREATE TABLE withdrawals (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account_id INTEGER NOT NULL, currency TEXT NOT NULL,
    reference TEXT NOT NULL UNIQUE, document TEXT NOT NULL) STRICT;
  CREATE INDEX withdrawals_by_account ON withdrawals (account_id, currency, id);
  CREATE TABLE transfers (
    id INTEGER PRIMARY KEY AUTOINCREMENT, from_id INTEGER NOT NULL, to_id INTEGER NOT NULL,
    currency TEXT NOT NULL, document TEXT NOT NULL) STRICT;
  CREATE INDEX transfers_by_sender ON transfers (from_id, currency, id);
  CREATE INDEX transfers_by_receiver ON transfers (to_id, currency, id)`;

interface Page<Row> {
  readonly rows: readonly Row[];
  readonly total: number;
}

const documentOf = <Row>(row: Record<string, unknown>): Row => ({
  ...(JSON.parse(String(row.document)) as Row),
  ...(row.id === undefined ? {} : { id: Number(row.id) }),
});

class SqliteWalletStore implements WalletStore {
  readonly #database: DatabaseSync;

  constructor(path: string) {
    this.#database = openDatabase({ path, version: 1, schema, durability: 'full' });
  }

  depositAddress(accountId: AccountId, currency: Currency): DepositAddress | null {
    const row = this.#get(
      `SELECT address, created_ms FROM deposit_addresses
         WHERE account_id = ? AND currency = ? ORDER BY id DESC`,
      accountId,
      currency,
    );
    if (row === undefined) return null;
    const createdMs = Number(row.created_ms);
    return { accountId, currency, address: String(row.address), createdMs };
  }

  createDepositAddress(accountId: AccountId, currency: Currency, nowMs: number): DepositAddress {
    // Nobody must take it for an address of a real chain.
    const address = `demo-${currency.toLowerCase()}-${randomBytes(16).toString('hex')}`;
    this.#run(
      `INSERT INTO deposit_addresses (account_id, currency, address, created_ms)
         VALUES (?, ?, ?, ?)`,
      accountId,
      currency,
      address,
      nowMs,
    );
    return { accountId, currency, address, createdMs: nowMs };
  }

  accountOfAddress(currency: Currency, address: string): AccountId | null {
    const row = this.#get(
      'SELECT account_id FROM deposit_addresses WHERE address = ? AND currency = ?',
      address,
      currency,
    );
    return row === undefined ? null : (Number(row.account_id) as AccountId);
  }

  addressBook(
    accountId: AccountId,
    currency: string,
    type: AddressBookType,
  ): readonly AddressBookEntry[] {
    return this.#database
      .prepare(
        `SELECT document FROM address_book
         WHERE account_id = ? AND currency = ? AND type = ? ORDER BY id`,
      )
      .all(accountId, currency, type)
      .map((row) => documentOf<AddressBookEntry>(row));
  }

  addressBookEntry(
    accountId: AccountId,
    currency: string,
    type: AddressBookType,
    address: string,
  ): AddressBookEntry | null {
    const row = this.#get(
      `SELECT document FROM address_book
         WHERE account_id = ? AND currency = ?
           AND type = ? AND address = ?`,
      accountId,
      currency,
      type,
      address,
    );
    return row === undefined ? null : documentOf<AddressBookEntry>(row);
  }

  putAddressBookEntry(entry: AddressBookEntry): void {
    this.#run(
      `INSERT INTO address_book (account_id, currency, type, address, document)
       VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET document = excluded.document`,
      entry.accountId,
      entry.currency,
      entry.type,
      entry.address,
      JSON.stringify(entry),
    );
  }

  removeAddressBookEntry(
    accountId: AccountId,
    currency: string,
    type: AddressBookType,
    address: string,
  ): boolean {
    return this.#run(
      `DELETE FROM address_book
         WHERE account_id = ? AND currency = ?
           AND type = ? AND address = ?`,
      accountId,
      currency,
      type,
      address,
    );
  }

  beneficiary(
    accountId: AccountId,
    currency: string,
    address: string,
    tag: string,
  ): AddressBeneficiary | null {
    const row = this.#get(
      `SELECT document FROM beneficiaries
         WHERE account_id = ? AND currency = ?
           AND address = ? AND tag = ?`,
      accountId,
      currency,
      address,
      tag,
    );
    return row === undefined ? null : documentOf<AddressBeneficiary>(row);
  }

  beneficiaries(query: BeneficiaryQuery): Page<AddressBeneficiary> {
    const rows = this.#database
      .prepare('SELECT document FROM beneficiaries WHERE account_id = ? ORDER BY id')
      .all(query.accountId)
      .map((row) => documentOf<AddressBeneficiary>(row))
      .filter((row) => matches(row, query));
    return { rows: rows.slice(query.offset, query.offset + query.limit), total: rows.length };
  }

  putBeneficiary(beneficiary: AddressBeneficiary): void {
    this.#run(
      `INSERT INTO beneficiaries (account_id, currency, address, tag, document)
       VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET document = excluded.document`,
      beneficiary.accountId,
      beneficiary.currency,
      beneficiary.address,
      beneficiary.tag,
      JSON.stringify(beneficiary),
    );
  }

  removeBeneficiary(accountId: AccountId, currency: string, address: string, tag: string): boolean {
    return this.#run(
      `DELETE FROM beneficiaries
         WHERE account_id = ? AND currency = ?
           AND address = ? AND tag = ?`,
      accountId,
      currency,
      address,
      tag,
    );
  }

  createWithdrawal(withdrawal: Omit<Withdrawal, 'id'>): Withdrawal {
    const result = this.#database
      .prepare(
        `INSERT INTO withdrawals (account_id, currency, reference, document)
         VALUES (?, ?, ?, ?)`,
      )
      .run(
        withdrawal.accountId,
        withdrawal.currency,
        withdrawal.reference,
        JSON.stringify(withdrawal),
      );
    return { ...withdrawal, id: Number(result.lastInsertRowid) };
  }

  changeWithdrawal(id: number, changes: Partial<Withdrawal>): Withdrawal | null {
    const withdrawal = this.withdrawal(id);
    if (withdrawal === null) return null;
    const changed: Withdrawal = { ...withdrawal, ...changes };
    this.#run('UPDATE withdrawals SET document = ? WHERE id = ?', JSON.stringify(changed), id);
    return changed;
  }

  withdrawal(id: number): Withdrawal | null {
    const row = this.#get('SELECT id, document FROM withdrawals WHERE id = ?', id);
    return row === undefined ? null : documentOf<Withdrawal>(row);
  }

  withdrawals(
    accountId: AccountId,
    currency: Currency,
    offset: number,
    count: number,
  ): Page<Withdrawal> {
    return this.#page(
      'withdrawals WHERE account_id = ? AND currency = ?',
      [accountId, currency],
      offset,
      count,
    );
  }

  createTransfer(transfer: Omit<TransferRow, 'id'>): TransferRow {
    const result = this.#database
      .prepare('INSERT INTO transfers (from_id, to_id, currency, document) VALUES (?, ?, ?, ?)')
      .run(transfer.fromId, transfer.toId, transfer.currency, JSON.stringify(transfer));
    return { ...transfer, id: Number(result.lastInsertRowid) };
  }

  changeTransfer(id: number, changes: Partial<TransferRow>): TransferRow | null {
    const transfer = this.transfer(id);
    if (transfer === null) return null;
    const changed: TransferRow = { ...transfer, ...changes };
    this.#run('UPDATE transfers SET document = ? WHERE id = ?', JSON.stringify(changed), id);
    return changed;
  }

  transfer(id: number): TransferRow | null {
    const row = this.#get('SELECT id, document FROM transfers WHERE id = ?', id);
    return row === undefined ? null : documentOf<TransferRow>(row);
  }

  transfers(
    accountId: AccountId,
    currency: Currency,
    offset: number,
    count: number,
  ): Page<TransferRow> {
    return this.#page(
      'transfers WHERE (from_id = ? OR to_id = ?) AND currency = ?',
      [accountId, accountId, currency],
      offset,
      count,
    );
  }

  close(): void {
    this.#database.close();
  }

  #get(sql: string, ...values: SQLInputValue[]): Record<string, unknown> | undefined {
    return this.#database.prepare(sql).get(...values);
  }

  /** Whether a row was touched. */
  #run(sql: string, ...values: SQLInputValue[]): boolean {
    return this.#database.prepare(sql).run(...values).changes > 0;
  }

  #page<Row>(from: string, values: SQLInputValue[], offset: number, count: number): Page<Row> {
    const rows = this.#database
      .prepare(`SELECT id, document FROM ${from} ORDER BY id DESC LIMIT ? OFFSET ?`)
      .all(...values, count, offset)
      .map((row) => documentOf<Row>(row));
    const total = this.#get(`SELECT count(*) AS total FROM ${from}`, ...values);
    return { rows, total: Number(total?.total) };
  }
}

const matches = (row: AddressBeneficiary, query: BeneficiaryQuery): boolean => {
  const pairs: readonly (readonly [unknown, unknown])[] = [
    [query.currency, row.currency],
    [query.address, row.address],
    [query.tag, row.tag],
    [query.personal, row.beneficiary.personal],
    [query.unhosted, row.unhosted],
    [query.vaspName, row.beneficiary.vaspName],
    [query.vaspDid, row.beneficiary.vaspDid],
    [query.vaspWebsite, row.beneficiary.vaspWebsite],
  ];
  return (
    pairs.every(([asked, held]) => asked === null || asked === held) &&
    row.createdMs < (query.createdBeforeMs ?? Number.POSITIVE_INFINITY) &&
    row.createdMs > (query.createdAfterMs ?? Number.NEGATIVE_INFINITY) &&
    row.updatedMs < (query.updatedBeforeMs ?? Number.POSITIVE_INFINITY) &&
    row.updatedMs > (query.updatedAfterMs ?? Number.NEGATIVE_INFINITY)
  );
};

/**
 * Opens the wallet store of a data folder.
 *
 * Throws: OperationalError when the file is unusable.
 */
export const createSqliteWalletStore = (options: { readonly path: string }): WalletStore =>
  new SqliteWalletStore(options.path);
