// Derivative board: the last quotes of outside futures, perpetuals and options, by underlying and
// expiry. Invariant: what a source told before its connection broke is forgotten with it, and a
// quote that is too old is not given out.
import type { MarketContract, MarketEvent, SourceName } from '@openstrike/connectors';
import type { SourceQuote } from '../index-price/constituent.ts';

export type DerivativeContract = Exclude<MarketContract, { readonly kind: 'spot' }>;

/** One contract's last word. Prices in the venue's unit. */
export interface DerivativeQuote {
  readonly source: SourceName;
  readonly contract: DerivativeContract;
  bidPrice: number | null;
  askPrice: number | null;
  /** The forward the venue marks it against, where it says so; USD. */
  underlyingPrice: number | null;
  saidUs: number;
}

export interface BoardRules {
  readonly optionStaleUs: number;
  readonly futureStaleUs: number;
}

export const usualBoardRules: BoardRules = { optionStaleUs: 60_000_000, futureStaleUs: 10_000_000 };

/** Apart, for futures are asked for at every tick and options, which are many, once a surface. */
interface ExpiryBoard {
  readonly futures: Set<DerivativeQuote>;
  readonly options: Set<DerivativeQuote>;
}

/** Contracts of one source; a venue that lists more is not followed further. */
const contractsMax = 20_000;

export class DerivativeBoard {
  readonly #rules: BoardRules;
  readonly #sources = new Map<SourceName, Map<string, DerivativeQuote>>();
  /** By underlying and expiry; 0 for perpetuals. */
  readonly #expiries = new Map<string, ExpiryBoard>();

  constructor(rules: BoardRules = usualBoardRules) {
    this.#rules = rules;
  }

  /** Takes a quote of a derivative. Cost: two look-ups. */
  quote(event: MarketEvent, contract: DerivativeContract, quote: SourceQuote): void {
    const known = this.#record(event, contract);
    if (known === null) return;
    const { sourceUs, receivedUs } = quote;
    const saidUs = sourceUs === null ? receivedUs : Math.min(sourceUs, receivedUs);
    if (saidUs < known.saidUs) return;
    known.bidPrice = quote.bidPrice;
    known.askPrice = quote.askPrice;
    known.saidUs = saidUs;
    if (event.type === 'ticker' && event.underlyingPrice !== null) {
      known.underlyingPrice = event.underlyingPrice;
    }
  }

  /** Forgets what a source told of one symbol, or of all. */
  drop(source: SourceName, venueSymbol: string | null): void {
    const symbols = this.#sources.get(source);
    if (symbols === undefined) return;
    if (venueSymbol === null) {
      for (const quote of symbols.values()) this.#remove(quote);
      symbols.clear();
      return;
    }
    const quote = symbols.get(venueSymbol);
    if (quote !== undefined) this.#remove(quote);
    symbols.delete(venueSymbol);
  }

  /** Two-sided quotes of one expiry's futures (0: of perpetuals) that are fresh. */
  futures(underlying: 'BTC' | 'ETH', expiryUs: number, nowUs: number): DerivativeQuote[] {
    const board = this.#expiries.get(keyOf(underlying, expiryUs));
    return board === undefined ? [] : fresh(board.futures, nowUs - this.#rules.futureStaleUs);
  }

  /** Two-sided quotes of one expiry's options that are fresh. */
  options(underlying: 'BTC' | 'ETH', expiryUs: number, nowUs: number): DerivativeQuote[] {
    const board = this.#expiries.get(keyOf(underlying, expiryUs));
    return board === undefined ? [] : fresh(board.options, nowUs - this.#rules.optionStaleUs);
  }

  /** Forgets expiries that are over. */
  expire(nowUs: number): void {
    for (const [key, { futures, options }] of this.#expiries) {
      const expiryUs = Number(key.slice(4));
      if (expiryUs !== 0 && expiryUs <= nowUs) {
        this.#expiries.delete(key);
        for (const symbols of this.#sources.values()) {
          for (const [symbol, quote] of symbols) {
            if (futures.has(quote) || options.has(quote)) symbols.delete(symbol);
          }
        }
      }
    }
  }

  #record(event: MarketEvent, contract: DerivativeContract): DerivativeQuote | null {
    let symbols = this.#sources.get(event.source);
    if (symbols === undefined) {
      symbols = new Map();
      this.#sources.set(event.source, symbols);
    }
    const known = symbols.get(event.venueSymbol);
    if (known !== undefined) return known;
    if (symbols.size >= contractsMax) return null;
    const quote: DerivativeQuote = {
      source: event.source,
      contract,
      bidPrice: null,
      askPrice: null,
      underlyingPrice: null,
      saidUs: Number.NEGATIVE_INFINITY,
    };
    symbols.set(event.venueSymbol, quote);
    this.#peersOf(contract).add(quote);
    return quote;
  }

  #remove(quote: DerivativeQuote): void {
    this.#peersOf(quote.contract).delete(quote);
  }

  #peersOf({ kind, underlying, expiryUs }: DerivativeContract): Set<DerivativeQuote> {
    const key = keyOf(underlying, expiryUs ?? 0);
    let board = this.#expiries.get(key);
    if (board === undefined) {
      board = { futures: new Set(), options: new Set() };
      this.#expiries.set(key, board);
    }
    return kind === 'option' ? board.options : board.futures;
  }
}

const fresh = (quotes: Iterable<DerivativeQuote>, sinceUs: number): DerivativeQuote[] => {
  const found: DerivativeQuote[] = [];
  for (const quote of quotes) {
    const { saidUs, bidPrice, askPrice } = quote;
    if (saidUs < sinceUs || bidPrice === null || askPrice === null) continue;
    if (bidPrice > 0 && askPrice >= bidPrice) found.push(quote);
  }
  return found;
};

const keyOf = (underlying: string, expiryUs: number): string => `${underlying} ${expiryUs}`;
