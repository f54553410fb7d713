// Binance ticks: trades, liquidations, marks and open interest of spot and futures, told as they
// come. Open interest is only to be had over HTTP, so it is asked for once a minute and told with
// the next mark.
import { OperationalError } from '@openstrike/domain';
import { type Fields, FrameError, textOf, usOfMs } from '../../core/fields.ts';
import type { Link } from '../../core/link.ts';
import type { Market } from '../../core/market.ts';
import { TickerParts } from '../../core/ticker-parts.ts';
import {
  binanceLiquidation,
  binanceMarkValues,
  binanceName,
  binanceOpenInterest,
  binanceTrade,
} from './binance-messages.ts';

const interestEveryMs = 60_000;

/** The contract that an event is about: of a liquidation it stands within the order. */
export const eventName = (event: Fields): string => {
  const order = event['o'];
  const named = typeof order === 'object' && order !== null ? (order as Fields) : event;
  return textOf(named['s'], 's');
};

export class BinanceTicks {
  readonly #link: Link;
  readonly #interestPath: string | null;
  readonly #tickers = new TickerParts('binance');
  #polledMs = Number.NEGATIVE_INFINITY;

  constructor(link: Link, interestPath: string | null) {
    this.#link = link;
    this.#interestPath = interestPath;
  }

  hear(market: Market, event: Fields, receivedUs: number): void {
    switch (event['e']) {
      case 'trade':
      case 'aggTrade':
        this.#link.tell(binanceTrade(market, event, receivedUs));
        break;
      case 'forceOrder': {
        const trade = binanceLiquidation(market, event, receivedUs);
        if (trade !== null) {
          this.#link.tell(trade);
        }
        break;
      }
      case 'markPriceUpdate': {
        const times = { sourceUs: usOfMs(event['E'], 'E'), receivedUs };
        this.#link.tell(this.#tickers.merge(market, binanceMarkValues(event), times));
        break;
      }
    }
  }

  poll(nowMs: number, markets: readonly Market[]): void {
    if (this.#interestPath !== null && nowMs - this.#polledMs >= interestEveryMs) {
      this.#polledMs = nowMs;
      for (const market of markets) {
        void this.#askInterest(market, this.#interestPath);
      }
    }
  }

  /** One that fails is asked for again a minute later. */
  async #askInterest(market: Market, path: string): Promise<void> {
    try {
      const answer = await this.#link.get(`${path}?symbol=${binanceName(market).name}`);
      const { markPrice } = this.#tickers.of(market.venueSymbol);
      const openInterest = binanceOpenInterest(market, answer, markPrice);
      this.#tickers.merge(market, { openInterest }, { sourceUs: null, receivedUs: 0 });
    } catch (error) {
      if (error instanceof FrameError) {
        this.#link.unparsed(error.message);
      } else if (!(error instanceof OperationalError)) {
        throw error;
      }
    }
  }
}
