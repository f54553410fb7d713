// Hedge model: how large a liquidation's hedges may be. Invariants: a hedge goes against the delta
// that the account has at the marks and takes at most the table's share of it, and at most the
// table's share of the lots that rested near the mark before it. Source of the rules:
// docs/decisions/liquidation.md.
import {
  type Instrument,
  type LiquidationParameters,
  type LiquidationStepped,
  type Trade,
  usPerYear,
} from '@openstrike/domain';
import { greeksOf } from './black76-model.ts';
import type { ContractFactsTable } from './contract-facts.ts';
import type { MarketFacts } from './market-facts.ts';
import type { OrderModel } from './order-model.ts';
import type { PositionModel } from './position-model.ts';
import { hold, show } from './violation.ts';

export interface HedgeParts {
  readonly facts: ContractFactsTable;
  readonly market: MarketFacts;
  readonly orders: OrderModel;
  readonly positions: PositionModel;
}

/** What an account's hedge has traded since its last step was told. */
interface Traded {
  readonly instrument: Instrument;
  /** Lots that rested within the band before its first trade. */
  readonly depth: number;
  /** Signed: bought is positive. */
  lots: number;
}

/** Of all deltas taken by their size: how far apart two ways to work them out may be. */
const deltaSlack = 0.01;

export class HedgeModel {
  readonly #parts: HedgeParts;
  readonly #traded = new Map<number, Traded>();

  constructor(parts: HedgeParts) {
    this.#parts = parts;
  }

  /** Takes a trade in a book, before the orders of it have changed. */
  trade(trade: Trade, { hedgeBand }: LiquidationParameters): void {
    const { instrumentId, taker, maker, sizeLots } = trade;
    const { accountId, side } = taker;
    let traded = this.#traded.get(accountId);
    if (traded === undefined) {
      const { instrument } = this.#parts.facts.get(instrumentId);
      const depth = this.#depth(instrument, maker.side, hedgeBand, accountId);
      traded = { instrument, depth, lots: 0 };
      this.#traded.set(accountId, traded);
    }
    traded.lots += side === 'buy' ? sizeLots : -sizeLots;
  }

  /** Holds a hedge that is told as a step. */
  stepped(event: LiquidationStepped, parameters: LiquidationParameters): void {
    const traded = this.#traded.get(event.accountId);
    this.#traded.delete(event.accountId);
    hold(traded !== undefined, 'a hedge trades in a book', () => show(event));
    const { depth, lots, instrument } = traded;
    const size = Math.abs(lots);
    hold(
      size <= Math.floor(depth * parameters.hedgeDepthShareMax),
      'a hedge takes its share of the depth',
      () => `${lots} of ${depth}: ${show(event)}`,
    );
    const delta = this.#delta(event.accountId, instrument, lots);
    if (delta === null) return;
    const most = Math.abs(delta.lots) + delta.slack;
    hold(
      size <= Math.max(1, most * parameters.hedgeShareMax),
      'a hedge takes its share of the delta',
      () => `${lots} of ${show(delta)}: ${show(event)}`,
    );
    const against = lots > 0 ? -delta.lots : delta.lots;
    hold(against >= -delta.slack, 'a hedge goes against the delta', () => show({ delta, event }));
  }

  /** Lots of others that rest within the band, and a tick more. */
  #depth(
    { id, tick }: Instrument,
    side: 'buy' | 'sell',
    band: number,
    accountId: Trade['taker']['accountId'],
  ): number {
    const { price } = this.#parts.market.marks.get(id) ?? { price: Number.NaN };
    const mark = (price * tick.den) / tick.num;
    let lots = 0;
    for (const order of this.#parts.orders.ofInstrument(id)) {
      if (order.status !== 'open' || order.side !== side || order.priceTicks === 0) continue;
      const worse = side === 'sell' ? order.priceTicks - mark : mark - order.priceTicks;
      if (order.accountId === accountId || worse > band * mark + 1) continue;
      lots += order.sizeLots - order.filledLots;
    }
    return lots;
  }

  /**
   * What an account's delta was before so many lots of a hedge, in lots of it; null while an expiry
   * that it holds is fixed in part, whose delta is that of what is not.
   */
  #delta(
    accountId: LiquidationStepped['accountId'],
    hedge: Instrument,
    lots: number,
  ): { readonly lots: number; readonly slack: number } | null {
    const { facts, market, positions } = this.#parts;
    let coins = 0;
    let gross = 0;
    for (const { instrumentId, lots: after } of positions.ofAccount(accountId)) {
      const { instrument } = facts.get(instrumentId);
      const { indexName, settlementCurrency, expiryUs } = instrument;
      if (indexName !== hedge.indexName || settlementCurrency !== hedge.settlementCurrency)
        continue;
      const before = after - (instrumentId === hedge.id ? lots : 0);
      if (before === 0) continue;
      if (expiryUs !== null && market.fixedPart(indexName, expiryUs) > 0) return null;
      const delta = before * this.#coinsOf(instrument);
      if (!Number.isFinite(delta)) continue;
      coins += delta;
      gross += Math.abs(delta);
    }
    const perLot = this.#coinsOf(hedge);
    return { lots: coins / perLot, slack: 1 + (deltaSlack * gross) / perLot };
  }

  /** Delta of one lot in coins at the last marks. */
  #coinsOf({ id, kind, lot, payoff, indexName, expiryUs, strike, optionType }: Instrument): number {
    const { market } = this.#parts;
    const mark = market.marks.get(id);
    const amount = lot.num / lot.den;
    if (kind !== 'option') return payoff === 'inverse' ? amount / (mark?.price ?? 0) : amount;
    const markedUs = market.markings.get(indexName)?.tsUs ?? Number.NaN;
    const years = ((expiryUs ?? 0) - markedUs) / usPerYear;
    const { underlying = Number.NaN, iv = Number.NaN } = mark ?? {};
    const call = optionType === 'call';
    return amount * greeksOf(underlying, strike ?? 0, years, iv, call).delta;
  }
}
