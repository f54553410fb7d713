// Risk market: the resident risk arrays of one underlying, at the present marks, with results in
// dollars or in coins. A row is built when it is first asked for at new marks, so that nothing
// stalls when they move and what nobody holds costs nothing. Invariant: everything here is a
// function of the state; it holds nothing that a snapshot would have to keep. Asked in the
// pre-trade check and whenever an account is margined.
import {
  type ChargeParameters,
  type ContractTable,
  currencies,
  type Instrument,
  recommendedMargin,
  usdMicrosPerUsd,
  usPerYear,
} from '@openstrike/domain';
import {
  addRiskExpiry,
  addRiskInstrument,
  buildGrid,
  createRiskExpiries,
  createRiskInstruments,
  type ListedMove,
  type MarginMarket,
  type PortfolioParameters,
  portfolioParametersOf,
  RiskArrays,
  type RiskExpiries,
  type RiskInstrument,
  type RiskInstruments,
  refineMoves,
} from '@openstrike/risk';
import { fixedPart, printsPerFixing } from '../fixing/fixing.ts';
import type { EngineState, IndexRecord, InstrumentRecord } from '../state.ts';
import { tableOf } from '../tables-in-force.ts';

export type Underlying = Instrument['underlying'];
export const underlyings: readonly Underlying[] = ['BTC', 'ETH'];

const FIRST_INSTRUMENTS = 128;
const FIRST_EXPIRIES = 32;

/** Grows with every change of any marks: what all cached portfolio margins are of. */
export const riskVersion = (state: EngineState): number => {
  let version = 0;
  for (const each of state.marksVersion) version += each;
  return version;
};

const usd = (index: IndexRecord | undefined): number =>
  index === undefined ? 0 : index.price / usdMicrosPerUsd;

/** The indexes of an underlying: in dollars first, in the stablecoin after it. */
const indexesOf = (state: EngineState, underlying: Underlying): IndexRecord[] =>
  state.indexes.filter(({ name }) => name.startsWith(underlying.toLowerCase()));

/** Dollars per coin of an underlying: of its dollar index, or failing that of the other one. */
export const indexPriceOf = (state: EngineState, underlying: Underlying): number => {
  for (const index of indexesOf(state, underlying)) {
    if (index.price !== 0) return usd(index);
  }
  return 0;
};

/** Dollars per unit of the stablecoin, by bitcoin's two indexes; 1 where one of them is missing. */
export const stablePriceOf = (state: EngineState): number => {
  const [inUsd, inStable] = indexesOf(state, 'BTC').map(usd);
  return inUsd !== undefined && inStable !== undefined && inUsd > 0 && inStable > 0
    ? inUsd / inStable
    : 1;
};

/** Dollars that a unit of a settlement currency counts for; stablecoins count one. */
export const currencyPriceOf = (state: EngineState, currencyNo: number): number => {
  const currency = currencies[currencyNo];
  return currency === 'BTC' || currency === 'ETH' ? indexPriceOf(state, currency) : 1;
};

export class RiskMarket {
  readonly underlying: Underlying;
  readonly numeraire: 'usd' | 'coin';
  /** Grows whenever sums over the arrays become void. */
  stamp = 0;
  arrays: RiskArrays;
  charges: ChargeParameters;
  parameters: PortfolioParameters;
  /** Moves of the grid besides its even ones. */
  between: readonly number[] = [];
  evenCount = 0;
  readonly market: MarginMarket = { index: 0, stablePrice: 1, stress: 1 };
  #instruments: RiskInstruments;
  #expiries: RiskExpiries;
  #version = -1;
  #tables: readonly ContractTable[] | null = null;
  /** Contracts ever listed, and those that live: others once any come or go. */
  #listed = 0;
  #living = 0;
  /** Place of each instrument by its id, plus one; 0 for none. */
  #places = new Int32Array(1024);
  readonly #placed: number[] = [];

  constructor(underlying: Underlying, numeraire: 'usd' | 'coin') {
    this.underlying = underlying;
    this.numeraire = numeraire;
    this.parameters = parametersOf(underlying, null);
    this.charges = this.parameters.charges;
    this.#instruments = createRiskInstruments(FIRST_INSTRUMENTS);
    this.#expiries = createRiskExpiries(FIRST_EXPIRIES);
    this.arrays = this.#makeArrays();
  }

