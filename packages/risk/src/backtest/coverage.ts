// Coverage: whether the initial margin of a book would have paid for what it lost within the
// holding period, at every start of a price history. A breach says that it would not; since a count
// of breaches says nothing of their size, the mean loss of the worst starts is told beside it.
// Invariant: margin and loss are of the same book and start, and the margin sees nothing later.
import { black76 } from '@openstrike/pricing';
import { exp } from '@openstrike/std';
import { BookSum } from '../scenarios/book-sum.ts';
import { createPortfolioMargin, marginOf } from '../scenarios/portfolio-margin.ts';
import type { PortfolioParameters } from '../scenarios/portfolio-parameters.ts';
import { RiskArrays } from '../scenarios/risk-arrays.ts';
import {
  addRiskExpiry,
  addRiskInstrument,
  createRiskExpiries,
  createRiskInstruments,
  listedMoves,
} from '../scenarios/risk-instruments.ts';
import { buildGrid, refineMoves } from '../scenarios/scenario-grid.ts';
import {
  type Bar,
  moneyVolatility,
  realisedVariances,
  strikeVolatility,
  usualVolatility,
  type VolatilityModel,
} from './price-history.ts';
import { type BookLeg, type ReferenceBook, referenceBooks } from './reference-books.ts';

export interface CoverageOptions {
  readonly parameters: PortfolioParameters;
  readonly bars: readonly Bar[];
  readonly books?: readonly ReferenceBook[];
  readonly model?: VolatilityModel;
  /** 48 by default. */
  readonly horizonHours?: number;
  /** Every so many bars a start; 1 by default. */
  readonly step?: number;
  /** Bars that only warm the volatility up; 0 by default. */
  readonly warmUp?: number;
}

/** One start at which the margin did not pay for the loss. */
export interface CoverageBreach {
  readonly book: string;
  /** End of the bar that it starts at. */
  readonly startHours: number;
  readonly startPrice: number;
  readonly endPrice: number;
  readonly margin: number;
  readonly loss: number;
}

export interface BookCoverage {
  readonly book: string;
  readonly starts: number;
  readonly breaches: number;
  /** Loss over margin that 99.5 % of the starts stay within. */
  readonly level995: number;
  /** Mean of loss over margin of the starts beyond that level: what a breach count does not say. */
  readonly shortfall995: number;
  readonly worst: number;
  /** Mean margin over the index. */
  readonly meanMargin: number;
}

export interface Coverage {
  readonly books: readonly BookCoverage[];
  /** All books together. */
  readonly starts: number;
  readonly breachShare: number;
  readonly shortfall995: number;
  readonly breaches: readonly CoverageBreach[];
}

const hoursPerYear = 365 * 24;

/** What a leg became at its start: a strike and an expiry that stand still. */
interface HeldLeg {
  readonly leg: BookLeg;
  readonly strike: number;
  readonly expiryHours: number;
}

interface Moment {
  readonly hours: number;
  readonly price: number;
  readonly variance: number;
}

const hold = (leg: BookLeg, at: Moment, model: VolatilityModel): HeldLeg => {
  if (leg.kind === 'perpetual') return { leg, strike: 0, expiryHours: Number.POSITIVE_INFINITY };
  const years = leg.days / 365;
  const deviation = moneyVolatility(at.variance, years, model) * Math.sqrt(years);
  const strike = at.price * exp(leg.deviations * deviation);
  return { leg, strike, expiryHours: at.hours + leg.days * 24 };
};

const volatilityOf = (held: HeldLeg, at: Moment, model: VolatilityModel): number => {
  const years = Math.max(0, held.expiryHours - at.hours) / hoursPerYear;
  const money = moneyVolatility(at.variance, years, model);
  return strikeVolatility(money, at.price, held.strike, years, model);
};

const valueOf = (held: HeldLeg, at: Moment, model: VolatilityModel): number => {
  const { leg, strike, expiryHours } = held;
  if (leg.kind === 'perpetual') return leg.coins * at.price;
  const years = Math.max(0, expiryHours - at.hours) / hoursPerYear;
  const sign = leg.optionType === 'call' ? 1 : -1;
  return leg.coins * black76(at.price, strike, years, volatilityOf(held, at, model), sign);
};

/** Half a quote and the fee, of the price: what closing a leg of one coin costs. */
const closingShare = 0.0005;

