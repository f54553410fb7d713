// Connection methods: heartbeat, cancel on disconnect, greetings and the state of the venue.
import { indexNames } from '@openstrike/domain';
import Type from 'typebox';
import { ApiError, type Call, defineMethod, type Method } from '../method.ts';
import type { SocketSession } from '../sockets/socket-session.ts';
import { lockedIndexes } from '../subscriptions/locked-indexes.ts';

const noParams = Type.Object({});
const okResult = Type.Literal('ok');
const versionResult = Type.Object({ version: Type.String() });
const disconnectScope = Type.Object({
  scope: Type.Optional(Type.Enum(['connection', 'account'], { default: 'connection' })),
});

/** Whether the call is about the account or about this socket. */
const isForAccount = (scope: string | undefined, { session }: Call): boolean => {
  if (scope === 'connection' && session.kind !== 'websocket') {
    throw new ApiError('must_be_websocket_request');
  }
  return scope === 'account' || session.kind !== 'websocket';
};

const setCancelOnDisconnect = (scope: string | undefined, call: Call, on: boolean): 'ok' => {
  const { session, context } = call;
  if (isForAccount(scope, call)) {
    if (session.grant === null) throw new ApiError('authorization_required');
    context.identity.changeProfile(session.grant.accountId, { cancelOnDisconnect: on });
  } else {
    armSession(call, on);
  }
  return 'ok';
};

/** Lets the orders of a socket end with it, also when the venue ends first, or no longer. */
export const armSession = ({ session, context }: Call, on: boolean): void => {
  if (session.cancelOnDisconnect === on) return;
  context.identity.armConnection(session.connectionId, on);
  session.cancelOnDisconnect = on;
};

const disconnectMethods: readonly Method[] = [
  defineMethod({
    name: 'private/enable_cancel_on_disconnect',
    summary: 'Orders sent over this socket (or over new sockets of the account) end with it.',
    scope: 'account:read_write',
    transport: 'websocket',
    rateClass: 'plain',
    params: disconnectScope,
    result: okResult,
    handle: ({ scope }, call) => setCancelOnDisconnect(scope, call, true),
  }),
  defineMethod({
    name: 'private/disable_cancel_on_disconnect',
    summary: 'Orders outlive their socket.',
    scope: 'account:read_write',
    transport: 'any',
    rateClass: 'plain',
    params: disconnectScope,
    result: okResult,
    handle: ({ scope }, call) => setCancelOnDisconnect(scope, call, false),
  }),
  defineMethod({
    name: 'private/get_cancel_on_disconnect',
    summary: 'Whether orders end with their socket.',
    scope: 'account:read',
    transport: 'any',
    rateClass: 'plain',
    params: disconnectScope,
    result: Type.Object({
      scope: Type.Enum(['connection', 'account']),
      enabled: Type.Boolean(),
    }),
    handle: ({ scope }, call) => {
      const { session, context } = call;
      if (!isForAccount(scope, call)) {
        return { scope: 'connection', enabled: session.cancelOnDisconnect };
      }
      const accountId = session.grant?.accountId;
      const profile = accountId === undefined ? null : context.identity.profile(accountId);
      return { scope: 'account', enabled: profile?.cancelOnDisconnect ?? false };
    },
  }),
];

const heartbeatMethods: readonly Method[] = [
  defineMethod({
    name: 'public/set_heartbeat',
    summary:
      'Heartbeats and test requests every so many seconds; an unanswered test ends the socket.',
    scope: null,
    transport: 'websocket',
    rateClass: 'plain',
    params: Type.Object({ interval: Type.Number({ minimum: 10, maximum: 86_400 }) }),
    result: okResult,
    handle: ({ interval }, { session }) => {
      session.heartbeatIntervalS = interval;
      return 'ok';
    },
  }),
  defineMethod({
    name: 'public/disable_heartbeat',
    summary: 'No more heartbeats.',
    scope: null,
    transport: 'websocket',
    rateClass: 'plain',
    params: noParams,
    result: okResult,
    handle: (_, { session }) => {
      session.heartbeatIntervalS = 0;
      return 'ok';
    },
  }),
];

/** Methods of one connection; `sessions` are the open sockets by connection id. */
export const createConnectionMethods = (
  sessions: ReadonlyMap<number, SocketSession>,
): readonly Method[] => [
  ...heartbeatMethods,
  ...disconnectMethods,
  defineMethod({
    name: 'public/hello',
    summary: 'The client tells its name.',
    scope: null,
    transport: 'websocket',
    rateClass: 'plain',
    params: Type.Object({
      client_name: Type.String({ maxLength: 256 }),
      client_version: Type.String({ maxLength: 256 }),
    }),
    result: versionResult,
    handle: (params, { session, context }) => {
      session.clientName = `${params.client_name} ${params.client_version}`;
      return { version: context.version };
    },
  }),
  defineMethod({
    name: 'public/test',
    summary: 'Answers with the version; the answer to a test request.',
    scope: null,
    transport: 'any',
    rateClass: 'plain',
    params: Type.Object({ expected_result: Type.Optional(Type.String()) }),
    result: versionResult,
    handle: (params, { session, context }) => {
      sessions.get(session.connectionId)?.answerTest();
      if (params.expected_result === 'exception') throw new ApiError('error');
      return { version: context.version };
    },
  }),
  defineMethod({
    name: 'public/get_time',
    summary: 'The venue time in milliseconds.',
    scope: null,
    transport: 'any',
    rateClass: 'plain',
    params: noParams,
    result: Type.Integer(),
    handle: (_, { context }) => Math.floor(context.clock.nowUs() / 1000),
  }),
  defineMethod({
    name: 'public/status',
    summary: 'Which markets are halted.',
    scope: null,
    transport: 'any',
    rateClass: 'plain',
    params: noParams,
    result: Type.Object({
      locked: Type.Enum(['true', 'partial', 'false']),
      locked_indices: Type.Array(Type.String()),
    }),
    handle: (_, { context }) => {
      const locked = [...lockedIndexes(context.feeds)];
      const all = locked.length === indexNames.length;
      return {
        locked: all ? 'true' : locked.length > 0 ? 'partial' : 'false',
        locked_indices: locked,
      };
    },
  }),
];
