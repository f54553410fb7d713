// Binance stream protocol: streams without a book: beside the books of USD-M futures their trades,
// liquidations and marks, which the venue serves from another path; of options their marks and
// quotes from one path and their trades from another.
import { usOfMs } from '../../core/fields.ts';
import type { Link, VenueProtocol } from '../../core/link.ts';
import type { Market } from '../../core/market.ts';
import { TickerParts } from '../../core/ticker-parts.ts';
import { binanceName, binanceOptionQuote, binanceOptionValues } from './binance-messages.ts';
import { BinanceSocket } from './binance-socket.ts';
import { BinanceTicks, eventName } from './binance-ticks.ts';

export interface BinanceStreamOptions {
  /** Streams to subscribe to for a market; several markets may share one. */
  readonly streamsOf: (market: Market) => readonly string[];
  /** Whether quotes come on these streams and make a market live; else another connection does. */
  readonly quotes: boolean;
  readonly interestPath: string | null;
}

export class BinanceStreamProtocol implements VenueProtocol {
  readonly #link: Link;
  readonly #options: BinanceStreamOptions;
  readonly #socket: BinanceSocket;
  readonly #ticks: BinanceTicks;
  readonly #tickers = new TickerParts('binance');
  readonly #markets = new Map<string, Market>();
  readonly #subscribed = new Set<string>();

  constructor(link: Link, options: BinanceStreamOptions) {
    this.#link = link;
    this.#options = options;
    this.#socket = new BinanceSocket(link);
    this.#ticks = new BinanceTicks(link, options.interestPath);
  }

  open(markets: readonly Market[]): void {
    this.change(markets, []);
  }

  change(added: readonly Market[], removed: readonly Market[]): void {
    for (const market of removed) {
      this.#markets.delete(binanceName(market).name);
      this.#tickers.remove(market.venueSymbol);
    }
    const wanted: string[] = [];
    for (const market of added) {
      this.#markets.set(binanceName(market).name, market);
      for (const stream of this.#options.streamsOf(market)) {
        if (!this.#subscribed.has(stream)) {
          this.#subscribed.add(stream);
          wanted.push(stream);
        }
      }
      if (!this.#options.quotes) {
        this.#link.live(market.venueSymbol);
      }
    }
    this.#socket.send('SUBSCRIBE', wanted);
  }

  ask(market: Market): void {
    const streams = this.#options.streamsOf(market);
    this.#socket.send('UNSUBSCRIBE', streams);
    this.#socket.send('SUBSCRIBE', streams);
  }

  ping(): string | null {
    return null;
  }

  tick(nowMs: number): void {
    this.#ticks.poll(nowMs, [...this.#markets.values()]);
  }

  hear(text: string, receivedUs: number): void {
    for (const event of this.#socket.events(text)) {
      const market = this.#markets.get(eventName(event));
      if (market === undefined) {
        continue;
      }
      if (event['e'] === 'markPrice') {
        const quote = binanceOptionQuote(market, event, receivedUs);
        const times = { sourceUs: usOfMs(event['E'], 'E'), receivedUs };
        const ticker = this.#tickers.merge(market, binanceOptionValues(event), times);
        this.#link.live(market.venueSymbol);
        this.#link.tell(quote);
        this.#link.tell(ticker);
      } else {
        this.#ticks.hear(market, event, receivedUs);
      }
    }
  }
}
