// Auth methods: how a client says who it is. Invariant: whoever is bound to a socket anew loses
// the private channels of whoever was bound before.
import Type from 'typebox';
import type { AuthAnswer, Authenticator, AuthRequest } from '../auth/authenticator.ts';
import { type Call, defineMethod, type Method, noReply } from '../method.ts';
import { armSession } from './connection-methods.ts';

const text = Type.String({ maxLength: 4096 });

const tokenResult = Type.Object({
  access_token: Type.String(),
  expires_in: Type.Integer(),
  refresh_token: Type.String(),
  scope: Type.String(),
  token_type: Type.Literal('bearer'),
  enabled_features: Type.Array(Type.String()),
  sid: Type.Optional(Type.String()),
  state: Type.Optional(Type.String()),
});

/** Runs a change of identity and settles what follows from it on the socket. */
const rebind = (call: Call, change: () => AuthAnswer): AuthAnswer => {
  const { session, context } = call;
  const before = session.grant;
  const answer = change();
  if (session.kind !== 'websocket' || session.grant === null) return answer;
  if (before !== null && before.accountId !== session.grant.accountId) {
    context.subscriptions.unsubscribeAll(session, 'private');
  }
  const profile = context.identity.profile(session.grant.accountId);
  if (before === null && profile?.cancelOnDisconnect === true) armSession(call, true);
  return answer;
};

export const createAuthMethods = (authenticator: Authenticator): readonly Method[] => [
  defineMethod({
    name: 'public/auth',
    summary: 'Proves who is calling and answers with tokens; binds the identity to a socket.',
    scope: null,
    transport: 'any',
    rateClass: 'plain',
    params: Type.Object({
      grant_type: Type.Enum(['client_credentials', 'client_signature', 'refresh_token']),
      client_id: Type.Optional(text),
      client_secret: Type.Optional(text),
      refresh_token: Type.Optional(text),
      timestamp: Type.Optional(Type.Union([Type.Integer(), Type.String({ maxLength: 20 })])),
      signature: Type.Optional(text),
      nonce: Type.Optional(text),
      data: Type.Optional(text),
      state: Type.Optional(text),
      scope: Type.Optional(text),
    }),
    result: tokenResult,
    handle: (params, call) =>
      rebind(call, () => authenticator.authenticate(params as AuthRequest, call.session)),
  }),
  defineMethod({
    name: 'public/exchange_token',
    summary: 'Answers with tokens for another account of the same owner.',
    scope: null,
    transport: 'any',
    rateClass: 'plain',
    params: Type.Object({
      refresh_token: text,
      subject_id: Type.Integer(),
      scope: Type.Optional(text),
    }),
    result: tokenResult,
    handle: (params, call) =>
      rebind(call, () => authenticator.exchange(params as ExchangeRequest, call.session)),
  }),
  defineMethod({
    name: 'public/fork_token',
    summary: 'Answers with tokens for another named session.',
    scope: null,
    transport: 'any',
    rateClass: 'plain',
    params: Type.Object({
      refresh_token: text,
      session_name: Type.String({ minLength: 1, maxLength: 128 }),
    }),
    result: tokenResult,
    handle: (params, call) => rebind(call, () => authenticator.fork(params, call.session)),
  }),
  defineMethod({
    name: 'private/logout',
    summary: 'Closes the socket without an answer and without cancel-on-disconnect.',
    scope: 'authenticated',
    transport: 'websocket',
    rateClass: 'plain',
    params: Type.Object({
      invalidate_token: Type.Optional(Type.Boolean({ default: true })),
      access_token: Type.Optional(text),
    }),
    result: Type.Null(),
    handle: (params, { session }) => {
      const token = params.access_token ?? null;
      authenticator.logout(session, token, params.invalidate_token ?? true);
      session.close('logged out');
      return noReply;
    },
  }),
];

type ExchangeRequest = Parameters<Authenticator['exchange']>[0];
