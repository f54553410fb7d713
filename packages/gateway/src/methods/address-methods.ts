// Address methods: the address book and the beneficiaries of addresses. Invariant: an account sees
// and changes only its own entries; they are records for withdrawals and transfers and move
// nothing themselves.
import {
  addressBookShape,
  addToAddressBookShape,
  beneficiaryShape,
  clearanceOriginatorShape,
  deleteBeneficiaryShape,
  listBeneficiariesShape,
  removeFromAddressBookShape,
  rewardEligibilityShape,
  saveBeneficiaryShape,
  updateInAddressBookShape,
} from '@openstrike/wire';
import { ApiError, defineMethod, type Method } from '../method.ts';
import {
  beneficiaryOf,
  renderAddressBeneficiary,
  renderAddressBookItem,
} from '../render/wallet-rows.ts';
import type { AddressBookEntry } from '../wallet/wallet-store.ts';
import { accountOf } from './caller.ts';
import { continuationOf } from './lookups.ts';
import { notImplemented } from './submit.ts';

const read = { scope: 'wallet:read', transport: 'any', rateClass: 'plain' } as const;
const write = { scope: 'wallet:read_write', transport: 'any', rateClass: 'plain' } as const;

const notInBook = (): ApiError =>
  new ApiError('not_found', { reason: 'the address is not in the address book', param: 'address' });

const addressBookMethods: readonly Method[] = [
  defineMethod({
    name: 'private/get_address_book',
    summary: 'Lists the address book of a currency and type.',
    ...read,
    ...addressBookShape,
    handle: (params, call) =>
      call.context.wallet
        .addressBook(accountOf(call), params.currency.toUpperCase(), params.type)
        .map(renderAddressBookItem),
  }),
  defineMethod({
    name: 'private/add_to_address_book',
    summary: 'Adds an address to the address book; it may be used at once.',
    ...write,
    ...addToAddressBookShape,
    handle: (params, call) => {
      const { wallet, wallNowMs } = call.context;
      const accountId = accountOf(call);
      const currency = params.currency.toUpperCase();
      if (wallet.addressBookEntry(accountId, currency, params.type, params.address) !== null) {
        throw new ApiError('address_already_exist', { param: 'address' });
      }
      const entry: AddressBookEntry = {
        accountId,
        currency,
        type: params.type,
        address: params.address,
        label: params.label ?? '',
        beneficiary: beneficiaryOf(params),
        createdMs: wallNowMs(),
      };
      wallet.putAddressBookEntry(entry);
      for (const extra of params.extra_currencies ?? []) {
        wallet.putAddressBookEntry({ ...entry, currency: extra.toUpperCase() });
      }
      return renderAddressBookItem(entry);
    },
  }),
  defineMethod({
    name: 'private/update_in_address_book',
    summary: 'Changes the label and beneficiary of an address.',
    ...write,
    ...updateInAddressBookShape,
    handle: (params, call) => {
      const { wallet } = call.context;
      const entry = wallet.addressBookEntry(
        accountOf(call),
        params.currency.toUpperCase(),
        params.type,
        params.address,
      );
      if (entry === null) {
        throw notInBook();
      }
      wallet.putAddressBookEntry({
        ...entry,
        label: params.label ?? entry.label,
        beneficiary: beneficiaryOf(params, entry.beneficiary),
      });
      return 'ok';
    },
  }),
  defineMethod({
    name: 'private/remove_from_address_book',
    summary: 'Removes an address from the address book.',
    ...write,
    ...removeFromAddressBookShape,
    handle: (params, call) => {
      const removed = call.context.wallet.removeAddressBookEntry(
        accountOf(call),
        params.currency.toUpperCase(),
        params.type,
        params.address,
      );
      if (!removed) {
        throw notInBook();
      }
      return 'ok';
    },
  }),
];

const beneficiariesDefault = 100;

