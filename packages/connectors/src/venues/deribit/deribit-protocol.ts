// Deribit protocol: JSON-RPC over one WebSocket. Futures and perpetuals are followed by book,
// ticker and trades, options by ticker and the trades of their currency. Invariant: books follow
// Deribit's chain of change ids; a symbol that the venue does not accept is refused, not awaited.
import { type Fields, fieldsOf, integerOf, jsonOf, listOf, textOf } from '../../core/fields.ts';
import type { Link, VenueProtocol } from '../../core/link.ts';
import type { Market } from '../../core/market.ts';
import { TrackedBook } from '../../core/tracked-book.ts';
import {
  deribitBook,
  deribitTicker,
  deribitTickerQuote,
  deribitTrade,
} from './deribit-messages.ts';

/** A request may have 32 kB; a channel's name has up to 60 bytes. */
const channelsPerRequest = 200;
const heartbeatSeconds = 10;
const levelsMax = 10_000;

const symbolOfChannel = (channel: string): string => channel.split('.')[1] ?? '';

export class DeribitProtocol implements VenueProtocol {
  readonly #link: Link;
  readonly #markets = new Map<string, Market>();
  readonly #books = new Map<string, TrackedBook>();
  readonly #tradeChannels = new Set<string>();
  /** The channels that each request under way asked for. */
  readonly #asked = new Map<number, readonly string[]>();
  #nextId = 1;

  constructor(link: Link) {
    this.#link = link;
  }

  open(markets: readonly Market[]): void {
    this.#request('public/set_heartbeat', { interval: heartbeatSeconds });
    this.change(markets, []);
  }

  change(added: readonly Market[], removed: readonly Market[]): void {
    this.#unsubscribe(removed.flatMap((market) => this.#channelsOf(market)));
    for (const { venueSymbol } of removed) {
      this.#markets.delete(venueSymbol);
      this.#books.delete(venueSymbol);
    }
    for (const market of added) {
      this.#markets.set(market.venueSymbol, market);
      if (market.contract.kind !== 'option') {
        const options = { source: 'deribit', link: this.#link, market, levelsMax } as const;
        this.#books.set(market.venueSymbol, new TrackedBook(options));
      }
    }
    this.#subscribe(added.flatMap((market) => this.#channelsOf(market)));
    this.#subscribeOptionTrades(added);
  }

  ask(market: Market): void {
    this.#books.get(market.venueSymbol)?.forget();
    const [channel] = this.#channelsOf(market);
    if (channel !== undefined) {
      this.#unsubscribe([channel]);
      this.#subscribe([channel]);
    }
  }

  ping(): string | null {
    return null;
  }

  hear(text: string, receivedUs: number): void {
    const frame = fieldsOf(jsonOf(text), 'the frame');
    switch (frame['method']) {
      case 'subscription': {
        const params = fieldsOf(frame['params'], 'params');
        this.#notified(textOf(params['channel'], 'channel'), params['data'], receivedUs);
        break;
      }
      case 'heartbeat':
        if (fieldsOf(frame['params'], 'params')['type'] === 'test_request') {
          // Answered past the queue: the venue closes the connection of whoever is late.
          this.#link.sendNow('{"jsonrpc":"2.0","id":0,"method":"public/test","params":{}}');
        }
        break;
      default:
        this.#answered(frame);
    }
  }

  /** The channels of a market; the first is the one whose snapshot makes it live. */
  #channelsOf({ venueSymbol, contract }: Market): string[] {
    return contract.kind === 'option'
      ? [`ticker.${venueSymbol}.agg2`]
      : [`book.${venueSymbol}.100ms`, `ticker.${venueSymbol}.100ms`, `trades.${venueSymbol}.100ms`];
  }

  #subscribeOptionTrades(added: readonly Market[]): void {
    const wanted: string[] = [];
    for (const { contract } of added) {
      if (contract.kind === 'option') {
        const currency = contract.payoff === 'linear' ? contract.quote : contract.underlying;
        const channel = `trades.option.${currency}.100ms`;
        if (!this.#tradeChannels.has(channel)) {
          this.#tradeChannels.add(channel);
          wanted.push(channel);
        }
      }
    }
    this.#subscribe(wanted);
  }

  #subscribe(channels: readonly string[]): void {
    for (let from = 0; from < channels.length; from += channelsPerRequest) {
      const some = channels.slice(from, from + channelsPerRequest);
      this.#asked.set(this.#request('public/subscribe', { channels: some }), some);
    }
  }

  #unsubscribe(channels: readonly string[]): void {
    for (let from = 0; from < channels.length; from += channelsPerRequest) {
      const some = channels.slice(from, from + channelsPerRequest);
      this.#request('public/unsubscribe', { channels: some });
    }
  }

  #request(method: string, params: object): number {
    const id = this.#nextId++;
    this.#link.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    return id;
  }

  /** Deribit answers a subscription with the channels that it accepted. */
  #answered(frame: Fields): void {
    const id = integerOf(frame['id'], 'id');
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    if (frame['error'] !== undefined) {
      const error = fieldsOf(frame['error'], 'error');
      this.#link.reconnect(`the venue refuses: ${textOf(error['message'], 'message')}`);
      return;
    }
    if (asked === undefined) {
      return;
    }
    const accepted = new Set(listOf(frame['result'], 'result'));
    for (const channel of asked) {
      const market = this.#markets.get(symbolOfChannel(channel));
      if (!accepted.has(channel) && market !== undefined) {
        this.#link.refuse(market.venueSymbol, `the venue does not accept the channel ${channel}`);
      }
    }
  }

  #notified(channel: string, data: unknown, receivedUs: number): void {
    switch (channel.slice(0, channel.indexOf('.'))) {
      case 'book':
        this.#bookChanged(fieldsOf(data, 'data'), receivedUs);
        break;
      case 'ticker':
        this.#ticked(fieldsOf(data, 'data'), receivedUs);
        break;
      case 'trades':
        for (const item of listOf(data, 'data')) {
          const trade = fieldsOf(item, 'a trade');
          const market = this.#marketOf(trade);
          if (market !== undefined) {
            this.#link.tell(deribitTrade(market, trade, receivedUs));
          }
        }
        break;
    }
  }

  #marketOf(data: Fields): Market | undefined {
    return this.#markets.get(textOf(data['instrument_name'], 'instrument_name'));
  }

  #bookChanged(data: Fields, receivedUs: number): void {
    const book = this.#books.get(textOf(data['instrument_name'], 'instrument_name'));
    if (book !== undefined) {
      const change = deribitBook(data, receivedUs);
      if (change.previous === null) {
        book.load(change);
      } else {
        book.apply(change);
      }
    }
  }

  #ticked(data: Fields, receivedUs: number): void {
    const market = this.#marketOf(data);
    if (market === undefined) {
      return;
    }
    const ticker = deribitTicker(market, data, receivedUs);
    if (market.contract.kind === 'option') {
      const quote = deribitTickerQuote(market, data, receivedUs);
      this.#link.live(market.venueSymbol);
      this.#link.tell(quote);
    }
    this.#link.tell(ticker);
  }
}
