// API key methods: an account looks after its own keys. Invariant: no key is given more than the
// caller may do himself, so that a narrow key cannot make itself a wide one.
import Type from 'typebox';
import { isKeyScope, scopeAllows } from '../auth/scope.ts';
import type { ApiKey, ApiKeyChanges } from '../identity/identity-store.ts';
import { ApiError, type Call, defineMethod, type Method } from '../method.ts';
import type { Grant } from '../session.ts';

const maxScopeParam = Type.Union([
  Type.Array(Type.String({ maxLength: 64 }), { maxItems: 16 }),
  Type.String({ maxLength: 512 }),
]);
const nameParam = Type.String({ maxLength: 64 });
const features = Type.Array(Type.Enum(['restricted_block_trades', 'block_trade_approval']));
const keyIdParams = Type.Object({ id: Type.Integer() });

const keyResult = Type.Object(
  {
    id: Type.Integer(),
    timestamp: Type.Integer(),
    client_id: Type.String(),
    client_secret: Type.String(),
    max_scope: Type.Array(Type.String()),
    enabled: Type.Boolean(),
    default: Type.Boolean(),
    name: Type.String(),
    enabled_features: Type.Array(Type.String()),
    ip_whitelist: Type.Array(Type.String()),
  },
  { title: 'api key' },
);

const renderKey = (key: ApiKey): unknown => ({
  id: key.id,
  timestamp: key.createdMs,
  client_id: key.clientId,
  client_secret: key.clientSecret,
  max_scope: key.maxScope,
  enabled: key.enabled,
  default: key.isDefault,
  name: key.name,
  enabled_features: key.enabledFeatures,
  ip_whitelist: key.ipWhitelist,
});

const grantOf = ({ session }: Call): Grant => {
  if (session.grant === null) throw new ApiError('authorization_required');
  return session.grant;
};

/** Reads a maximum scope, given as a list or as one text. */
const readScope = (given: string | readonly string[], grant: Grant): readonly string[] => {
  const words = typeof given === 'string' ? given.split(/[\s,]+/) : given;
  const wanted = words.filter((word) => word !== '');
  if (!isKeyScope(wanted)) {
    throw new ApiError('invalid_params', { reason: 'unknown scope', param: 'max_scope' });
  }
  const scope = wanted.filter((word) => !word.endsWith(':none'));
  if (!scope.every((word) => scopeAllows(grant.scope, word))) {
    throw new ApiError('scope_exceeded', { param: 'max_scope' });
  }
  return scope;
};

const found = (key: ApiKey | null): unknown => {
  if (key === null) throw new ApiError('not_found', { param: 'id' });
  return renderKey(key);
};

const change = (call: Call, id: number, changes: ApiKeyChanges): unknown =>
  found(call.context.identity.changeKey(grantOf(call).accountId, id, changes));

const writing = {
  scope: 'account:read_write',
  transport: 'any',
  rateClass: 'plain',
  result: keyResult,
} as const;

export const apiKeyMethods: readonly Method[] = [
  defineMethod({
    ...writing,
    name: 'private/create_api_key',
    summary: 'Makes a key of this account.',
    params: Type.Object({
      max_scope: maxScopeParam,
      name: Type.Optional(nameParam),
      enabled_features: Type.Optional(features),
    }),
    handle: (params, call) => {
      const grant = grantOf(call);
      const key = call.context.identity.createKey(grant.accountId, {
        maxScope: readScope(params.max_scope, grant),
        name: params.name ?? '',
        enabledFeatures: params.enabled_features ?? [],
      });
      if (key === null) throw new ApiError('forbidden', { reason: 'the account has 8 keys' });
      return renderKey(key);
    },
  }),
  defineMethod({
    ...writing,
    name: 'private/edit_api_key',
    summary: 'Changes a key.',
    params: Type.Object({
      id: Type.Integer(),
      max_scope: maxScopeParam,
      name: Type.Optional(nameParam),
      enabled: Type.Optional(Type.Boolean()),
      enabled_features: Type.Optional(features),
      ip_whitelist: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { maxItems: 32 })),
    }),
    handle: (params, call) => {
      const changes: { -readonly [Key in keyof ApiKeyChanges]: ApiKeyChanges[Key] } = {
        maxScope: readScope(params.max_scope, grantOf(call)),
      };
      if (params.name !== undefined) changes.name = params.name;
      if (params.enabled !== undefined) changes.enabled = params.enabled;
      if (params.enabled_features !== undefined) changes.enabledFeatures = params.enabled_features;
      if (params.ip_whitelist !== undefined) changes.ipWhitelist = params.ip_whitelist;
      return change(call, params.id, changes);
    },
  }),
  defineMethod({
    ...writing,
    name: 'private/change_api_key_name',
    summary: 'Renames a key.',
    params: Type.Object({ id: Type.Integer(), name: nameParam }),
    handle: ({ id, name }, call) => change(call, id, { name }),
  }),
  defineMethod({
    ...writing,
    name: 'private/change_scope_in_api_key',
    summary: 'Changes what a key may do.',
    params: Type.Object({ id: Type.Integer(), max_scope: maxScopeParam }),
    handle: (params, call) =>
      change(call, params.id, { maxScope: readScope(params.max_scope, grantOf(call)) }),
  }),
  defineMethod({
    ...writing,
    name: 'private/enable_api_key',
    summary: 'Lets a key in again.',
    params: keyIdParams,
    handle: ({ id }, call) => change(call, id, { enabled: true }),
  }),
  defineMethod({
    ...writing,
    name: 'private/disable_api_key',
    summary: 'Shuts a key out, and ends what it had opened.',
    params: keyIdParams,
    handle: ({ id }, call) => change(call, id, { enabled: false }),
  }),
  defineMethod({
    ...writing,
    name: 'private/reset_api_key',
    summary: 'Gives a key a new secret.',
    params: keyIdParams,
    handle: ({ id }, call) => found(call.context.identity.resetKey(grantOf(call).accountId, id)),
  }),
  defineMethod({
    ...writing,
    name: 'private/remove_api_key',
    summary: 'Removes a key.',
    params: keyIdParams,
    result: Type.Literal('ok'),
    handle: ({ id }, call) => {
      const removed = call.context.identity.removeKey(grantOf(call).accountId, id);
      if (!removed) throw new ApiError('not_found', { param: 'id' });
      return 'ok';
    },
  }),
  defineMethod({
    ...writing,
    name: 'private/list_api_keys',
    summary: 'The keys of this account.',
    scope: 'account:read',
    params: Type.Object({}),
    result: Type.Array(keyResult),
    handle: (_, call) => {
      // A key that may only read must not learn the secrets of keys that may do more.
      const grant = grantOf(call);
      const writes = scopeAllows(grant.scope, 'account:read_write');
      return call.context.identity
        .keys(grant.accountId)
        .map((key) => renderKey(writes ? key : { ...key, clientSecret: '' }));
    },
  }),
];