const beneficiaryMethods: readonly Method[] = [
  defineMethod({
    name: 'private/save_address_beneficiary',
    summary: 'Saves who receives at an address.',
    ...write,
    ...saveBeneficiaryShape,
    handle: (params, call) => {
      const { wallet, wallNowMs } = call.context;
      const accountId = accountOf(call);
      const currency = params.currency.toUpperCase();
      const tag = params.tag ?? '';
      const before = wallet.beneficiary(accountId, currency, params.address, tag);
      const nowMs = wallNowMs();
      const row = {
        accountId,
        currency,
        address: params.address,
        tag,
        unhosted: params.unhosted ?? before?.unhosted ?? false,
        beneficiary: beneficiaryOf(params, before?.beneficiary ?? null),
        createdMs: before?.createdMs ?? nowMs,
        updatedMs: nowMs,
      };
      wallet.putBeneficiary(row);
      return renderAddressBeneficiary(row);
    },
  }),
  defineMethod({
    name: 'private/get_address_beneficiary',
    summary: 'Reads who receives at an address.',
    ...read,
    ...beneficiaryShape,
    handle: (params, call) => {
      const currency = params.currency.toUpperCase();
      const { wallet } = call.context;
      const row = wallet.beneficiary(accountOf(call), currency, params.address, params.tag ?? '');
      if (row === null) {
        throw new ApiError('not_found', { param: 'address' });
      }
      return renderAddressBeneficiary(row);
    },
  }),
  defineMethod({
    name: 'private/delete_address_beneficiary',
    summary: 'Forgets who receives at an address.',
    ...write,
    ...deleteBeneficiaryShape,
    handle: (params, call) => {
      const currency = params.currency.toUpperCase();
      const { wallet } = call.context;
      const tag = params.tag ?? '';
      if (!wallet.removeBeneficiary(accountOf(call), currency, params.address, tag)) {
        throw new ApiError('not_found', { param: 'address' });
      }
      return 'ok';
    },
  }),
  defineMethod({
    name: 'private/list_address_beneficiaries',
    summary: 'Lists who receives at which addresses.',
    ...read,
    ...listBeneficiariesShape,
    handle: (params, call) => {
      const offset = continuationOf(params.continuation) ?? 0;
      const limit = params.limit ?? beneficiariesDefault;
      const { rows, total } = call.context.wallet.beneficiaries({
        accountId: accountOf(call),
        currency: params.currency?.toUpperCase() ?? null,
        address: params.address ?? null,
        tag: params.tag ?? null,
        createdBeforeMs: params.created_before ?? null,
        createdAfterMs: params.created_after ?? null,
        updatedBeforeMs: params.updated_before ?? null,
        updatedAfterMs: params.updated_after ?? null,
        personal: params.personal ?? null,
        unhosted: params.unhosted ?? null,
        vaspName: params.beneficiary_vasp_name ?? null,
        vaspDid: params.beneficiary_vasp_did ?? null,
        vaspWebsite: params.beneficiary_vasp_website ?? null,
        offset,
        limit,
      });
      const end = offset + rows.length;
      return {
        data: rows.map(renderAddressBeneficiary),
        continuation: end < total ? String(end) : null,
        count: total,
      };
    },
  }),
  defineMethod({
    name: 'private/set_clearance_originator',
    summary: 'Deposits are credited without clearance: refused.',
    ...write,
    ...clearanceOriginatorShape,
    handle: () => {
      throw notImplemented('clearance of deposits');
    },
  }),
  defineMethod({
    name: 'private/get_reward_eligibility',
    summary: 'Tells which currencies earn rewards: none.',
    scope: 'authenticated',
    transport: 'any',
    rateClass: 'plain',
    ...rewardEligibilityShape,
    handle: () => ({ usdc: { eligibility_status: 'non_eligible', apr_sma7: 0 } }),
  }),
];

/** Methods over addresses. */
export const addressMethods: readonly Method[] = [...addressBookMethods, ...beneficiaryMethods];
