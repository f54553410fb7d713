// Stress model: the factor on the portfolio margins of each underlying, worked out from the index
// at the settlements and the tables, as their documentation says it. Invariant: a factor is in
// force a settlement after it was told, and every change is told.
import { recommendedMargin, type StressChanged } from '@openstrike/domain';
import type { ContractFactsTable } from './contract-facts.ts';
import type { MarketFacts } from './market-facts.ts';
import { hold, show } from './violation.ts';

const underlyings = ['BTC', 'ETH'] as const;
type Underlying = (typeof underlyings)[number];

/** What the days of an underlying came to. */
interface Days {
  variance: number;
  readonly ratios: number[];
}

interface Factors {
  readonly now: number;
  readonly next: number;
}

const calm: Factors = { now: 1, next: 1 };
/** Logarithms differ in their last bits. */
const noise = 1e-12;

const near = (a: number, b: number): boolean => Math.abs(a - b) <= noise * Math.abs(b);

export class StressModel {
  readonly #facts: ContractFactsTable;
  readonly #market: MarketFacts;
  /** At the last settlement, or the first. */
  readonly #prices = new Map<Underlying, number>();
  readonly #days = new Map<Underlying, Days>();
  readonly #factors = new Map<Underlying, Factors>();
  /** Changes of this command that have not been told yet. */
  readonly #untold = new Set<string>();

  constructor(facts: ContractFactsTable, market: MarketFacts) {
    this.#facts = facts;
    this.#market = market;
  }

  factor(underlying: Underlying): number {
    return (this.#factors.get(underlying) ?? calm).now;
  }

  /** An index has a value: with the first one the first day begins. */
  begin(): void {
    for (const underlying of underlyings) {
      const price = this.#market.coinPrice(underlying);
      if (price > 0 && !this.#prices.has(underlying)) this.#prices.set(underlying, price);
    }
  }

  /** A day has ended. */
  settled(): void {
    for (const underlying of underlyings) {
      const before = this.#factors.get(underlying) ?? calm;
      const after = this.#followed(underlying, before);
      this.#factors.set(underlying, after);
      if (!near(after.now, before.now) || !near(after.next, before.next)) {
        this.#untold.add(underlying);
      }
    }
  }

  told(event: StressChanged): void {
    const { now, next } = this.#factors.get(event.underlying as Underlying) ?? calm;
    hold(
      near(event.factor, now) && near(event.nextFactor, next),
      'stress factors follow the moves of the days',
      () => `${show(event)}, worked out ${show({ now, next })}`,
    );
    this.#untold.delete(event.underlying);
  }

  /** The command is over. */
  close(): void {
    hold(this.#untold.size === 0, 'changes of stress factors are told', () =>
      show([...this.#untold]),
    );
  }

  #followed(underlying: Underlying, before: Factors): Factors {
    const section = this.#facts.tables.get(underlying)?.margin ?? recommendedMargin(underlying);
    const { stress, charges } = section;
    const from = this.#prices.get(underlying) ?? 0;
    const to = this.#market.coinPrice(underlying);
    if (to > 0) this.#prices.set(underlying, to);
    if (stress === undefined) {
      this.#days.delete(underlying);
      return calm;
    }
    const { dailyVolatility, decay, days, riseMax } = stress;
    const all = this.#days.get(underlying) ?? { variance: dailyVolatility ** 2, ratios: [1] };
    this.#days.set(underlying, all);
    if (from > 0 && to > 0) {
      all.variance = decay * all.variance + (1 - decay) * Math.log(to / from) ** 2;
      all.ratios.push(Math.sqrt(all.variance) / dailyVolatility);
      while (all.ratios.length > days) all.ratios.shift();
    }
    const floor = charges.stressFloor * Math.max(1, ...all.ratios);
    const wanted = Math.max(1, all.ratios.at(-1) ?? 1, floor);
    return { now: before.next, next: Math.min(wanted, before.next * riseMax) };
  }
}
