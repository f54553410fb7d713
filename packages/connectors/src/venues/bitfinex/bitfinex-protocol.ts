// Bitfinex protocol: WebSocket API v2 with sequence numbers, times and checksums switched on.
// Invariant: every list of the connection has the next sequence number; after a gap all books are
// subscribed to anew, and one whose checksum differs is so alone.
import { type Fields, fieldsOf, idOf, integerOf, jsonOf, listOf } from '../../core/fields.ts';
import type { Link, VenueProtocol } from '../../core/link.ts';
import type { Market } from '../../core/market.ts';
import { type MarketBook, MarketBooks } from '../../core/market-books.ts';
import {
  type BitfinexFrame,
  bitfinexChecksum,
  bitfinexFrame,
  bitfinexLevels,
  bitfinexTrade,
} from './bitfinex-messages.ts';

/** Times (32,768), sequence numbers on all (65,536) and book checksums (131,072). */
const flags = 32_768 + 65_536 + 131_072;
/** Levels of each side that are subscribed to, all of them covered by the checksum. */
const depth = 25;
/** The venue removes what leaves its range only after what enters it. */
const levelsMax = 2 * depth;

/** Codes of `info` after which the venue wants a new connection: restart, maintenance over. */
const reconnectCodes = new Set([20_051, 20_061]);

interface Channel {
  readonly kind: 'book' | 'trades';
  readonly symbol: string;
}

export class BitfinexProtocol implements VenueProtocol {
  readonly #link: Link;
  readonly #books: MarketBooks;
  readonly #channels = new Map<number, Channel>();
  #sequence: number | null = null;

  constructor(link: Link) {
    this.#link = link;
    this.#books = new MarketBooks({
      source: 'bitfinex',
      link,
      levelsMax,
      crossedBetweenChecksums: true,
    });
  }

  open(markets: readonly Market[]): void {
    this.#link.send(JSON.stringify({ event: 'conf', flags }));
    this.change(markets, []);
  }

  change(added: readonly Market[], removed: readonly Market[]): void {
    for (const { venueSymbol } of removed) {
      this.#unsubscribe('book', venueSymbol);
      this.#unsubscribe('trades', venueSymbol);
      this.#books.remove(venueSymbol);
    }
    for (const market of added) {
      this.#books.add(market.venueSymbol, market);
      this.#subscribeBook(market.venueSymbol);
      const frame = { event: 'subscribe', channel: 'trades', symbol: market.venueSymbol };
      this.#link.send(JSON.stringify(frame));
    }
  }

  ask({ venueSymbol }: Market): void {
    this.#books.get(venueSymbol)?.book.forget();
    this.#unsubscribe('book', venueSymbol);
    this.#subscribeBook(venueSymbol);
  }

  ping(): string | null {
    return '{"event":"ping"}';
  }

  hear(text: string, receivedUs: number): void {
    const frame = jsonOf(text);
    if (!Array.isArray(frame)) {
      this.#informed(fieldsOf(frame, 'the frame'));
      return;
    }
    const read = bitfinexFrame(frame as unknown[]);
    if (!this.#inSequence(read.sequence)) {
      return;
    }
    const channel = this.#channels.get(read.channelId);
    const found = channel === undefined ? undefined : this.#books.get(channel.symbol);
    if (channel === undefined || found === undefined || read.body[0] === 'hb') {
      return;
    }
    if (channel.kind === 'book') {
      this.#bookChanged(found, read, receivedUs);
    } else if (read.body[0] === 'te') {
      // `tu` repeats each trade a second later; the list at the beginning is from before it.
      this.#link.tell(bitfinexTrade(found.market, read.body[1], receivedUs));
    }
  }

  #subscribeBook(symbol: string): void {
    const terms = { prec: 'P0', freq: 'F0', len: String(depth) };
    this.#link.send(JSON.stringify({ event: 'subscribe', channel: 'book', symbol, ...terms }));
  }

  #unsubscribe(kind: Channel['kind'], symbol: string): void {
    for (const [channelId, channel] of this.#channels) {
      if (channel.kind === kind && channel.symbol === symbol) {
        this.#channels.delete(channelId);
        this.#link.send(JSON.stringify({ event: 'unsubscribe', chanId: channelId }));
      }
    }
  }

  #informed(frame: Fields): void {
    const channel = frame['channel'];
    switch (frame['event']) {
      case 'subscribed':
        if (channel === 'book' || channel === 'trades') {
          const symbol = idOf(frame['symbol'], 'symbol');
          this.#channels.set(integerOf(frame['chanId'], 'chanId'), { kind: channel, symbol });
        }
        break;
      case 'info':
        if (reconnectCodes.has(Number(frame['code']))) {
          this.#link.reconnect('the venue asks for a new connection');
        }
        break;
      case 'error':
        this.#refused(frame);
        break;
    }
  }

  #refused(frame: Fields): void {
    const reason = `the venue refuses: ${String(frame['msg'])}`;
    const { symbol } = frame;
    if (typeof symbol === 'string' && this.#books.get(symbol) !== undefined) {
      this.#link.refuse(symbol, reason);
    } else {
      this.#link.reconnect(reason);
    }
  }

  /** False for a list that was heard before. After a gap the books are asked for anew. */
  #inSequence(sequence: number): boolean {
    const expected = this.#sequence === null ? sequence : this.#sequence + 1;
    if (sequence < expected) {
      this.#link.count('duplicates');
      return false;
    }
    this.#sequence = sequence;
    if (sequence > expected) {
      this.#books.loseAll(`message ${sequence} came when ${expected} was next`);
    }
    return true;
  }

  #bookChanged({ book }: MarketBook, frame: BitfinexFrame, receivedUs: number): void {
    const { body, sequence, sourceUs } = frame;
    if (body[0] === 'cs') {
      const checksum = integerOf(body[1], 'the checksum');
      book.verify((kept) => bitfinexChecksum(kept) === checksum);
      return;
    }
    const rows = listOf(body[0], 'levels');
    // A snapshot is a list of levels, an update is one level.
    const whole = rows.length === 0 || Array.isArray(rows[0]);
    const levels = bitfinexLevels(whole ? rows : [rows]);
    const state = { ...levels, sequence, sourceUs, receivedUs };
    if (whole) {
      book.load(state);
    } else {
      book.apply({ ...state, previous: null });
    }
  }
}
