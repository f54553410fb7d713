// Wallet methods: deposits, withdrawals and transfers in demo form: money moves in the engine,
// nothing leaves the venue. Invariant: deposits and transfers are read from history, where the
// engine's own events are; a withdrawal's row is written before its command and finished after it,
// or, after a crash, from history when it is next read.
import { randomUUID } from 'node:crypto';
import type { AccountId, Cash, Currency } from '@openstrike/domain';
import type { CashQuery, CashRow } from '@openstrike/history';
import {
  type ApiTransfer,
  type ApiWithdrawal,
  cancelTransferShape,
  cancelWithdrawalShape,
  cashOf,
  currentDepositAddressShape,
  depositAddressShape,
  depositsShape,
  transferBetweenSubaccountsShape,
  transfersShape,
  transferToSubaccountShape,
  transferToUserShape,
  withdrawalsShape,
  withdrawShape,
} from '@openstrike/wire';
import { ApiError, type Call, defineMethod, type Method } from '../method.ts';
import { renderDeposit, renderTransfer, renderWithdrawal } from '../render/wallet-rows.ts';
import type { DepositAddress, Withdrawal } from '../wallet/wallet-store.ts';
import { accountOf, grantOf, usernameOf } from './caller.ts';
import { currencyFilterOf, currencyNamed } from './lookups.ts';
import { errorOfReject, refusalOf, submit } from './submit.ts';

const read = { scope: 'wallet:read', transport: 'any', rateClass: 'plain' } as const;
const write = { scope: 'wallet:read_write', transport: 'any', rateClass: 'plain' } as const;

const pageDefault = 10;

/** A positive amount in minor units. Throws: ApiError -32602 when it is none. */
const positiveCash = (amount: number, currency: Currency): Cash => {
  const cash = cashOf(amount, currency);
  if (cash === null || cash <= 0) {
    throw new ApiError('invalid_params', {
      reason: `must be positive and not finer than the smallest unit of ${currency}`,
      param: 'amount',
    });
  }
  return cash;
};

interface PageParams {
  readonly currency: string;
  readonly count?: number;
  readonly offset?: number;
}

/** One page of the caller's cash movements of a kind, the newest first, and how many there are. */
const cashPage = async (
  call: Call,
  reason: 'deposit' | 'transfer',
  params: PageParams,
): Promise<{ readonly rows: readonly CashRow[]; readonly count: number }> => {
  const currency = currencyFilterOf(params.currency);
  if (currency === 'none') {
    return { rows: [], count: 0 };
  }
  const query: CashQuery = {
    accountId: accountOf(call),
    currency: currency === 'any' ? null : currency,
    reasons: [reason],
    fromUs: null,
    toUs: null,
    beforeId: null,
    limit: params.count ?? pageDefault,
    offset: params.offset ?? 0,
  };
  const history = call.context.history;
  const [rows, count] = await Promise.all([history.cash(query), history.cashCount(query)]);
  return { rows, count };
};

const renderAddress = (row: DepositAddress): unknown => ({
  address: row.address,
  creation_timestamp: row.createdMs,
  currency: row.currency,
  type: 'deposit',
});

/** The newest deposit address, made when there is none: every account can be paid into. */
const ensureAddress = (call: Call, accountId: AccountId, currency: Currency): DepositAddress => {
  const { wallet, wallNowMs } = call.context;
  return (
    wallet.depositAddress(accountId, currency) ??
    wallet.createDepositAddress(accountId, currency, wallNowMs())
  );
};

const depositMethods: readonly Method[] = [
  defineMethod({
    name: 'private/create_deposit_address',
    summary: 'Makes a deposit address. It is on no chain: the operator credits deposits.',
    ...write,
    ...depositAddressShape,
    handle: (params, call) => {
      const { wallet, wallNowMs } = call.context;
      const currency = currencyNamed(params.currency);
      return renderAddress(wallet.createDepositAddress(accountOf(call), currency, wallNowMs()));
    },
  }),
  defineMethod({
    name: 'private/get_current_deposit_address',
    summary: 'Reads the newest deposit address; made when there is none.',
    ...read,
    ...currentDepositAddressShape,
    handle: (params, call) =>
      renderAddress(ensureAddress(call, accountOf(call), currencyNamed(params.currency))),
  }),
  defineMethod({
    name: 'private/get_deposits',
    summary: 'Lists deposits, the newest first.',
    ...read,
    ...depositsShape,
    handle: async (params, call) => {
      const { rows, count } = await cashPage(call, 'deposit', params);
      const data = rows.map((row) =>
        renderDeposit(row, ensureAddress(call, row.accountId, row.currency).address),
      );
      return { data, count };
    },
  }),
];