  /** Takes in the present marks. Cost: the expiries and listed strikes, when marks have moved. */
  renew(state: EngineState): void {
    const version = riskVersion(state);
    const listed = state.instruments.length;
    let living = 0;
    for (const index of state.indexes) living += index.instruments.length;
    const sameContracts = listed === this.#listed && living === this.#living;
    if (version === this.#version && state.tables === this.#tables && sameContracts) {
      return;
    }
    this.#listed = listed;
    this.#living = living;
    const newTables = state.tables !== this.#tables;
    if (newTables) {
      this.parameters = parametersOf(this.underlying, tableOf(state, this.underlying));
      this.charges = this.parameters.charges;
    }
    this.#version = version;
    this.#tables = state.tables;
    this.market.index = indexPriceOf(state, this.underlying);
    this.market.stablePrice = this.numeraire === 'coin' ? 1 : stablePriceOf(state);
    this.#fillExpiries(state);
    this.between = refineMoves(this.parameters.grid, this.#listedMoves(state));
    const { scenarios, evenCount } = buildGrid(this.parameters.grid, this.between);
    this.evenCount = evenCount;
    if (newTables || scenarios.length !== this.arrays.scenarioCount) {
      this.arrays = this.#makeArrays();
    }
    this.arrays.setScenarios(scenarios);
    this.#restart();
  }

  /** Place of an instrument's row, built if it is not there. Holds: `renew` was called. */
  placeOf(state: EngineState, instrument: InstrumentRecord): number {
    const { id } = instrument;
    if (id >= this.#places.length) {
      const places = new Int32Array(2 * id);
      places.set(this.#places);
      this.#places = places;
    }
    const known = (this.#places[id] as number) - 1;
    if (known >= 0) {
      return known;
    }
    if (this.#instruments.count === this.#instruments.kind.length) {
      this.#instruments = createRiskInstruments(2 * this.#instruments.kind.length);
      const { scenarios } = this.arrays;
      this.arrays = this.#makeArrays();
      this.arrays.setScenarios(scenarios);
      this.#restart();
    }
    const place = addRiskInstrument(this.#instruments, riskInstrumentOf(state, instrument, this));
    this.#places[id] = place + 1;
    this.#placed.push(id);
    this.arrays.buildRow(place);
    return place;
  }

  /** Place of an instrument's expiry; the slot of its index's perpetual where it has none. */
  expiryPlaceOf(state: EngineState, { indexNo, expiryUs }: InstrumentRecord): number {
    const at = indexesOf(state, this.underlying).findIndex(({ no }) => no === indexNo);
    const slot = this.#slots.findIndex(
      (each) => each.index === at && each.expiryUs === (expiryUs ?? 0),
    );
    return Math.max(0, slot);
  }

  #slots: { readonly index: number; readonly expiryUs: number }[] = [];

  get expiries(): RiskExpiries {
    return this.#expiries;
  }

  #restart(): void {
    for (const id of this.#placed) this.#places[id] = 0;
    this.#placed.length = 0;
    this.#instruments.count = 0;
    this.arrays.coinPrice = this.numeraire === 'coin' ? this.market.index : 1;
    this.arrays.begin();
    this.stamp += 1;
  }

  #makeArrays(): RiskArrays {
    const { grid, revaluation } = this.parameters;
    const between = refineMoves(grid, []);
    const { scenarios } = buildGrid(grid, between);
    const own = { ...revaluation, numeraire: this.numeraire };
    return new RiskArrays(scenarios, own, this.#instruments, this.#expiries);
  }

  /** One slot per index for its perpetual, then one per expiry. */
  #fillExpiries(state: EngineState): void {
    const slots: { index: number; expiryUs: number }[] = [];
    const rows: Parameters<typeof addRiskExpiry>[1][] = [];
    for (const [at, index] of indexesOf(state, this.underlying).entries()) {
      const { confidence } = index;
      const [perpetual] = index.perpetuals;
      const mark = perpetual === undefined ? Number.NaN : state.marks.markPrice[perpetual.id];
      const forward = Number.isNaN(mark) ? usd(index) : (mark as number);
      slots.push({ index: at, expiryUs: 0 });
      rows.push({ years: 0, forward: forward || 1, fixed: 0, confidence });
      for (const { expiryUs, instruments } of index.expiries) {
        const marked = instruments.find(
          ({ id }) => (state.marks.underlyingPrice[id] as number) > 0,
        );
        if (marked === undefined) continue;
        // As of the marks in force, also where contracts were delivered or listed since.
        const forward = state.marks.underlyingPrice[marked.id] as number;
        const years = Math.max(0, expiryUs - index.markedUs) / usPerYear;
        const averaging = index.fixing.windowEndUs === expiryUs;
        const fixed = averaging
          ? fixedPart(index.fixing, index.markedUs).sumUsd / printsPerFixing
          : 0;
        slots.push({ index: at, expiryUs });
        rows.push({ years, forward, fixed, confidence });
      }
    }
    if (rows.length > this.#expiries.years.length) {
      this.#expiries = createRiskExpiries(2 * rows.length);
      this.arrays = this.#makeArrays();
    }
    this.#expiries.count = 0;
    for (const row of rows) addRiskExpiry(this.#expiries, row);
    this.#slots = slots;
  }

  /** The moves that lead to each listed strike, those of near expiries first. */
  #listedMoves(state: EngineState): ListedMove[] {
    const moves: (ListedMove & { readonly years: number })[] = [];
    for (const index of indexesOf(state, this.underlying)) {
      for (const instrument of index.instruments) {
        const iv = state.marks.markIv[instrument.id] as number;
        if (instrument.kind !== 'option' || instrument.contract.optionType !== 'call') continue;
        if (!(iv > 0)) continue;
        const e = this.expiryPlaceOf(state, instrument);
        const fixed = this.#expiries.fixed[e] as number;
        const variable = (this.#expiries.forward[e] as number) - fixed;
        const years = this.#expiries.years[e] as number;
        if (!(variable > 0)) continue;
        const move = ((instrument.contract.strike as number) - fixed) / variable - 1;
        moves.push({ move, deviation: iv * Math.sqrt(years), years });
      }
    }
    return moves.sort((a, b) => a.years - b.years || a.move - b.move);
  }
}

const parametersOf = (underlying: Underlying, table: ContractTable | null): PortfolioParameters => {
  if (table !== null) return portfolioParametersOf(table);
  const { grid, revaluation, charges } = recommendedMargin(underlying);
  return { underlying, version: 0, grid, revaluation, charges };
};

/** What revaluation needs to know of an instrument. Holds: it has a mark. */
export const riskInstrumentOf = (
  state: EngineState,
  instrument: InstrumentRecord,
  market: RiskMarket,
): RiskInstrument => {
  const { contract, id, kind } = instrument;
  const expiry = market.expiryPlaceOf(state, instrument);
  const perLot = contract.lot.num / contract.lot.den;
  const closingCost = closingCostOf(state, instrument, perLot, market);
  if (kind !== 'option') {
    const futureKind = contract.payoff === 'inverse' ? 'inverse' : 'linear';
    return { kind: futureKind, expiry, sign: 0, strike: 0, volatility: 0, perLot, closingCost };
  }
  const fixed = market.expiries.fixed[expiry] as number;
  const forward = market.expiries.forward[expiry] as number;
  // While the delivery price is being averaged only the running part of the forward moves.
  const running = (forward - fixed) / forward;
  return {
    kind: 'option',
    expiry,
    sign: contract.optionType === 'call' ? 1 : -1,
    strike: contract.strike as number,
    volatility: (state.marks.markIv[id] as number) * running,
    perLot,
    closingCost,
  };
};

const POINTS = 100;
const RATE_UNIT = 1_000_000_000;

/** Dollars that closing a lot costs: the taker fee and half the spread of the parameters. */
const closingCostOf = (
  state: EngineState,
  instrument: InstrumentRecord,
  perLot: number,
  { charges, market }: RiskMarket,
): number => {
  const { id, contract, kind } = instrument;
  const { taker, premiumCap } = instrument.fees;
  const mark = state.marks.markPrice[id] as number;
  const rate = Math.max(0, taker) / RATE_UNIT;
  if (kind !== 'option') {
    const value = contract.payoff === 'inverse' ? perLot : perLot * mark;
    return value * (rate + charges.halfSpreadRate);
  }
  const underlying = state.marks.underlyingPrice[id] as number;
  const premium = contract.payoff === 'inverse' ? mark * underlying : mark;
  const capped = premiumCap < 0 ? Infinity : (premium * premiumCap) / RATE_UNIT;
  const spread = charges.halfSpreadVolatility * POINTS * (state.marks.vega[id] as number);
  return perLot * (Math.min(rate * market.index, capped) + spread);
};
