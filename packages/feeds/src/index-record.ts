// Index record: the newest value of one index and its range over the last 24 hours.
import type {
  IndexChanged,
  IndexConstituent,
  IndexName,
  IndexStatus,
  TsUs,
  UsdMicros,
} from '@openstrike/domain';

import type { FeedSeed, IndexState, RealisedVolatility } from './feeds.ts';
import { type MinuteBucket, MinuteWindow, minuteOf, minutesPerDay } from './minute-window.ts';
import { realisedVolatility } from './realised-volatility.ts';

const minutesPerHour = 60;

export class IndexRecord {
  readonly #indexName: IndexName;
  readonly #window = new MinuteWindow();
  price = 0 as UsdMicros;
  #tsUs = 0 as TsUs;
  estimatedDeliveryPrice = 0 as UsdMicros;
  #fixingPrints = 0;
  #status: IndexStatus = 'frozen';
  #confidence = 0;
  #constituents: readonly IndexConstituent[] = [];
  /** Since when each expiry that could not be fitted has been keeping its slice. */
  #kept: ReadonlyMap<TsUs, TsUs> = new Map();

  constructor(indexName: IndexName) {
    this.#indexName = indexName;
  }

  /** Takes a value with its delivery estimate. */
  change(event: IndexChanged, tsUs: TsUs): void {
    this.load(event, tsUs);
    this.#constituents = event.constituents;
    this.remember(event.price, tsUs);
  }

  /** Takes a value that may be older than it is told; the range of the day is `remember`'s. */
  load(event: FeedSeed['indexes'][number], tsUs: TsUs): void {
    this.price = event.price;
    this.estimatedDeliveryPrice = event.estimatedDeliveryPrice;
    this.#fixingPrints = event.fixingPrints;
    this.#status = event.status;
    this.#confidence = event.confidence;
    this.#tsUs = tsUs;
  }

  /** Takes which expiries a surface leaves at the slice of before. */
  keep(kept: readonly TsUs[], tsUs: TsUs): void {
    const before = this.#kept;
    this.#kept = new Map(kept.map((expiryUs) => [expiryUs, before.get(expiryUs) ?? tsUs]));
  }

  /** Since when an expiry has had the slice of before; null where it was fitted last. */
  keptSince(expiryUs: TsUs): TsUs | null {
    return this.#kept.get(expiryUs) ?? null;
  }

  /** Takes a value of the last day into the range only. */
  remember(price: UsdMicros, tsUs: TsUs): void {
    this.#window.record(minuteOf(tsUs), price);
  }

  /** Annualised fractions; null where there is too little to tell. */
  realised(): RealisedVolatility {
    const now = minuteOf(this.#tsUs);
    return {
      hour: realisedVolatility(this.#window, now, minutesPerHour),
      day: realisedVolatility(this.#window, now, minutesPerDay - 1),
    };
  }

  /** The state with its range over the day that ends at `nowUs`. */
  view(nowUs: TsUs): IndexState {
    const window = this.#window;
    const day: MinuteBucket | null = window.sum(window.start(minuteOf(nowUs)), window.end);
    const price = this.price;
    return {
      indexName: this.#indexName,
      price,
      tsUs: this.#tsUs,
      estimatedDeliveryPrice: this.estimatedDeliveryPrice,
      fixingPrints: this.#fixingPrints,
      status: this.#status,
      confidence: this.#confidence,
      constituents: this.#constituents,
      high24h: Math.max(day?.high ?? price, price) as UsdMicros,
      low24h: Math.min(day?.low ?? price, price) as UsdMicros,
      change24hPercent: day === null ? 0 : ((price - day.open) / day.open) * 100,
    };
  }
}
