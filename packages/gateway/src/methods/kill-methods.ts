// Kill methods: the kill switch over the door. Whoever may trade may stop: their own key, account
// or subaccount. Invariants: the whole venue, and any release, is for operators alone, since a
// switch that an operator engaged must not be released by whom it stops; nobody learns from a
// refusal whether an account or key of somebody else exists.
import type { AccountId } from '@openstrike/domain';
import { killSwitchesShape, setKillSwitchShape } from '@openstrike/wire';
import type { Static } from 'typebox';
import { ApiError, type Call, defineMethod, type Method } from '../method.ts';
import { accountOrSubaccount, grantOf } from './caller.ts';
import { answered, submit } from './submit.ts';

type Params = Static<typeof setKillSwitchShape.params>;

interface Subject {
  readonly accountId: AccountId | null;
  readonly clientId: string | null;
}

const isOperator = (call: Call): boolean => call.context.isOperator(grantOf(call).accountId);

const accountNamed = (call: Call, accountId: number | undefined): AccountId => {
  const known = accountId !== undefined && call.context.feeds.account(accountId as AccountId);
  return known && isOperator(call)
    ? known.accountId
    : accountOrSubaccount(call, accountId, 'account_id');
};

/** A key of the account. Throws: ApiError for any other. */
const keyNamed = (call: Call, accountId: AccountId, clientId: string): string => {
  const known = call.context.identity.keys(accountId).some((key) => key.clientId === clientId);
  if (known) return clientId;
  throw new ApiError('invalid_params', { reason: 'no such key', param: 'client_id' });
};

const refuseOthers = (call: Call, reason: string): void => {
  if (!isOperator(call)) throw new ApiError('forbidden', { reason });
};

const subjectOf = (params: Params, call: Call): Subject => {
  const { scope, account_id: named, client_id: key } = params;
  const misplaced = key !== undefined && scope !== 'key' ? 'client_id' : null;
  const param = named !== undefined && scope === 'venue' ? 'account_id' : misplaced;
  if (param !== null) {
    throw new ApiError('invalid_params', { reason: `not with the scope ${scope}`, param });
  }
  if (scope === 'venue') {
    refuseOthers(call, 'only operators stop the whole venue');
    return { accountId: null, clientId: null };
  }
  const accountId = accountNamed(call, named);
  if (scope === 'account') return { accountId, clientId: null };
  const clientId = keyNamed(call, accountId, key ?? grantOf(call).clientId);
  return { accountId, clientId };
};

const setSwitch = async (params: Params, call: Call, engaged: boolean) => {
  const { accountId, clientId } = subjectOf(params, call);
  const reason = params.reason ?? `by ${grantOf(call).clientId}`;
  const command = { type: 'set-kill-switch', accountId, clientId, engaged, reason } as const;
  const { events } = await submit(call, command);
  const changed = events.find((event) => event.type === 'kill-switch-changed');
  return {
    scope: params.scope,
    ...(accountId === null ? {} : { account_id: accountId }),
    ...(clientId === null ? {} : { client_id: clientId }),
    engaged,
    orders_cancelled: changed?.orders ?? 0,
  };
};

const write = { scope: 'trade:read_write', transport: 'any', rateClass: 'cancel-all' } as const;

/** Kill switches. */
export const killMethods: readonly Method[] = [
  defineMethod({
    name: 'private/engage_kill_switch',
    summary:
      'Takes out every order of a key, of an account with its subaccounts or of the venue, and ' +
      'refuses new ones until an operator releases the switch.',
    ...write,
    ...setKillSwitchShape,
    handle: (params, call) => setSwitch(params, call, true),
  }),
  defineMethod({
    name: 'private/release_kill_switch',
    summary: 'Releases a kill switch; for operators.',
    ...write,
    ...setKillSwitchShape,
    handle: (params, call) => {
      refuseOthers(call, 'only operators release kill switches');
      return setSwitch(params, call, false);
    },
  }),
  defineMethod({
    name: 'private/get_kill_switches',
    summary: 'Lists the kill switches that stand against an account.',
    scope: 'trade:read',
    transport: 'any',
    rateClass: 'plain',
    ...killSwitchesShape,
    handle: async (params, call) => {
      const accountId = accountNamed(call, params.account_id);
      const view = answered(await call.context.queries.query('kill-switches', { accountId }));
      return { venue: view.venue, account: view.account, client_ids: [...view.keys] };
    },
  }),
];
