// Margin methods: the margin and liquidation parameters that are published, in force and announced,
// and the certificate of an account's own margins. Invariant: both are the engine's answers,
// untouched.
import { marginFileOf, type PublishedTable, type StressView, usPerMs } from '@openstrike/domain';
import { marginCertificateShape, marginParametersShape } from '@openstrike/wire';
import { defineMethod, type Method } from '../method.ts';
import { accountOrSubaccount } from './caller.ts';
import { currencyNamed } from './lookups.ts';
import { answered } from './submit.ts';

const renderPublished = ({ table, hash }: PublishedTable) => ({
  underlying: table.underlying,
  version: table.version,
  hash,
  parameters: marginFileOf(table),
});

const renderStress = ({ underlying, factor, nextFactor, effectiveUs }: StressView) => ({
  underlying,
  factor,
  next_factor: nextFactor,
  next_timestamp: Math.floor(effectiveUs / usPerMs),
});

export const marginMethods: readonly Method[] = [
  defineMethod({
    name: 'public/get_margin_parameters',
    summary:
      'The margin and liquidation parameters of every underlying with version and hash, in force ' +
      'and announced.',
    scope: null,
    transport: 'any',
    rateClass: 'plain',
    ...marginParametersShape,
    handle: async (_params, call) => {
      const { inForce, announced, effectiveUs, stress } = await call.context.queries.query(
        'tables',
        {},
      );
      return {
        in_force: inForce.map(renderPublished),
        announced: announced.map(renderPublished),
        effective_timestamp: effectiveUs === null ? null : Math.floor(effectiveUs / usPerMs),
        stress: stress.map(renderStress),
      };
    },
  }),
  defineMethod({
    name: 'private/get_margin_certificate',
    summary:
      "An account's margins in a currency with everything they came from; save it and compute it " +
      'again with `openstrike certificate`.',
    scope: 'account:read',
    transport: 'any',
    rateClass: 'simulate',
    ...marginCertificateShape,
    handle: async (params, call) => {
      const accountId = accountOrSubaccount(call, params.subaccount_id);
      const currency = currencyNamed(params.currency);
      return answered(
        await call.context.queries.query('margin-certificate', { accountId, currency }),
      );
    },
  }),
];
