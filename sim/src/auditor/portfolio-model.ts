// Portfolio model: the portfolio margin of a list of legs, worked out anew from marks and tables:
// each leg revalued in each scenario by the textbook, each charge as the parameter file says it.
// Nothing is kept between marks of an underlying, nothing is shared with the engine. Source: risk
// reference 1.16.
import {
  type IndexName,
  type Instrument,
  type InstrumentId,
  type MarginParameters,
  recommendedMargin,
  usPerYear,
} from '@openstrike/domain';
import { greeksOf, putValue } from './black76-model.ts';
import type { ContractFactsTable } from './contract-facts.ts';
import { indexNamesOf, type Mark, type MarketFacts, type Marking } from './market-facts.ts';
import {
  listedGrid,
  type ModelScenario,
  type StrikeMove,
  shockedVolatilities,
  skewedVolatilities,
} from './scenario-model.ts';
import { hold } from './violation.ts';

export type Underlying = 'BTC' | 'ETH';

export interface Leg {
  readonly instrument: Instrument;
  readonly lots: number;
  readonly buyLots: number;
  readonly sellLots: number;
}

/** What a lot does. */
interface Row {
  readonly slot: Slot;
  /** Of options. */
  readonly type: 'call' | 'put' | null;
  /** Weighted profit or loss in each scenario. */
  readonly results: Float64Array;
  /** Under a linear and an absolute skew, each up and down. */
  readonly skews: readonly number[];
  readonly delta: number;
  readonly vega: number;
  readonly coins: number;
  readonly closing: number;
}

/** An expiry of an index, or its perpetual. */
interface Slot {
  readonly years: number;
  readonly forward: number;
  readonly fixed: number;
  readonly confidence: number;
}

/** What a put is worth: now, in each scenario and under each skew. */
interface Values {
  readonly now: number;
  readonly later: Float64Array;
  readonly skewed: readonly number[];
}

/** Everything about one underlying at one set of marks. */
interface Picture {
  readonly markings: readonly (Marking | undefined)[];
  /** Contracts that had ended by then. */
  readonly delivered: number;
  readonly parameters: MarginParameters;
  readonly scenarios: readonly ModelScenario[];
  readonly evenCount: number;
  readonly slots: ReadonlyMap<string, Slot>;
  /** Of puts, by slot, strike and volatility. */
  readonly values: Map<string, Values>;
  /** In dollars, and in coins of the moved price. */
  readonly rows: Readonly<Record<Numeraire, Map<InstrumentId, Row>>>;
  /** Room for what all legs come to in each scenario: of positions alone, and with open orders. */
  readonly alone: Float64Array;
  readonly full: Float64Array;
}

type Numeraire = 'usd' | 'coin';

/** In dollars. */
export interface PortfolioFigures {
  readonly scan: number;
  readonly initial: number;
  readonly maintenance: number;
  /** Of the even grid, which lines up over underlyings; until the next figures of this one. */
  readonly even: Float64Array;
}

/** What is held of a row, and how much of it is open to buy and to sell. */
interface Own {
  readonly row: Row;
  readonly lots: number;
  readonly buy: number;
  readonly sell: number;
}

/** A sum as positions have it, and how far open orders may move it up and down. */
interface Reach {
  at: number;
  up: number;
  down: number;
}

/** What an account has in a slot. */
interface SlotSum {
  readonly delta: Reach;
  readonly vega: Reach;
  readonly skews: [number, number, number, number];
  /** Coins, once every open order to sell is filled. */
  calls: number;
  puts: number;
  gross: number;
}

const noReach = (): Reach => ({ at: 0, up: 0, down: 0 });

const emptySlot = (): SlotSum => ({
  delta: noReach(),
  vega: noReach(),
  skews: [0, 0, 0, 0],
  calls: 0,
  puts: 0,
  gross: 0,
});

const furthest = ({ at, up, down }: Reach): number =>
  Math.max(Math.abs(at + up), Math.abs(at - down));

/** The result of lots with their open orders, each of which fills where it loses. */
const worst = ({ lots, buy, sell }: Own, result: number): number =>
  lots * result + (result < 0 ? buy * result : -sell * result);

const slotOf = ({ indexName, expiryUs }: Instrument): string => `${indexName}:${expiryUs ?? 0}`;

export class PortfolioModel {
  readonly #facts: ContractFactsTable;
  readonly #market: MarketFacts;
  readonly #stressOf: (underlying: Underlying) => number;
  readonly #pictures = new Map<Underlying, Picture>();

  constructor(
    facts: ContractFactsTable,
    market: MarketFacts,
    stressOf: (underlying: Underlying) => number,
  ) {
    this.#facts = facts;
    this.#market = market;
    this.#stressOf = stressOf;
  }

