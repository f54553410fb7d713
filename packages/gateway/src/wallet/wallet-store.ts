// Wallet store: what the wallet methods remember outside the engine: deposit addresses, the
// address book, beneficiaries, and the rows of withdrawals and transfers with their ids and
// states. Money moves only in the engine; a row here never is the truth about a balance.
// Synchronous and small.
import type { AccountId, Cash, Currency } from '@openstrike/domain';

export interface DepositAddress {
  readonly accountId: AccountId;
  readonly currency: Currency;
  readonly address: string;
  /** Wall time, as all times here. */
  readonly createdMs: number;
}

export type AddressBookType = 'transfer' | 'withdrawal' | 'deposit_source';

/** Who receives at an address; empty text where unknown. */
export interface Beneficiary {
  readonly vaspName: string;
  readonly vaspDid: string;
  readonly vaspWebsite: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly companyName: string;
  readonly address: string;
  readonly agreed: boolean;
  readonly personal: boolean;
}

export interface AddressBookEntry {
  readonly accountId: AccountId;
  /** May be one that the venue does not trade. */
  readonly currency: string;
  readonly type: AddressBookType;
  readonly address: string;
  readonly label: string;
  readonly beneficiary: Beneficiary;
  readonly createdMs: number;
}

export interface AddressBeneficiary {
  readonly accountId: AccountId;
  readonly currency: string;
  readonly address: string;
  /** Empty when none. */
  readonly tag: string;
  readonly unhosted: boolean;
  readonly beneficiary: Beneficiary;
  readonly createdMs: number;
  readonly updatedMs: number;
}

export interface BeneficiaryQuery {
  readonly accountId: AccountId;
  readonly currency: string | null;
  readonly address: string | null;
  readonly tag: string | null;
  readonly createdBeforeMs: number | null;
  readonly createdAfterMs: number | null;
  readonly updatedBeforeMs: number | null;
  readonly updatedAfterMs: number | null;
  readonly personal: boolean | null;
  readonly unhosted: boolean | null;
  readonly vaspName: string | null;
  readonly vaspDid: string | null;
  readonly vaspWebsite: string | null;
  readonly offset: number;
  readonly limit: number;
}

export type WithdrawalState =
  | 'unconfirmed'
  | 'confirmed'
  | 'cancelled'
  | 'completed'
  | 'interrupted'
  | 'rejected';

export interface Withdrawal {
  /** Counts the venue's withdrawals from 1. */
  readonly id: number;
  readonly accountId: AccountId;
  readonly currency: Currency;
  readonly address: string;
  readonly amount: Cash;
  readonly fee: Cash;
  readonly priority: string;
  readonly state: WithdrawalState;
  /** Unique; what the engine's `withdraw` command carries. */
  readonly reference: string;
  readonly transactionId: string | null;
  readonly createdMs: number;
  readonly confirmedMs: number | null;
  readonly updatedMs: number;
}

export type TransferState = 'prepared' | 'confirmed' | 'cancelled' | 'insufficient_funds';

export interface TransferRow {
  /** Counts the venue's transfers from 1. */
  readonly id: number;
  readonly fromId: AccountId;
  readonly toId: AccountId;
  readonly type: 'user' | 'subaccount';
  readonly currency: Currency;
  readonly amount: Cash;
  readonly state: TransferState;
  readonly createdMs: number;
  readonly updatedMs: number;
}

export interface WalletStore {
  /** The newest address of the account in the currency; null when none was made. */
  depositAddress(accountId: AccountId, currency: Currency): DepositAddress | null;
  /** Makes a fresh one. */
  createDepositAddress(accountId: AccountId, currency: Currency, nowMs: number): DepositAddress;
  /** Whose deposit address this is. */
  accountOfAddress(currency: Currency, address: string): AccountId | null;

  /** Ascending by creation. */
  addressBook(
    accountId: AccountId,
    currency: string,
    type: AddressBookType,
  ): readonly AddressBookEntry[];
  addressBookEntry(
    accountId: AccountId,
    currency: string,
    type: AddressBookType,
    address: string,
  ): AddressBookEntry | null;
  /** Inserts or replaces. */
  putAddressBookEntry(entry: AddressBookEntry): void;
  removeAddressBookEntry(
    accountId: AccountId,
    currency: string,
    type: AddressBookType,
    address: string,
  ): boolean;

  beneficiary(
    accountId: AccountId,
    currency: string,
    address: string,
    tag: string,
  ): AddressBeneficiary | null;
  /** Ascending by creation. */
  beneficiaries(query: BeneficiaryQuery): {
    readonly rows: readonly AddressBeneficiary[];
    readonly total: number;
  };
  /** Inserts or replaces. */
  putBeneficiary(beneficiary: AddressBeneficiary): void;
  removeBeneficiary(accountId: AccountId, currency: string, address: string, tag: string): boolean;

  createWithdrawal(withdrawal: Omit<Withdrawal, 'id'>): Withdrawal;
  changeWithdrawal(
    id: number,
    changes: Partial<Pick<Withdrawal, 'state' | 'transactionId' | 'confirmedMs' | 'updatedMs'>>,
  ): Withdrawal | null;
  withdrawal(id: number): Withdrawal | null;
  /** Newest first. */
  withdrawals(
    accountId: AccountId,
    currency: Currency,
    offset: number,
    count: number,
  ): { readonly rows: readonly Withdrawal[]; readonly total: number };

  createTransfer(transfer: Omit<TransferRow, 'id'>): TransferRow;
  changeTransfer(
    id: number,
    changes: Partial<Pick<TransferRow, 'state' | 'updatedMs'>>,
  ): TransferRow | null;
  transfer(id: number): TransferRow | null;
  /** Those the account sent or received, newest first. */
  transfers(
    accountId: AccountId,
    currency: Currency,
    offset: number,
    count: number,
  ): { readonly rows: readonly TransferRow[]; readonly total: number };

  close(): void;
}
