// Answer a liquidation: who may take over positions of accounts in liquidation, and at which price
// they would. An answer stays until it is taken, replaced, taken back or its auction ends; it
// trades when the clock has come down to it.
import type { AccountId, AnswerLiquidation, RejectCode, SetProvider } from '@openstrike/domain';
import { checkKilled } from '../control/kill-switch.ts';
import type { EngineState } from '../state.ts';

/** Makes an account a liquidity provider, or no longer one. */
export const setProvider = (state: EngineState, command: SetProvider): RejectCode | null => {
  const { accountId, provider } = command;
  if (state.accounts[accountId] === undefined) return 'unknown-account';
  const { providers } = state.liquidation;

  // Point of no return.
  if (provider) providers.add(accountId);
  else providers.delete(accountId);
  state.emit({ type: 'provider-changed', accountId, provider });
  return null;
};

const isPrice = (price: number, insolvent: boolean): boolean =>
  insolvent ? price <= 0 && price >= -1 : price > 0 && price <= 1;

/** Takes a provider's answer. */
export const answerLiquidation = (
  state: EngineState,
  command: AnswerLiquidation,
): RejectCode | null => {
  const { accountId, liquidationId, price, shareMax } = command;
  const account = state.accounts[accountId];
  if (account === undefined) return 'unknown-account';
  const killed = checkKilled(state, account, command.clientId ?? '');
  if (killed !== null && shareMax !== 0) return killed;
  if (account.access === 'locked') return 'account-locked';
  if (account.access === 'cancel-only' && shareMax !== 0) return 'account-cancel-only';
  const one = state.liquidation.open.find(({ id }) => id === liquidationId);
  const auction = one?.stage === 'auction' || one?.stage === 'insolvent-auction';
  if (one?.record.account === account) return 'same-account';
  if (!state.liquidation.providers.has(accountId)) return 'not-a-provider';
  if (one === undefined || !auction) return 'unknown-liquidation';
  if (!(shareMax >= 0 && shareMax <= 1)) return 'invalid-amount';
  if (shareMax !== 0 && !isPrice(price, one.stage === 'insolvent-auction')) return 'invalid-price';

  // Point of no return.
  one.answers = one.answers.filter((answer) => answer.accountId !== accountId);
  if (shareMax > 0) one.answers.push({ accountId, price, shareMax });
  const told = accountId as AccountId;
  state.emit({ type: 'liquidation-answered', liquidationId, accountId: told, price, shareMax });
  return null;
};
