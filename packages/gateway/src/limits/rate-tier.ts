// Rate tiers: how many calls of each class an account, or an address without one, may make. Every
// figure is here or in the operator's configuration; nothing else limits calls.
import type { RateClass } from '../method.ts';

/** A bucket of credits: a call costs `cost`; the pool refills steadily up to `pool`. */
export interface CreditRule {
  readonly cost: number;
  readonly pool: number;
  readonly refillPerS: number;
}

/** Null means unlimited. */
export type RateTier = Readonly<Record<RateClass, CreditRule | null>>;

const perSecond = (ratePerS: number, burst: number): CreditRule => ({
  cost: 1,
  pool: burst,
  refillPerS: ratePerS,
});

const plain: CreditRule = { cost: 500, pool: 50_000, refillPerS: 10_000 };
const subscribe: CreditRule = { cost: 3_000, pool: 30_000, refillPerS: 10_000 };

/**
 * The tiers that come with the venue. `deribit` has the figures of Deribit's smallest tier, for
 * tests of a client's own restraint; `default` is roomier, as a venue of one's own can be;
 * `public` is for one address without authentication.
 */
export const builtInRateTiers: Readonly<Record<string, RateTier>> = {
  deribit: {
    plain,
    matching: perSecond(5, 20),
    'cancel-all': perSecond(5, 20),
    subscribe,
    instruments: perSecond(1, 5),
    simulate: perSecond(1, 1),
  },
  default: {
    plain: perSecond(100, 500),
    matching: perSecond(50, 200),
    'cancel-all': perSecond(20, 100),
    subscribe: perSecond(20, 100),
    instruments: perSecond(5, 30),
    simulate: perSecond(5, 20),
  },
  public: {
    plain: perSecond(100, 1_000),
    matching: perSecond(5, 20),
    'cancel-all': perSecond(5, 20),
    subscribe: perSecond(20, 200),
    instruments: perSecond(5, 50),
    simulate: perSecond(1, 5),
  },
  'market-maker': {
    plain: perSecond(1_000, 5_000),
    matching: perSecond(5_000, 20_000),
    'cancel-all': perSecond(100, 500),
    subscribe: perSecond(50, 500),
    instruments: perSecond(10, 50),
    simulate: perSecond(20, 100),
  },
  unlimited: {
    plain: null,
    matching: null,
    'cancel-all': null,
    subscribe: null,
    instruments: null,
    simulate: null,
  },
};

/** Sustained calls a second and burst of a rule, as account summaries show them. */
export const rateAndBurst = (
  rule: CreditRule | null,
): { readonly rate: number; readonly burst: number } =>
  rule === null
    ? { rate: 1_000_000, burst: 1_000_000 }
    : { rate: rule.refillPerS / rule.cost, burst: Math.floor(rule.pool / rule.cost) };
