// Instrument record: everything public about one instrument while it is listed, and for a day
// after. What is costly to tell (statistics, implied volatilities, whole tickers) is made when it
// is read.
import {
  type BookView,
  fromSteps,
  type Instrument,
  type InstrumentState,
  type InstrumentView,
  type MarksChanged,
  type MarkView,
  type PriceTicks,
  type SizeLots,
  type Trade,
  type TsUs,
  type UsdMicros,
  usPerDay,
  usPerMinute,
} from '@openstrike/domain';
import { BookKeeper } from './book-keeper.ts';
import type { BestQuote, Candle, CandleResolution, DayStats, Ticker } from './feeds.ts';
import type { IndexRecord } from './index-record.ts';
import { MinuteWindow, minuteOf, minutesPerDay } from './minute-window.ts';
import { QuoteIv } from './quote-iv.ts';
import { TradeRing } from './trade-ring.ts';
import { tradeValue } from './trade-value.ts';

export class InstrumentRecord {
  readonly instrument: Instrument;
  readonly index: IndexRecord;
  readonly book: BookKeeper;
  state: InstrumentState = 'open';
  deliveryPrice: UsdMicros | null = null;
  settlementPrice = 0;
  openInterestLots = 0;
  currentFunding = 0;
  funding8h = 0;
  #lastTicks: PriceTicks | null = null;
  readonly #trades = new TradeRing();
  readonly #window = new MinuteWindow();
  readonly #bidIv = new QuoteIv();
  readonly #askIv = new QuoteIv();
  /** The newest marks of the instrument are row `#marksRow` of this event. */
  #marks: MarksChanged | null = null;
  #marksRow = 0;
  #marksUs = 0 as TsUs;
  #seededMark: MarkView | null = null;

  constructor(instrument: Instrument, index: IndexRecord) {
    this.instrument = instrument;
    this.index = index;
    this.book = new BookKeeper(instrument.id);
  }

  /** Starts from what the engine answers. */
  load(view: InstrumentView, tsUs: TsUs): void {
    this.state = view.state;
    this.deliveryPrice = view.deliveryPrice;
    this.settlementPrice = view.settlementPrice;
    this.openInterestLots = view.openInterestLots;
    this.#lastTicks = view.lastTradeTicks;
    this.#seededMark = view.mark;
    this.#marksUs = tsUs;
  }

  loadBook(view: BookView, changeId: number, tsUs: TsUs): void {
    this.book.load(view, changeId, tsUs);
  }

  /** Takes a trade into the ring, the statistics and the candles. */
  trade(trade: Trade): void {
    const value = tradeValue(this.instrument, trade.priceTicks, trade.sizeLots, trade.indexPrice);
    const bucket = this.#window.record(minuteOf(trade.tsUs), trade.priceTicks);
    bucket.lots += trade.sizeLots;
    bucket.coins += value.coins;
    bucket.notional += value.notional;
    bucket.usd += value.usd;
    this.#lastTicks = trade.priceTicks;
    this.#trades.push(trade);
  }

  mark(event: MarksChanged, row: number, tsUs: TsUs): void {
    this.#marks = event;
    this.#marksRow = row;
    this.#marksUs = tsUs;
  }

