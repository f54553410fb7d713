// Market facts: what events have said of indexes, marks and funding, and when. Everything that a
// margin depends on besides holdings and tables is here, and nothing else.
import {
  type Applied,
  type Event,
  type FundingChanged,
  type IndexName,
  type Instrument,
  type InstrumentId,
  type MarksChanged,
  usPerHour,
} from '@openstrike/domain';
import type { FixingModel } from './fixing-model.ts';

/** The last mark of an instrument, changed in place. */
export interface Mark {
  price: number;
  underlying: number;
  iv: number;
  /** Dollars per point of volatility. */
  vega: number;
}

const unmarked = (): Mark => ({ price: Number.NaN, underlying: 0, iv: 0, vega: 0 });

interface IndexFacts {
  readonly usd: number;
  readonly confidence: number;
}

/** Marks of an index, as last made. */
export interface Marking {
  readonly tsUs: number;
  /** Whether they were made by the command itself, and not by a timer whose instant is not told. */
  readonly exact: boolean;
  readonly instrumentIds: Int32Array;
}

interface Accrual {
  /** Per unit, as told. */
  accrued: number;
  rate: number;
  index: number;
  tsUs: number;
  /** Whether that instant is known. */
  exact: boolean;
}

/** Of an underlying: in dollars, then in the stablecoin. */
export const indexNamesOf = {
  BTC: ['btc_usd', 'btc_usdc'],
  ETH: ['eth_usd', 'eth_usdc'],
} as const satisfies Record<'BTC' | 'ETH', readonly IndexName[]>;

const minorOf = { BTC: 1e8, ETH: 1e8, USDC: 1e6 } as const;
const periodUs = 8 * usPerHour;

export class MarketFacts {
  readonly marks = new Map<InstrumentId, Mark>();
  readonly indexes = new Map<IndexName, IndexFacts>();
  readonly markings = new Map<IndexName, Marking>();
  readonly #accruals = new Map<InstrumentId, Accrual>();
  readonly #fixings: FixingModel;

  constructor(fixings: FixingModel) {
    this.#fixings = fixings;
  }

  take(event: Event, applied: Applied): void {
    const { tsUs } = applied;
    if (event.type === 'index-changed') {
      const { indexName, price, confidence } = event;
      this.indexes.set(indexName, { usd: price / 1e6, confidence });
    } else if (event.type === 'marks-changed') {
      this.#mark(event, applied);
    } else if (event.type === 'funding-changed') {
      this.#accrue(event, tsUs);
    }
  }

  #mark(event: MarksChanged, { command, events, tsUs }: Applied): void {
    const { indexName, instrumentIds, markPrice, underlyingPrice, markIv, vega } = event;
    // Timers run first, so of an index the last marks are the command's own.
    const own = 'indexName' in command && command.indexName === indexName;
    const isLast = (one: Event): boolean =>
      one === event || one.type !== 'marks-changed' || one.indexName !== indexName;
    const exact = own && events.slice(events.indexOf(event)).every(isLast);
    this.markings.set(indexName, { tsUs, exact, instrumentIds });
    for (let i = 0; i < instrumentIds.length; i++) {
      const id = instrumentIds[i] as InstrumentId;
      let mark = this.marks.get(id);
      if (mark === undefined) {
        mark = unmarked();
        this.marks.set(id, mark);
      }
      mark.price = markPrice[i] as number;
      mark.underlying = underlyingPrice[i] as number;
      mark.iv = markIv[i] as number;
      mark.vega = vega[i] as number;
    }
  }

  #accrue({ instrumentId, accrued, currentFunding }: FundingChanged, tsUs: number): void {
    const found = [...this.markings].find(([, { instrumentIds }]) =>
      instrumentIds.includes(instrumentId),
    );
    const index = found === undefined ? 0 : (this.indexes.get(found[0])?.usd ?? 0);
    const exact = found?.[1].exact ?? false;
    this.#accruals.set(instrumentId, { accrued, rate: currentFunding, index, tsUs, exact });
  }

  /** Dollars per coin: of the dollar index, or failing that of the other one. */
  coinPrice(underlying: 'BTC' | 'ETH'): number {
    const [first, second] = indexNamesOf[underlying];
    return this.indexes.get(first)?.usd || this.indexes.get(second)?.usd || 0;
  }

  /** Dollars per unit of the stablecoin. */
  stablePrice(): number {
    const usd = this.indexes.get('btc_usd')?.usd ?? 0;
    const stable = this.indexes.get('btc_usdc')?.usd ?? 0;
    return usd > 0 && stable > 0 ? usd / stable : 1;
  }

  /** The part of an expiry's delivery price that is averaged already, as of its last marks. */
  fixedPart(indexName: IndexName, expiryUs: number): number {
    return this.#fixings.fixedPart(indexName, expiryUs, this.markings.get(indexName)?.tsUs ?? 0);
  }

  /** Minor units that a lot of a perpetual has paid since it was listed, as of the last mark. */
  paidPerLot({ id, settlementCurrency, lot }: Instrument): number {
    const told = this.#accruals.get(id)?.accrued ?? 0;
    return (told * minorOf[settlementCurrency] * lot.num) / lot.den;
  }

  /** The same at an instant after it; null where it is not known when that mark was made. */
  paidPerLotAt(instrument: Instrument, tsUs: number): number | null {
    const accrual = this.#accruals.get(instrument.id);
    if (accrual === undefined) return 0;
    if (!accrual.exact) return null;
    const { lot, payoff, settlementCurrency } = instrument;
    const size = (minorOf[settlementCurrency] * lot.num) / lot.den;
    const notional = payoff === 'inverse' ? size / accrual.index : size * accrual.index;
    const since = (accrual.rate * (tsUs - accrual.tsUs)) / periodUs;
    return this.paidPerLot(instrument) + since * notional;
  }
}
