// Local book: what a client builds from a book channel, by the protocol's rule alone: a snapshot
// replaces all, a change applies only where it names the change that is held.
import type { DataClient } from './data-client.ts';

export interface BookMessage {
  readonly type: 'snapshot' | 'change';
  readonly instrument_name: string;
  readonly change_id: number;
  readonly prev_change_id?: number;
  readonly bids: readonly [string, number, number][];
  readonly asks: readonly [string, number, number][];
}

/** The levels of an order book as a method answers it. */
export interface WholeBook {
  readonly change_id: number;
  readonly bids: readonly (readonly [number, number])[];
  readonly asks: readonly (readonly [number, number])[];
}

const sides = ['bids', 'asks'] as const;

const levelsText = (levels: Iterable<readonly [number, number]>): string =>
  [...levels]
    .sort(([a], [b]) => a - b)
    .map(([price, amount]) => `${price}:${amount}`)
    .join(' ');

export const wholeBookText = ({ bids, asks }: WholeBook): string =>
  `${levelsText(bids)} | ${levelsText(asks)}`;

export class LocalBook {
  /** Of the last message that applied; null before the first snapshot and after a gap. */
  changeId: number | null = null;
  /** Messages that did not name the change held: something was missed. */
  gaps = 0;
  snapshots = 0;
  changes = 0;
  readonly #levels = { bids: new Map<number, number>(), asks: new Map<number, number>() };

  /** Applies a message; after a gap, nothing until the next snapshot. Throws on a false change. */
  apply(message: BookMessage): void {
    const snapshot = message.prev_change_id === undefined;
    if (snapshot !== (message.type === 'snapshot')) throw new Error('a snapshot names no change');
    if (snapshot) {
      this.snapshots += 1;
      for (const side of sides) this.#levels[side].clear();
    } else {
      if (this.changeId !== message.prev_change_id) {
        if (this.changeId !== null) this.gaps += 1;
        this.changeId = null;
        return;
      }
      this.changes += 1;
    }
    for (const side of sides) for (const level of message[side]) this.#set(side, level);
    this.changeId = message.change_id;
  }

  text(): string {
    const { bids, asks } = this.#levels;
    return `${levelsText(bids)} | ${levelsText(asks)}`;
  }

  #set(side: 'bids' | 'asks', [action, price, amount]: BookMessage['bids'][number]): void {
    const levels = this.#levels[side];
    const known = levels.has(price);
    const fits = action === 'new' ? !known && amount > 0 : known;
    if (!fits || (action === 'delete') !== (amount === 0)) {
      throw new Error(`${action} ${side} ${price} ${amount} of a level that is ${known}`);
    }
    if (action === 'delete') levels.delete(price);
    else levels.set(price, amount);
  }
}

type Interval = 'raw' | '100ms';

/** Local books of some instruments, held to `public/get_order_book` at the same change. */
export class BookWatch {
  /** Books that were equal to the venue's at the same change, by channel. */
  readonly agreements = new Map<string, number>();
  readonly disagreements: string[] = [];
  readonly books = new Map<string, LocalBook>();
  readonly #client: DataClient;
  readonly #asking = new Set<string>();
  /** Whether the venue is asked at each change. */
  compares = true;

  constructor(client: DataClient) {
    this.#client = client;
  }

  async watch(instruments: readonly string[], intervals: readonly Interval[]): Promise<void> {
    const channels = instruments.flatMap((name) => intervals.map((each) => `book.${name}.${each}`));
    for (const channel of channels) {
      const book = new LocalBook();
      this.books.set(channel, book);
      this.agreements.set(channel, 0);
      this.#client.on<BookMessage>(channel, (message) => {
        book.apply(message);
        if (this.compares) void this.#compare(message.instrument_name);
      });
    }
    await this.#client.subscribe(...channels);
  }

  sum(of: (book: LocalBook) => number): number {
    return [...this.books.values()].reduce((total, book) => total + of(book), 0);
  }

  /** Agreements of the channel that has the fewest. */
  get fewest(): number {
    return Math.min(...this.agreements.values());
  }

  /** Answers and notifications of one socket come in order, so both tell of one moment. */
  async #compare(instrument: string): Promise<void> {
    if (this.#asking.has(instrument)) return;
    this.#asking.add(instrument);
    const params = { instrument_name: instrument, depth: 10_000 };
    const whole = await this.#client.call<WholeBook>('public/get_order_book', params);
    this.#asking.delete(instrument);
    for (const interval of ['raw', '100ms'] as const) {
      const channel = `book.${instrument}.${interval}`;
      const book = this.books.get(channel);
      if (book?.changeId !== whole.change_id) continue;
      const [ours, theirs] = [book.text(), wholeBookText(whole)];
      if (ours === theirs) this.agreements.set(channel, (this.agreements.get(channel) ?? 0) + 1);
      else this.disagreements.push(`${channel} ${whole.change_id}: ${ours} is not ${theirs}`);
    }
  }
}
