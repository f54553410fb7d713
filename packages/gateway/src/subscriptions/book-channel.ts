// Book channels: a book as a snapshot and increments, and as its best levels. Invariant: applying
// the increments of one subscription to its snapshot gives the public book at each change id, and
// each increment names the one before it; a level that came and went between two notifications is
// never told. Who joins between two notifications has increments of its own until its book and the
// others' are the same.
import type { Instrument, PriceTicks, SizeLots } from '@openstrike/domain';
import type { BookDelta, BookLevelDelta, Feeds } from '@openstrike/feeds';
import {
  type BookGroup,
  renderBookDelta,
  renderBookSnapshot,
  renderGroupedBook,
} from '@openstrike/wire';
import { Channel, type ChannelBase, type Subscription } from './channel.ts';
import type { Routes } from './routes.ts';

interface GatheredLevel {
  readonly side: 'bid' | 'ask';
  readonly priceTicks: PriceTicks;
  /** Whether listeners know of the level. */
  readonly known: boolean;
  sizeLots: SizeLots;
}

/** Gathers the changes of one book between two notifications. */
export class BookGathering {
  readonly #bids = new Map<PriceTicks, GatheredLevel>();
  readonly #asks = new Map<PriceTicks, GatheredLevel>();
  #last: BookDelta | null = null;

  add(delta: BookDelta): void {
    this.#last = delta;
    for (const { side, priceTicks, sizeLots, fresh } of delta.levels) {
      const levels = side === 'bid' ? this.#bids : this.#asks;
      const level = levels.get(priceTicks);
      if (level === undefined)
        levels.set(priceTicks, { side, priceTicks, known: !fresh, sizeLots });
      else level.sizeLots = sizeLots;
    }
  }

  /** All that was gathered as one change, and starts anew; null when nothing is left of it. */
  take(previousChangeId: number): BookDelta | null {
    const last = this.#last;
    if (last === null) return null;
    const levels: BookLevelDelta[] = [];
    for (const level of [...this.#bids.values(), ...this.#asks.values()]) {
      if (!level.known && level.sizeLots === 0) continue;
      const { side, priceTicks, sizeLots } = level;
      levels.push({ side, priceTicks, sizeLots, fresh: !level.known });
    }
    this.#bids.clear();
    this.#asks.clear();
    this.#last = null;
    return levels.length === 0 ? null : { ...last, previousChangeId, levels };
  }
}

/** One who was given the book while changes of it were gathering. */
interface Joined {
  /** Of the last notification to it. */
  changeId: number;
  readonly gathering: BookGathering;
}

export class BookChannel extends Channel {
  readonly replaces = true;
  readonly #feeds: Feeds;
  readonly #instrument: Instrument;
  readonly #gathering = new BookGathering();
  /** Of the last notification, which the next one names. */
  #changeId: number | null = null;
  readonly #joined = new Map<Subscription, Joined>();

  constructor(base: ChannelBase, feeds: Feeds, routes: Routes, instrument: Instrument) {
    super(base);
    this.#feeds = feeds;
    this.#instrument = instrument;
    this.ends.push(
      routes.books.add(instrument.id, (delta) => {
        this.#gathering.add(delta);
        for (const { gathering } of this.#joined.values()) gathering.add(delta);
        this.touch();
      }),
    );
  }

  override snapshot(): readonly unknown[] {
    const book = this.#feeds.book(this.#instrument.id);
    if (book === null) return [];
    // What changed since and left no trace keeps the id that the next increment will name.
    this.#changeId ??= book.changeId;
    return [renderBookSnapshot({ ...book, changeId: this.#changeId }, this.#instrument)];
  }

  override refresh(subscription: Subscription): void {
    this.#joined.delete(subscription);
    const book = this.#feeds.book(this.#instrument.id);
    if (book === null || !this.gathers) {
      super.refresh(subscription);
      return;
    }
    const { changeId } = book;
    this.sendTo(subscription, renderBookSnapshot(book, this.#instrument));
    this.#joined.set(subscription, { changeId, gathering: new BookGathering() });
  }

  protected override emit(): void {
    const book = this.#feeds.book(this.#instrument.id);
    this.#changeId ??= book?.changeId ?? 0;
    const delta = this.#gathering.take(this.#changeId);
    if (delta !== null) {
      this.send(renderBookDelta(delta, this.#instrument), this.#joined);
      this.#changeId = delta.changeId;
    }
    for (const [subscription, joined] of this.#joined) this.#tellJoined(subscription, joined);
  }

  #tellJoined(subscription: Subscription, joined: Joined): void {
    if (subscription.ended || this.waits(subscription)) {
      this.#joined.delete(subscription);
      return;
    }
    const delta = joined.gathering.take(joined.changeId);
    if (delta !== null) {
      this.sendTo(subscription, renderBookDelta(delta, this.#instrument));
      joined.changeId = delta.changeId;
    }
    if (joined.changeId === this.#changeId) this.#joined.delete(subscription);
  }
}

export interface GroupedBook {
  readonly instrument: Instrument;
  readonly group: BookGroup;
  readonly depth: number;
}

export class GroupedBookChannel extends Channel {
  readonly replaces = true;
  readonly #feeds: Feeds;
  readonly #view: GroupedBook;

  constructor(base: ChannelBase, feeds: Feeds, routes: Routes, view: GroupedBook) {
    super(base);
    this.#feeds = feeds;
    this.#view = view;
    this.ends.push(routes.books.add(view.instrument.id, () => this.touch()));
  }

  override snapshot(): readonly unknown[] {
    const { instrument, group, depth } = this.#view;
    const book = this.#feeds.book(instrument.id);
    return book === null ? [] : [renderGroupedBook(book, instrument, group, depth)];
  }

  protected override emit(): void {
    for (const data of this.snapshot()) this.send(data);
  }
}
