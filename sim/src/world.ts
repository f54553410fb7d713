// World: what the inhabitants of a simulation share: time, chance, the venue, the way to it, and
// what everybody can see of the market.
import type { IndexName, Instrument, TsUs } from '@openstrike/domain';
import type { Random } from '@openstrike/std';
import type { Auditor } from './auditor/auditor.ts';
import type { Coverage } from './coverage.ts';
import type { Network } from './network.ts';
import type { Schedule } from './schedule.ts';
import type { SimOptions } from './sim-options.ts';
import type { Venue } from './venue.ts';

export interface World {
  readonly options: SimOptions;
  readonly schedule: Schedule;
  readonly network: Network;
  readonly venue: Venue;
  readonly auditor: Auditor;
  readonly coverage: Coverage;
  readonly market: MarketView;
  /** Told what must stop the run. */
  readonly fail: (error: Error) => void;
}

/** The instruments that trade, as the reader of all events sees them; looked up now and then. */
export class MarketView {
  readonly #venue: Venue;
  #known: readonly Instrument[] = [];
  #askedUs = -1;

  constructor(venue: Venue) {
    this.#venue = venue;
  }

  instruments(): readonly Instrument[] {
    const nowUs = this.#venue.nowUs();
    if (nowUs > this.#askedUs + 500_000 || nowUs < this.#askedUs) {
      const all = { currency: null, kind: null, expired: false };
      this.#known = this.#venue.feeds.instruments(all);
      this.#askedUs = nowUs;
    }
    return this.#known;
  }

  /** Expiries of an index that are still to come, ascending. */
  expiriesOf(indexName: IndexName, atUs: TsUs): readonly TsUs[] {
    const found = new Set<TsUs>();
    for (const { indexName: name, expiryUs } of this.instruments()) {
      if (name === indexName && expiryUs !== null && expiryUs > atUs) found.add(expiryUs);
    }
    return [...found].sort((a, b) => a - b);
  }
}

export const pick = <T>(random: Random, items: readonly T[]): T =>
  items[random.nextInt(0, items.length)] as T;

export const chance = (random: Random, share: number): boolean => random.nextFloat() < share;
