// Bybit protocol: one category of the public WebSocket API v5. Spot and futures are followed by
// book, trades and (futures) ticker, options by ticker and the trades of their coin. Invariant:
// books follow update ids that count on by one; a snapshot may come at any time and replaces all.
import { type Fields, fieldsOf, jsonOf, listOf, textOf, usOfMs } from '../../core/fields.ts';
import type { Link, VenueProtocol } from '../../core/link.ts';
import type { Market } from '../../core/market.ts';
import { MarketBooks } from '../../core/market-books.ts';
import { TickerParts } from '../../core/ticker-parts.ts';
import {
  type BybitCategory,
  bybitBook,
  bybitName,
  bybitQuote,
  bybitTickerValues,
  bybitTrade,
} from './bybit-messages.ts';

/** The topic orderbook.50 has fifty levels of each side. */
const levelsMax = 50;
/** A request for spot may have ten topics. */
const topicsPerRequest = 10;

export class BybitProtocol implements VenueProtocol {
  readonly #link: Link;
  readonly #category: BybitCategory;
  readonly #books: MarketBooks;
  readonly #tickers = new TickerParts('bybit');
  readonly #shared = new Set<string>();

  constructor(link: Link, category: BybitCategory) {
    this.#link = link;
    this.#category = category;
    this.#books = new MarketBooks({ source: 'bybit', link, levelsMax });
  }

  open(markets: readonly Market[]): void {
    this.change(markets, []);
  }

  change(added: readonly Market[], removed: readonly Market[]): void {
    this.#send(
      'unsubscribe',
      removed.flatMap((market) => this.#topics(market)),
    );
    for (const market of removed) {
      this.#books.remove(bybitName(market).name);
      this.#tickers.remove(market.venueSymbol);
    }
    for (const market of added) {
      this.#books.add(bybitName(market).name, market);
    }
    this.#send(
      'subscribe',
      added.flatMap((market) => this.#topics(market)),
    );
    this.#send('subscribe', this.#newShared(added));
  }

  ask(market: Market): void {
    this.#books.get(bybitName(market).name)?.book.forget();
    const first = this.#topics(market).slice(0, 1);
    this.#send('unsubscribe', first);
    this.#send('subscribe', first);
  }

  ping(): string | null {
    return '{"op":"ping"}';
  }

  hear(text: string, receivedUs: number): void {
    const frame = fieldsOf(jsonOf(text), 'the frame');
    if (frame['topic'] === undefined) {
      this.#answered(frame);
      return;
    }
    const topic = textOf(frame['topic'], 'topic');
    switch (topic.slice(0, topic.indexOf('.'))) {
      case 'orderbook':
        this.#bookChanged(frame, receivedUs);
        break;
      case 'publicTrade':
        this.#traded(frame, receivedUs);
        break;
      case 'tickers':
        this.#ticked(frame, receivedUs);
        break;
    }
  }

  /** What is subscribed to for one market; the first is what makes it live. */
  #topics(market: Market): string[] {
    const { name } = bybitName(market);
    switch (this.#category) {
      case 'spot':
        return [`orderbook.50.${name}`, `publicTrade.${name}`];
      case 'option':
        return [`tickers.${name}`];
      default:
        return [`orderbook.50.${name}`, `tickers.${name}`, `publicTrade.${name}`];
    }
  }

  #newShared(added: readonly Market[]): string[] {
    const wanted = new Set<string>();
    for (const { contract } of added) {
      if (contract.kind === 'option') {
        wanted.add(`publicTrade.${contract.underlying}`);
      }
    }
    const fresh = [...wanted].filter((topic) => !this.#shared.has(topic));
    for (const topic of fresh) {
      this.#shared.add(topic);
    }
    return fresh;
  }

  #send(op: string, topics: readonly string[]): void {
    for (let from = 0; from < topics.length; from += topicsPerRequest) {
      this.#link.send(JSON.stringify({ op, args: topics.slice(from, from + topicsPerRequest) }));
    }
  }

  /** A refused topic is named at the end of the sentence, or among the failed ones. */
  #answered(frame: Fields): void {
    const data = frame['data'];
    const failed =
      typeof data === 'object' && data !== null
        ? ((data as Fields)['failTopics'] as unknown)
        : undefined;
    const names = Array.isArray(failed) ? failed.map(String) : [];
    if (frame['success'] === false) {
      names.push(textOf(frame['ret_msg'] ?? '', 'ret_msg'));
    }
    for (const name of names) {
      const found = this.#books.get(/([A-Z0-9-]+)$/.exec(name)?.[1] ?? '');
      if (found !== undefined) {
        this.#link.refuse(found.market.venueSymbol, `the venue refuses: ${name}`);
      } else if (!/already subscribed/.test(name)) {
        this.#link.reconnect(`the venue refuses: ${name}`);
      }
    }
  }

  #bookChanged(frame: Fields, receivedUs: number): void {
    const change = bybitBook(frame, receivedUs);
    const book = this.#books.get(change.name)?.book;
    if (change.whole) {
      book?.load(change);
    } else {
      book?.apply(change);
    }
  }

  #traded(frame: Fields, receivedUs: number): void {
    for (const item of listOf(frame['data'], 'data')) {
      const trade = fieldsOf(item, 'a trade');
      const market = this.#books.get(textOf(trade['s'], 's'))?.market;
      if (market !== undefined) {
        this.#link.tell(bybitTrade(market, trade, receivedUs));
      }
    }
  }

  #ticked(frame: Fields, receivedUs: number): void {
    const data = fieldsOf(frame['data'], 'data');
    const market = this.#books.get(textOf(data['symbol'], 'symbol'))?.market;
    if (market === undefined) {
      return;
    }
    const times = { sourceUs: usOfMs(frame['ts'], 'ts'), receivedUs };
    const values = bybitTickerValues(market, data);
    if (market.contract.kind === 'option') {
      const quote = bybitQuote(market, data, times);
      this.#link.live(market.venueSymbol);
      this.#link.tell(quote);
    }
    this.#link.tell(this.#tickers.merge(market, values, times));
  }
}
