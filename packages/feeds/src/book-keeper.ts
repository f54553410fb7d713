// Book keeper: the public book of one instrument and the change of it that is being gathered. All
// level changes of one command become one delta in which each level stands once, with its last
// size; what came and went within the command leaves no trace. Invariant: deltas applied in order
// to a copy give the book.
import type {
  BookLevelChanged,
  BookView,
  InstrumentId,
  PriceTicks,
  TsUs,
} from '@openstrike/domain';
import type { BookDelta, BookLevelDelta, PublicBook } from './feeds.ts';
import { LevelSide } from './level-side.ts';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Above so many levels in one command the search for a level goes through a map. */
const linearMax = 16;

export class BookKeeper {
  readonly #instrumentId: InstrumentId;
  readonly bids: LevelSide = new LevelSide('bid');
  readonly asks: LevelSide = new LevelSide('ask');
  #changeId = 0;
  #tsUs = 0 as TsUs;
  #view: PublicBook | null = null;

  #levels: Mutable<BookLevelDelta>[] = [];
  readonly #before: number[] = [];
  #positions: Map<number, number> | null = null;
  #bidTicks = 0;
  #bidLots = 0;
  #askTicks = 0;
  #askLots = 0;

  constructor(instrumentId: InstrumentId) {
    this.#instrumentId = instrumentId;
  }

  /** An empty book is of the moment of its listing. */
  open(changeId: number, tsUs: TsUs): void {
    this.#changeId = changeId;
    this.#tsUs = tsUs;
    this.#view = null;
  }

  /** Replaces the whole book. */
  load(view: BookView, changeId: number, tsUs: TsUs): void {
    for (const [ticks, lots] of view.bids) {
      this.bids.set(ticks, lots);
    }
    for (const [ticks, lots] of view.asks) {
      this.asks.set(ticks, lots);
    }
    this.open(changeId, tsUs);
  }

  /** Applies one level change; true for the first one since `close`. */
  change(event: BookLevelChanged): boolean {
    const first = this.#levels.length === 0;
    if (first) {
      this.#rememberBest();
    }
    const bid = event.side === 'buy';
    const before = (bid ? this.bids : this.asks).set(event.priceTicks, event.sizeLots);
    const at = first ? -1 : this.#find(bid ? 'bid' : 'ask', event.priceTicks);
    if (at >= 0) {
      (this.#levels[at] as Mutable<BookLevelDelta>).sizeLots = event.sizeLots;
      return false;
    }
    this.#positions?.set(positionKey(bid, event.priceTicks), this.#levels.length);
    this.#before.push(before);
    this.#levels.push({
      side: bid ? 'bid' : 'ask',
      priceTicks: event.priceTicks,
      sizeLots: event.sizeLots,
      fresh: before === 0,
    });
    return first;
  }

  /** Ends the command: what it changed of the book, or null when nothing is left of it. */
  close(seq: number, tsUs: TsUs): BookDelta | null {
    const levels = this.#levels;
    const before = this.#before;
    let kept = 0;
    for (let i = 0; i < levels.length; i++) {
      const level = levels[i] as BookLevelDelta;
      if (level.sizeLots !== before[i]) {
        levels[kept++] = level;
      }
    }
    levels.length = kept;
    this.#levels = [];
    before.length = 0;
    this.#positions = null;
    if (kept === 0) {
      return null;
    }
    const previousChangeId = this.#changeId;
    this.#changeId = seq;
    this.#tsUs = tsUs;
    this.#view = null;
    return { instrumentId: this.#instrumentId, changeId: seq, previousChangeId, tsUs, levels };
  }

  /**
   * Whether the best prices or sizes differ from those before the command; valid until the next
   * change.
   */
  bestMoved(): boolean {
    const { bids, asks } = this;
    return (
      bids.bestLots !== this.#bidLots ||
      asks.bestLots !== this.#askLots ||
      (this.#bidLots !== 0 && bids.bestTicks !== this.#bidTicks) ||
      (this.#askLots !== 0 && asks.bestTicks !== this.#askTicks)
    );
  }

  /** The book as an immutable value, built once per change. */
  view(): PublicBook {
    this.#view ??= {
      instrumentId: this.#instrumentId,
      changeId: this.#changeId,
      tsUs: this.#tsUs,
      bids: this.bids.levels(),
      asks: this.asks.levels(),
    };
    return this.#view;
  }

  #rememberBest(): void {
    this.#bidLots = this.bids.bestLots;
    this.#bidTicks = this.#bidLots === 0 ? 0 : this.bids.bestTicks;
    this.#askLots = this.asks.bestLots;
    this.#askTicks = this.#askLots === 0 ? 0 : this.asks.bestTicks;
  }

  #find(side: 'bid' | 'ask', priceTicks: PriceTicks): number {
    const levels = this.#levels;
    if (levels.length < linearMax) {
      for (let i = levels.length - 1; i >= 0; i--) {
        const level = levels[i] as BookLevelDelta;
        if (level.priceTicks === priceTicks && level.side === side) {
          return i;
        }
      }
      return -1;
    }
    this.#positions ??= new Map(
      levels.map((level, i) => [positionKey(level.side === 'bid', level.priceTicks), i]),
    );
    return this.#positions.get(positionKey(side === 'bid', priceTicks)) ?? -1;
  }
}

const positionKey = (bid: boolean, priceTicks: PriceTicks): number =>
  priceTicks * 2 + (bid ? 1 : 0);
