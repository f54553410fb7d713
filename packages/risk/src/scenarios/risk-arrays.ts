// Risk arrays: for each instrument of one underlying its profit or loss per lot in every scenario,
// times the scenario's weight, and what the charges beside the scan need of it. A pure function of
// the marks. Invariants: a scenario that moves nothing is exactly zero for every instrument; an
// instrument's row lies in one piece, so that a book's results are sums of rows. Rebuilt when marks
// move; in an order's life they are only read.
import { type Black76Batch, black76Batch, black76GreeksBatch } from '@openstrike/pricing';
import { assert, log } from '@openstrike/std';
import {
  INVERSE,
  LINEAR,
  OPTION,
  type RiskExpiries,
  type RiskInstruments,
} from './risk-instruments.ts';
import type { Revaluation, Scenario } from './scenario.ts';
import { downFactor, skewShift, twistFactor, upFactor } from './volatility-shock.ts';

/** Skews are kept apart from the scenarios, four per instrument: linear and absolute, + and -. */
export const SKEWS = 4;

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
  readonly dampers: Float64Array;
  /** Whether any scenario pulls a book's result toward zero. */
  damped = false;
  scenarios: readonly Scenario[];
  readonly instruments: RiskInstruments;
  readonly expiries: RiskExpiries;
  readonly #revaluation: Revaluation;
  readonly #columns: ExpiryColumns[] = [];
  readonly #batch: Mutable<Black76Batch>;
  readonly #values: Float64Array;
  readonly #moves: Float64Array;
  readonly #weights: Float64Array;

  /** Sized for all `instruments` and `expiries` have room for; call `build` to fill it. */
  constructor(
    scenarios: readonly Scenario[],
    revaluation: Revaluation,
    instruments: RiskInstruments,
    expiries: RiskExpiries,
  ) {
    const count = scenarios.length;
    const room = instruments.kind.length;
    const length = count + SKEWS + 1;
    this.scenarios = scenarios;
    this.scenarioCount = count;
    this.instruments = instruments;
    this.expiries = expiries;
    this.profit = new Float64Array(room * count);
    this.skew = new Float64Array(room * SKEWS);
    this.delta = new Float64Array(room);
    this.vega = new Float64Array(room);
    this.dampers = new Float64Array(count);
    this.#revaluation = revaluation;
    this.#moves = new Float64Array(count);
    this.#weights = new Float64Array(count);
    this.setScenarios(scenarios);
    this.#values = new Float64Array(length);
    this.#batch = {
      forward: new Float64Array(length),
      strike: new Float64Array(length),
      timeYears: new Float64Array(length),
      volatility: new Float64Array(length),
      sign: new Int8Array(length),
    };
    for (let e = 0; e < expiries.years.length; e++) {
      this.#columns.push({
        forward: new Float64Array(length),
        factor: new Float64Array(count),
        least: new Float64Array(count),
      });
    }
  }

  /**
   * Puts other scenarios in place of these, as when the forward has moved away from the strikes the
   * grid was refined with; `build` has to follow. Throws where their number is another.
   */
  setScenarios(scenarios: readonly Scenario[]): void {
    assert(scenarios.length === this.scenarioCount, 'scenarios of another number need new arrays');
    this.scenarios = scenarios;
    this.damped = false;
    for (const [s, { move, weight, damper }] of scenarios.entries()) {
      this.#moves[s] = move;
      this.#weights[s] = weight;
      this.dampers[s] = damper;
      this.damped ||= damper > 0;
    }
  }

  /** Fills every row from the instruments and expiries as they now stand. */
  build(): void {
    for (let e = 0; e < this.expiries.count; e++) {
      this.#fillColumns(e);
    }
    this.#fillGreeks();
    const { count, kind } = this.instruments;
    for (let i = 0; i < count; i++) {
      if (kind[i] !== OPTION) {
        this.#buildFuture(i);
      } else if (this.#isTwin(i)) {
        this.#buildTwin(i);
      } else {
        this.#buildOption(i);
      }
    }
  }

  /** Whether an option differs from the one before it by its type alone, so that parity holds. */
  #isTwin(i: number): boolean {
    const { kind, expiry, sign, strike, volatility, perLot } = this.instruments;
    const of = i - 1;
    return (
      i > 0 &&
      this.#revaluation.numeraire === 'usd' &&
      kind[of] === OPTION &&
      expiry[of] === expiry[i] &&
      strike[of] === strike[i] &&
      sign[of] === -(sign[i] as number) &&
      volatility[of] === volatility[i] &&
      perLot[of] === perLot[i]
    );
  }

  /** A call is worth its put and the forward less the strike: half of all options need no model. */
  #buildTwin(i: number): void {
    const { instruments, scenarioCount: count, profit } = this;
    const { forward } = this.#columns[instruments.expiry[i] as number] as ExpiryColumns;
    const now = forward[count] as number;
    const perForward = (instruments.sign[i] as number) * (instruments.perLot[i] as number);
    const row = i * count;
    for (let s = 0; s < count; s++) {
      const gain = (this.#weights[s] as number) * ((forward[s] as number) - now);
      profit[row + s] = (profit[row - count + s] as number) + perForward * gain;
    }
    this.skew.copyWithin(i * SKEWS, (i - 1) * SKEWS, i * SKEWS);
  }

  #fillColumns(e: number): void {
    const { volatility, twist } = this.#revaluation;
    const { forward, factor, least } = this.#columns[e] as ExpiryColumns;
    const years = this.expiries.years[e] as number;
    const now = this.expiries.forward[e] as number;
    const variable = now - (this.expiries.fixed[e] as number);
    const up = upFactor(volatility, years);
    const down = downFactor(volatility, years);
    const twisted = twist === null ? 1 : twistFactor(twist, years, false);
    const reversed = twist === null ? 1 : twistFactor(twist, years, true);
    for (let s = 0; s < this.scenarioCount; s++) {
      const kind = (this.scenarios[s] as Scenario).volatility;
      forward[s] = now + variable * (this.#moves[s] as number);
      factor[s] =
        kind === 'up'
          ? up
          : kind === 'down'
            ? down
            : kind === 'twist'
              ? twisted
              : kind === 'twist-reverse'
                ? reversed
                : 1;
      least[s] = kind === 'up' ? volatility.upVolatilityMin : 0;
    }
    forward.fill(now, this.scenarioCount);
  }

  #fillGreeks(): void {
    const { instruments, expiries } = this;
    const { count, kind, expiry } = instruments;
    const forward = new Float64Array(count);
    const timeYears = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      forward[i] = expiries.forward[expiry[i] as number] as number;
      timeYears[i] = expiries.years[expiry[i] as number] as number;
    }
    const spare = (): Float64Array => new Float64Array(count);
    const greeks = {
      price: spare(),
      delta: this.delta,
      gamma: spare(),
      vega: this.vega,
      theta: spare(),
      rho: spare(),
    };
    black76GreeksBatch({ ...instruments, forward, timeYears }, greeks, count);
    for (let i = 0; i < count; i++) {
      const perLot = instruments.perLot[i] as number;
      if (kind[i] === OPTION) {
        this.delta[i] = (this.delta[i] as number) * perLot;
        this.vega[i] = (this.vega[i] as number) * perLot;
      } else {
        this.delta[i] = kind[i] === LINEAR ? perLot : perLot / (forward[i] as number);
        this.vega[i] = 0;
      }
    }
  }

  #buildOption(i: number): void {
    const { instruments, scenarioCount: count } = this;
    const batch = this.#batch;
    const values = this.#values;
    const expiry = instruments.expiry[i] as number;
    const { forward, factor, least } = this.#columns[expiry] as ExpiryColumns;
    const years = this.expiries.years[expiry] as number;
    const strike = instruments.strike[i] as number;
    const mark = instruments.volatility[i] as number;
    const { volatility } = batch;
    batch.forward = forward;
    batch.strike.fill(strike);
    batch.timeYears.fill(years);
    batch.sign.fill(instruments.sign[i] as number);
    for (let s = 0; s < count; s++) {
      const shocked = mark * (factor[s] as number);
      const floor = least[s] as number;
      volatility[s] = shocked > floor ? shocked : floor;
    }
    this.#skewVolatilities(strike / (forward[count] as number), mark, years);
    black76Batch(batch, values, count + SKEWS + 1);
    const perLot = instruments.perLot[i] as number;
    const coin = this.#revaluation.numeraire === 'coin';
    const now = forward[count] as number;
    const base = coin ? (values[count + SKEWS] as number) / now : (values[count + SKEWS] as number);
    const row = i * count;
    const weights = this.#weights;
    if (coin) {
      for (let s = 0; s < count; s++) {
        const gain = (values[s] as number) / (forward[s] as number) - base;
        this.profit[row + s] = perLot * (weights[s] as number) * gain;
      }
    } else {
      for (let s = 0; s < count; s++) {
        this.profit[row + s] = perLot * (weights[s] as number) * ((values[s] as number) - base);
      }
    }
    for (let j = 0; j < SKEWS; j++) {
      const value = (values[count + j] as number) / (coin ? now : 1);
      this.skew[i * SKEWS + j] = perLot * (value - base);
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
    const coin = this.#revaluation.numeraire === 'coin';
    for (let s = 0; s < count; s++) {
      const then = forward[s] as number;
      const gain = inverse ? then / now - 1 : then - now;
      this.profit[i * count + s] =
        perLot * (this.#weights[s] as number) * (coin ? gain / then : gain);
    }
    this.skew.fill(0, i * SKEWS, (i + 1) * SKEWS);
  }
}
