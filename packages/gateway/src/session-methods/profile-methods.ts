// Profile methods: names, addresses and switches of an owner's accounts, and the log of who came
// in.
import type { AccountId } from '@openstrike/domain';
import Type from 'typebox';
import type { ProfileChanges } from '../identity/identity-store.ts';
import { ApiError, type Call, defineMethod, type Method } from '../method.ts';

const okResult = Type.Literal('ok');
const sid = Type.Integer();

/** Changes a subaccount of the caller's. */
const changeSubaccount = (call: Call, id: number, changes: ProfileChanges): 'ok' => {
  const { identity } = call.context;
  const owner = call.session.grant?.accountId;
  const profile = identity.profile(id as AccountId);
  if (profile === null || profile.mainAccountId !== owner || profile.type !== 'subaccount') {
    throw new ApiError('not_found', { reason: 'no such subaccount', param: 'sid' });
  }
  identity.changeProfile(profile.accountId, changes);
  return 'ok';
};

const ownerOnly = {
  scope: 'account:read_write',
  mainAccountOnly: true,
  transport: 'any',
  rateClass: 'plain',
  result: okResult,
} as const;

export const profileMethods: readonly Method[] = [
  defineMethod({
    ...ownerOnly,
    name: 'private/change_subaccount_name',
    summary: 'Renames a subaccount.',
    params: Type.Object({ sid, name: Type.String({ minLength: 1, maxLength: 64 }) }),
    handle: (params, call) => {
      const taken = call.context.identity.profileByUsername(params.name);
      if (taken !== null && taken.accountId !== params.sid) {
        throw new ApiError('wrong_subaccount_name', { reason: 'the name is taken', param: 'name' });
      }
      return changeSubaccount(call, params.sid, { username: params.name });
    },
  }),
  defineMethod({
    ...ownerOnly,
    name: 'private/set_email_for_subaccount',
    summary: 'Sets the e-mail address of a subaccount.',
    params: Type.Object({ sid, email: Type.String({ pattern: '^[^@\\s]+@[^@\\s]+$' }) }),
    handle: (params, call) => changeSubaccount(call, params.sid, { email: params.email }),
  }),
  defineMethod({
    ...ownerOnly,
    name: 'private/toggle_notifications_from_subaccount',
    summary: 'Whether the owner hears of a subaccount.',
    params: Type.Object({ sid, state: Type.Boolean() }),
    handle: (params, call) =>
      changeSubaccount(call, params.sid, { receiveNotifications: params.state }),
  }),
  defineMethod({
    ...ownerOnly,
    name: 'private/toggle_subaccount_login',
    summary: 'Whether a subaccount may log in by itself.',
    params: Type.Object({ sid, state: Type.Enum(['enable', 'disable']) }),
    handle: (params, call) =>
      changeSubaccount(call, params.sid, { loginEnabled: params.state === 'enable' }),
  }),
  defineMethod({
    name: 'private/get_access_log',
    summary: 'Who came in, and who failed to; newest first.',
    scope: 'account:read',
    transport: 'any',
    rateClass: 'plain',
    params: Type.Object({
      offset: Type.Optional(Type.Integer({ minimum: 0, default: 0 })),
      count: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 10 })),
    }),
    result: Type.Array(
      Type.Object({
        id: Type.Integer(),
        timestamp: Type.Integer(),
        ip: Type.String(),
        country: Type.String(),
        city: Type.String(),
        log: Type.String(),
        data: Type.String(),
      }),
    ),
    handle: ({ offset, count }, { session, context }) => {
      const accountId = session.grant?.accountId;
      if (accountId === undefined) throw new ApiError('authorization_required');
      return context.identity.accessLog(accountId, offset ?? 0, count ?? 10).map((entry) => ({
        id: entry.id,
        timestamp: entry.timestampMs,
        ip: entry.ip,
        country: '',
        city: '',
        log: entry.log,
        data: entry.data,
      }));
    },
  }),
];
