// Margin certificate: one margin figure with everything it came from, so that whoever holds it can
// compute it again without the exchange: parameters by hash, marks, holdings, the prices of the
// grid, the binding scenario and what each leg adds to it. Invariants: the contributions add up to
// the scan; recomputing from a certificate's own inputs gives the certificate.
import type { Revaluation } from '@openstrike/domain';
import { BookSum } from './book-sum.ts';
import { marginWithOrders } from './order-margin.ts';
import { OrderSum } from './order-sum.ts';
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
  /** Open orders: lots that may yet be bought and sold. */
  readonly buyLots: number;
  readonly sellLots: number;
}

/** What a margin is computed from. */
export interface MarginInputs {
  /** What results are counted in before they are dollars; coins count at the index. */
  readonly numeraire: Revaluation['numeraire'];
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

/** The parts of a margin, in dollars; `initial` and its parts with open orders at their worst. */
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
  /** Whether the scan was looked at again around its worst prices, beyond the grid in force. */
  readonly refined: boolean;
  readonly margin: CertifiedMargin;
  readonly binding: Binding;
  /** Per leg, in dollars in the binding scenario; they add up to the scan with its sign turned. */
  readonly contributions: readonly number[];
}

const buildArrays = (
  inputs: MarginInputs,
  parameters: PortfolioParameters,
  scenarios: readonly Scenario[],
): { readonly book: BookSum; readonly orders: OrderSum } => {
  const expiries = createRiskExpiries(Math.max(1, inputs.expiries.length));
  const instruments = createRiskInstruments(Math.max(1, inputs.legs.length));
  for (const expiry of inputs.expiries) addRiskExpiry(expiries, expiry);
  for (const leg of inputs.legs) addRiskInstrument(instruments, leg);
  const { numeraire, market } = inputs;
  const revaluation = { ...parameters.revaluation, numeraire };
  const arrays = new RiskArrays(scenarios, revaluation, instruments, expiries);
  arrays.coinPrice = numeraire === 'coin' ? market.index : 1;
  arrays.build();
  const book = new BookSum(arrays);
  book.fill(
    Uint32Array.from(inputs.legs.keys()),
    Float64Array.from(inputs.legs, ({ lots }) => lots),
    inputs.legs.length,
  );
  const orders = new OrderSum(arrays);
  for (const [leg, { buyLots, sellLots }] of inputs.legs.entries()) {
    orders.change(leg, buyLots, sellLots);
  }
  return { book, orders };
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

/** Which of an expiry's two skews binds; -1 where it gains both ways. */
const worseSkew = (book: BookSum, orders: OrderSum, expiry: number, first: number): number => {
  const at = expiry * SKEWS + first;
  const up = (book.skew[at] as number) + (orders.skew[at] as number);
  const down = (book.skew[at + 1] as number) + (orders.skew[at + 1] as number);
  if (Math.min(up, down) >= 0) {
    return -1;
  }
  return first + (up <= down ? 0 : 1);
};

/** A lot's result in the binding scenario. */
const resultOf = (book: BookSum, orders: OrderSum, place: number, leg: number): number => {
  const { arrays } = book;
  const { scenarioCount } = arrays;
  if (place < 0) {
    return 0;
  }
  if (place < scenarioCount) {
    return arrays.profit[leg * scenarioCount + place] as number;
  }
  const expiry = arrays.instruments.expiry[leg] as number;
  const skew = worseSkew(book, orders, expiry, place === scenarioCount ? 0 : 2);
  return skew < 0 ? 0 : (arrays.skew[leg * SKEWS + skew] as number);
};

/** Position and worst fill of the orders of a leg. */
const contributionOf = (leg: CertifiedLeg, result: number): number =>
  leg.lots * result + (result < 0 ? leg.buyLots * result : -leg.sellLots * result) + 0;

/**
 * The margin of some holdings and orders with its certificate; `refined` looks at the scan again
 * around its worst prices, which the exchange's own figure does not.
 *
 * Cost: revalues each leg in every scenario once, refined twice.
 */
export const certifyMargin = (
  inputs: MarginInputs,
  parameters: PortfolioParameters,
  refined = true,
): MarginCertificate => {
  const grid = buildGrid(parameters.grid, inputs.between);
  let { scenarios } = grid;
  if (refined) {
    const coarse = buildArrays(inputs, parameters, scenarios);
    scenarios = [...scenarios, ...refiningScenarios(coarse.book, grid)];
  }
  const { book, orders } = buildArrays(inputs, parameters, scenarios);
  const { charges } = parameters;
  const { market } = inputs;
  const { maintenance } = marginOf(book, charges, market, createPortfolioMargin());
  const none = { place: 0, buyLots: 0, sellLots: 0 };
  const out = createPortfolioMargin();
  const { binding, ...margin } = marginWithOrders(book, orders, charges, market, none, out);
  return {
    format: 'openstrike-margin-certificate/1',
    underlying: parameters.underlying,
    parameterVersion: parameters.version,
    parameterHash: hashOfValue(parameters),
    inputs,
    refined,
    margin: { ...margin, maintenance },
    binding: bindingOf(binding, scenarios),
    contributions: inputs.legs.map((leg, i) =>
      contributionOf(leg, resultOf(book, orders, binding, i)),
    ),
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
  const again = certifyMargin(certificate.inputs, parameters, certificate.refined);
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