  parameters(underlying: Underlying): MarginParameters {
    return this.#facts.tables.get(underlying)?.margin ?? recommendedMargin(underlying);
  }

  /** Whether it is known when the marks of an underlying were made. */
  isExact(underlying: Underlying): boolean {
    const { markings } = this.#market;
    return indexNamesOf[underlying].every((name) => markings.get(name)?.exact !== false);
  }

  /** The margin of the legs as they are, and with their open orders at their worst fill. */
  margins(
    underlying: Underlying,
    inCoin: boolean,
    legs: readonly Leg[],
  ): { readonly alone: PortfolioFigures; readonly full: PortfolioFigures } {
    const picture = this.#picture(underlying);
    const numeraire = inCoin ? 'coin' : 'usd';
    const own = legs.map(
      (leg): Own => ({
        row: this.#row(picture, leg.instrument, numeraire),
        lots: leg.lots,
        buy: leg.buyLots,
        sell: leg.sellLots,
      }),
    );
    const held = own.map(({ row, lots }): Own => ({ row, lots, buy: 0, sell: 0 }));
    const alone = this.#figures(underlying, picture, inCoin, held, picture.alone);
    const noOrders = own.every(({ buy, sell }) => buy === 0 && sell === 0);
    const full = noOrders ? alone : this.#figures(underlying, picture, inCoin, own, picture.full);
    return { alone, full };
  }

