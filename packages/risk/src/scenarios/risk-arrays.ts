// Risk arrays: for each instrument of one underlying its profit or loss per lot in every scenario,
// times the scenario's weight, and what the charges beside the scan need of it. A pure function of
// the marks. Invariants: a scenario that moves nothing is exactly zero for every instrument; an
// instrument's row lies in one piece, so that a book's results are sums of rows, and is a function
// of the marks and that instrument alone, whether all rows are built together or one by one.
// Rebuilt when marks move; in an order's life they are only read.
import type { GridParameters, Revaluation } from '@openstrike/domain';
import { type Black76Batch, black76Batch, black76GreeksBatch } from '@openstrike/pricing';
import { assert, log } from '@openstrike/std';
import {
  INVERSE,
  LINEAR,
  OPTION,
  type RiskExpiries,
  type RiskInstruments,
} from './risk-instruments.ts';
import { type Scenario, type VolatilityMove, volatilityMoves } from './scenario.ts';
import { evenCountOf, scenarioCountOf } from './scenario-grid.ts';
import { downFactor, skewShift, twistFactor, upFactor } from './volatility-shock.ts';

/** Skews are kept apart from the scenarios, four per instrument: linear and absolute, + and -. */
export const SKEWS = 4;

/** Deltas and coins are rounded this much finer than dollars. */
const DOLLARS_PER_COIN_STEP = 16_384;

/** The nearest whole multiple of a step; the value itself where the step is 0. */
const rounded = (value: number, step: number): number =>
  step === 0 ? value : Math.round(value / step) * step;

/** Volatility moves in the order of an expiry's factors. */
const moveKinds: readonly VolatilityMove[] = ['none', 'up', 'down', 'twist', 'twist-reverse'];
const UP = moveKinds.indexOf('up');

/** Room for the greeks of one option. */
const oneGreek = () => ({
  inputs: {
    forward: new Float64Array(1),
    strike: new Float64Array(1),
    timeYears: new Float64Array(1),
    volatility: new Float64Array(1),
    sign: new Int8Array(1),
  },
  greeks: {
    price: new Float64Array(1),
    delta: new Float64Array(1),
    gamma: new Float64Array(1),
    vega: new Float64Array(1),
    theta: new Float64Array(1),
    rho: new Float64Array(1),
  },
});

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** An expiry's forwards and volatility factors in every scenario. */
interface ExpiryColumns {
  readonly forward: Float64Array;
  readonly factor: Float64Array;
  readonly least: Float64Array;
}

/** The resident arrays of one underlying. */
export class RiskArrays {
  readonly scenarioCount: number;
  /** Weighted profit or loss per lot: instrument * scenarioCount + scenario. */
  readonly profit: Float64Array;
  /** Profit or loss per lot: instrument * SKEWS + skew. Zero without a skew shock. */
  readonly skew: Float64Array;
  /** Per lot, in coins: the change of dollar value per dollar of the forward. */
  readonly delta: Float64Array;
  /** Per lot, in dollars per 1 of volatility. */
  readonly vega: Float64Array;
  /**
   * Per lot: the coins it stands for (of an inverse future its delta), and closing it, in dollars.
   */
  readonly coins: Float64Array;
  readonly closing: Float64Array;
  readonly dampers: Float64Array;
  /** Dollars that a coin counts for where results are in coins; 1 leaves them coins. */
  coinPrice = 1;
  /** Whether any scenario pulls a book's result toward zero. */
  damped = false;
  readonly instruments: RiskInstruments;
  readonly expiries: RiskExpiries;
  readonly #revaluation: Revaluation;
  readonly #columns: ExpiryColumns[] = [];
  /** By expiry, whether its columns are those of the expiry as it now stands. */
  readonly #filled: boolean[] = [];
  readonly #batch: Mutable<Black76Batch>;
  readonly #one = oneGreek();
  readonly #values: Float64Array;
  readonly #moves: Float64Array;
  readonly #weights: Float64Array;
  /** Of each scenario, a place in `moveKinds`. */
  readonly #kinds: Uint8Array;
  /** The instrument whose put's values stand in `#values`; -1 for none. */
  #valued = -1;

