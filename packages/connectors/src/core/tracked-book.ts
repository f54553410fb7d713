// Tracked book: one symbol's order book kept from a snapshot and the increments that follow it, and
// told. Invariant: an increment is applied only to the very book that it follows; after a gap, a
// wrong checksum or a crossed book nothing is told until a fresh snapshot is in.
import type { SourceName } from '../market-event.ts';
import type { Link } from './link.ts';
import { baseSize, type Market } from './market.ts';
import { type BookSide, OrderBook, type PriceLevel } from './order-book.ts';

export interface BookSnapshot {
  /** The venue's number of the state that the snapshot shows; null where it has none. */
  readonly sequence: number | null;
  readonly bids: readonly PriceLevel[];
  readonly asks: readonly PriceLevel[];
  readonly sourceUs: number | null;
  readonly receivedUs: number;
}

export interface BookIncrement extends BookSnapshot {
  /** The number of the state that this follows; null where the venue has none. */
  readonly previous: number | null;
  /** The first number that the increment covers, where the venue says it. */
  readonly first?: number;
}

export interface TrackedBookOptions {
  readonly source: SourceName;
  readonly link: Link;
  readonly market: Market;
  /** Levels of each side that the venue keeps for us: more are dropped. */
  readonly levelsMax: number;
  /** Increments kept while a snapshot over HTTP is under way. */
  readonly bufferMax?: number;
  /**
   * The venue tells one level at a time and its checksum once all are told: between them a book may
   * be crossed, and is not told then.
   */
  readonly crossedBetweenChecksums?: boolean;
}

/** Why a book no longer counts. */
export type LossCause = 'gaps' | 'checksums' | 'crossed' | 'overflows' | 'oldSnapshots';

/** Whether a book is the one that the venue's checksum was made of. */
export type ChecksumTest = (book: OrderBook) => boolean;

export class TrackedBook {
  readonly #options: TrackedBookOptions;
  readonly #book = new OrderBook();
  #state: 'waiting' | 'bridging' | 'held' = 'waiting';
  #sequence: number | null = null;
  #buffer: BookIncrement[] = [];
  /** The last increment while the book is crossed between checksums. */
  #untold: BookSnapshot | null = null;
  #told: readonly [PriceLevel | undefined, PriceLevel | undefined] | null = null;

  constructor(options: TrackedBookOptions) {
    this.#options = options;
  }

  get held(): boolean {
    return this.#state !== 'waiting';
  }

  /** Takes a whole book and tells it. */
  load(snapshot: BookSnapshot, checksum?: ChecksumTest): void {
    this.#replace(snapshot);
    this.#state = 'held';
    if (this.#sound(checksum)) {
      this.#options.link.live(this.#options.market.venueSymbol);
      this.#tell(snapshot);
    }
  }

