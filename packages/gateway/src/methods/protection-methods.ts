// Protection methods: market-maker protection, set and read. Invariant: `all` is every index, of an
// expiry every index that has it, one command each; nothing is set for block RFQs, which the venue
// does not have.
import {
  type IndexName,
  indexNames,
  type MmpScope,
  type MmpView,
  type TsUs,
  usPerMs,
  usPerSecond,
} from '@openstrike/domain';
import { quoteShapes, renderMmpConfig, renderMmpStatus } from '@openstrike/wire';
import { ApiError, type Call, defineMethod, type Method } from '../method.ts';
import { accountOf } from './caller.ts';
import { indexNamed } from './lookups.ts';
import { notImplemented, submit } from './submit.ts';

interface ScopeParams {
  readonly index_name?: string;
  readonly mmp_group?: string;
  readonly expiration_timestamp?: number;
  readonly block_rfq?: boolean;
}

const read = { scope: 'trade:read', transport: 'any', rateClass: 'plain' } as const;
const write = { scope: 'trade:read_write', transport: 'any', rateClass: 'plain' } as const;

const indexesOf = (name: string | undefined): readonly IndexName[] =>
  name === undefined || name === 'all' ? indexNames : [indexNamed(name)];

const expiryOf = (ms: number | undefined): TsUs | null =>
  ms === undefined ? null : ((ms * usPerMs) as TsUs);

/** Of what `all` names, what there is; an index that is named is the engine's to judge. */
const hasExpiry = (call: Call, indexName: IndexName, expiryUs: TsUs): boolean =>
  call.context.feeds
    .instruments({ currency: null, kind: null, expired: false })
    .some((each) => each.indexName === indexName && each.expiryUs === expiryUs);

const scopesOf = (params: ScopeParams, call: Call): readonly MmpScope[] => {
  if (params.block_rfq === true) {
    throw notImplemented('protection of block RFQ quotes');
  }
  const group = params.mmp_group ?? '';
  const expiryUs = expiryOf(params.expiration_timestamp);
  const named = indexesOf(params.index_name);
  const some = expiryUs !== null && named.length > 1;
  const names = some ? named.filter((name) => hasExpiry(call, name, expiryUs)) : named;
  if (names.length === 0) {
    const [reason, param] = ['expiry not found', 'expiration_timestamp'];
    throw new ApiError('invalid_params', { reason, param });
  }
  return names.map((indexName) => ({ indexName, group, expiryUs }));
};

/** The account's protections that the parameters name; what is not given takes any. */
const protectionsOf = async (params: ScopeParams, call: Call): Promise<readonly MmpView[]> => {
  const names = indexesOf(params.index_name);
  const expiryUs = expiryOf(params.expiration_timestamp);
  const all = await call.context.queries.query('mmp', { accountId: accountOf(call) });
  return params.block_rfq === true
    ? []
    : all.filter(
        ({ scope }) =>
          names.includes(scope.indexName) &&
          (params.mmp_group === undefined || scope.group === params.mmp_group) &&
          (expiryUs === null || scope.expiryUs === expiryUs),
      );
};

const microseconds = (seconds: number): number => Math.round(seconds * usPerSecond);

/** Market-maker protection. */
export const protectionMethods: readonly Method[] = [
  defineMethod({
    name: 'private/get_mmp_config',
    summary: 'Lists the market maker protections of the account.',
    ...read,
    ...quoteShapes.getMmpConfig,
    handle: async (params, call) => (await protectionsOf(params, call)).map(renderMmpConfig),
  }),
  defineMethod({
    name: 'private/set_mmp_config',
    summary:
      'Sets a market maker protection for an index, one of its expiries or a group of quotes; an ' +
      'interval of 0 removes it, and so does the end of its expiry.',
    ...write,
    ...quoteShapes.setMmpConfig,
    handle: async (params, call) => {
      const accountId = accountOf(call);
      const settings = {
        intervalUs: microseconds(params.interval),
        frozenUs: microseconds(params.frozen_time),
        limits: {
          quantity: params.quantity_limit ?? 0,
          delta: params.delta_limit ?? 0,
          vega: params.vega_limit ?? 0,
          gamma: params.gamma_limit ?? 0,
          trades: params.trade_count_limit ?? 0,
          open: params.max_quote_quantity ?? 0,
        },
      };
      const scopes = scopesOf(params, call);
      await Promise.all(
        scopes.map((scope) => submit(call, { type: 'set-mmp', accountId, scope, ...settings })),
      );
      return scopes.map((scope) => renderMmpConfig({ scope, ...settings }));
    },
  }),
  defineMethod({
    name: 'private/get_mmp_status',
    summary: 'Lists the protections that are triggered and not taken up again.',
    ...read,
    ...quoteShapes.getMmpStatus,
    handle: async (params, call) =>
      (await protectionsOf(params, call))
        .filter(({ frozenUntilUs }) => frozenUntilUs !== null)
        .map(renderMmpStatus),
  }),
  defineMethod({
    name: 'private/reset_mmp',
    summary: 'Takes up orders again that a protection keeps out.',
    ...write,
    ...quoteShapes.resetMmp,
    handle: async (params, call) => {
      const accountId = accountOf(call);
      await Promise.all(
        scopesOf(params, call).map((scope) =>
          submit(call, { type: 'reset-mmp', accountId, scope }),
        ),
      );
      return 'ok';
    },
  }),
];
