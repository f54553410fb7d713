// Trade pages: pages of trades by every filter that the trade methods know, for everybody or for
// one account. Invariant: `has_more` is true exactly when the next page is not empty. Where a
// start is given and no order, the page begins at the start; else it holds the newest.
import type { AccountId, InstrumentId, OrderId, Trade } from '@openstrike/domain';
import type { TradeQuery } from '@openstrike/history';
import { parseTradeId } from '@openstrike/wire';
import { ApiError, type Call } from '../method.ts';
import { rangeOf, type Selection } from './lookups.ts';

/** What the trade methods have in common, as their parameters spell it. */
export interface TradeFilters {
  readonly start_id?: string;
  readonly end_id?: string;
  readonly start_seq?: number;
  readonly end_seq?: number;
  readonly start_timestamp?: number;
  readonly end_timestamp?: number;
  readonly count?: number;
  readonly sorting?: 'asc' | 'desc' | 'default';
}

export interface TradeSource {
  readonly accountId: AccountId | null;
  readonly orderId?: OrderId;
  readonly instrumentId?: InstrumentId;
  readonly selection?: Selection;
}

export interface TradePage {
  readonly trades: readonly Trade[];
  readonly hasMore: boolean;
}

export const tradeCountDefault = 10;

const tradeIdOf = (text: string | undefined, param: string): TradeQuery['fromTradeId'] => {
  if (text === undefined) {
    return null;
  }
  const parsed = parseTradeId(text);
  if (parsed === null) {
    throw new ApiError('invalid_params', { reason: 'no trade id', param });
  }
  return parsed.id;
};

/** Whether a page starts at its oldest trade. */
export const isAscending = (filters: TradeFilters): boolean => {
  const { sorting, start_id: id, start_seq: seq, start_timestamp: timestamp } = filters;
  return sorting === 'asc' || (sorting !== 'desc' && (id ?? seq ?? timestamp) !== undefined);
};

/** One page of trades. */
export const tradePage = async (
  call: Call,
  source: TradeSource,
  filters: TradeFilters,
): Promise<TradePage> => {
  const limit = filters.count ?? tradeCountDefault;
  const history = call.context.history;
  const rows = await history.trades({
    accountId: source.accountId,
    orderId: source.orderId ?? null,
    instrumentIds: source.instrumentId === undefined ? [] : [source.instrumentId],
    currency: source.selection?.currency ?? null,
    kind: source.selection?.kind ?? null,
    fromTradeId: tradeIdOf(filters.start_id, 'start_id'),
    toTradeId: tradeIdOf(filters.end_id, 'end_id'),
    fromTradeSeq: filters.start_seq ?? null,
    toTradeSeq: filters.end_seq ?? null,
    ...rangeOf(filters.start_timestamp, filters.end_timestamp),
    limit: limit + 1,
    order: isAscending(filters) ? 'ascending' : 'descending',
  });
  return { trades: rows.slice(0, limit), hasMore: rows.length > limit };
};

/**
 * The newest trades of an instrument from memory; null when memory does not reach that far back.
 */
export const recentPage = (
  call: Call,
  instrumentId: InstrumentId,
  filters: TradeFilters,
): TradePage | null => {
  const { start_id, end_id, start_seq, end_seq, start_timestamp, end_timestamp } = filters;
  if (
    (start_id ?? end_id ?? start_seq ?? end_seq ?? start_timestamp ?? end_timestamp) !== undefined
  ) {
    return null;
  }
  const limit = filters.count ?? tradeCountDefault;
  const recent = call.context.feeds.recentTrades(instrumentId);
  if (isAscending(filters) || recent.length <= limit) {
    return null;
  }
  return { trades: recent.slice(-limit).reverse(), hasMore: true };
};