  /** In the price unit; NaN before the first mark. */
  get markPrice(): number {
    const marks = this.#marks;
    return marks === null
      ? (this.#seededMark?.markPrice ?? Number.NaN)
      : (marks.markPrice[this.#marksRow] as number);
  }

  recentTrades(nowUs: TsUs): Trade[] {
    return this.#trades.since(((minuteOf(nowUs) - minutesPerDay + 1) * usPerMinute) as TsUs);
  }

  /** Whether it was delivered more than a day ago. */
  isFormer(nowUs: TsUs): boolean {
    const { expiryUs } = this.instrument;
    return this.state === 'delivered' && expiryUs !== null && nowUs - expiryUs > usPerDay;
  }

  stats(nowUs: TsUs): DayStats {
    const window = this.#window;
    const day = window.sum(window.start(minuteOf(nowUs)), window.end);
    return {
      volumeLots: day?.lots ?? 0,
      volumeCoins: day?.coins ?? 0,
      volumeUsd: day?.usd ?? 0,
      volumeNotional: day?.notional ?? 0,
      highTicks: (day?.high ?? null) as PriceTicks | null,
      lowTicks: (day?.low ?? null) as PriceTicks | null,
      priceChange: day === null ? null : ((day.close - day.open) / day.open) * 100,
    };
  }

  candle(resolution: CandleResolution, atUs: TsUs): Candle | null {
    const start = Math.floor(minuteOf(atUs) / resolution) * resolution;
    const window = this.#window;
    const from = window.find(start);
    const sum = window.sum(from, window.find(start + resolution));
    const flat = window.at(from - 1)?.close ?? this.#lastTicks;
    const price = (value: number | undefined): PriceTicks => (value ?? flat) as PriceTicks;
    if (sum === null && flat === null) {
      return null;
    }
    return {
      instrumentId: this.instrument.id,
      resolution,
      startUs: (start * usPerMinute) as TsUs,
      openTicks: price(sum?.open),
      highTicks: price(sum?.high),
      lowTicks: price(sum?.low),
      closeTicks: price(sum?.close),
      volumeLots: sum?.lots ?? 0,
      volumeCoins: sum?.coins ?? 0,
      costUsd: sum?.usd ?? 0,
    };
  }

  bestQuote(): BestQuote {
    const { bids, asks } = this.book;
    return {
      bidTicks: bids.bestLots === 0 ? null : bids.bestTicks,
      bidLots: bids.bestLots,
      askTicks: asks.bestLots === 0 ? null : asks.bestTicks,
      askLots: asks.bestLots,
    };
  }

  ticker(nowUs: TsUs): Ticker {
    const { instrument, index, book } = this;
    const mark = this.markView();
    const { bids, asks } = book;
    const bidTicks = bids.bestLots === 0 ? null : bids.bestTicks;
    const askTicks = asks.bestLots === 0 ? null : asks.bestTicks;
    return {
      instrument,
      state: this.state,
      tsUs: nowUs,
      bestBidTicks: bidTicks,
      bestBidLots: bids.bestLots,
      bestAskTicks: askTicks,
      bestAskLots: asks.bestLots,
      lastTicks: this.#lastTicks,
      markPrice: mark?.markPrice ?? Number.NaN,
      markIv: mark?.markIv ?? Number.NaN,
      sliceKeptUs: this.#sliceKeptUs(),
      bidIv: this.#iv(this.#bidIv, bidTicks, mark),
      askIv: this.#iv(this.#askIv, askTicks, mark),
      underlyingPrice: mark?.underlyingPrice ?? Number.NaN,
      delta: mark?.delta ?? Number.NaN,
      gamma: mark?.gamma ?? Number.NaN,
      vega: mark?.vega ?? Number.NaN,
      theta: mark?.theta ?? Number.NaN,
      rho: mark?.rho ?? Number.NaN,
      bandMinTicks: mark?.bandMinTicks ?? (0 as PriceTicks),
      bandMaxTicks: mark?.bandMaxTicks ?? (0 as PriceTicks),
      indexPrice: index.price,
      estimatedDeliveryPrice: index.estimatedDeliveryPrice,
      openInterestLots: this.openInterestLots as SizeLots,
      stats: this.stats(nowUs),
      currentFunding: this.currentFunding,
      funding8h: this.funding8h,
      settlementPrice: this.settlementPrice,
      deliveryPrice: this.deliveryPrice,
    };
  }

  #sliceKeptUs(): TsUs | null {
    const { kind, expiryUs } = this.instrument;
    return kind !== 'option' || expiryUs === null ? null : this.index.keptSince(expiryUs);
  }

  #iv(iv: QuoteIv, priceTicks: PriceTicks | null, mark: MarkView | null): number {
    if (priceTicks === null || mark === null || this.instrument.kind !== 'option') {
      return Number.NaN;
    }
    const price = fromSteps(priceTicks, this.instrument.tick);
    return iv.of(this.instrument, price, mark.underlyingPrice, this.#marksUs);
  }

  /** The newest marks; null before the first. */
  markView(): MarkView | null {
    const marks = this.#marks;
    if (marks === null) {
      return this.#seededMark;
    }
    const row = this.#marksRow;
    return {
      instrumentId: this.instrument.id,
      markPrice: marks.markPrice[row] as number,
      underlyingPrice: marks.underlyingPrice[row] as number,
      markIv: marks.markIv[row] as number,
      delta: marks.delta[row] as number,
      gamma: marks.gamma[row] as number,
      vega: marks.vega[row] as number,
      theta: marks.theta[row] as number,
      rho: marks.rho[row] as number,
      bandMinTicks: marks.bandMinTicks[row] as PriceTicks,
      bandMaxTicks: marks.bandMaxTicks[row] as PriceTicks,
    };
  }
}