/** Initial margin of a book, by the same arrays and charges as the exchange's. */
const marginOfBook = (
  legs: readonly HeldLeg[],
  at: Moment,
  model: VolatilityModel,
  parameters: PortfolioParameters,
): number => {
  const expiries = createRiskExpiries(legs.length);
  const instruments = createRiskInstruments(legs.length);
  const expiryOf = new Map<number, number>();
  const lots = new Float64Array(legs.length);
  for (const [i, held] of legs.entries()) {
    const { leg, strike, expiryHours } = held;
    const option = leg.kind === 'option';
    const years = option ? (expiryHours - at.hours) / hoursPerYear : 0;
    let expiry = expiryOf.get(years);
    if (expiry === undefined) {
      expiry = addRiskExpiry(expiries, { years, forward: at.price, fixed: 0, confidence: 1 });
      expiryOf.set(years, expiry);
    }
    addRiskInstrument(instruments, {
      kind: option ? 'option' : 'linear',
      expiry,
      sign: option ? (leg.optionType === 'call' ? 1 : -1) : 0,
      strike,
      volatility: option ? volatilityOf(held, at, model) : 0,
      perLot: 1,
      closingCost: closingShare * at.price,
    });
    lots[i] = leg.coins;
  }
  const extra = refineMoves(parameters.grid, listedMoves(instruments, expiries));
  const { scenarios } = buildGrid(parameters.grid, extra);
  const arrays = new RiskArrays(scenarios, parameters.revaluation, instruments, expiries);
  arrays.build();
  const book = new BookSum(arrays);
  book.fill(Uint32Array.from(legs.keys()), lots, legs.length);
  const market = { index: at.price, stablePrice: 1, stress: 1 };
  return marginOf(book, parameters.charges, market, createPortfolioMargin()).initial;
};

/** Bar that ends last within the horizon of each start; -1 where the history ends before. */
const endsOf = (bars: readonly Bar[], horizonHours: number): Int32Array => {
  const ends = new Int32Array(bars.length).fill(-1);
  let end = 0;
  for (const [start, bar] of bars.entries()) {
    const limit = bar.endHours + horizonHours;
    while (end + 1 < bars.length && (bars[end + 1] as Bar).endHours <= limit) end += 1;
    const covered = end > start && (bars[end] as Bar).endHours >= bar.endHours + horizonHours;
    ends[start] = covered ? end : -1;
  }
  return ends;
};

interface Sample {
  readonly ratio: number;
  readonly breach: CoverageBreach | null;
  readonly marginShare: number;
}

/** The mean of the largest half per cent, at least one. */
const tailOf = (ratios: readonly number[]): { readonly level: number; readonly mean: number } => {
  const sorted = [...ratios].sort((a, b) => b - a);
  const count = Math.max(1, Math.floor(sorted.length * 0.005));
  const tail = sorted.slice(0, count);
  const mean = tail.reduce((sum, ratio) => sum + ratio, 0) / count;
  return { level: sorted[count] ?? sorted.at(-1) ?? 0, mean };
};

const summary = (book: string, samples: readonly Sample[]): BookCoverage => {
  const ratios = samples.map(({ ratio }) => ratio);
  const { level, mean } = tailOf(ratios);
  return {
    book,
    starts: samples.length,
    breaches: samples.filter(({ breach }) => breach !== null).length,
    level995: level,
    shortfall995: mean,
    worst: ratios.reduce((most, ratio) => Math.max(most, ratio), Number.NEGATIVE_INFINITY),
    meanMargin: samples.reduce((sum, { marginShare }) => sum + marginShare, 0) / samples.length,
  };
};

/**
 * Holds each reference book from every start to the horizon's end and compares its loss with the
 * initial margin at the start. A loss is the fall of its value, without the premium's carry.
 *
 * Units: dollars. Domain: bars ascend and reach beyond the horizon; a start whose horizon the
 * history does not cover is left out. Throws: RangeError without any start.
 * Cost: starts times books, about 0.2 ms each. Source: risk reference 1.16, test 7.
 */
export const coverageOf = (options: CoverageOptions): Coverage => {
  const { bars, parameters, books = referenceBooks, model = usualVolatility } = options;
  const { step = 1, warmUp = 0, horizonHours = 48 } = options;
  const variances = realisedVariances(bars, model);
  const ends = endsOf(bars, horizonHours);
  const momentAt = (i: number): Moment => {
    const { endHours, close } = bars[i] as Bar;
    return { hours: endHours, price: close, variance: variances[i] as number };
  };
  const samples = books.map((): Sample[] => []);
  for (let start = warmUp; start < bars.length; start += step) {
    const end = ends[start] as number;
    if (end < 0) continue;
    const from = momentAt(start);
    const to = momentAt(end);
    for (const [i, book] of books.entries()) {
      samples[i]?.push(sampleOf(book, from, to, model, parameters));
    }
  }
  const all = samples.flat();
  if (all.length === 0) throw new RangeError('no start has a whole horizon of bars after it');
  const breaches = all.flatMap(({ breach }) => (breach === null ? [] : [breach]));
  return {
    books: books.map((book, i) => summary(book.name, samples[i] as Sample[])),
    starts: all.length,
    breachShare: breaches.length / all.length,
    shortfall995: tailOf(all.map(({ ratio }) => ratio)).mean,
    breaches,
  };
};

const sampleOf = (
  book: ReferenceBook,
  from: Moment,
  to: Moment,
  model: VolatilityModel,
  parameters: PortfolioParameters,
): Sample => {
  const legs = book.legs.map((leg) => hold(leg, from, model));
  const margin = marginOfBook(legs, from, model, parameters);
  let loss = 0;
  for (const leg of legs) loss += valueOf(leg, from, model) - valueOf(leg, to, model);
  const breach =
    loss <= margin
      ? null
      : {
          book: book.name,
          startHours: from.hours,
          startPrice: from.price,
          endPrice: to.price,
          margin,
          loss,
        };
  return { ratio: loss / margin, breach, marginShare: margin / from.price };
};
