// Render MMP: protections and what crossed them, as clients read them. Times of intervals are in
// seconds there, instants in milliseconds.
import { type MmpTriggered, type MmpView, usPerMs, usPerSecond } from '@openstrike/domain';
import type { Static } from 'typebox';
import type {
  mmpConfigSchema,
  mmpStatusSchema,
  mmpTriggerSchema,
} from '../schemas/quote-methods.ts';

type ApiMmpConfig = Static<typeof mmpConfigSchema>;
type ApiMmpStatus = Static<typeof mmpStatusSchema>;
type ApiMmpTrigger = Static<typeof mmpTriggerSchema>;

type ScopeMembers = Pick<ApiMmpConfig, 'index_name' | 'mmp_group' | 'expiration_timestamp'>;

const scopeOf = ({ scope }: Pick<MmpView, 'scope'>): ScopeMembers => ({
  index_name: scope.indexName,
  ...(scope.group === '' ? null : { mmp_group: scope.group }),
  ...(scope.expiryUs === null ? null : { expiration_timestamp: scope.expiryUs / usPerMs }),
});

/** A protection as it was set; limits that it does not have are left out. */
export const renderMmpConfig = (
  view: Pick<MmpView, 'scope' | 'intervalUs' | 'frozenUs' | 'limits'>,
): ApiMmpConfig => {
  const { quantity, delta, vega, gamma, trades, open } = view.limits;
  return {
    ...scopeOf(view),
    interval: view.intervalUs / usPerSecond,
    frozen_time: view.frozenUs / usPerSecond,
    ...(quantity === 0 ? null : { quantity_limit: quantity }),
    ...(delta === 0 ? null : { delta_limit: delta }),
    ...(vega === 0 ? null : { vega_limit: vega }),
    ...(gamma === 0 ? null : { gamma_limit: gamma }),
    ...(trades === 0 ? null : { trade_count_limit: trades }),
    ...(open === 0 ? null : { max_quote_quantity: open }),
  };
};

/** A protection that is frozen: until when, 0 for until it is reset. */
export const renderMmpStatus = (view: MmpView): ApiMmpStatus => ({
  ...scopeOf(view),
  frozen_until: Math.ceil((view.frozenUntilUs ?? 0) / usPerMs),
});

/** A crossing, as `user.mmp_trigger` tells it. */
export const renderMmpTrigger = (event: MmpTriggered): ApiMmpTrigger => ({
  ...scopeOf(event),
  frozen_until: Math.ceil(event.frozenUntilUs / usPerMs),
  trigger: event.cause,
});
