// Index machine: the state and rules of one index. Time is an argument; nothing here reads a clock.
// A value is the weighted mean of the constituents that count, each clamped to the neighbourhood of
// their median, so a single one moves it by at most its share of the clamp, however far it strays.
// Invariant: a value is positive, moves by at most the limit, and says who made it; a frozen index
// repeats its last one.
//
// Freezing: fewer than the quorum freezes at once; the quorum has to stand for `thawUs` before the
// index goes on, from where it froze, at the limit's pace. Flagging: a limited value, or one that
// too few vouch for, is published but no fixing should count it.
import type { ConstituentUse, IndexConstituent, IndexStatus, UsdMicros } from '@openstrike/domain';
import { usPerSecond } from '@openstrike/domain';
import { compareNumbers, expm1 } from '@openstrike/std';
import {
  type Constituent,
  createConstituent,
  hindranceOf,
  type SourceQuote,
  takeConnection,
  takeQuote,
} from './constituent.ts';
import type { IndexRules, QuoteMoney } from './index-rules.ts';

export interface IndexMachine {
  readonly rules: IndexRules;
  readonly constituents: ReadonlyMap<string, Constituent>;
  /** Last value; 0 before the first. */
  price: number;
  atUs: number;
  status: IndexStatus;
  /** Average dispersion, and whether it holds the wider clamp. */
  dispersion: number;
  stressed: boolean;
  /** Since when the quorum stands; 0 while it does not. */
  quorumUs: number;
  flagged: boolean;
}

/** One value of an index with all that is to say of it. */
export interface IndexValue {
  readonly price: number;
  readonly status: IndexStatus;
  readonly confidence: number;
  readonly constituents: readonly IndexConstituent[];
  /** Share of the median by which half of the constituents are off at most. */
  readonly dispersion: number;
  readonly stressed: boolean;
  /** What the limiter cut the value from; null where it did not. */
  readonly limitedFrom: number | null;
}

/** Units of the index for one of a money; null while that is not known. */
export type RateOf = (money: QuoteMoney) => number | null;

export const createIndexMachine = (rules: IndexRules): IndexMachine => ({
  rules,
  constituents: new Map(
    rules.constituents.map((rule) => [rule.source, createConstituent(rule)] as const),
  ),
  price: 0,
  atUs: 0,
  status: 'frozen',
  dispersion: 0,
  stressed: false,
  quorumUs: 0,
  flagged: false,
});

/** Takes what a source says; of one that is no constituent nothing. */
export const quoteIndex = (machine: IndexMachine, source: string, quote: SourceQuote): void => {
  const constituent = machine.constituents.get(source);
  if (constituent !== undefined) takeQuote(constituent, quote, machine.rules);
};

export const connectIndex = (machine: IndexMachine, source: string, connected: boolean): void => {
  const constituent = machine.constituents.get(source);
  if (constituent !== undefined) takeConnection(constituent, connected);
};

interface Judged {
  readonly constituent: Constituent;
  /** In the index's own money; 0 when unknown. */
  readonly price: number;
  hindrance: ConstituentUse | null;
}

const judge = (machine: IndexMachine, rateOf: RateOf, nowUs: number): Judged[] =>
  [...machine.constituents.values()].map((constituent) => {
    const rate = rateOf(constituent.rule.quotedIn);
    const price = rate === null ? 0 : constituent.mid * rate;
    const hindrance = hindranceOf(constituent, machine.rules, nowUs);
    const unconverted = hindrance === null && rate === null ? 'unconverted' : hindrance;
    return { constituent, price, hindrance: unconverted };
  });

const medianOf = (values: readonly number[]): number => {
  const sorted = [...values].sort(compareNumbers);
  const middle = sorted.length >> 1;
  const high = sorted[middle] as number;
  return sorted.length % 2 === 1 ? high : 0.5 * ((sorted[middle - 1] as number) + high);
};

export interface PricedConstituent {
  readonly price: number;
  readonly weight: number;
}

/**
 * The weighted mean of prices, each counted with at most a share of the median's distance from it.
 *
 * Domain: at least one price; weights above 0, of any scale.
 */
export const clampedMean = (
  constituents: readonly PricedConstituent[],
  clampShare: number,
  median: number = medianOf(constituents.map(({ price }) => price)),
): number => {
  const low = median * (1 - clampShare);
  const high = median * (1 + clampShare);
  let weights = 0;
  let sum = 0;
  for (const { price, weight } of constituents) {
    weights += weight;
    sum += weight * Math.min(Math.max(price, low), high);
  }
  return sum / weights;
};

/** Turns trust by how long a constituent has been outside the clamp, or back within it. */
const turnTrust = (
  each: Judged,
  outside: boolean,
  rules: IndexRules,
  nowUs: number,
  spare: boolean,
): void => {
  const { constituent } = each;
  if (outside === constituent.distrusted) {
    constituent.turnedUs = 0;
    return;
  }
  if (constituent.turnedUs === 0) constituent.turnedUs = nowUs;
  const patience = constituent.distrusted ? rules.retrustUs : rules.distrustUs;
  if (nowUs - constituent.turnedUs < patience || (outside && !spare)) return;
  constituent.distrusted = outside;
  constituent.turnedUs = 0;
};

const advanceDispersion = (machine: IndexMachine, dispersion: number, nowUs: number): void => {
  const { rules } = machine;
  const weight = machine.atUs === 0 ? 0 : -expm1((machine.atUs - nowUs) / rules.dispersionTimeUs);
  machine.dispersion += weight * (dispersion - machine.dispersion);
  machine.stressed = machine.stressed
    ? machine.dispersion >= rules.stressBelow
    : machine.dispersion > rules.stressAbove;
};

