// Simulated venues: the spot venues of a simulated market, each a little off the market's spot for
// a while, whose quotes go through the same index rules as the world's. Invariant: in its first
// second every venue says the spot itself; the same seed and steps give the same quotes, and the
// market's own path does not depend on them.
import type { Command, IndexName, TsUs, UsdMicros } from '@openstrike/domain';
import { usPerSecond } from '@openstrike/domain';
import { createRandom, exp, type Random } from '@openstrike/std';
import { usualConstituents } from './desk/oracle-definition.ts';
import {
  createIndexMachine,
  type IndexMachine,
  indexAt,
  quoteIndex,
} from './index-price/index-machine.ts';
import { usualIndexRules } from './index-price/index-rules.ts';

/** Deviation at rest of a venue's price from the spot, and the time it takes to come back. */
const deviationAtRest = 0.0001;
const returnUs = 20 * usPerSecond;
/** Half of the spread that every venue quotes, a share of its price. */
const halfSpread = 0.00002;

/** Published indexes have two decimals. */
const toIndexMicros = (usd: number): UsdMicros => (Math.round(usd * 100) * 10_000) as UsdMicros;

export class SimulatedVenues {
  readonly #random: Random;
  readonly #machines = new Map<IndexName, IndexMachine>();
  /** By underlying and venue: how far its price is from the spot, as a logarithm. */
  readonly #deviations = new Map<string, number>();
  #atUs = 0;

  constructor(seed: string, indexNames: readonly IndexName[]) {
    this.#random = createRandom(seed);
    const constituents = usualConstituents.map((rule) => ({ ...rule, quotedIn: 'USD' as const }));
    for (const indexName of indexNames) {
      const machine = createIndexMachine({ ...usualIndexRules, constituents });
      this.#machines.set(indexName, machine);
    }
  }

  /** Moves every venue on to a time. */
  step(atUs: TsUs): void {
    // A clock that was set back passes no time.
    const elapsedUs = this.#atUs === 0 ? 0 : Math.max(0, atUs - this.#atUs);
    this.#atUs = atUs;
    const decay = exp(-elapsedUs / returnUs);
    const noise = deviationAtRest * Math.sqrt(1 - decay * decay);
    for (const underlying of ['BTC', 'ETH']) {
      for (const { source } of usualConstituents) {
        const key = `${underlying} ${source}`;
        const before = this.#deviations.get(key) ?? 0;
        this.#deviations.set(key, before * decay + noise * this.#random.nextNormal());
      }
    }
  }

  /** What an index says of venues around a spot. Units: `spot` in the index's money. */
  index(indexName: IndexName, spot: number): Extract<Command, { readonly type: 'set-index' }> {
    const machine = this.#machines.get(indexName) as IndexMachine;
    const underlying = indexName.startsWith('btc') ? 'BTC' : 'ETH';
    for (const { source } of usualConstituents) {
      const price = spot * exp(this.#deviations.get(`${underlying} ${source}`) ?? 0);
      quoteIndex(machine, source, {
        bidPrice: price * (1 - halfSpread),
        askPrice: price * (1 + halfSpread),
        sourceUs: null,
        receivedUs: this.#atUs,
      });
    }
    const value = indexAt(machine, () => 1, this.#atUs);
    if (value === null) throw new Error('all simulated venues quote');
    const { status, confidence, constituents } = value;
    return {
      type: 'set-index',
      indexName,
      price: toIndexMicros(value.price),
      status,
      confidence,
      constituents,
    };
  }
}
