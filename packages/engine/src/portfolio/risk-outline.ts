// Risk outline: what the risk arrays of one underlying have in common whether they count in dollars
// or in coins: its prices, its expiries at the present marks, and the grid that its listed strikes
// refine. Invariant: a function of the state, made anew when marks of the underlying itself move,
// when contracts come or go and when tables change; other underlyings' marks leave it as it is.
import {
  type ContractTable,
  currencies,
  type Instrument,
  indexNames,
  recommendedMargin,
  usdMicrosPerUsd,
  usPerYear,
} from '@openstrike/domain';
import {
  addRiskExpiry,
  createRiskExpiries,
  evenCountOf,
  type ListedMove,
  type PortfolioParameters,
  portfolioParametersOf,
  type RiskExpiries,
  refineMoves,
  type Scenario,
  scenariosOf,
} from '@openstrike/risk';
import { fixedPart, printsPerFixing } from '../fixing/fixing.ts';
import type { EngineState, IndexRecord, InstrumentRecord } from '../state.ts';
import { tableOf } from '../tables-in-force.ts';

export type Underlying = Instrument['underlying'];
export const underlyings: readonly Underlying[] = ['BTC', 'ETH'];

const FIRST_EXPIRIES = 32;

/** Grows with every change of any marks. */
const riskVersion = (state: EngineState): number => {
  let version = 0;
  for (const each of state.marksVersion) version += each;
  return version;
};

const usd = (index: IndexRecord | undefined): number =>
  index === undefined ? 0 : index.price / usdMicrosPerUsd;

const numbersOf = (underlying: Underlying): readonly number[] =>
  indexNames.flatMap((name, no) => (name.startsWith(underlying.toLowerCase()) ? [no] : []));

/** Numbers of an underlying's indexes: in dollars first, in the stablecoin after it. */
const indexNosOf: Readonly<Record<Underlying, readonly number[]>> = {
  BTC: numbersOf('BTC'),
  ETH: numbersOf('ETH'),
};

const indexesOf = (state: EngineState, underlying: Underlying): IndexRecord[] =>
  indexNosOf[underlying].map((no) => state.indexes[no] as IndexRecord);

/** Dollars per coin of an underlying: of its dollar index, or failing that of the other one. */
export const indexPriceOf = (state: EngineState, underlying: Underlying): number => {
  for (const no of indexNosOf[underlying]) {
    const price = usd(state.indexes[no]);
    if (price !== 0) return price;
  }
  return 0;
};

/** Dollars per unit of the stablecoin, by bitcoin's two indexes; 1 where one of them is missing. */
export const stablePriceOf = (state: EngineState): number => {
  const [inUsd, inStable] = indexNosOf.BTC;
  const dollars = usd(state.indexes[inUsd as number]);
  const stable = usd(state.indexes[inStable as number]);
  return dollars > 0 && stable > 0 ? dollars / stable : 1;
};

/** Dollars that a unit of a settlement currency counts for; stablecoins count one. */
export const currencyPriceOf = (state: EngineState, currencyNo: number): number => {
  const currency = currencies[currencyNo];
  return currency === 'BTC' || currency === 'ETH' ? indexPriceOf(state, currency) : 1;
};

export class RiskOutline {
  readonly underlying: Underlying;
  /** Grows whenever the expiries or the grid may be others. */
  stamp = 0;
  /** Grows with each table that changes parameters. */
  parametersStamp = 0;
  parameters: PortfolioParameters;
  expiries: RiskExpiries = createRiskExpiries(FIRST_EXPIRIES);
  /** Moves of the grid besides its even ones. */
  between: readonly number[] = [];
  /** Dollars per coin, and per unit of the stablecoin. */
  index = 0;
  stablePrice = 1;
  stress = 1;
  /** Of each index, the place of each expiry among the expiries; 0 is the perpetual's. */
  #places: readonly ReadonlyMap<number, number>[] = [];
  #riskVersion = -1;
  #ownVersion = -1;
  #tables: readonly ContractTable[] | null = null;
  /** Contracts ever listed, and those that live: others once any come or go. */
  #listed = 0;
  #living = 0;