/** The value moved towards `target` by no more than the time since the last one allows. */
const limited = (machine: IndexMachine, target: number, nowUs: number): number => {
  if (machine.price === 0) return target;
  // A pause is no licence to jump: at most one second's move at a time.
  const seconds = Math.min(1, (nowUs - machine.atUs) / usPerSecond);
  const reach = machine.price * machine.rules.moveMaxPerSecond * seconds;
  return Math.min(Math.max(target, machine.price - reach), machine.price + reach);
};

/**
 * The value of an index now; null before its quorum was first there.
 *
 * Domain: `nowUs` does not go back. Cost: a few microseconds.
 */
export const indexAt = (
  machine: IndexMachine,
  rateOf: RateOf,
  nowUs: number,
): IndexValue | null => {
  const { rules } = machine;
  const judged = judge(machine, rateOf, nowUs);
  for (const each of judged) {
    if (each.hindrance === null && each.constituent.distrusted) each.hindrance = 'distrusted';
  }
  const counting = judged.filter(({ hindrance }) => hindrance === null);
  if (counting.length < rules.quorum) {
    machine.quorumUs = 0;
    return frozenAt(machine, judged, nowUs);
  }
  const median = medianOf(counting.map(({ price }) => price));
  const dispersion = medianOf(counting.map(({ price }) => Math.abs(price - median))) / median;
  advanceDispersion(machine, dispersion, nowUs);
  const clamp = machine.stressed ? rules.stressClampShare : rules.clampShare;
  // While they are all apart nobody can tell who is wrong.
  const tellable = dispersion <= rules.stressAbove;
  let spare = counting.length - rules.quorum;
  for (const each of judged) {
    if (!tellable || (each.hindrance !== null && each.hindrance !== 'distrusted')) continue;
    const before = each.constituent.distrusted;
    const outside = Math.abs(each.price - median) > clamp * median;
    turnTrust(each, outside, rules, nowUs, spare > 0);
    if (!before && each.constituent.distrusted) spare -= 1;
  }
  if (machine.quorumUs === 0) machine.quorumUs = nowUs;
  const thawing = machine.status === 'frozen' && machine.price !== 0;
  if (thawing && nowUs - machine.quorumUs < rules.thawUs) return frozenAt(machine, judged, nowUs);
  return valueOf(machine, judged, { median, dispersion, clamp }, nowUs);
};

const valueOf = (
  machine: IndexMachine,
  judged: readonly Judged[],
  now: { readonly median: number; readonly dispersion: number; readonly clamp: number },
  nowUs: number,
): IndexValue => {
  const { rules } = machine;
  const low = now.median * (1 - now.clamp);
  const high = now.median * (1 + now.clamp);
  const counting: PricedConstituent[] = [];
  let weights = 0;
  let all = 0;
  for (const { constituent, price, hindrance } of judged) {
    const { weight } = constituent.rule;
    all += weight;
    if (hindrance !== null) continue;
    weights += weight;
    counting.push({ price, weight });
  }
  const target = clampedMean(counting, now.clamp, now.median);
  const price = limited(machine, target, nowUs);
  const agreement = Math.max(0, 1 - now.dispersion / rules.dispersionMax);
  const confidence = (agreement * weights) / all;
  machine.flagged = confidence < (machine.flagged ? rules.goodFrom : rules.flagBelow);
  machine.price = price;
  machine.atUs = nowUs;
  machine.status = price !== target || machine.flagged ? 'flagged' : 'good';
  return {
    price,
    status: machine.status,
    confidence,
    constituents: partsOf(judged, low, high, weights),
    dispersion: now.dispersion,
    stressed: machine.stressed,
    limitedFrom: price === target ? null : target,
  };
};

const frozenAt = (
  machine: IndexMachine,
  judged: readonly Judged[],
  nowUs: number,
): IndexValue | null => {
  if (machine.price === 0) return null;
  machine.status = 'frozen';
  machine.atUs = nowUs;
  const { price, dispersion, stressed } = machine;
  const constituents = partsOf(judged, 0, 0, 0);
  return {
    price,
    status: 'frozen',
    confidence: 0,
    constituents,
    dispersion,
    stressed,
    limitedFrom: null,
  };
};

const microsOf = (price: number): UsdMicros => Math.round(price * 1e6) as UsdMicros;

/**
 * The constituents as the command states them. Shares in basis points add up to 10,000: each is
 * what its cumulated share adds to the rounded sum. With no weights (a frozen index) none counts,
 * and those that could are stated as whole.
 */
const partsOf = (
  judged: readonly Judged[],
  low: number,
  high: number,
  weights: number,
): IndexConstituent[] => {
  let before = 0;
  return judged.map(({ constituent, price, hindrance }) => {
    const { source, weight } = constituent.rule;
    const said = price > 0 ? microsOf(price) : 0;
    if (hindrance !== null || weights === 0) {
      return { source, price: said, counted: 0, weightBp: 0, use: hindrance ?? 'whole' };
    }
    const from = Math.round((10_000 * before) / weights);
    before += weight;
    const weightBp = Math.round((10_000 * before) / weights) - from;
    const counted = microsOf(Math.min(Math.max(price, low), high));
    return { source, price: said, counted, weightBp, use: counted === said ? 'whole' : 'clamped' };
  });
};
