// Oracle desk: where everything outside and our own books come together and leave as commands: each
// second one value of every index and the forwards of its expiries, and beside that the quotes that
// a surface is fitted to. Invariant: time is an argument, the same events and times give the same
// commands; taking an event in costs a few look-ups, so that ten thousand a second are little work.
import type {
  BookEvent,
  ConnectorEvent,
  MarketEvent,
  QuoteEvent,
  ReportEvent,
  SourceStatusEvent,
  TickerEvent,
} from '@openstrike/connectors';
import type { Command, ForwardPrice, IndexName, TsUs, UsdMicros } from '@openstrike/domain';
import { usPerYear } from '@openstrike/domain';
import {
  advanceForward,
  createForwardBasis,
  type ForwardBasis,
  type ForwardEvidence,
} from '../forwards/forward-machine.ts';
import { parityEvidence } from '../forwards/parity-evidence.ts';
import type { SourceQuote } from '../index-price/constituent.ts';
import {
  connectIndex,
  createIndexMachine,
  type IndexMachine,
  type IndexValue,
  indexAt,
  quoteIndex,
} from '../index-price/index-machine.ts';
import type { QuoteMoney } from '../index-price/index-rules.ts';
import type { ExpiryQuotes, OptionQuote } from '../surface/chain-quotes.ts';
import { DerivativeBoard, type DerivativeQuote } from './derivative-board.ts';
import type { IndexDefinition, OracleDefinition } from './oracle-definition.ts';
import type { OwnBooks, OwnFuture } from './own-books.ts';

/** What a second's tick says. */
export interface OracleTick {
  readonly commands: readonly Command[];
  /** By index; absent before its first quorum. */
  readonly values: ReadonlyMap<IndexName, IndexValue>;
}

/** The quotes that a surface of an index is fitted to. */
export interface SurfaceQuotes {
  readonly indexName: IndexName;
  readonly index: number;
  readonly expiries: readonly ExpiryQuotes[];
}

export interface OracleDeskOptions {
  readonly definition: OracleDefinition;
  /** Expiries that need a forward and a slice at a time, ascending. */
  readonly expiriesOf: (indexName: IndexName, nowUs: number) => readonly number[];
}

/** Perpetuals speak for expiries up to so many days, the less the further. */
const perpetualDays = 2;
const perpetualWeight = 0.1;
const daysPerYear = 365;

/** Published indexes have two decimals. */
const toIndexMicros = (usd: number): UsdMicros =>
  Math.max(10_000, Math.round(usd * 100) * 10_000) as UsdMicros;

class IndexDesk {
  readonly definition: IndexDefinition;
  readonly machine: IndexMachine;
  readonly bases = new Map<number, ForwardBasis>();
  /** Forwards as last told, by expiry. */
  readonly forwards = new Map<number, number>();
  /** What options say of forwards, gathered between ticks. */
  readonly parity = new Map<number, readonly ForwardEvidence[]>();
  own: OwnBooks | null = null;
  value: IndexValue | null = null;

  constructor(definition: IndexDefinition) {
    this.definition = definition;
    this.machine = createIndexMachine(definition.rules);
  }
}

export class OracleDesk {
  readonly #definition: OracleDefinition;
  readonly #expiriesOf: OracleDeskOptions['expiriesOf'];
  readonly #indexes: readonly IndexDesk[];
  readonly #rates: Readonly<Record<'USDC' | 'USDT', IndexMachine>>;
  readonly #board: DerivativeBoard;
  /** Spot symbols by source, for statuses that name one. */
  readonly #spots = new Map<string, Map<string, MarketEvent['contract']>>();
  /** Dollars for one of each money. */
  readonly #dollars: Record<QuoteMoney, number | null> = { USD: 1, USDC: null, USDT: null };

  constructor({ definition, expiriesOf }: OracleDeskOptions) {
    this.#definition = definition;
    this.#expiriesOf = expiriesOf;
    this.#indexes = definition.indexes.map((each) => new IndexDesk(each));
    const { USDC, USDT } = definition.rates;
    this.#rates = { USDC: createIndexMachine(USDC), USDT: createIndexMachine(USDT) };
    this.#board = new DerivativeBoard(definition.board);
  }

  /** Takes one event in. Trades are no evidence of anything that is marked. */
  take(event: ConnectorEvent): void {
    switch (event.type) {
      case 'status':
        return this.#connect(event);
      case 'trade':
        return;
      default: {
        const { contract } = event;
        if (contract.kind === 'spot') this.#quoteSpot(event, contract, quoteOf(event));
        else this.#board.quote(event, contract, quoteOf(event));
      }
    }
  }

  /** Takes our own books in; they replace what was known of them. */
  takeOwn(books: OwnBooks): void {
    for (const desk of this.#indexes) {
      if (desk.definition.indexName === books.indexName) desk.own = books;
    }
  }