  constructor(underlying: Underlying) {
    this.underlying = underlying;
    this.parameters = parametersOf(underlying, null);
  }

  /** How many scenarios are the even grid, which lines up over underlyings. */
  get evenCount(): number {
    return evenCountOf(this.parameters.grid);
  }

  /** The grid at the present marks. Cost: all of it, each time. */
  scenarios(): readonly Scenario[] {
    return scenariosOf(this.parameters.grid, this.between);
  }

  /** Takes in the present marks. Cost: the expiries and listed strikes, when own marks moved. */
  renew(state: EngineState): void {
    const version = riskVersion(state);
    const listed = state.instruments.length;
    let living = 0;
    for (const index of state.indexes) living += index.instruments.length;
    const sameContracts = listed === this.#listed && living === this.#living;
    const sameTables = state.tables === this.#tables;
    if (version === this.#riskVersion && sameTables && sameContracts) return;
    this.#riskVersion = version;
    this.#listed = listed;
    this.#living = living;
    const index = indexPriceOf(state, this.underlying);
    this.stablePrice = stablePriceOf(state);
    this.stress = state.stress[underlyings.indexOf(this.underlying)]?.factor ?? 1;
    let ownVersion = 0;
    for (const { marksVersion } of indexesOf(state, this.underlying)) ownVersion += marksVersion;
    const sameMarks = ownVersion === this.#ownVersion && index === this.index;
    if (sameMarks && sameTables && sameContracts) return;
    this.#ownVersion = ownVersion;
    this.index = index;
    if (!sameTables) this.#takeTables(state);
    this.#fillExpiries(state);
    this.between = refineMoves(this.parameters.grid, this.#listedMoves(state));
    this.stamp += 1;
  }

  #takeTables(state: EngineState): void {
    this.parameters = parametersOf(this.underlying, tableOf(state, this.underlying));
    this.#tables = state.tables;
    this.parametersStamp += 1;
  }

  /** Place of an instrument's expiry; the slot of its index's perpetual where it has none. */
  expiryPlaceOf({ indexNo, expiryUs }: InstrumentRecord): number {
    const at = indexNosOf[this.underlying].indexOf(indexNo);
    return this.#places[at]?.get(expiryUs ?? 0) ?? 0;
  }

  /** One slot per index for its perpetual, then one per expiry. */
  #fillExpiries(state: EngineState): void {
    const places: Map<number, number>[] = [];
    const rows: Parameters<typeof addRiskExpiry>[1][] = [];
    for (const index of indexesOf(state, this.underlying)) {
      const own = new Map<number, number>();
      places.push(own);
      const { confidence } = index;
      const [perpetual] = index.perpetuals;
      const mark = perpetual === undefined ? Number.NaN : state.marks.markPrice[perpetual.id];
      const forward = Number.isNaN(mark) ? usd(index) : (mark as number);
      own.set(0, rows.length);
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
        own.set(expiryUs, rows.length);
        rows.push({ years, forward, fixed, confidence });
      }
    }
    if (rows.length > this.expiries.years.length) {
      this.expiries = createRiskExpiries(2 * rows.length);
    }
    this.expiries.count = 0;
    for (const row of rows) addRiskExpiry(this.expiries, row);
    this.#places = places;
  }

  /** The moves that lead to each listed strike, those of near expiries first. */
  #listedMoves(state: EngineState): ListedMove[] {
    const moves: (ListedMove & { readonly years: number })[] = [];
    for (const index of indexesOf(state, this.underlying)) {
      for (const instrument of index.instruments) {
        const iv = state.marks.markIv[instrument.id] as number;
        if (instrument.kind !== 'option' || instrument.contract.optionType !== 'call') continue;
        if (!(iv > 0)) continue;
        const e = this.expiryPlaceOf(instrument);
        const fixed = this.expiries.fixed[e] as number;
        const variable = (this.expiries.forward[e] as number) - fixed;
        const years = this.expiries.years[e] as number;
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
