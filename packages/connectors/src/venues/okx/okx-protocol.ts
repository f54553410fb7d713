// OKX protocol: public WebSocket API v5. Spot, swaps and futures are followed by book and trades,
// options by ticker and the trades and volatilities of their family. Invariant: books follow the
// chain of sequence ids, and the checksum where the venue still makes one.
import {
  type Fields,
  fieldsOf,
  jsonOf,
  listOf,
  priceOf,
  textOf,
  usOfMs,
} from '../../core/fields.ts';
import type { Link, VenueProtocol } from '../../core/link.ts';
import type { Market } from '../../core/market.ts';
import { MarketBooks } from '../../core/market-books.ts';
import { TickerParts } from '../../core/ticker-parts.ts';
import {
  okxBook,
  okxChecksum,
  okxMarket,
  okxQuote,
  okxTickerValues,
  okxTrade,
} from './okx-messages.ts';

/** The channel books has four hundred levels of each side. */
const levelsMax = 400;
/** A request may have 64 kB; an argument has up to 90 bytes. */
const argumentsPerRequest = 200;

interface Argument {
  readonly channel: string;
  readonly instId?: string;
  readonly instFamily?: string;
  readonly instType?: string;
}

/** The index that a contract is of, such as `BTC-USD`. */
const indexOf = ({ contract }: Market): string | null =>
  contract.kind === 'spot' ? null : `${contract.underlying}-${contract.quote}`;

export class OkxProtocol implements VenueProtocol {
  readonly #link: Link;
  readonly #books: MarketBooks;
  readonly #tickers = new TickerParts('okx');
  readonly #indexes = new Map<string, number>();
  /** Arguments that are subscribed to once for many markets. */
  readonly #shared = new Set<string>();

  constructor(link: Link) {
    this.#link = link;
    this.#books = new MarketBooks({ source: 'okx', link, levelsMax });
  }

  open(markets: readonly Market[]): void {
    this.change(markets, []);
  }

  change(added: readonly Market[], removed: readonly Market[]): void {
    this.#send('unsubscribe', removed.flatMap(ownArguments));
    for (const { venueSymbol } of removed) {
      this.#books.remove(venueSymbol);
      this.#tickers.remove(venueSymbol);
    }
    for (const market of added) {
      this.#books.add(market.venueSymbol, market);
    }
    this.#send('subscribe', added.flatMap(ownArguments));
    this.#send('subscribe', this.#newShared(added));
  }

  ask(market: Market): void {
    this.#books.get(market.venueSymbol)?.book.forget();
    const first = ownArguments(market).slice(0, 1);
    this.#send('unsubscribe', first);
    this.#send('subscribe', first);
  }

  ping(): string | null {
    return 'ping';
  }

  hear(text: string, receivedUs: number): void {
    if (text === 'pong') {
      return;
    }
    const frame = fieldsOf(jsonOf(text), 'the frame');
    if (frame['event'] !== undefined) {
      this.#informed(frame);
      return;
    }
    const argument = fieldsOf(frame['arg'], 'arg');
    const channel = textOf(argument['channel'], 'channel');
    for (const item of listOf(frame['data'], 'data')) {
      const data = fieldsOf(item, 'an item of data');
      // Books do not name their instrument in the data.
      const name = textOf(data['instId'] ?? argument['instId'], 'instId');
      this.#told(channel, name, frame['action'], data, receivedUs);
    }
  }

  #newShared(added: readonly Market[]): Argument[] {
    const wanted: Argument[] = [];
    for (const market of added) {
      const index = indexOf(market);
      if (index === null) {
        continue;
      }
      const some: Argument[] = [{ channel: 'index-tickers', instId: index }];
      if (market.contract.kind === 'option') {
        some.push({ channel: 'opt-summary', instFamily: index });
        some.push({ channel: 'option-trades', instType: 'OPTION', instFamily: index });
      }
      for (const argument of some) {
        const key = JSON.stringify(argument);
        if (!this.#shared.has(key)) {
          this.#shared.add(key);
          wanted.push(argument);
        }
      }
    }
    return wanted;
  }

  #send(op: string, all: readonly Argument[]): void {
    for (let from = 0; from < all.length; from += argumentsPerRequest) {
      this.#link.send(JSON.stringify({ op, args: all.slice(from, from + argumentsPerRequest) }));
    }
  }

  #informed(frame: Fields): void {
    if (frame['event'] === 'notice') {
      this.#link.reconnect('the venue announces that it will close the connection');
    } else if (frame['event'] === 'error') {
      const message = textOf(frame['msg'], 'msg');
      const name = /[A-Z]{3}-[A-Z]{3,4}[A-Z0-9.-]*/.exec(message)?.[0] ?? '';
      if (okxMarket(name) !== null && this.#books.get(name) !== undefined) {
        this.#link.refuse(name, `the venue refuses: ${message}`);
      } else {
        this.#link.reconnect(`the venue refuses: ${message}`);
      }
    }
  }

  #told(channel: string, name: string, action: unknown, data: Fields, receivedUs: number): void {
    if (channel === 'index-tickers') {
      this.#indexes.set(name, priceOf(data['idxPx'], 'idxPx'));
      return;
    }
    const found = this.#books.get(name);
    if (found === undefined) {
      return;
    }
    const { market } = found;
    if (channel === 'books') {
      this.#bookChanged(name, action, data, receivedUs);
    } else if (channel === 'trades' || channel === 'option-trades') {
      this.#link.tell(okxTrade(market, data, receivedUs));
    } else {
      this.#ticked(channel, market, data, receivedUs);
    }
  }

  #bookChanged(name: string, action: unknown, data: Fields, receivedUs: number): void {
    const book = this.#books.get(name)?.book;
    const change = okxBook(data, receivedUs);
    const { checksum } = change;
    const test =
      checksum === null
        ? undefined
        : (kept: Parameters<typeof okxChecksum>[0]): boolean => okxChecksum(kept) === checksum;
    if (action === 'snapshot') {
      book?.load(change, test);
    } else {
      book?.apply(change, test);
    }
  }

  #ticked(channel: string, market: Market, data: Fields, receivedUs: number): void {
    const values = okxTickerValues(channel, data);
    if (values === null) {
      return;
    }
    if (channel === 'tickers' && market.contract.kind === 'option') {
      const quote = okxQuote(market, data, receivedUs);
      this.#link.live(market.venueSymbol);
      this.#link.tell(quote);
    }
    const indexPrice = this.#indexes.get(indexOf(market) ?? '') ?? null;
    const sourceUs = usOfMs(data['ts'], 'ts');
    const times = { sourceUs, receivedUs };
    this.#link.tell(this.#tickers.merge(market, { ...values, indexPrice }, times));
  }
}

/** What is subscribed to for one market; the first is what makes it live. */
const ownArguments = ({ venueSymbol: instId, contract }: Market): Argument[] => {
  const of = (channel: string): Argument => ({ channel, instId });
  switch (contract.kind) {
    case 'spot':
      return [of('books'), of('trades')];
    case 'option':
      return [of('tickers'), of('mark-price'), of('open-interest')];
    case 'future':
      return ['books', 'trades', 'tickers', 'mark-price', 'open-interest'].map(of);
    case 'perpetual':
      return ['books', 'trades', 'tickers', 'mark-price', 'open-interest', 'funding-rate'].map(of);
  }
};