  #figures(
    underlying: Underlying,
    { evenCount, parameters }: Picture,
    inCoin: boolean,
    all: readonly Own[],
    totals: Float64Array,
  ): PortfolioFigures {
    totals.fill(0);
    const slots = new Map<Slot, SlotSum>();
    for (const own of all) {
      const { results, slot } = own.row;
      addResults(totals, results, own);
      let sum = slots.get(slot);
      if (sum === undefined) {
        sum = emptySlot();
        slots.set(slot, sum);
      }
      addTo(sum, own);
    }
    let scan = -leastOf(totals);
    let linear = 0;
    let absolute = 0;
    for (const { skews } of slots.values()) {
      linear += Math.max(0, -skews[0], -skews[1]);
      absolute += Math.max(0, -skews[2], -skews[3]);
    }
    scan = Math.max(scan, linear, absolute);
    const charged = this.#charges(underlying, parameters, slots);
    const risk = scan + charged.market;
    const { charges } = parameters;
    const stable = inCoin ? 1 : this.#market.stablePrice();
    const peg = charges.pegFactor * Math.max(0, charges.pegMin - stable);
    const { naked, confidence } = charged;
    const closing = all.reduce(
      (total, { row, lots, buy, sell }) => total + (Math.abs(lots) + buy + sell) * row.closing,
      0,
    );
    const stress = this.#stressOf(underlying);
    const initial = (1 + peg) * risk + charges.nakedInitial * naked + closing + confidence;
    const maintenance =
      charges.maintenanceShare * risk + charges.nakedMaintenance * naked + closing;
    return {
      scan,
      initial: stress * initial,
      maintenance: stress * maintenance,
      even: totals.subarray(0, evenCount),
    };
  }

  /** The charges beside the scan and closing, in dollars. */
  #charges(
    underlying: Underlying,
    { charges }: MarginParameters,
    slots: ReadonlyMap<Slot, SlotSum>,
  ): { readonly market: number; readonly naked: number; readonly confidence: number } {
    const index = this.#market.coinPrice(underlying);
    let market = 0;
    let naked = 0;
    let confidence = 0;
    const net = noReach();
    for (const [slot, { delta, vega, calls, puts, gross }] of slots) {
      net.at += delta.at;
      net.up += delta.up;
      net.down += delta.down;
      const rate = Math.max(charges.rollMin, charges.rollAnnual * slot.years);
      market += furthest(delta) * index * rate;
      market += charges.vegaRate * Math.max(0, furthest(vega) - charges.vegaThresholdUsd);
      naked += Math.max(0, -calls) + Math.max(0, -puts);
      const unsure = slot.confidence < charges.confidenceMin ? 1 - slot.confidence : 0;
      confidence += unsure * gross * index;
    }
    const coins = furthest(net);
    const beyond = Math.max(0, coins - charges.deltaThresholdUsd / index);
    market += coins * index * Math.min(charges.deltaRateMax, charges.deltaPerCoin * beyond);
    return { market, naked: naked * index, confidence };
  }

  /** The picture at the last marks of the underlying's indexes. */
  #picture(underlying: Underlying): Picture {
    const known = this.#pictures.get(underlying);
    const parameters = this.parameters(underlying);
    const { delivered } = this.#facts;
    const names = indexNamesOf[underlying];
    const markings = names.map((name) => this.#market.markings.get(name));
    const same = known?.markings.every((marking, i) => marking === markings[i]) === true;
    if (same && known.delivered === delivered && known.parameters === parameters) return known;
    const slots = new Map<string, Slot>();
    const strikes: (StrikeMove & { readonly years: number })[] = [];
    for (const name of names) this.#addIndex(name, slots, strikes);
    strikes.sort((a, b) => a.years - b.years || a.move - b.move);
    const { grid } = parameters;
    const scenarios = listedGrid(grid, strikes);
    const made: Picture = {
      markings,
      delivered,
      parameters,
      scenarios,
      evenCount: 3 * grid.prices,
      slots,
      values: new Map(),
      rows: { usd: new Map(), coin: new Map() },
      alone: new Float64Array(scenarios.length),
      full: new Float64Array(scenarios.length),
    };
    this.#pictures.set(underlying, made);
    return made;
  }

  /** The expiries of an index at its last marks, and the strikes listed of each. */
  #addIndex(
    indexName: IndexName,
    slots: Map<string, Slot>,
    strikes: (StrikeMove & { readonly years: number })[],
  ): void {
    const index = this.#market.indexes.get(indexName);
    const marking = this.#market.markings.get(indexName);
    if (index === undefined || marking === undefined) return;
    const { confidence } = index;
    for (const id of marking.instrumentIds) {
      const { instrument, state } = this.#facts.get(id as InstrumentId);
      if (state === 'delivered') continue;
      const mark = this.#market.marks.get(id as InstrumentId) as Mark;
      const { kind, expiryUs, optionType } = instrument;
      if (kind === 'perpetual') {
        const forward = Number.isNaN(mark.price) ? index.usd : mark.price;
        slots.set(slotOf(instrument), { years: 0, forward, fixed: 0, confidence });
        continue;
      }
      if (!(mark.underlying > 0)) continue;
      const years = Math.max(0, (expiryUs as number) - marking.tsUs) / usPerYear;
      const forward = mark.underlying;
      const fixed = this.#market.fixedPart(indexName, expiryUs as number);
      slots.set(slotOf(instrument), { years, forward, fixed, confidence });
      if (kind !== 'option' || optionType !== 'call' || !(mark.iv > 0)) continue;
      const variable = forward - fixed;
      if (!(variable > 0)) continue;
      const move = ((instrument.strike as number) - fixed) / variable - 1;
      strikes.push({ move, deviation: mark.iv * Math.sqrt(years), years });
    }
  }

  #row(picture: Picture, instrument: Instrument, numeraire: Numeraire): Row {
    const rows = picture.rows[numeraire];
    const known = rows.get(instrument.id);
    if (known !== undefined) return known;
    const slot = picture.slots.get(slotOf(instrument));
    hold(slot !== undefined, 'what is held is marked', () => instrument.name);
    const row =
      instrument.kind === 'option'
        ? this.#optionRow(picture, instrument, slot, numeraire)
        : this.#futureRow(picture, instrument, slot, numeraire);
    rows.set(instrument.id, row);
    return row;
  }

  #futureRow(
    { scenarios, parameters }: Picture,
    instrument: Instrument,
    slot: Slot,
    numeraire: Numeraire,
  ): Row {
    const { payoff, lot, underlying } = instrument;
    const { forward } = slot;
    const perLot = lot.num / lot.den;
    const coin = this.#market.coinPrice(underlying);
    const inverse = payoff === 'inverse';
    const results = new Float64Array(scenarios.length);
    scenarios.forEach(({ move, weight }, s) => {
      const at = movedTo(slot, move);
      const dollars = inverse ? at / forward - 1 : at - forward;
      results[s] = perLot * weight * (numeraire === 'coin' ? (dollars / at) * coin : dollars);
    });
    const delta = inverse ? perLot / forward : perLot;
    const closing = this.#closing(instrument, perLot, parameters);
    return {
      slot,
      type: null,
      results,
      skews: [0, 0, 0, 0],
      delta,
      vega: 0,
      coins: delta,
      closing,
    };
  }

  #optionRow(picture: Picture, instrument: Instrument, slot: Slot, numeraire: Numeraire): Row {
    const { scenarios, parameters } = picture;
    const { lot, optionType, underlying } = instrument;
    const { years, forward, fixed } = slot;
    const strike = instrument.strike as number;
    const perLot = lot.num / lot.den;
    const coin = this.#market.coinPrice(underlying);
    const call = optionType === 'call';
    // While the delivery price is being averaged only the running part of the forward moves.
    const { iv } = this.#market.marks.get(instrument.id) as Mark;
    const volatility = (iv * (forward - fixed)) / forward;
    const puts = this.#puts(picture, instrument, slot, volatility);
    const intrinsic = (at: number): number => (call ? at - strike : 0);
    const now = puts.now + intrinsic(forward);
    /** The gain of dollars that are worth so much at a forward, in what is counted in. */
    const gain = (put: number, at: number): number => {
      const then = put + intrinsic(at);
      return numeraire === 'coin' ? (then / at - now / forward) * coin : then - now;
    };
    const results = new Float64Array(scenarios.length);
    scenarios.forEach(({ move, weight }, s) => {
      results[s] = perLot * weight * gain(puts.later[s] as number, movedTo(slot, move));
    });
    const { delta, vega } = greeksOf(forward, strike, years, volatility, call);
    return {
      slot,
      type: optionType,
      results,
      skews: puts.skewed.map((put) => perLot * gain(put, forward)),
      delta: delta * perLot,
      vega: vega * perLot,
      coins: perLot,
      closing: this.#closing(instrument, perLot, parameters),
    };
  }

  /** What the put of a strike is worth; that of a call follows from it. */
  #puts(picture: Picture, instrument: Instrument, slot: Slot, volatility: number): Values {
    const strike = instrument.strike as number;
    const key = `${slotOf(instrument)}:${strike}:${volatility}`;
    const known = picture.values.get(key);
    if (known !== undefined) return known;
    const { scenarios, parameters } = picture;
    const { years, forward } = slot;
    const { skew } = parameters.revaluation;
    const value = (at: number, under: number): number => putValue(at, strike, years, under);
    const later = new Float64Array(scenarios.length);
    const under = shockedVolatilities(parameters.revaluation, years, volatility);
    scenarios.forEach(({ move, kind }, s) => {
      later[s] = value(movedTo(slot, move), under[kind]);
    });
    const skewed = skewedVolatilities(skew, strike / forward, years, volatility);
    const made = {
      now: value(forward, volatility),
      later,
      skewed: skewed.map((each) => value(forward, each)),
    };
    picture.values.set(key, made);
    return made;
  }

  /** Dollars that closing a lot costs: the taker fee and half the spread of the parameters. */
  #closing(instrument: Instrument, perLot: number, { charges }: MarginParameters): number {
    const { fees } = this.#facts.get(instrument.id);
    const { price, underlying, vega } = this.#market.marks.get(instrument.id) as Mark;
    const rate = Math.max(0, fees.takerRate);
    const inverse = instrument.payoff === 'inverse';
    if (instrument.kind !== 'option') {
      return (inverse ? perLot : perLot * price) * (rate + charges.halfSpreadRate);
    }
    const premium = inverse ? price * underlying : price;
    const cap = fees.premiumCapRate === null ? Infinity : fees.premiumCapRate * premium;
    const fee = Math.min(rate * this.#market.coinPrice(instrument.underlying), cap);
    return perLot * (fee + charges.halfSpreadVolatility * 100 * vega);
  }
}

