// Minute window: what happened in each of the last 1,440 venue minutes, one bucket per minute that
// had anything. Day statistics and live candles of every resolution are sums over it, made when
// they are read. Invariant: buckets ascend by minute and span less than a day, so memory is bounded
// by the day.
import { type TsUs, usPerMinute } from '@openstrike/domain';

export const minutesPerDay = 1440;

/** The venue minute that an instant lies in. */
export const minuteOf = (tsUs: TsUs): number => Math.floor(tsUs / usPerMinute);

export interface MinuteBucket {
  readonly minute: number;
  open: number;
  high: number;
  low: number;
  close: number;
  lots: number;
  coins: number;
  notional: number;
  usd: number;
}

export class MinuteWindow {
  #buckets: MinuteBucket[] = [];
  /** Buckets before this position have left the window; they are dropped in bulk. */
  #head = 0;

  /**
   * Takes a price of this minute, which is never before the newest one; returns the bucket to add
   * volume to.
   */
  record(minute: number, price: number): MinuteBucket {
    const buckets = this.#buckets;
    const newest = buckets.length === 0 ? undefined : buckets[buckets.length - 1];
    if (newest !== undefined && newest.minute >= minute) {
      newest.high = Math.max(newest.high, price);
      newest.low = Math.min(newest.low, price);
      newest.close = price;
      return newest;
    }
    const bucket: MinuteBucket = {
      minute,
      open: price,
      high: price,
      low: price,
      close: price,
      lots: 0,
      coins: 0,
      notional: 0,
      usd: 0,
    };
    buckets.push(bucket);
    this.#trim(minute);
    return bucket;
  }

  /** The first bucket of the window that ends with the minute `now`, as a position for `at`. */
  start(now: number): number {
    return this.find(now - minutesPerDay + 1);
  }

  /** The position of the first bucket at or after a minute. */
  find(minute: number): number {
    let low = this.#head;
    let high = this.#buckets.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#buckets[middle] as MinuteBucket).minute < minute) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** The bucket at a position, or undefined outside. */
  at(position: number): MinuteBucket | undefined {
    return position < this.#head ? undefined : this.#buckets[position];
  }

  /** Buckets in [from, to), added up; null when there are none. */
  sum(from: number, to: number): MinuteBucket | null {
    const first = this.at(from);
    if (first === undefined || from >= to) {
      return null;
    }
    const total = { ...first };
    for (let i = from + 1; i < to; i++) {
      const bucket = this.#buckets[i] as MinuteBucket;
      total.high = Math.max(total.high, bucket.high);
      total.low = Math.min(total.low, bucket.low);
      total.close = bucket.close;
      total.lots += bucket.lots;
      total.coins += bucket.coins;
      total.notional += bucket.notional;
      total.usd += bucket.usd;
    }
    return total;
  }

  /** One past the newest position. */
  get end(): number {
    return this.#buckets.length;
  }

  #trim(now: number): void {
    const buckets = this.#buckets;
    while ((buckets[this.#head] as MinuteBucket).minute <= now - minutesPerDay) {
      this.#head++;
    }
    if (this.#head > 64 && this.#head * 2 > buckets.length) {
      this.#buckets = buckets.slice(this.#head);
      this.#head = 0;
    }
  }
}
