// Report desk: turns verified prices into events of the symbols that are followed. Invariant: of
// each feed only newer observations are told, never one that is too old to count, and never one
// from a time that has not come.
import type { Market } from '../core/market.ts';
import type { ReportEvent, SourceName } from '../market-event.ts';
import { ReportError } from './report-error.ts';
import type { SignedPrice } from './signed-price.ts';

/** A report older than this says nothing of the price now. */
export const reportAgeMaxUs = 60_000_000;
/** Clocks may differ by so much. */
const aheadMaxUs = 5_000_000;

export class ReportDesk {
  readonly #source: SourceName;
  readonly #markets = new Map<string, Market>();
  readonly #toldUs = new Map<string, number>();

  constructor(source: SourceName) {
    this.#source = source;
  }

  /** Follows a market under the reporter's name of its feed. */
  follow(feed: string, market: Market): void {
    this.#markets.set(feed, market);
  }

  forget(feed: string): void {
    this.#markets.delete(feed);
  }

  follows(feed: string): boolean {
    return this.#markets.has(feed);
  }

  /**
   * The event of a price; null where its feed is not followed or the observation was told before.
   * Throws ReportError for an old one or one of the future.
   */
  take(price: SignedPrice, receivedUs: number): ReportEvent | null {
    const market = this.#markets.get(price.feed);
    if (market === undefined) return null;
    const { observedUs, confidence, signers } = price;
    const ageUs = receivedUs - observedUs;
    if (ageUs > reportAgeMaxUs || ageUs < -aheadMaxUs) {
      const seconds = (ageUs / 1e6).toFixed(1);
      throw new ReportError('expired', `${market.venueSymbol} was observed ${seconds} s ago`);
    }
    if (observedUs <= (this.#toldUs.get(price.feed) ?? 0)) return null;
    this.#toldUs.set(price.feed, observedUs);
    return {
      type: 'report',
      source: this.#source,
      venueSymbol: market.venueSymbol,
      contract: market.contract,
      sourceUs: observedUs,
      receivedUs,
      price: price.price,
      confidence,
      signers,
    };
  }
}
