// Binance depth protocol: the books of spot and futures. Their snapshots come over HTTP and the
// increments over the socket, so increments are kept until a snapshot that they follow is in.
// Invariant: a snapshot older than the increments at hand is got again, never bridged by guess.
import { OperationalError } from '@openstrike/domain';
import { FrameError } from '../../core/fields.ts';
import type { Link, VenueProtocol } from '../../core/link.ts';
import type { Market } from '../../core/market.ts';
import { type MarketBook, MarketBooks } from '../../core/market-books.ts';
import { binanceBook, binanceName, binanceSnapshot } from './binance-messages.ts';
import { BinanceSocket } from './binance-socket.ts';
import { BinanceTicks, eventName } from './binance-ticks.ts';

/** Levels of each side: as deep as the snapshot. */
const levelsMax = 1_000;
/** Increments kept for a snapshot: half a minute of ten a second. */
const bufferMax = 300;

export interface BinanceDepthOptions {
  /** Path of the snapshot over HTTP, without its query. */
  readonly depthPath: string;
  /** Streams of a market on the same socket besides its depth; empty when another has them. */
  readonly otherStreams: (name: string) => readonly string[];
  /** Path of the open interest over HTTP; null where it is told elsewhere, or is none. */
  readonly interestPath: string | null;
  readonly nowUs: () => number;
}

export class BinanceDepthProtocol implements VenueProtocol {
  readonly #link: Link;
  readonly #options: BinanceDepthOptions;
  readonly #socket: BinanceSocket;
  readonly #books: MarketBooks;
  readonly #ticks: BinanceTicks;
  readonly #fetching = new Set<string>();

  constructor(link: Link, options: BinanceDepthOptions) {
    this.#link = link;
    this.#options = options;
    this.#socket = new BinanceSocket(link);
    this.#books = new MarketBooks({ source: 'binance', link, levelsMax, bufferMax });
    this.#ticks = new BinanceTicks(link, options.interestPath);
  }

  open(markets: readonly Market[]): void {
    this.change(markets, []);
  }

  change(added: readonly Market[], removed: readonly Market[]): void {
    this.#socket.send(
      'UNSUBSCRIBE',
      removed.flatMap((market) => this.#streams(market)),
    );
    for (const market of removed) {
      this.#books.remove(binanceName(market).name);
    }
    this.#socket.send(
      'SUBSCRIBE',
      added.flatMap((market) => this.#streams(market)),
    );
    for (const market of added) {
      this.#books.add(binanceName(market).name, market);
      this.ask(market);
    }
  }

  ask(market: Market): void {
    const found = this.#books.get(binanceName(market).name);
    if (found !== undefined && !this.#fetching.has(market.venueSymbol)) {
      found.book.forget();
      void this.#fetch(found);
    }
  }

  ping(): string | null {
    return null;
  }

  hear(text: string, receivedUs: number): void {
    for (const event of this.#socket.events(text)) {
      const found = this.#books.get(eventName(event));
      if (found !== undefined && event['e'] === 'depthUpdate') {
        found.book.apply(binanceBook(event, receivedUs));
      } else if (found !== undefined) {
        this.#ticks.hear(found.market, event, receivedUs);
      }
    }
  }

  tick(nowMs: number): void {
    this.#ticks.poll(
      nowMs,
      [...this.#books.all()].map(({ market }) => market),
    );
  }

  #streams(market: Market): string[] {
    const name = binanceName(market).name.toLowerCase();
    return [`${name}@depth@100ms`, ...this.#options.otherStreams(name)];
  }

  /** A request that fails is made again when the symbol is overdue. */
  async #fetch({ market, book }: MarketBook): Promise<void> {
    const { name } = binanceName(market);
    const { depthPath, nowUs } = this.#options;
    this.#fetching.add(market.venueSymbol);
    try {
      const answer = await this.#link.get(`${depthPath}?symbol=${name}&limit=1000`);
      this.#fetching.delete(market.venueSymbol);
      if (!book.bridge(binanceSnapshot(answer, nowUs()))) {
        void this.#fetch({ market, book });
      }
    } catch (error) {
      this.#fetching.delete(market.venueSymbol);
      if (error instanceof FrameError) {
        this.#link.unparsed(error.message);
      } else if (!(error instanceof OperationalError)) {
        throw error;
      }
    }
  }
}