const unfinishedMax = 1000;

/**
 * Finishes withdrawals that a crash left open: those whose money has left are completed, others
 * rejected.
 */
const finishWithdrawals = async (
  call: Call,
  rows: readonly Withdrawal[],
): Promise<readonly Withdrawal[]> => {
  const { wallet, wallNowMs } = call.context;
  const patienceMs = 60_000;
  const isStale = (row: Withdrawal): boolean =>
    row.state === 'unconfirmed' && row.createdMs < wallNowMs() - patienceMs;
  if (!rows.some(isStale)) {
    return rows;
  }
  const movements = await call.context.history.cash({
    accountId: accountOf(call),
    currency: null,
    reasons: ['withdrawal'],
    fromUs: null,
    toUs: null,
    beforeId: null,
    limit: unfinishedMax,
    offset: 0,
  });
  const booked = new Set(movements.map((row) => row.reference));
  return rows.map((row) =>
    isStale(row)
      ? (finishWithdrawal(wallet, row, booked.has(row.reference), wallNowMs()) ?? row)
      : row,
  );
};

const finishWithdrawal = (
  wallet: Call['context']['wallet'],
  row: Withdrawal,
  booked: boolean,
  nowMs: number,
): Withdrawal | null =>
  wallet.changeWithdrawal(
    row.id,
    booked
      ? {
          state: 'completed',
          transactionId: row.reference,
          confirmedMs: nowMs,
          updatedMs: nowMs,
        }
      : { state: 'rejected', updatedMs: nowMs },
  );

/** What no chain's addresses are shorter than; which chain's it is, is not this venue's matter. */
const addressPattern = /^[A-Za-z0-9:_-]{10,128}$/;

/**
 * Whether money may go to the address. An account with an address book sends only to what is in
 * it; one without sends to any address that looks like one.
 */
const mayReceive = (
  call: Call,
  currency: Currency,
  type: 'withdrawal' | 'transfer',
  address: string,
): boolean => {
  const { wallet } = call.context;
  const book = wallet.addressBook(accountOf(call), currency, type);
  return book.length === 0
    ? addressPattern.test(address)
    : book.some((entry) => entry.address === address);
};

const withdraw = async (
  call: Call,
  currency: Currency,
  address: string,
  amount: Cash,
  priority: string,
): Promise<ApiWithdrawal> => {
  const { wallet, wallNowMs, commands } = call.context;
  const accountId = accountOf(call);
  if (!mayReceive(call, currency, 'withdrawal', address)) {
    throw new ApiError('invalid_addr', {
      reason: 'neither in the address book nor, where that is empty, an address',
      param: 'address',
    });
  }
  const createdMs = wallNowMs();
  const reference = `withdrawal-${randomUUID()}`;
  const row = wallet.createWithdrawal({
    accountId,
    currency,
    address,
    amount,
    fee: 0 as Cash,
    priority,
    state: 'unconfirmed',
    reference,
    transactionId: null,
    createdMs,
    confirmedMs: null,
    updatedMs: createdMs,
  });
  const applied = await commands.submit({
    type: 'withdraw',
    accountId,
    currency,
    amount,
    reference,
  });
  const refusal = refusalOf(applied);
  const finished = finishWithdrawal(wallet, row, refusal === null, wallNowMs()) ?? row;
  if (refusal !== null) {
    throw errorOfReject(refusal.code, refusal.limit);
  }
  return renderWithdrawal(finished);
};

const withdrawalMethods: readonly Method[] = [
  defineMethod({
    name: 'private/withdraw',
    summary:
      'Takes money out, to an address of the address book or, where that is empty, to any. ' +
      'Nothing is sent to any chain.',
    ...write,
    ...withdrawShape,
    handle: (params, call) => {
      const currency = currencyNamed(params.currency);
      const amount = positiveCash(params.amount, currency);
      return withdraw(call, currency, params.address, amount, params.priority ?? 'high');
    },
  }),
  defineMethod({
    name: 'private/get_withdrawals',
    summary: 'Lists withdrawals, the newest first.',
    ...read,
    ...withdrawalsShape,
    handle: async (params, call) => {
      const currency = currencyFilterOf(params.currency);
      if (currency === 'any' || currency === 'none') {
        return { data: [], count: 0 };
      }
      const { rows, total } = call.context.wallet.withdrawals(
        accountOf(call),
        currency,
        params.offset ?? 0,
        params.count ?? pageDefault,
      );
      const finished = await finishWithdrawals(call, rows);
      return { data: finished.map(renderWithdrawal), count: total };
    },
  }),
  defineMethod({
    name: 'private/cancel_withdrawal',
    summary: 'Withdrawals are done at once, so none can be cancelled any more: refused.',
    ...write,
    ...cancelWithdrawalShape,
    handle: (params, call) => {
      const row = call.context.wallet.withdrawal(params.id);
      if (row === null || row.accountId !== accountOf(call)) {
        throw new ApiError('not_found', { param: 'id' });
      }
      throw new ApiError('bad_request', { reason: `the withdrawal is ${row.state}`, param: 'id' });
    },
  }),
];

