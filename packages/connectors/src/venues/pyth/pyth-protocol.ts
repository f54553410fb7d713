// Pyth protocol: the WebSocket of a Hermes server. Each message brings the signed update beside its
// own reading of it; only the signed one is believed. Source: docs.pyth.network, Hermes, streaming.
import { fieldsOf, jsonOf, textOf } from '../../core/fields.ts';
import type { Link, VenueProtocol } from '../../core/link.ts';
import type { Market } from '../../core/market.ts';
import { bytesOfBase64 } from '../../signed/byte-cursor.ts';
import { verifyPythUpdate } from '../../signed/pyth-update.ts';
import { ReportDesk } from '../../signed/report-desk.ts';
import { ReportError } from '../../signed/report-error.ts';
import type { TrustedSigners } from '../../signed/trusted-signers.ts';
import { spotContract } from '../spot-market.ts';

/** Ids of price feeds. Source: docs.pyth.network, price feed ids. */
const feeds: ReadonlyMap<string, string> = new Map([
  ['BTC/USD', 'e62df6c8b4a85fe1a67db44dc12de5db330f7ac66b72dc658afedf0f4a415b43'],
  ['ETH/USD', 'ff61491a931112ddf1bd8147cd1b641375f79f5825126d665480874634fd0ace'],
  ['USDC/USD', 'eaa020c61cc479712813461ce153894a96a6c00b21ed0cfc2798d1f9a9e9c94a'],
  ['USDT/USD', '2b89b9dc8fdf9f34709a5b106b472f0f39bb6ca9ce04b0fd7f2e971688e2e53b'],
]);

/** What a pair such as `BTC/USD` stands for. */
export const pythMarket = (venueSymbol: string): Market | null =>
  feeds.has(venueSymbol) ? spotContract(venueSymbol) : null;

const feedOf = ({ venueSymbol }: Market): string => feeds.get(venueSymbol) as string;

export class PythProtocol implements VenueProtocol {
  readonly #link: Link;
  readonly #trusted: TrustedSigners;
  readonly #desk = new ReportDesk('pyth');

  constructor(link: Link, trusted: TrustedSigners) {
    this.#link = link;
    this.#trusted = trusted;
  }

  open(markets: readonly Market[]): void {
    this.change(markets, []);
  }

  change(added: readonly Market[], removed: readonly Market[]): void {
    for (const market of added) this.#desk.follow(feedOf(market), market);
    for (const market of removed) this.#desk.forget(feedOf(market));
    this.#send('subscribe', added);
    this.#send('unsubscribe', removed);
  }

  ask(market: Market): void {
    this.#send('subscribe', [market]);
  }

  ping(): string | null {
    return null;
  }

  hear(text: string, receivedUs: number): void {
    const frame = fieldsOf(jsonOf(text), 'the frame');
    if (frame['type'] === 'response') {
      if (frame['status'] === 'error')
        this.#link.reconnect(`it refuses: ${String(frame['error'])}`);
      return;
    }
    if (frame['type'] !== 'price_update') return;
    const feed = fieldsOf(frame['price_feed'], 'price_feed');
    try {
      const update = bytesOfBase64(textOf(feed['vaa'], 'vaa'));
      for (const price of verifyPythUpdate(update, this.#trusted)) {
        const event = this.#desk.take(price, receivedUs);
        if (event === null) {
          if (this.#desk.follows(price.feed)) this.#link.count('duplicates');
          continue;
        }
        this.#link.live(event.venueSymbol);
        this.#link.tell(event);
      }
    } catch (error) {
      if (error instanceof ReportError) this.#link.count('refusedReports');
      throw error;
    }
  }

  #send(type: 'subscribe' | 'unsubscribe', markets: readonly Market[]): void {
    if (markets.length === 0) return;
    const ids = markets.map(feedOf);
    this.#link.send(JSON.stringify({ type, ids, ...(type === 'subscribe' && { binary: true }) }));
  }
}