/** The least of the values, or 0. */
const leastOf = (values: Float64Array): number => {
  let least = 0;
  for (let s = 0; s < values.length; s++) {
    const value = values[s] as number;
    if (value < least) least = value;
  }
  return least;
};

/** Adds the worst results of what is held in every scenario. */
const addResults = (totals: Float64Array, results: Float64Array, own: Own): void => {
  const { lots, buy, sell } = own;
  if (buy === 0 && sell === 0) {
    for (let s = 0; s < totals.length; s++) {
      totals[s] = (totals[s] as number) + lots * (results[s] as number);
    }
    return;
  }
  // An order fills where it loses: one to buy where the result is a loss, one to sell elsewhere.
  const falling = lots + buy;
  const rising = lots - sell;
  for (let s = 0; s < totals.length; s++) {
    const result = results[s] as number;
    totals[s] = (totals[s] as number) + (result < 0 ? falling : rising) * result;
  }
};

/** The forward after a move of what is not averaged yet. */
const movedTo = ({ forward, fixed }: Slot, move: number): number =>
  forward + (forward - fixed) * move;

/** Adds what is held of a row to what is held in its slot. */
const addTo = (sum: SlotSum, own: Own): void => {
  const { row, lots, buy, sell } = own;
  const { delta, vega, skews } = sum;
  delta.at += lots * row.delta;
  delta.up += row.delta > 0 ? buy * row.delta : -sell * row.delta;
  delta.down += row.delta > 0 ? sell * row.delta : -buy * row.delta;
  vega.at += lots * row.vega;
  vega.up += buy * row.vega;
  vega.down += sell * row.vega;
  sum.gross += (Math.abs(lots) + buy + sell) * row.coins;
  if (row.type === null) return;
  if (row.type === 'call') sum.calls += (lots - sell) * row.coins;
  else sum.puts += (lots - sell) * row.coins;
  for (let j = 0; j < skews.length; j++) {
    skews[j] = (skews[j] as number) + worst(own, row.skews[j] as number);
  }
};
