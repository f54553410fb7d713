// Portfolio model: the portfolio margin of a list of legs, worked out anew from marks and tables:
// each leg revalued in each scenario by the textbook, each charge as the parameter file says it.
// Nothing is kept between marks, nothing is shared with the engine. Source: risk reference 1.16.
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
import type { Mark, MarketFacts } from './market-facts.ts';
import {
  listedGrid,
  type ModelScenario,
  type StrikeMove,
  shockedVolatility,
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
  readonly slot: string;
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

/** Everything about one underlying at one set of marks. */
interface Picture {
  readonly version: number;
  /** Contracts that had ended by then. */
  readonly delivered: number;
  readonly parameters: MarginParameters;
  readonly scenarios: readonly ModelScenario[];
  readonly evenCount: number;
  readonly slots: ReadonlyMap<string, Slot>;
  readonly rows: Map<InstrumentId, Row>;
}

/** In dollars. */
export interface PortfolioFigures {
  readonly scan: number;
  readonly initial: number;
  readonly maintenance: number;
  /** Of the even grid, which lines up over underlyings. */
  readonly even: Float64Array;
}

const slotOf = ({ indexName, expiryUs }: Instrument): string => `${indexName}:${expiryUs ?? 0}`;

export class PortfolioModel {
  readonly #facts: ContractFactsTable;
  readonly #market: MarketFacts;
  readonly #pictures = new Map<string, Picture>();

  constructor(facts: ContractFactsTable, market: MarketFacts) {
    this.#facts = facts;
    this.#market = market;
  }

  parameters(underlying: Underlying): MarginParameters {
    return this.#facts.tables.get(underlying)?.margin ?? recommendedMargin(underlying);
  }

  /** Whether it is known when the marks of an underlying were made. */
  isExact(underlying: Underlying): boolean {
    const name = underlying.toLowerCase();
    for (const [indexName, { exact }] of this.#market.markings) {
      if (indexName.startsWith(name) && !exact) return false;
    }
    return true;
  }

  /** The margin of the legs, with their open orders at their worst fill or without them. */
  margin(
    underlying: Underlying,
    inCoin: boolean,
    legs: readonly Leg[],
    withOrders: boolean,
  ): PortfolioFigures {
    const picture = this.#picture(underlying, inCoin);
    const { scenarios, parameters, evenCount } = picture;
    const own = legs.map((leg) => ({
      row: this.#row(picture, leg.instrument, inCoin),
      lots: leg.lots,
      buy: withOrders ? leg.buyLots : 0,
      sell: withOrders ? leg.sellLots : 0,
    }));
    const worst = (lots: number, buy: number, sell: number, result: number): number =>
      lots * result + (result < 0 ? buy * result : -sell * result);
    const totals = new Float64Array(scenarios.length);
    for (const { row, lots, buy, sell } of own) {
      for (let s = 0; s < totals.length; s++) {
        totals[s] = (totals[s] as number) + worst(lots, buy, sell, row.results[s] as number);
      }
    }
    let scan = 0;
    for (const total of totals) scan = Math.max(scan, -total);
    const bySlot = [...picture.slots].map(([name, slot]) => ({
      slot,
      legs: own.filter(({ row }) => row.slot === name),
    }));
    for (const pair of [
      [0, 1],
      [2, 3],
    ] as const) {
      let loss = 0;
      for (const { legs: of } of bySlot) {
        const losses = pair.map((at) =>
          of.reduce(
            (sum, { row, lots, buy, sell }) =>
              sum + worst(lots, buy, sell, row.skews[at] as number),
            0,
          ),
        );
        loss += Math.max(0, ...losses.map((value) => -value));
      }
      scan = Math.max(scan, loss);
    }
    const charged = this.#charges(underlying, picture, bySlot);
    const risk = scan + charged.market;
    const { charges } = parameters;
    const stable = inCoin ? 1 : this.#market.stablePrice();
    const peg = charges.pegFactor * Math.max(0, charges.pegMin - stable);
    const { naked, closing, confidence } = charged;
    return {
      scan,
      initial: (1 + peg) * risk + charges.nakedInitial * naked + closing + confidence,
      maintenance: charges.maintenanceShare * risk + charges.nakedMaintenance * naked + closing,
      even: totals.slice(0, evenCount),
    };
  }

  /** The charges beside the scan, in dollars. */
  #charges(
    underlying: Underlying,
    { parameters }: Picture,
    bySlot: readonly {
      readonly slot: Slot;
      readonly legs: readonly {
        readonly row: Row;
        readonly lots: number;
        readonly buy: number;
        readonly sell: number;
      }[];
    }[],
  ): { market: number; naked: number; closing: number; confidence: number } {
    const { charges } = parameters;
    const index = this.#market.coinPrice(underlying);
    const furthest = (at: number, up: number, down: number): number =>
      Math.max(Math.abs(at + up), Math.abs(at - down));
    let market = 0;
    let naked = 0;
    let closing = 0;
    let confidence = 0;
    const net = { at: 0, up: 0, down: 0 };
    for (const { slot, legs } of bySlot) {
      const delta = { at: 0, up: 0, down: 0 };
      const vega = { at: 0, up: 0, down: 0 };
      const sides = { call: 0, put: 0 };
      let gross = 0;
      for (const { row, lots, buy, sell } of legs) {
        delta.at += lots * row.delta;
        delta.up += row.delta > 0 ? buy * row.delta : -sell * row.delta;
        delta.down += row.delta > 0 ? sell * row.delta : -buy * row.delta;
        vega.at += lots * row.vega;
        vega.up += buy * row.vega;
        vega.down += sell * row.vega;
        const all = Math.abs(lots) + buy + sell;
        gross += all * row.coins;
        closing += all * row.closing;
        if (row.type !== null) sides[row.type] += (lots - sell) * row.coins;
      }
      net.at += delta.at;
      net.up += delta.up;
      net.down += delta.down;
      const rate = Math.max(charges.rollMin, charges.rollAnnual * slot.years);
      market += furthest(delta.at, delta.up, delta.down) * index * rate;
      const size = furthest(vega.at, vega.up, vega.down);
      market += charges.vegaRate * Math.max(0, size - charges.vegaThresholdUsd);
      naked += Math.max(0, -sides.call) + Math.max(0, -sides.put);
      const unsure = slot.confidence < charges.confidenceMin ? 1 - slot.confidence : 0;
      confidence += unsure * gross * index;
    }
    const coins = furthest(net.at, net.up, net.down);
    const beyond = Math.max(0, coins - charges.deltaThresholdUsd / index);
    market += coins * index * Math.min(charges.deltaRateMax, charges.deltaPerCoin * beyond);
    return { market, naked: naked * index, closing: Math.max(0, closing), confidence };
  }

  #picture(underlying: Underlying, inCoin: boolean): Picture {
    const key = `${underlying}:${inCoin}`;
    const known = this.#pictures.get(key);
    const parameters = this.parameters(underlying);
    const { version } = this.#market;
    const same = known?.version === version && known.delivered === this.#facts.delivered;
    if (same && known.parameters === parameters) return known;
    const slots = new Map<string, Slot>();
    const strikes: (StrikeMove & { readonly years: number })[] = [];
    for (const indexName of [
      `${underlying.toLowerCase()}_usd`,
      `${underlying.toLowerCase()}_usdc`,
    ]) {
      this.#addIndex(indexName as IndexName, slots, strikes);
    }
    strikes.sort((a, b) => a.years - b.years || a.move - b.move);
    const { grid } = parameters;
    const scenarios = listedGrid(grid, strikes);
    const rows = new Map<InstrumentId, Row>();
    const { delivered } = this.#facts;
    const made = {
      version,
      delivered,
      parameters,
      scenarios,
      evenCount: 3 * grid.prices,
      slots,
      rows,
    };
    this.#pictures.set(key, made);
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

  #row(picture: Picture, instrument: Instrument, inCoin: boolean): Row {
    const known = picture.rows.get(instrument.id);
    if (known !== undefined) return known;
    const slot = picture.slots.get(slotOf(instrument));
    hold(slot !== undefined, 'what is held is marked', () => instrument.name);
    const row = this.#revalue(picture, instrument, slot, inCoin);
    picture.rows.set(instrument.id, row);
    return row;
  }

  #revalue(picture: Picture, instrument: Instrument, slot: Slot, inCoin: boolean): Row {
    const { scenarios, parameters } = picture;
    const { kind, payoff, lot, optionType, strike } = instrument;
    const { years, forward, fixed } = slot;
    const perLot = lot.num / lot.den;
    const coin = this.#market.coinPrice(instrument.underlying);
    const closing = this.#closing(instrument, perLot, parameters);
    const then = (move: number): number => forward + (forward - fixed) * move;
    /** The gain of dollars that are worth so much at a forward, in what is counted in. */
    const gain = (now: number, later: number, at: number): number =>
      inCoin ? (later / at - now / forward) * coin : later - now;
    if (kind !== 'option') {
      const inverse = payoff === 'inverse';
      const results = Float64Array.from(scenarios, ({ move, weight }) => {
        const at = then(move);
        const dollars = inverse ? at / forward - 1 : at - forward;
        return perLot * weight * (inCoin ? (dollars / at) * coin : dollars);
      });
      const delta = inverse ? perLot / forward : perLot;
      const skews = [0, 0, 0, 0];
      const name = slotOf(instrument);
      return { slot: name, type: null, results, skews, delta, vega: 0, coins: delta, closing };
    }
    const K = strike as number;
    const call = optionType === 'call';
    // While the delivery price is being averaged only the running part of the forward moves.
    const { iv } = this.#market.marks.get(instrument.id) as Mark;
    const volatility = (iv * (forward - fixed)) / forward;
    const value = (at: number, under: number): number =>
      putValue(at, K, years, under) + (call ? at - K : 0);
    const now = value(forward, volatility);
    const results = Float64Array.from(scenarios, ({ move, kind: shock, weight }) => {
      const at = then(move);
      const shocked = shockedVolatility(parameters.revaluation, shock, years, volatility);
      return perLot * weight * gain(now, value(at, shocked), at);
    });
    const skewed = skewedVolatilities(parameters.revaluation.skew, K / forward, years, volatility);
    const skews = skewed.map((each) => perLot * gain(now, value(forward, each), forward));
    const { delta, vega } = greeksOf(forward, K, years, volatility, call);
    return {
      slot: slotOf(instrument),
      type: optionType,
      results,
      skews,
      delta: delta * perLot,
      vega: vega * perLot,
      coins: perLot,
      closing,
    };
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
