// Margin certificate: one margin figure with everything it came from, so that whoever holds it can
// compute it again without the exchange: parameters by hash, marks, holdings, the prices of the
// grid, the binding scenario and what each leg adds to it. Invariants: the contributions add up to
// the scan; recomputing from a certificate's own inputs gives the certificate.
import type {
  CertifiedBinding,
  CertifiedLeg,
  MarginCertificate,
  MarginInputs,
  RiskVectors,
} from '@openstrike/domain';
import { BookSum } from './book-sum.ts';
import { marginWithOrders } from './order-margin.ts';
import { OrderSum } from './order-sum.ts';
import { createPortfolioMargin, marginOf } from './portfolio-margin.ts';
import { hashOfValue, type PortfolioParameters } from './portfolio-parameters.ts';
import { refiningScenarios } from './refine-scan.ts';
import { RiskArrays, SKEWS } from './risk-arrays.ts';
import {
  addRiskExpiry,
  addRiskInstrument,
  createRiskExpiries,
  createRiskInstruments,
} from './risk-instruments.ts';
import { type Scenario, volatilityMoves } from './scenario.ts';
import { buildGrid, plain } from './scenario-grid.ts';

/** A book of its own over the legs of a certificate, built from nothing. */
export const certifiedBook = (
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

const bindingOf = (place: number, scenarios: readonly Scenario[]): CertifiedBinding => {
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
    const coarse = certifiedBook(inputs, parameters, scenarios);
    scenarios = [...scenarios, ...refiningScenarios(coarse.book, grid)];
  }
  const { book, orders } = certifiedBook(inputs, parameters, scenarios);
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

/** Prices of the table of results, of which one is no move. */
const columns = 9;

/** Signed lots in each scenario, in the numeraire: of all legs together and one by one. */
export const riskVectors = (inputs: MarginInputs, parameters: PortfolioParameters): RiskVectors => {
  const { range, tails } = parameters.grid;
  const standard = Array.from({ length: columns }, (_, i) => (range * (i - 4)) / 4).flatMap(
    (move) => volatilityMoves.map((volatility) => plain(move, volatility)),
  );
  const extended = tails.map((move) => ({
    ...plain(move, 'up'),
    weight: range / Math.abs(move),
  }));
  const scenarios = [...standard, ...extended];
  const { book } = certifiedBook(inputs, parameters, scenarios);
  const split = (results: readonly number[]) => ({
    standard: results.slice(0, standard.length),
    extended: results.slice(standard.length),
  });
  const { profit, scenarioCount } = book.arrays;
  return {
    ...split(scenarios.map((_, s) => book.values[s] as number)),
    legs: inputs.legs.map(({ name, lots }, leg) => ({
      name,
      ...split(scenarios.map((_, s) => lots * (profit[leg * scenarioCount + s] as number) + 0)),
    })),
  };
};
