// Kill switch: takes every order of an account (with its subaccounts), of one API key or of the
// whole venue out at once, and no new one in until it is released; likewise what they answered in
// liquidation auctions. Invariant: while a switch is engaged nothing that it covers rests, is
// placed or changed; only the operator's command releases it, and both are journaled with their
// reason.
import type { RejectCode, SetKillSwitch } from '@openstrike/domain';
import { takeBackAnswers } from '../liquidation/take-back-answers.ts';
import type { AccountRecord, EngineState, OrderRecord } from '../state.ts';
import { endOrder } from '../trading/cancel-orders.ts';

/** Keys that may be killed on one account. */
const killedKeysMax = 1_000;

/** Whether a switch keeps the account, or one of its keys, from placing orders. */
export const checkKilled = (
  state: EngineState,
  account: AccountRecord,
  clientId: string,
): RejectCode | null => {
  if (state.killed || account.killed) return 'kill-switch';
  return account.killedKeys.size > 0 && account.killedKeys.has(clientId) ? 'kill-switch' : null;
};

const coversOrder = (
  order: OrderRecord,
  account: AccountRecord | null,
  clientId: string | null,
): boolean => {
  const owner = order.holding.account;
  if (account === null) return true;
  if (clientId !== null) return owner === account && order.clientId === clientId;
  return owner === account || owner.parentId === account.id;
};

/** Whether answers of an account go with a switch; which key an answer came with is not known. */
const coversAnswers = (
  owner: AccountRecord,
  account: AccountRecord | null,
  clientId: string | null,
): boolean =>
  account === null || owner === account || (clientId === null && owner.parentId === account.id);

const engage = (
  state: EngineState,
  account: AccountRecord | null,
  clientId: string | null,
  engaged: boolean,
): void => {
  if (account === null) {
    state.killed = engaged;
  } else if (clientId === null) {
    for (const each of state.accounts) {
      if (each === account || (each !== undefined && each.parentId === account.id)) {
        each.killed = engaged;
      }
    }
  } else if (engaged) {
    account.killedKeys = new Set([...account.killedKeys, clientId]);
  } else {
    account.killedKeys = new Set([...account.killedKeys].filter((key) => key !== clientId));
  }
};

/**
 * Engages or releases a switch; engaging it cancels what it covers, by order id, and then takes its
 * answers back.
 */
export const setKillSwitch = (state: EngineState, command: SetKillSwitch): RejectCode | null => {
  const { accountId, clientId, engaged, reason } = command;
  const account = accountId === null ? null : state.accounts[accountId];
  if (account === undefined) return 'unknown-account';
  if (account === null && clientId !== null) return 'unsupported-combination';
  const full = account !== null && account.killedKeys.size >= killedKeysMax;
  if (engaged && clientId !== null && full) return 'unsupported-combination';

  // Point of no return.
  engage(state, account, clientId, engaged);
  const covered: OrderRecord[] = [];
  for (const order of engaged ? state.orders.sorted() : []) {
    if (coversOrder(order, account, clientId)) covered.push(order);
  }
  state.emit({
    type: 'kill-switch-changed',
    accountId,
    clientId,
    engaged,
    reason,
    orders: covered.length,
  });
  for (const order of covered) {
    endOrder(state, order, 'operator');
  }
  if (engaged) takeBackAnswers(state, (owner) => coversAnswers(owner, account, clientId));
  return null;
};