  /** Sized for all that `instruments` has room for; call `build` to fill it. */
  constructor(
    scenarios: readonly Scenario[],
    revaluation: Revaluation,
    instruments: RiskInstruments,
    expiries: RiskExpiries,
  ) {
    const count = scenarios.length;
    const room = instruments.kind.length;
    const length = count + SKEWS + 1;
    this.scenarioCount = count;
    this.instruments = instruments;
    this.expiries = expiries;
    this.profit = new Float64Array(room * count);
    this.skew = new Float64Array(room * SKEWS);
    this.delta = new Float64Array(room);
    this.vega = new Float64Array(room);
    this.coins = new Float64Array(room);
    this.closing = new Float64Array(room);
    this.dampers = new Float64Array(count);
    this.#revaluation = revaluation;
    this.#moves = new Float64Array(count);
    this.#weights = new Float64Array(count);
    this.#kinds = new Uint8Array(count);
    scenarios.forEach(({ move, volatility, weight, damper }, s) => {
      this.#moves[s] = move;
      this.#kinds[s] = moveKinds.indexOf(volatility);
      this.#weights[s] = weight;
      this.dampers[s] = damper;
      this.damped ||= damper > 0;
    });
    this.#values = new Float64Array(length);
    this.#batch = {
      forward: new Float64Array(length),
      strike: new Float64Array(length),
      timeYears: new Float64Array(length),
      volatility: new Float64Array(length),
      sign: new Int8Array(length).fill(-1),
    };
  }

  /** The columns of an expiry, made when there is one. */
  #columnsOf(e: number): ExpiryColumns {
    const count = this.scenarioCount;
    let columns = this.#columns[e];
    if (columns === undefined) {
      columns = {
        forward: new Float64Array(count + SKEWS + 1),
        factor: new Float64Array(count),
        least: new Float64Array(count),
      };
      this.#columns[e] = columns;
    }
    return columns;
  }

  /**
   * Puts other moves in place of those that the grid was refined with, as when a forward has moved
   * away from the strikes; `begin` has to follow. Throws where they are not as many.
   *
   * Holds: the scenarios are `scenariosOf(grid, ...)`.
   */
  refineWith(grid: GridParameters, between: readonly number[]): void {
    const fits = scenarioCountOf(grid, between) === this.scenarioCount;
    assert(fits, 'moves of another number need new arrays');
    const each = volatilityMoves.length;
    const first = evenCountOf(grid);
    for (let i = 0; i < between.length; i++) {
      this.#moves.fill(between[i] as number, first + each * i, first + each * (i + 1));
    }
  }

  /** Fills every row from the instruments and expiries as they now stand. */
  build(): void {
    this.begin();
    for (let i = 0; i < this.instruments.count; i++) {
      this.buildRow(i);
    }
  }

  /** Takes in the expiries as they now stand; each row is then built when it is needed. */
  begin(): void {
    this.#valued = -1;
    this.#filled.length = 0;
  }

  /** Fills one row. Holds: `begin` was called since the expiries changed. */
  buildRow(i: number): void {
    const e = this.instruments.expiry[i] as number;
    if (this.#filled[e] !== true) this.#fillColumns(e);
    this.#fillGreeks(i);
    if (this.instruments.kind[i] === OPTION) {
      this.#buildOption(i);
    } else {
      this.#buildFuture(i);
    }
  }

  #fillColumns(e: number): void {
    const { volatility, twist } = this.#revaluation;
    const { forward, factor, least } = this.#columnsOf(e);
    const years = this.expiries.years[e] as number;
    const now = this.expiries.forward[e] as number;
    const variable = now - (this.expiries.fixed[e] as number);
    const factors = [
      1,
      upFactor(volatility, years),
      downFactor(volatility, years),
      twist === null ? 1 : twistFactor(twist, years, false),
      twist === null ? 1 : twistFactor(twist, years, true),
    ];
    const kinds = this.#kinds;
    const moves = this.#moves;
    for (let s = 0; s < this.scenarioCount; s++) {
      const kind = kinds[s] as number;
      forward[s] = now + variable * (moves[s] as number);
      factor[s] = factors[kind] as number;
      least[s] = kind === UP ? volatility.upVolatilityMin : 0;
    }
    forward.fill(now, this.scenarioCount);
    this.#filled[e] = true;
  }

  #fillGreeks(i: number): void {
    const { instruments, expiries } = this;
    const { kind, expiry } = instruments;
    const perLot = instruments.perLot[i] as number;
    const forward = expiries.forward[expiry[i] as number] as number;
    let delta = kind[i] === LINEAR ? perLot : perLot / forward;
    let vega = 0;
    if (kind[i] === OPTION) {
      const { inputs, greeks } = this.#one;
      inputs.forward[0] = forward;
      inputs.strike[0] = instruments.strike[i] as number;
      inputs.timeYears[0] = expiries.years[expiry[i] as number] as number;
      inputs.volatility[0] = instruments.volatility[i] as number;
      inputs.sign[0] = instruments.sign[i] as number;
      black76GreeksBatch(inputs, greeks, 1);
      delta = (greeks.delta[0] as number) * perLot;
      vega = (greeks.vega[0] as number) * perLot;
    }
    const { step } = this.#revaluation;
    const coinStep = step / DOLLARS_PER_COIN_STEP;
    this.delta[i] = rounded(delta, coinStep);
    this.vega[i] = rounded(vega, step);
    this.coins[i] = kind[i] === OPTION ? rounded(perLot, coinStep) : (this.delta[i] as number);
    this.closing[i] = rounded(instruments.closingCost[i] as number, step);
  }

  /**
   * Values the put of an option's strike in every scenario and skew; a call is worth its put and
   * the forward less the strike, so the two need one valuation.
   */
  #valuePut(i: number): void {
    const { instruments, scenarioCount: count } = this;
    const { expiry, strike, volatility: marks } = instruments;
    const known = this.#valued;
    if (
      known >= 0 &&
      expiry[known] === expiry[i] &&
      strike[known] === strike[i] &&
      marks[known] === marks[i]
    ) {
      return;
    }
    const batch = this.#batch;
    const { forward, factor, least } = this.#columns[expiry[i] as number] as ExpiryColumns;
    const years = this.expiries.years[expiry[i] as number] as number;
    const mark = marks[i] as number;
    const { volatility } = batch;
    batch.forward = forward;
    batch.strike.fill(strike[i] as number);
    batch.timeYears.fill(years);
    for (let s = 0; s < count; s++) {
      const shocked = mark * (factor[s] as number);
      const floor = least[s] as number;
      volatility[s] = shocked > floor ? shocked : floor;
    }
    this.#skewVolatilities((strike[i] as number) / (forward[count] as number), mark, years);
    black76Batch(batch, this.#values, count + SKEWS + 1);
    this.#valued = i;
  }

  #buildOption(i: number): void {
    this.#valuePut(i);
    const { instruments, scenarioCount: count, profit } = this;
    const values = this.#values;
    const weights = this.#weights;
    const { forward } = this.#columns[instruments.expiry[i] as number] as ExpiryColumns;
    const { step, numeraire } = this.#revaluation;
    const perLot = instruments.perLot[i] as number;
    const strike = instruments.strike[i] as number;
    const call = (instruments.sign[i] as number) > 0 ? 1 : 0;
    const now = forward[count] as number;
    const put = values[count + SKEWS] as number;
    const row = i * count;
    if (numeraire === 'coin') {
      const base = (put + call * (now - strike)) / now;
      const scale = perLot * this.coinPrice;
      for (let s = 0; s < count; s++) {
        const then = forward[s] as number;
        const gain = ((values[s] as number) + call * (then - strike)) / then - base;
        profit[row + s] = rounded(scale * (weights[s] as number) * gain, step);
      }
    } else {
      for (let s = 0; s < count; s++) {
        const gain = (values[s] as number) - put + call * ((forward[s] as number) - now);
        profit[row + s] = rounded(perLot * (weights[s] as number) * gain, step);
      }
    }
    const scale = numeraire === 'coin' ? (perLot * this.coinPrice) / now : perLot;
    for (let j = 0; j < SKEWS; j++) {
      this.skew[i * SKEWS + j] = rounded(scale * ((values[count + j] as number) - put), step);
    }
  }

  /** Volatilities of the four skews and, last, the mark's own. */
  #skewVolatilities(moneyness: number, mark: number, years: number): void {
    const { skew } = this.#revaluation;
    const { volatility } = this.#batch;
    const at = this.scenarioCount;
    if (skew === null) {
      volatility.fill(mark, at);
      return;
    }
    const k = log(moneyness);
    const linear = skewShift(skew, 'linear', k, years);
    const absolute = skewShift(skew, 'absolute', k, years);
    volatility[at] = mark * Math.max(0, 1 + linear);
    volatility[at + 1] = mark * Math.max(0, 1 - linear);
    volatility[at + 2] = mark * Math.max(0, 1 + absolute);
    volatility[at + 3] = mark * Math.max(0, 1 - absolute);
    volatility[at + SKEWS] = mark;
  }

  #buildFuture(i: number): void {
    const { instruments, scenarioCount: count } = this;
    const { forward } = this.#columns[instruments.expiry[i] as number] as ExpiryColumns;
    const now = forward[count] as number;
    const perLot = instruments.perLot[i] as number;
    const inverse = instruments.kind[i] === INVERSE;
    const { step, numeraire } = this.#revaluation;
    for (let s = 0; s < count; s++) {
      const then = forward[s] as number;
      const gain = inverse ? then / now - 1 : then - now;
      const counted = numeraire === 'coin' ? (gain / then) * this.coinPrice : gain;
      this.profit[i * count + s] = rounded(perLot * (this.#weights[s] as number) * counted, step);
    }
    this.skew.fill(0, i * SKEWS, (i + 1) * SKEWS);
  }
}
