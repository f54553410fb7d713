// Chainlink protocol: the WebSocket of Data Streams. What to follow stands in the address, which is
// signed with the operator's secret at each connection; reports come as JSON with the whole signed
// report in it. Source: docs.chain.link, Data Streams API, WebSocket and authentication.
import { createHash, createHmac } from 'node:crypto';
import { fieldsOf, jsonOf, textOf } from '../../core/fields.ts';
import type { Link, VenueProtocol } from '../../core/link.ts';
import type { Market } from '../../core/market.ts';
import type { Credentials } from '../../core/venue-definition.ts';
import { bytesOfHex } from '../../signed/byte-cursor.ts';
import { verifyChainlinkReport } from '../../signed/chainlink-report.ts';
import { ReportDesk } from '../../signed/report-desk.ts';
import { ReportError } from '../../signed/report-error.ts';
import type { TrustedSigners } from '../../signed/trusted-signers.ts';
import { spotContract } from '../spot-market.ts';

/** Ids of crypto streams, schema 3. Source: docs.chain.link, Data Streams, crypto streams. */
const feeds: ReadonlyMap<string, string> = new Map([
  ['BTC/USD', '0x00039d9e45394f473ab1f050a1b963e6b05351e52d71e507509ada0c95ed75b8'],
  ['ETH/USD', '0x000362205e10b3a147d02792eccee483dca6c7b44ecce7012cb8c6e0b68b3ae9'],
]);

/** What a pair such as `BTC/USD` stands for. */
export const chainlinkMarket = (venueSymbol: string): Market | null =>
  feeds.has(venueSymbol) ? spotContract(venueSymbol) : null;

export const chainlinkFeed = (venueSymbol: string): string => feeds.get(venueSymbol) as string;

/** The signed header of a request for an address. */
export const chainlinkHeaders = (
  address: string,
  { key, secret }: Credentials,
  nowMs: number,
): Readonly<Record<string, string>> => {
  const { pathname, search } = new URL(address);
  const body = createHash('sha256').update('').digest('hex');
  const signed = `GET ${pathname}${search} ${body} ${key} ${nowMs}`;
  return {
    Authorization: key,
    'X-Authorization-Timestamp': String(nowMs),
    'X-Authorization-Signature-SHA256': createHmac('sha256', secret).update(signed).digest('hex'),
  };
};

export class ChainlinkProtocol implements VenueProtocol {
  readonly #link: Link;
  readonly #trusted: TrustedSigners;
  readonly #desk = new ReportDesk('chainlink');

  constructor(link: Link, trusted: TrustedSigners) {
    this.#link = link;
    this.#trusted = trusted;
  }

  open(markets: readonly Market[]): void {
    for (const market of markets) this.#desk.follow(chainlinkFeed(market.venueSymbol), market);
  }

  change(): void {
    this.#link.reconnect('other streams are to be followed');
  }

  ask(): void {
    // Reports come by themselves, many a second.
  }

  ping(): string | null {
    return null;
  }

  hear(text: string, receivedUs: number): void {
    const report = fieldsOf(fieldsOf(jsonOf(text), 'the frame')['report'], 'report');
    try {
      const bytes = bytesOfHex(textOf(report['fullReport'], 'fullReport'));
      const price = verifyChainlinkReport(bytes, this.#trusted);
      if (price.expiresUs <= receivedUs) {
        throw new ReportError('expired', `the report of ${price.feed} has expired`);
      }
      const event = this.#desk.take(price, receivedUs);
      if (event === null) {
        this.#link.count('duplicates');
        return;
      }
      this.#link.live(event.venueSymbol);
      this.#link.tell(event);
    } catch (error) {
      if (error instanceof ReportError) this.#link.count('refusedReports');
      throw error;
    }
  }
}