  /** The second's values and forwards. Domain: `nowUs` does not go back. */
  tick(nowUs: number): OracleTick {
    for (const money of ['USDC', 'USDT'] as const) {
      const rate = indexAt(this.#rates[money], () => 1, nowUs);
      this.#dollars[money] = rate === null || rate.status === 'frozen' ? null : rate.price;
    }
    const commands: Command[] = [];
    const values = new Map<IndexName, IndexValue>();
    for (const desk of this.#indexes) {
      const { indexName, money } = desk.definition;
      desk.value = indexAt(desk.machine, (quoted) => this.#rate(quoted, money), nowUs);
      if (desk.value === null) continue;
      const { price, status, confidence, constituents } = desk.value;
      values.set(indexName, desk.value);
      commands.push({
        type: 'set-index',
        indexName,
        price: toIndexMicros(price),
        status,
        confidence,
        constituents,
        // A frozen index is no place to measure a basis from: forwards stand with it.
        ...(status !== 'frozen' && { forwards: this.#forwards(desk, price, nowUs) }),
      });
    }
    return { commands, values };
  }

  /**
   * Gathers what a surface of an index is fitted to, and what its options say of forwards for the
   * ticks to come. Null without an index. Cost: a pass over all quotes of the chain.
   */
  gather(indexName: IndexName, nowUs: number): SurfaceQuotes | null {
    const desk = this.#indexes.find(({ definition }) => definition.indexName === indexName);
    const index = desk?.value?.price;
    if (desk === undefined || index === undefined) return null;
    this.#board.expire(nowUs);
    desk.parity.clear();
    const expiries: ExpiryQuotes[] = [];
    for (const expiryUs of this.#expiriesOf(indexName, nowUs)) {
      if (expiryUs <= nowUs) continue;
      const near = desk.forwards.get(expiryUs) ?? index;
      const own = desk.own?.expiries.find((each) => each.expiryUs === expiryUs);
      const outside = this.#outsideOptions(desk, expiryUs, near, nowUs);
      const evidence: ForwardEvidence[] = [];
      for (const [source, weight, quotes] of [
        ['own', 1, own?.options ?? []] as const,
        ...[...outside].map(([name, all]) => [name, this.#weightOf(name), all] as const),
      ]) {
        const found = parityEvidence(source, quotes, { index, near, weight });
        if (found !== null) evidence.push(found);
      }
      desk.parity.set(expiryUs, evidence);
      const quotes = [...(own?.options ?? []), ...[...outside.values()].flat()];
      expiries.push({ expiryUs, forward: near, quotes });
    }
    return { indexName, index, expiries };
  }

  #weightOf(source: string): number {
    return (this.#definition.outsideWeights as Readonly<Record<string, number>>)[source] ?? 0;
  }

  /** Units of `money` for one of `quoted`; null while unknown. */
  #rate(quoted: QuoteMoney, money: QuoteMoney): number | null {
    if (quoted === money) return 1;
    const [from, to] = [this.#dollars[quoted], this.#dollars[money]];
    return from === null || to === null ? null : from / to;
  }

  #quoteSpot(
    event: MarketEvent,
    contract: Extract<MarketEvent['contract'], { readonly kind: 'spot' }>,
    quote: SourceQuote,
  ): void {
    const { source, venueSymbol } = event;
    let symbols = this.#spots.get(source);
    if (symbols === undefined) {
      symbols = new Map();
      this.#spots.set(source, symbols);
    }
    if (!symbols.has(venueSymbol)) symbols.set(venueSymbol, contract);
    for (const machine of this.#machinesOf(source, contract)) quoteIndex(machine, source, quote);
  }

  /** The machines in which a source's spot contract is a constituent. */
  *#machinesOf(
    source: string,
    contract: Extract<MarketEvent['contract'], { readonly kind: 'spot' }>,
  ): Iterable<IndexMachine> {
    const { base, quote } = contract;
    if (base === 'USDC' || base === 'USDT') {
      if (quote === 'USD') yield this.#rates[base];
      return;
    }
    for (const { definition, machine } of this.#indexes) {
      const isOne = machine.constituents.get(source)?.rule.quotedIn === quote;
      if (definition.underlying === base && isOne) yield machine;
    }
  }

  #connect({ source, venueSymbol, state }: SourceStatusEvent): void {
    if (state !== 'live') this.#board.drop(source, venueSymbol);
    const symbols = this.#spots.get(source);
    for (const [symbol, contract] of symbols ?? []) {
      if ((venueSymbol !== null && venueSymbol !== symbol) || contract.kind !== 'spot') continue;
      for (const machine of this.#machinesOf(source, contract)) {
        connectIndex(machine, source, state === 'live');
      }
    }
  }

  #forwards(desk: IndexDesk, index: number, nowUs: number): ForwardPrice[] {
    const { indexName } = desk.definition;
    const forwards: ForwardPrice[] = [];
    for (const expiryUs of this.#expiriesOf(indexName, nowUs)) {
      if (expiryUs <= nowUs) continue;
      const years = (expiryUs - nowUs) / usPerYear;
      let basis = desk.bases.get(expiryUs);
      if (basis === undefined) {
        basis = createForwardBasis();
        desk.bases.set(expiryUs, basis);
      }
      const evidence = this.#evidence(desk, expiryUs, index, nowUs);
      const rules = this.#definition.forwards;
      const forward = advanceForward(basis, evidence, { index, years, nowUs }, rules);
      if (forward === null) continue;
      desk.forwards.set(expiryUs, forward);
      forwards.push({ expiryUs: expiryUs as TsUs, price: toIndexMicros(forward) });
    }
    for (const expiryUs of desk.bases.keys()) {
      if (expiryUs > nowUs) continue;
      desk.bases.delete(expiryUs);
      desk.forwards.delete(expiryUs);
    }
    return forwards;
  }

  #evidence(desk: IndexDesk, expiryUs: number, index: number, nowUs: number): ForwardEvidence[] {
    const { underlying } = desk.definition;
    const evidence = [...(desk.parity.get(expiryUs) ?? [])];
    const own = desk.own?.expiries.find((each) => each.expiryUs === expiryUs)?.future ?? null;
    pushFuture(evidence, 'future', 'own', own, index, 1);
    for (const quote of this.#board.futures(underlying, expiryUs, nowUs)) {
      const priced = this.#inMoney(quote, desk);
      pushFuture(evidence, 'future', quote.source, priced, index, this.#weightOf(quote.source));
    }
    const days = ((expiryUs - nowUs) / usPerYear) * daysPerYear;
    if (days >= perpetualDays) return evidence;
    const weight = perpetualWeight * (1 - days / perpetualDays);
    pushFuture(evidence, 'perpetual', 'own', desk.own?.perpetual ?? null, index, weight);
    for (const quote of this.#board.futures(underlying, 0, nowUs)) {
      const share = weight * this.#weightOf(quote.source);
      pushFuture(evidence, 'perpetual', quote.source, this.#inMoney(quote, desk), index, share);
    }
    return evidence;
  }

  /** A future's quote in the money of an index; null while its rate is unknown. */
  #inMoney(quote: DerivativeQuote, { definition }: IndexDesk): OwnFuture | null {
    const rate = this.#rate(quote.contract.quote, definition.money);
    const { bidPrice, askPrice } = quote;
    if (rate === null || bidPrice === null || askPrice === null) return null;
    return { bid: bidPrice * rate, ask: askPrice * rate };
  }

  /** Fresh options of an expiry by source, in the money of the index. */
  #outsideOptions(
    desk: IndexDesk,
    expiryUs: number,
    near: number,
    nowUs: number,
  ): Map<string, OptionQuote[]> {
    const found = new Map<string, OptionQuote[]>();
    for (const quote of this.#board.options(desk.definition.underlying, expiryUs, nowUs)) {
      const { contract, source, underlyingPrice } = quote;
      const weight = this.#weightOf(source);
      if (contract.kind !== 'option' || weight === 0) continue;
      const rate = this.#rate(contract.quote, desk.definition.money);
      if (rate === null) continue;
      const forward = underlyingPrice === null ? near : underlyingPrice * rate;
      const unit = contract.payoff === 'inverse' ? forward : rate;
      const { strike, optionType } = contract;
      const bid = (quote.bidPrice ?? 0) * unit;
      const ask = (quote.askPrice ?? 0) * unit;
      // A strike in dollars is another one in a stablecoin that is off its dollar.
      const own = { strike: strike * rate, optionType, bid, ask, forward, weight };
      const quotes = found.get(source);
      if (quotes === undefined) found.set(source, [own]);
      else quotes.push(own);
    }
    return found;
  }
}

const pushFuture = (
  evidence: ForwardEvidence[],
  kind: ForwardEvidence['kind'],
  source: string,
  quote: OwnFuture | null,
  index: number,
  weight: number,
): void => {
  if (quote === null || quote.bid === null || quote.ask === null || weight <= 0) return;
  const { bid, ask } = quote;
  if (!(bid > 0 && ask >= bid)) return;
  evidence.push({
    kind,
    source,
    basis: 0.5 * (bid + ask) - index,
    half: 0.5 * (ask - bid),
    weight,
  });
};

/** What an event says of the best bid and ask; a report's are its price with its uncertainty. */
const quoteOf = (event: BookEvent | QuoteEvent | ReportEvent | TickerEvent): SourceQuote => {
  const { sourceUs, receivedUs } = event;
  switch (event.type) {
    case 'book': {
      const bidPrice = event.bids[0]?.[0] ?? null;
      return { bidPrice, askPrice: event.asks[0]?.[0] ?? null, sourceUs, receivedUs };
    }
    case 'report': {
      const half = event.confidence ?? 0;
      return {
        bidPrice: event.price - half,
        askPrice: event.price + half,
        sourceUs,
        receivedUs,
      };
    }
    default:
      return { bidPrice: event.bidPrice, askPrice: event.askPrice, sourceUs, receivedUs };
  }
};
