// Risk market: the resident risk arrays of one underlying, at the present marks, with results in
// dollars or in coins. A row is built when it is first asked for at new marks, so that nothing
// stalls when they move and what nobody holds costs nothing. Invariant: everything here is a
// function of the state; it holds nothing that a snapshot would have to keep. Asked in the
// pre-trade check and whenever an account is margined.
import {
  addRiskInstrument,
  createRiskInstruments,
  type MarginMarket,
  type PortfolioParameters,
  RiskArrays,
  type RiskExpiries,
  type RiskInstrument,
  type RiskInstruments,
  scenarioCountOf,
} from '@openstrike/risk';
import type { EngineState, InstrumentRecord } from '../state.ts';
import type { RiskOutline, Underlying } from './risk-outline.ts';

const FIRST_INSTRUMENTS = 32;

export class RiskMarket {
  readonly outline: RiskOutline;
  readonly numeraire: 'usd' | 'coin';
  /** Grows whenever sums over the arrays become void. */
  stamp = 0;
  arrays: RiskArrays;
  readonly market: MarginMarket = { index: 0, stablePrice: 1, stress: 1 };
  #instruments: RiskInstruments = createRiskInstruments(FIRST_INSTRUMENTS);
  #outlineStamp: number;
  #parametersStamp: number;
  /** Place of each instrument by its id, plus one; 0 for none. */
  #places = new Int32Array(1024);
  readonly #placed: number[] = [];

  constructor(state: EngineState, outline: RiskOutline, numeraire: 'usd' | 'coin') {
    this.outline = outline;
    this.numeraire = numeraire;
    outline.renew(state);
    this.arrays = this.#makeArrays();
    this.#outlineStamp = outline.stamp;
    this.#parametersStamp = outline.parametersStamp;
    this.#takePrices();
    this.#restart();
  }

  get underlying(): Underlying {
    return this.outline.underlying;
  }

  get parameters(): PortfolioParameters {
    return this.outline.parameters;
  }

  get expiries(): RiskExpiries {
    return this.outline.expiries;
  }

  /** Takes in the present marks. */
  renew(state: EngineState): void {
    const { outline } = this;
    outline.renew(state);
    this.#takePrices();
    if (outline.stamp === this.#outlineStamp) return;
    this.#outlineStamp = outline.stamp;
    const { arrays } = this;
    const { between, parameters } = outline;
    const fits =
      outline.parametersStamp === this.#parametersStamp &&
      outline.expiries === arrays.expiries &&
      scenarioCountOf(parameters.grid, between) === arrays.scenarioCount;
    this.#parametersStamp = outline.parametersStamp;
    if (fits) arrays.refineWith(parameters.grid, between);
    else this.arrays = this.#makeArrays();
    this.#restart();
  }

  #takePrices(): void {
    const { market, outline } = this;
    market.index = outline.index;
    market.stress = outline.stress;
    market.stablePrice = this.numeraire === 'coin' ? 1 : outline.stablePrice;
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
      this.arrays = this.#makeArrays();
      this.#restart();
    }
    const place = addRiskInstrument(this.#instruments, riskInstrumentOf(state, instrument, this));
    this.#places[id] = place + 1;
    this.#placed.push(id);
    this.arrays.buildRow(place);
    return place;
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
    const { parameters, expiries } = this.outline;
    const revaluation = { ...parameters.revaluation, numeraire: this.numeraire };
    return new RiskArrays(this.outline.scenarios(), revaluation, this.#instruments, expiries);
  }
}

/** What revaluation needs to know of an instrument. Holds: it has a mark. */
export const riskInstrumentOf = (
  state: EngineState,
  instrument: InstrumentRecord,
  market: RiskMarket,
): RiskInstrument => {
  const { contract, id, kind } = instrument;
  const expiry = market.outline.expiryPlaceOf(instrument);
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
  { parameters, market }: RiskMarket,
): number => {
  const { charges } = parameters;
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