const renderMovement = (call: Call, row: CashRow): ApiTransfer => {
  const other = Number(row.reference) as AccountId;
  const { mainAccountId } = grantOf(call);
  const account = call.context.feeds.account(other);
  const isFamily = (account?.parentId ?? other) === mainAccountId;
  return renderTransfer(row, isFamily ? 'subaccount' : 'user', usernameOf(call, other));
};

const transfer = async (
  call: Call,
  type: ApiTransfer['type'],
  fromId: AccountId,
  toId: AccountId,
  currency: Currency,
  amount: Cash,
): Promise<ApiTransfer> => {
  const applied = await submit(call, { type: 'transfer', fromId, toId, currency, amount });
  const { seq, tsUs } = applied;
  const change = (0 - amount) as Cash;
  return renderTransfer({ seq, tsUs, currency, change }, type, usernameOf(call, toId));
};

/** An account of the caller's family. Throws: ApiError 12100 for any other. */
const familyMember = (call: Call, id: number): AccountId => {
  const { mainAccountId } = grantOf(call);
  const account = call.context.feeds.account(id as AccountId);
  if (account === null || (account.parentId ?? account.accountId) !== mainAccountId) {
    throw new ApiError('transfer_not_allowed', {
      reason: 'not an account of the same owner',
      param: 'destination',
    });
  }
  return account.accountId;
};

const transferMethods: readonly Method[] = [
  defineMethod({
    name: 'private/submit_transfer_to_subaccount',
    summary: "Moves money to another account of the caller's owner.",
    ...write,
    ...transferToSubaccountShape,
    handle: (params, call) => {
      const currency = currencyNamed(params.currency);
      const amount = positiveCash(params.amount, currency);
      const toId = familyMember(call, params.destination);
      return transfer(call, 'subaccount', accountOf(call), toId, currency, amount);
    },
  }),
  defineMethod({
    name: 'private/submit_transfer_between_subaccounts',
    summary:
      "Moves money between two of the owner's accounts; only the main account names a source.",
    ...write,
    ...transferBetweenSubaccountsShape,
    handle: (params, call) => {
      const currency = currencyNamed(params.currency);
      const amount = positiveCash(params.amount, currency);
      const { accountId, mainAccountId } = grantOf(call);
      const fromId = familyMember(call, params.source ?? accountId);
      if (fromId !== accountId && accountId !== mainAccountId) {
        throw new ApiError('transfer_not_allowed', { param: 'source' });
      }
      const toId = familyMember(call, params.destination);
      return transfer(call, 'subaccount', fromId, toId, currency, amount);
    },
  }),
  defineMethod({
    name: 'private/submit_transfer_to_user',
    summary:
      "Moves money to another user's deposit address, of the address book unless that is empty.",
    ...write,
    ...transferToUserShape,
    handle: (params, call) => {
      const { wallet } = call.context;
      const currency = currencyNamed(params.currency);
      const amount = positiveCash(params.amount, currency);
      const fromId = accountOf(call);
      const allowed = mayReceive(call, currency, 'transfer', params.destination);
      const toId = wallet.accountOfAddress(currency, params.destination);
      if (!allowed || toId === null) {
        throw new ApiError('invalid_transfer_address', {
          reason: allowed ? 'no account has the address' : 'the address is not in the address book',
          param: 'destination',
        });
      }
      return transfer(call, 'user', fromId, toId, currency, amount);
    },
  }),
  defineMethod({
    name: 'private/get_transfers',
    summary: 'Lists transfers sent and received, the newest first.',
    ...read,
    ...transfersShape,
    handle: async (params, call) => {
      const { rows, count } = await cashPage(call, 'transfer', params);
      return { data: rows.map((row) => renderMovement(call, row)), count };
    },
  }),
  defineMethod({
    name: 'private/cancel_transfer_by_id',
    summary: 'Transfers are done at once, so none waits to be cancelled: refused.',
    ...write,
    ...cancelTransferShape,
    handle: () => {
      throw new ApiError('transfer_not_found', {
        reason: 'transfers are done at once: none waits to be cancelled',
        param: 'id',
      });
    },
  }),
];

/** Methods that move money. */
export const walletMethods: readonly Method[] = [
  ...depositMethods,
  ...withdrawalMethods,
  ...transferMethods,
];
