// Caller: whose account a call is about. Invariant: an account other than the caller's own is
// reached only by its main account, whatever the parameters say.
import type { AccountId } from '@openstrike/domain';
import { ApiError, type Call } from '../method.ts';
import type { Grant } from '../session.ts';

/** The grant of an authenticated call. Throws: ApiError 10000 without one. */
export const grantOf = (call: Call): Grant => {
  const { grant } = call.session;
  if (grant === null) {
    throw new ApiError('authorization_required');
  }
  return grant;
};

/** The caller's account. */
export const accountOf = (call: Call): AccountId => grantOf(call).accountId;

/**
 * The caller's account, or the subaccount that its main account asks about.
 *
 * Throws: ApiError when the account is none of the caller's.
 */
export const accountOrSubaccount = (
  call: Call,
  subaccountId: number | undefined,
  param = 'subaccount_id',
): AccountId => {
  const { accountId, mainAccountId } = grantOf(call);
  if (subaccountId === undefined || subaccountId === accountId) {
    return accountId;
  }
  const account = call.context.feeds.account(subaccountId as AccountId);
  if (accountId !== mainAccountId || account?.parentId !== mainAccountId) {
    throw new ApiError('invalid_params', { reason: 'not a subaccount of the caller', param });
  }
  return account.accountId;
};

/** The name of an account as other clients may see it. */
export const usernameOf = (call: Call, accountId: AccountId): string =>
  call.context.identity.profile(accountId)?.username ??
  call.context.feeds.account(accountId)?.name ??
  String(accountId);

/** The session that cancel-on-disconnect acts on; HTTP requests have none. */
export const connectionOf = (call: Call): number =>
  call.session.kind === 'websocket' ? call.session.connectionId : 0;
