// Margin certificate: one margin figure with everything it came from, so that whoever holds it can
// compute it again without the exchange: parameters by hash, marks, holdings, the prices of the
// grid, the binding scenario and what each leg adds to it. Invariants: the contributions add up to
// the scan; recomputing from a certificate's own inputs gives the certificate.
import { BookSum } from './book-sum.ts';
import { createPortfolioMargin, type MarginMarket, marginOf } from './portfolio-margin.ts';
import { hashOfValue, type PortfolioParameters } from './portfolio-parameters.ts';
import { refiningScenarios } from './refine-scan.ts';
import { RiskArrays, SKEWS } from './risk-arrays.ts';
import {
  addRiskExpiry,
  addRiskInstrument,
  createRiskExpiries,
  createRiskInstruments,
  type RiskExpiry,
  type RiskInstrument,
} from './risk-instruments.ts';
import type { Scenario, VolatilityMove } from './scenario.ts';
import { buildGrid } from './scenario-grid.ts';

/** A holding, with all that its valuation needs. */
export interface CertifiedLeg extends RiskInstrument {
  readonly name: string;
  /** Signed. */
  readonly lots: number;
}

/** What a margin is computed from. */
export interface MarginInputs {
  /** Of the volatility surface whose marks these are. */
  readonly surfaceVersion: number;
  readonly market: Readonly<MarginMarket>;
  readonly expiries: readonly RiskExpiry[];
  readonly legs: readonly CertifiedLeg[];
  /** Moves of the grid in force besides its even ones. */
  readonly between: readonly number[];
}

export type Binding =
  | { readonly kind: 'none' }
  | { readonly kind: 'linear-skew' }
  | { readonly kind: 'absolute-skew' }
  | {
      readonly kind: 'scenario';
      readonly move: number;
      readonly volatility: VolatilityMove;
      readonly weight: number;
    };

/** The parts of a margin, in dollars. */
export interface CertifiedMargin {
  readonly initial: number;
  readonly maintenance: number;
  readonly scan: number;
  readonly roll: number;
  readonly deltaLiquidity: number;
  readonly vegaLiquidity: number;
  readonly nakedCoins: number;
  readonly closingCost: number;
  readonly confidence: number;
}

export interface MarginCertificate {
  readonly format: 'openstrike-margin-certificate/1';
  readonly underlying: string;
  readonly parameterVersion: number;
  readonly parameterHash: string;
  readonly inputs: MarginInputs;
  readonly margin: CertifiedMargin;
  readonly binding: Binding;
  /** Per leg, in dollars in the binding scenario; they add up to the scan with its sign turned. */
  readonly contributions: readonly number[];
}

const buildArrays = (
  inputs: MarginInputs,
  parameters: PortfolioParameters,
  scenarios: readonly Scenario[],
): { readonly arrays: RiskArrays; readonly book: BookSum } => {
  const expiries = createRiskExpiries(Math.max(1, inputs.expiries.length));
  const instruments = createRiskInstruments(Math.max(1, inputs.legs.length));
  for (const expiry of inputs.expiries) addRiskExpiry(expiries, expiry);
  for (const leg of inputs.legs) addRiskInstrument(instruments, leg);
  const arrays = new RiskArrays(scenarios, parameters.revaluation, instruments, expiries);
  arrays.build();
  const book = new BookSum(arrays);
  book.fill(
    Uint32Array.from(inputs.legs.keys()),
    Float64Array.from(inputs.legs, ({ lots }) => lots),
    inputs.legs.length,
  );
  return { arrays, book };
};

const bindingOf = (place: number, scenarios: readonly Scenario[]): Binding => {
  const scenario = scenarios[place];
  if (scenario !== undefined) {
    const { move, volatility, weight } = scenario;
    return { kind: 'scenario', move, volatility, weight };
  }
  if (place < 0) {
    return { kind: 'none' };
  }
  return { kind: place === scenarios.length ? 'linear-skew' : 'absolute-skew' };
};

/** What a leg adds to the worse sign of a skew, or nothing where its expiry gains both ways. */
const skewContribution = (book: BookSum, leg: number, first: number): number => {
  const { skew, instruments } = book.arrays;
  const row = (instruments.expiry[leg] as number) * SKEWS + first;
  const up = book.skew[row] as number;
  const down = book.skew[row + 1] as number;
  if (Math.min(up, down) >= 0) {
    return 0;
  }
  return skew[leg * SKEWS + first + (up <= down ? 0 : 1)] as number;
};

const contributionOf = (book: BookSum, place: number, leg: number): number => {
  const { arrays } = book;
  if (place < 0) {
    return 0;
  }
  if (place < arrays.scenarioCount) {
    return arrays.profit[leg * arrays.scenarioCount + place] as number;
  }
  return skewContribution(book, leg, place === arrays.scenarioCount ? 0 : 2);
};

/**
 * The margin of some holdings with its certificate, the scan refined around its worst prices.
 *
 * Cost: revalues each leg in every scenario twice.
 */
export const certifyMargin = (
  inputs: MarginInputs,
  parameters: PortfolioParameters,
): MarginCertificate => {
  const grid = buildGrid(parameters.grid, inputs.between);
  const coarse = buildArrays(inputs, parameters, grid.scenarios);
  const scenarios = [...grid.scenarios, ...refiningScenarios(coarse.book, grid)];
  const { book } = buildArrays(inputs, parameters, scenarios);
  const out = createPortfolioMargin();
  const { binding, ...margin } = marginOf(book, parameters.charges, inputs.market, out);
  return {
    format: 'openstrike-margin-certificate/1',
    underlying: parameters.underlying,
    parameterVersion: parameters.version,
    parameterHash: hashOfValue(parameters),
    inputs,
    margin,
    binding: bindingOf(binding, scenarios),
    contributions: inputs.legs.map((leg, i) => leg.lots * contributionOf(book, binding, i) + 0),
  };
};

/** What a certificate recomputed to. */
export type CertificateCheck =
  | { readonly ok: true; readonly largestDifference: number }
  | { readonly ok: false; readonly why: 'other parameters' | 'other figures' };

/**
 * Recomputes a certificate from its own inputs and the published parameters.
 *
 * Holds: ok means that the parameters hash as it says, and that every figure of margin and
 * contributions is the same to `tolerance` of the largest one.
 */
export const checkCertificate = (
  certificate: MarginCertificate,
  parameters: PortfolioParameters,
  tolerance = 1e-9,
): CertificateCheck => {
  if (hashOfValue(parameters) !== certificate.parameterHash) {
    return { ok: false, why: 'other parameters' };
  }
  const again = certifyMargin(certificate.inputs, parameters);
  const figures = (of: MarginCertificate): readonly number[] => [
    ...Object.values(of.margin),
    ...of.contributions,
  ];
  const stated = figures(certificate);
  const scale = Math.max(1, ...stated.map(Math.abs));
  const differences = figures(again).map((value, i) => Math.abs(value - (stated[i] ?? Infinity)));
  const largestDifference = Math.max(0, ...differences) / scale;
  return largestDifference <= tolerance
    ? { ok: true, largestDifference }
    : { ok: false, why: 'other figures' };
};
