// Wallet rows: deposits, withdrawals, transfers and addresses as clients read them. Invariant:
// amounts come from integer minor units; what this venue calls an address names no real chain.
import type { CashRow } from '@openstrike/history';
import {
  type ApiAddressBeneficiary,
  type ApiAddressBookItem,
  type ApiDeposit,
  type ApiTransfer,
  type ApiWithdrawal,
  type BeneficiaryParams,
  moneyOf,
} from '@openstrike/wire';
import type {
  AddressBeneficiary,
  AddressBookEntry,
  Beneficiary,
  Withdrawal,
} from '../wallet/wallet-store.ts';

/** A credit from outside; its reference stands for a transaction id. */
export const renderDeposit = (row: CashRow, address: string): ApiDeposit => {
  const ms = Math.floor(row.tsUs / 1000);
  return {
    currency: row.currency,
    address,
    amount: moneyOf(row.change, row.currency),
    state: 'completed',
    transaction_id: row.reference,
    received_timestamp: ms,
    updated_timestamp: ms,
  };
};

export const renderWithdrawal = (row: Withdrawal): ApiWithdrawal => ({
  id: row.id,
  currency: row.currency,
  address: row.address,
  amount: moneyOf(row.amount, row.currency),
  fee: moneyOf(row.fee, row.currency),
  priority: 0,
  state: row.state,
  transaction_id: row.transactionId,
  created_timestamp: row.createdMs,
  confirmed_timestamp: row.confirmedMs,
  updated_timestamp: row.updatedMs,
});

/**
 * The transfer as one of its sides reads it: its cash movement, numbered by the command that both
 * sides share.
 *
 * `otherSide` names the other.
 */
export const renderTransfer = (
  row: Pick<CashRow, 'seq' | 'tsUs' | 'currency' | 'change'>,
  type: ApiTransfer['type'],
  otherSide: string,
): ApiTransfer => {
  const ms = Math.floor(row.tsUs / 1000);
  return {
    id: row.seq,
    currency: row.currency,
    amount: moneyOf(Math.abs(row.change) as CashRow['change'], row.currency),
    type,
    direction: row.change < 0 ? 'payment' : 'income',
    other_side: otherSide,
    state: 'confirmed',
    created_timestamp: ms,
    updated_timestamp: ms,
  };
};

const renderBeneficiaryOf = (beneficiary: Beneficiary) => ({
  beneficiary_vasp_name: beneficiary.vaspName,
  beneficiary_vasp_did: beneficiary.vaspDid,
  beneficiary_vasp_website: beneficiary.vaspWebsite,
  beneficiary_first_name: beneficiary.firstName,
  beneficiary_last_name: beneficiary.lastName,
  beneficiary_company_name: beneficiary.companyName,
  beneficiary_address: beneficiary.address,
  agreed: beneficiary.agreed,
  personal: beneficiary.personal,
});

/** A beneficiary from parameters; what is not given comes from `before`. */
export const beneficiaryOf = (
  params: BeneficiaryParams,
  before: Beneficiary | null = null,
): Beneficiary => ({
  vaspName: params.beneficiary_vasp_name ?? before?.vaspName ?? '',
  vaspDid: params.beneficiary_vasp_did ?? before?.vaspDid ?? '',
  vaspWebsite: params.beneficiary_vasp_website ?? before?.vaspWebsite ?? '',
  firstName: params.beneficiary_first_name ?? before?.firstName ?? '',
  lastName: params.beneficiary_last_name ?? before?.lastName ?? '',
  companyName: params.beneficiary_company_name ?? before?.companyName ?? '',
  address: params.beneficiary_address ?? before?.address ?? '',
  agreed: params.agreed ?? before?.agreed ?? false,
  personal: params.personal ?? before?.personal ?? false,
});

export const renderAddressBookItem = (entry: AddressBookEntry): ApiAddressBookItem => ({
  currency: entry.currency,
  address: entry.address,
  type: entry.type,
  label: entry.label,
  creation_timestamp: entry.createdMs,
  ...renderBeneficiaryOf(entry.beneficiary),
  info_required: false,
  status: 'ready',
  requires_confirmation: false,
  requires_confirmation_change: false,
});

export const renderAddressBeneficiary = (row: AddressBeneficiary): ApiAddressBeneficiary => ({
  currency: row.currency,
  address: row.address,
  tag: row.tag === '' ? null : row.tag,
  user_id: row.accountId,
  unhosted: row.unhosted,
  ...renderBeneficiaryOf(row.beneficiary),
  created: row.createdMs,
  updated: row.updatedMs,
});
