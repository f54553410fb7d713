// Subaccount methods: an owner's accounts, opening a new one, and what they hold. Invariant: an
// account exists in the engine before it has a profile, so a crash between the two leaves an
// account without a profile and never the reverse.
import { type AccountChanged, type AccountId, type Applied, currencies } from '@openstrike/domain';
import { assert } from '@openstrike/std';
import {
  createSubaccountShape,
  removeSubaccountShape,
  renderMarginModel,
  renderPortfolio,
  subaccountsDetailsShape,
  subaccountsShape,
} from '@openstrike/wire';
import { ApiError, type Call, defineMethod, type Method } from '../method.ts';
import { renderIdentity } from '../render/account-summary.ts';
import { renderPositions } from './account-methods.ts';
import { accountOf, grantOf, usernameOf } from './caller.ts';
import { instrumentOf, matches, selectionOf } from './lookups.ts';
import { renderOrders } from './order-methods.ts';
import { answered, errorOfReject, notImplemented, refusalOf } from './submit.ts';

/** The accounts that a caller sees: its own, and its subaccounts where it is a main account. */
const visibleAccounts = (call: Call): AccountId[] => {
  const { accountId, mainAccountId } = grantOf(call);
  const below = accountId === mainAccountId ? call.context.feeds.subaccounts(mainAccountId) : [];
  return [accountId, ...below.map((account) => account.accountId)];
};

const portfolioOf = async (call: Call, accountId: AccountId): Promise<Record<string, unknown>> => {
  const summaries = await Promise.all(
    currencies.map((currency) =>
      call.context.queries.query('account-summary', { accountId, currency }),
    ),
  );
  return Object.fromEntries(
    summaries.map((answer) => {
      const summary = answered(answer);
      return [summary.currency.toLowerCase(), renderPortfolio(summary)];
    }),
  );
};

const renderSubaccount = async (
  call: Call,
  accountId: AccountId,
  withPortfolio: boolean,
): Promise<Record<string, unknown>> => {
  const profile = call.context.identity.profile(accountId);
  const identity = renderIdentity(call.context, accountId);
  const account = call.context.feeds.account(accountId);
  return {
    id: identity.id,
    username: identity.username,
    system_name: identity.system_name,
    type: identity.type,
    email: identity.email,
    is_password: false,
    login_enabled: identity.login_enabled,
    margin_model: renderMarginModel(account?.marginModel ?? 'segregated-standard'),
    receive_notifications: identity.receive_notifications,
    security_keys_enabled: false,
    security_keys_assignments: [],
    disabled_trading_products: profile?.disabledTradingProducts ?? [],
    referrals_count: 0,
    ...(withPortfolio ? { portfolio: await portfolioOf(call, accountId) } : {}),
  };
};

const createdAccount = (applied: Applied, name: string): AccountChanged => {
  const created = applied.events.find(
    (event): event is AccountChanged => event.type === 'account-changed' && event.name === name,
  );
  assert(created !== undefined, 'a command that opened an account tells of it');
  return created;
};

/** Opens a subaccount under the first free name after its owner's. */
const openSubaccount = async (call: Call): Promise<AccountId> => {
  const parentId = accountOf(call);
  const { context } = call;
  const owner = usernameOf(call, parentId);
  for (let number = context.feeds.subaccounts(parentId).length + 1; ; number++) {
    const name = `${owner}_${number}`;
    const applied = await context.commands.submit({ type: 'create-account', parentId, name });
    const refusal = refusalOf(applied);
    if (refusal === null) {
      const { accountId } = createdAccount(applied, name);
      const tierName = context.identity.profile(parentId)?.tierName;
      context.identity.putProfile({
        accountId,
        mainAccountId: parentId,
        username: name,
        type: 'subaccount',
        ...(tierName === undefined ? {} : { tierName }),
      });
      return accountId;
    }
    if (refusal.code !== 'account-name-taken') {
      throw errorOfReject(refusal.code);
    }
  }
};

/** Methods over an owner's accounts. */
export const subaccountMethods: readonly Method[] = [
  defineMethod({
    name: 'private/create_subaccount',
    summary: 'Opens a subaccount.',
    scope: 'account:read_write',
    mainAccountOnly: true,
    transport: 'any',
    rateClass: 'plain',
    ...createSubaccountShape,
    handle: async (_params, call) => {
      const { accountId, mainAccountId } = grantOf(call);
      if (accountId !== mainAccountId) {
        throw new ApiError('unavailable_in_subaccount');
      }
      return renderSubaccount(call, await openSubaccount(call), true);
    },
  }),
  defineMethod({
    name: 'private/remove_subaccount',
    summary: 'Accounts stay for ever in the journal: refused.',
    scope: 'account:read_write',
    mainAccountOnly: true,
    transport: 'any',
    rateClass: 'plain',
    ...removeSubaccountShape,
    handle: () => {
      throw notImplemented('removing accounts');
    },
  }),
  defineMethod({
    name: 'private/get_subaccounts',
    summary: "Lists the caller's account and, for a main account, its subaccounts.",
    scope: 'account:read',
    transport: 'any',
    rateClass: 'plain',
    ...subaccountsShape,
    handle: (params, call) =>
      Promise.all(
        visibleAccounts(call).map((accountId) =>
          renderSubaccount(call, accountId, params.with_portfolio === true),
        ),
      ),
  }),
  defineMethod({
    name: 'private/get_subaccounts_details',
    summary: "Lists the positions, and open orders if asked, of the caller's accounts.",
    scope: 'account:read',
    transport: 'any',
    rateClass: 'plain',
    ...subaccountsDetailsShape,
    handle: (params, call) => {
      const selection = selectionOf(params.currency, undefined);
      return Promise.all(
        visibleAccounts(call).map(async (accountId) => {
          const positions = await renderPositions(call, accountId, params.currency, undefined);
          if (params.with_open_orders !== true) {
            return { uid: accountId, positions };
          }
          const orders = call.context.feeds.openOrders(accountId).filter((order) => {
            const instrument = instrumentOf(call, order.instrumentId);
            return instrument !== null && selection !== null && matches(instrument, selection);
          });
          return { uid: accountId, positions, open_orders: renderOrders(orders, call) };
        }),
      );
    },
  }),
];