  /** Takes an increment and tells the book, if it follows the book held. */
  apply(increment: BookIncrement, checksum?: ChecksumTest): void {
    const { link } = this.#options;
    if (this.#state === 'waiting') {
      this.#keep(increment);
      return;
    }
    const { previous, sequence } = increment;
    const held = this.#sequence;
    if (previous !== null && previous !== held) {
      if (sequence !== null && held !== null && sequence <= held) {
        link.count('duplicates');
        return;
      }
      const bridging = this.#state === 'bridging';
      if (!bridging || held === null || (increment.first ?? Number.POSITIVE_INFINITY) > held + 1) {
        const cause = bridging ? 'oldSnapshots' : 'gaps';
        this.lose(`an update follows ${previous} and the book is at ${held ?? 'none'}`, cause);
        this.#keep(increment);
        return;
      }
    }
    const bridged = this.#state === 'bridging';
    this.#state = 'held';
    this.#sequence = sequence;
    for (const level of increment.bids) {
      this.#book.bids.set(level);
    }
    for (const level of increment.asks) {
      this.#book.asks.set(level);
    }
    this.#trim();
    if (this.#options.crossedBetweenChecksums === true && this.#book.crossed()) {
      this.#untold = increment;
    } else if (this.#sound(checksum)) {
      if (bridged) {
        link.live(this.#options.market.venueSymbol);
      }
      this.#tell(increment);
    }
  }

  /**
   * Takes a snapshot got over HTTP beside the increments kept meanwhile. It is told once an
   * increment follows it: nothing else shows that it is not an old one. False when it is older than
   * all of them, so that another must be got.
   */
  bridge(snapshot: BookSnapshot & { readonly sequence: number }): boolean {
    const kept = this.#buffer.filter(({ sequence }) => (sequence ?? 0) > snapshot.sequence);
    const [next] = kept;
    const follows =
      next === undefined ||
      next.previous === snapshot.sequence ||
      (next.first ?? Number.POSITIVE_INFINITY) <= snapshot.sequence + 1;
    if (!follows) {
      this.#options.link.count('oldSnapshots');
      return false;
    }
    this.#buffer = [];
    this.#replace(snapshot);
    this.#state = 'bridging';
    for (const increment of kept) {
      this.apply(increment);
    }
    return true;
  }

  /** Tests the book that is held against a checksum that came by itself. */
  verify(checksum: ChecksumTest): void {
    if (this.held && this.#sound(checksum) && this.#untold !== null) {
      this.#tell(this.#untold);
    }
  }

  /** Forgets the book and asks for a fresh snapshot. */
  lose(reason: string, cause: LossCause): void {
    this.forget();
    this.#options.link.lose(this.#options.market.venueSymbol, reason, cause);
  }

  /** Forgets the book: what comes next counts only from a snapshot on. */
  forget(): void {
    this.#state = 'waiting';
    this.#sequence = null;
    this.#buffer = [];
    this.#told = null;
    this.#untold = null;
    this.#book.clear();
  }

  #keep(increment: BookIncrement): void {
    const { bufferMax } = this.#options;
    if (bufferMax === undefined) {
      return;
    }
    if (this.#buffer.length >= bufferMax) {
      this.#options.link.count('overflows');
      this.#buffer.shift();
    }
    this.#buffer.push(increment);
  }

  #replace({ bids, asks, sequence }: BookSnapshot): void {
    this.#book.bids.load(bids);
    this.#book.asks.load(asks);
    this.#trim();
    this.#sequence = sequence;
    this.#told = null;
  }

  #trim(): void {
    this.#book.bids.keepBest(this.#options.levelsMax);
    this.#book.asks.keepBest(this.#options.levelsMax);
  }

  #sound(checksum: ChecksumTest | undefined): boolean {
    if (checksum !== undefined && !checksum(this.#book)) {
      this.lose('the checksum of the book is not the one that the venue states', 'checksums');
      return false;
    }
    if (this.#book.crossed()) {
      this.lose('the best bid is not below the best ask', 'crossed');
      return false;
    }
    return true;
  }

  #tell({ sourceUs, receivedUs }: BookSnapshot): void {
    this.#untold = null;
    const { link, market, source } = this.#options;
    const { venueSymbol, contract } = market;
    const bid = this.#book.bids.at(0);
    const ask = this.#book.asks.at(0);
    const from = { source, venueSymbol, contract, sourceUs, receivedUs };
    if (this.#told === null || !same(this.#told[0], bid) || !same(this.#told[1], ask)) {
      this.#told = [bid, ask];
      link.tell({
        type: 'quote',
        ...from,
        bidPrice: bid?.price ?? null,
        bidSize: bid === undefined ? 0 : baseSize(market.sizeUnit, bid.size, bid.price),
        askPrice: ask?.price ?? null,
        askSize: ask === undefined ? 0 : baseSize(market.sizeUnit, ask.size, ask.price),
      });
    }
    if (link.bookDepth > 0) {
      link.tell({
        type: 'book',
        ...from,
        bids: levelsOf(this.#book.bids, market, link.bookDepth),
        asks: levelsOf(this.#book.asks, market, link.bookDepth),
        sequence: this.#sequence,
      });
    }
  }
}

const same = (a: PriceLevel | undefined, b: PriceLevel | undefined): boolean =>
  a?.price === b?.price && a?.size === b?.size;

const levelsOf = (side: BookSide, market: Market, depth: number): [number, number][] => {
  const levels: [number, number][] = [];
  for (let rank = 0; rank < depth; rank++) {
    const level = side.at(rank);
    if (level === undefined) {
      break;
    }
    levels.push([level.price, baseSize(market.sizeUnit, level.size, level.price)]);
  }
  return levels;
};
