// Forward machine: how far the forward of one expiry stands from the index. What futures,
// perpetuals and put-call parity say is weighed by how tightly they say it, and followed by a
// 30-second average, so that no single order moves a mark far. Trades are no evidence at all, so a
// liquidation never moves a mark by its own prints.
// Invariant: a forward is positive, and its basis stays within what a year's carry can be.
import { usPerSecond } from '@openstrike/domain';
import { compareNumbers, expm1 } from '@openstrike/std';

/** One opinion of a forward, as it stands from the index at the same moment. USD a coin. */
export interface ForwardEvidence {
  readonly kind: 'future' | 'perpetual' | 'parity';
  readonly source: string;
  /** Forward less index. */
  readonly basis: number;
  /** Half of the spread it was read from. */
  readonly half: number;
  /** How much the source counts: 1 for a book of our own, less for others. */
  readonly weight: number;
}

export interface ForwardRules {
  /** Time constant of the average. */
  readonly averageUs: number;
  /** Evidence counts with at most this distance from the weighted median, a share of the index. */
  readonly clampShare: number;
  /** What is said now counts with at most this distance from the average. */
  readonly moveShare: number;
  /** Bound of the basis: this share of the index, and this much more of it a year. */
  readonly basisShare: number;
  readonly basisPerYear: number;
  /** A spread below this share of the index makes nobody count more. */
  readonly halfShareMin: number;
}

export const usualForwardRules: ForwardRules = {
  averageUs: 30 * usPerSecond,
  clampShare: 0.005,
  moveShare: 0.015,
  basisShare: 0.015,
  basisPerYear: 1,
  halfShareMin: 0.0001,
};

/** What is remembered of one expiry. */
export interface ForwardBasis {
  /** USD a coin. */
  usd: number;
  /** When it was last advanced; 0 before the first evidence. */
  atUs: number;
  /** When there was last any evidence. */
  heardUs: number;
}

export const createForwardBasis = (): ForwardBasis => ({ usd: 0, atUs: 0, heardUs: 0 });

const clamp = (value: number, low: number, high: number): number =>
  Math.min(Math.max(value, low), high);

interface Weighed {
  readonly basis: number;
  readonly weight: number;
}

const weighedMedian = (all: readonly Weighed[]): number => {
  const sorted = [...all].sort((a, b) => compareNumbers(a.basis, b.basis));
  let rest = 0.5 * sorted.reduce((sum, { weight }) => sum + weight, 0);
  for (const { basis, weight } of sorted) {
    rest -= weight;
    if (rest <= 0) return basis;
  }
  return (sorted.at(-1) as Weighed).basis;
};

/** What the evidence says together; null without any. USD a coin. */
export const weighEvidence = (
  evidence: readonly ForwardEvidence[],
  index: number,
  rules: ForwardRules,
): number | null => {
  const weighed = evidence.flatMap(({ basis, half, weight }): Weighed[] => {
    const width = Math.max(half, rules.halfShareMin * index);
    return Number.isFinite(basis) && weight > 0 && half >= 0
      ? [{ basis, weight: weight / (width * width) }]
      : [];
  });
  if (weighed.length === 0) return null;
  const median = weighedMedian(weighed);
  const reach = rules.clampShare * index;
  let sum = 0;
  let weights = 0;
  for (const { basis, weight } of weighed) {
    sum += weight * clamp(basis, median - reach, median + reach);
    weights += weight;
  }
  return sum / weights;
};

/**
 * Moves a basis towards the evidence by the time passed and returns the forward; null while nothing
 * was ever said. Without evidence the basis shrinks with the time to expiry, as carry does.
 *
 * Units: USD a coin; `years` to expiry now, above 0.
 */
export const advanceForward = (
  state: ForwardBasis,
  evidence: readonly ForwardEvidence[],
  at: { readonly index: number; readonly years: number; readonly nowUs: number },
  rules: ForwardRules = usualForwardRules,
): number | null => {
  const { index, years, nowUs } = at;
  const bound = index * (rules.basisShare + rules.basisPerYear * years);
  const said = weighEvidence(evidence, index, rules);
  if (said !== null) {
    const first = state.atUs === 0;
    const reach = rules.moveShare * index;
    const target = first ? said : clamp(said, state.usd - reach, state.usd + reach);
    const weight = first ? 1 : -expm1((state.atUs - nowUs) / rules.averageUs);
    state.usd += weight * (target - state.usd);
    state.heardUs = nowUs;
  } else if (state.atUs === 0) {
    return null;
  } else {
    const yearsBefore = years + (nowUs - state.atUs) / (365 * 86_400 * usPerSecond);
    state.usd *= years / yearsBefore;
  }
  state.usd = clamp(state.usd, -bound, bound);
  state.atUs = nowUs;
  return index + state.usd;
};
