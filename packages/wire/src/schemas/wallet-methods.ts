// Wallet methods: params and results of the wallet methods, one entry a method, with the shapes
// they share.
import Type, { type Static } from 'typebox';
import {
  addressTypeWord,
  countParam,
  currencyParam,
  nullable,
  offsetParam,
  okResult,
  optional,
} from './common.ts';

export const depositAddressSchema = Type.Object(
  {
    address: Type.String(),
    creation_timestamp: Type.Integer(),
    currency: Type.String(),
    type: Type.Literal('deposit'),
  },
  { title: 'deposit_address' },
);

export const depositSchema = Type.Object(
  {
    currency: Type.String(),
    address: Type.String(),
    amount: Type.Number(),
    state: Type.Enum(['pending', 'completed', 'rejected', 'replaced']),
    transaction_id: nullable(Type.String()),
    received_timestamp: Type.Integer(),
    updated_timestamp: Type.Integer(),
  },
  { title: 'deposit' },
);
export type ApiDeposit = Static<typeof depositSchema>;

export const withdrawalSchema = Type.Object(
  {
    id: Type.Integer(),
    currency: Type.String(),
    address: Type.String(),
    amount: Type.Number(),
    fee: Type.Number(),
    priority: Type.Number(),
    state: Type.Enum([
      'unconfirmed',
      'confirmed',
      'cancelled',
      'completed',
      'interrupted',
      'rejected',
    ]),
    transaction_id: nullable(Type.String()),
    created_timestamp: Type.Integer(),
    confirmed_timestamp: nullable(Type.Integer()),
    updated_timestamp: Type.Integer(),
  },
  { title: 'withdrawal' },
);
export type ApiWithdrawal = Static<typeof withdrawalSchema>;

export const transferSchema = Type.Object(
  {
    id: Type.Integer(),
    currency: Type.String(),
    amount: Type.Number(),
    type: Type.Enum(['user', 'subaccount']),
    direction: Type.Enum(['payment', 'income']),
    other_side: Type.String(),
    state: Type.Enum(['prepared', 'confirmed', 'cancelled', 'insufficient_funds']),
    created_timestamp: Type.Integer(),
    updated_timestamp: Type.Integer(),
  },
  { title: 'transfer_item' },
);
export type ApiTransfer = Static<typeof transferSchema>;

const beneficiaryProperties = {
  beneficiary_vasp_name: Type.String(),
  beneficiary_vasp_did: Type.String(),
  beneficiary_vasp_website: Type.String(),
  beneficiary_first_name: Type.String(),
  beneficiary_last_name: Type.String(),
  beneficiary_company_name: Type.String(),
  beneficiary_address: Type.String(),
  agreed: Type.Boolean(),
  personal: Type.Boolean(),
};

export const addressBookItemSchema = Type.Object(
  {
    currency: Type.String(),
    address: Type.String(),
    type: addressTypeWord,
    label: Type.String(),
    creation_timestamp: Type.Integer(),
    ...beneficiaryProperties,
    info_required: Type.Boolean(),
    status: Type.Enum(['admin_locked', 'waiting', 'confirmed', 'ready']),
    requires_confirmation: Type.Boolean(),
    requires_confirmation_change: Type.Boolean(),
  },
  { title: 'address_book_item' },
);
export type ApiAddressBookItem = Static<typeof addressBookItemSchema>;

export const addressBeneficiarySchema = Type.Object(
  {
    currency: Type.String(),
    address: Type.String(),
    tag: nullable(Type.String()),
    user_id: Type.Integer(),
    unhosted: Type.Boolean(),
    ...beneficiaryProperties,
    created: Type.Integer(),
    updated: Type.Integer(),
  },
  { title: 'address_beneficiary_item' },
);
export type ApiAddressBeneficiary = Static<typeof addressBeneficiarySchema>;

const pageParams = { count: optional(countParam), offset: optional(offsetParam) };
const addressParams = { currency: Type.String(), address: Type.String({ minLength: 1 }) };
const addressKey = { ...addressParams, type: addressTypeWord };

/** Optional here, because a venue that sends nothing outside has no use for them. */
const beneficiaryParams = {
  beneficiary_vasp_name: optional(Type.String()),
  beneficiary_vasp_did: optional(Type.String()),
  beneficiary_vasp_website: optional(Type.String()),
  beneficiary_first_name: optional(Type.String()),
  beneficiary_last_name: optional(Type.String()),
  beneficiary_company_name: optional(Type.String()),
  beneficiary_address: optional(Type.String()),
  agreed: optional(Type.Boolean()),
  personal: optional(Type.Boolean()),
};
export const beneficiaryParamsSchema = Type.Object(beneficiaryParams);
export type BeneficiaryParams = Static<typeof beneficiaryParamsSchema>;

export const depositAddressShape = {
  params: Type.Object({ currency: currencyParam }),
  result: depositAddressSchema,
};

export const currentDepositAddressShape = {
  params: Type.Object({ currency: currencyParam }),
  result: nullable(depositAddressSchema),
};

export const depositsShape = {
  params: Type.Object({ currency: currencyParam, ...pageParams }),
  result: Type.Object({ data: Type.Array(depositSchema), count: Type.Integer() }),
};

export const withdrawalsShape = {
  params: Type.Object({ currency: currencyParam, ...pageParams }),
  result: Type.Object({ data: Type.Array(withdrawalSchema), count: Type.Integer() }),
};

export const withdrawShape = {
  params: Type.Object({
    ...addressParams,
    amount: Type.Number(),
    priority: optional(
      Type.Enum(['insane', 'extreme_high', 'very_high', 'high', 'mid', 'low', 'very_low']),
    ),
  }),
  result: withdrawalSchema,
};

export const cancelWithdrawalShape = {
  params: Type.Object({ currency: currencyParam, id: Type.Integer() }),
  result: withdrawalSchema,
};

export const transfersShape = {
  params: Type.Object({ currency: currencyParam, ...pageParams }),
  result: Type.Object({ data: Type.Array(transferSchema), count: Type.Integer() }),
};

export const transferToSubaccountShape = {
  params: Type.Object({
    currency: currencyParam,
    amount: Type.Number(),
    destination: Type.Integer({ description: 'account id' }),
  }),
  result: transferSchema,
};

export const transferToUserShape = {
  params: Type.Object({
    currency: currencyParam,
    amount: Type.Number(),
    destination: Type.String({ description: "an address of the address book's type `transfer`" }),
  }),
  result: transferSchema,
};

export const transferBetweenSubaccountsShape = {
  params: Type.Object({
    currency: currencyParam,
    amount: Type.Number(),
    destination: Type.Integer({ description: 'account id' }),
    source: optional(Type.Integer({ description: 'account id; default: the caller' })),
  }),
  result: transferSchema,
};

export const cancelTransferShape = {
  params: Type.Object({ currency: currencyParam, id: Type.Integer() }),
  result: transferSchema,
};

export const addressBookShape = {
  params: Type.Object({ currency: Type.String(), type: addressTypeWord }),
  result: Type.Array(addressBookItemSchema),
};

export const addToAddressBookShape = {
  params: Type.Object({
    ...addressKey,
    label: optional(Type.String()),
    ...beneficiaryParams,
    extra_currencies: optional(Type.Array(Type.String())),
  }),
  result: addressBookItemSchema,
};

export const updateInAddressBookShape = {
  params: Type.Object({ ...addressKey, label: optional(Type.String()), ...beneficiaryParams }),
  result: okResult,
};

export const removeFromAddressBookShape = {
  params: Type.Object(addressKey),
  result: okResult,
};

export const saveBeneficiaryShape = {
  params: Type.Object({
    ...addressParams,
    tag: optional(Type.String()),
    unhosted: optional(Type.Boolean()),
    ...beneficiaryParams,
  }),
  result: addressBeneficiarySchema,
};

export const beneficiaryShape = {
  params: Type.Object({ ...addressParams, tag: optional(Type.String()) }),
  result: addressBeneficiarySchema,
};

export const deleteBeneficiaryShape = {
  params: Type.Object({ ...addressParams, tag: optional(Type.String()) }),
  result: okResult,
};

export const listBeneficiariesShape = {
  params: Type.Object({
    currency: optional(Type.String()),
    address: optional(Type.String()),
    tag: optional(Type.String()),
    created_before: optional(Type.Integer()),
    created_after: optional(Type.Integer()),
    updated_before: optional(Type.Integer()),
    updated_after: optional(Type.Integer()),
    personal: optional(Type.Boolean()),
    unhosted: optional(Type.Boolean()),
    beneficiary_vasp_name: optional(Type.String()),
    beneficiary_vasp_did: optional(Type.String()),
    beneficiary_vasp_website: optional(Type.String()),
    limit: optional(countParam),
    continuation: optional(Type.String()),
  }),
  result: Type.Object({
    data: Type.Array(addressBeneficiarySchema),
    continuation: nullable(Type.String()),
    count: Type.Integer(),
  }),
};

export const clearanceOriginatorShape = {
  params: Type.Object({ deposit_id: Type.Unknown(), originator: Type.Unknown() }),
  result: depositSchema,
};

export const rewardEligibilityShape = {
  params: Type.Object({}),
  result: Type.Record(
    Type.String(),
    Type.Object({
      eligibility_status: Type.Enum(['eligible', 'partially_eligible', 'non_eligible']),
      apr_sma7: Type.Number(),
    }),
  ),
};
