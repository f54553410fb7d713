// Book rendering: levels for the book channels. Invariant: a subscriber who applies every change
// in order, from its first snapshot on, holds the public book; a deleted level carries amount 0.
import type { Instrument } from '@openstrike/domain';
import type { BookDelta, BookLevel, PublicBook } from '@openstrike/feeds';
import { amountOf, priceOf, roundTo } from '../decimal-steps.ts';
import type { ApiBookChange, ApiBookMessage, ApiGroupedBook } from '../schemas/channel-types.ts';
import { msOf } from './render-order.ts';

/** The whole book as the first message of a subscription. */
export const renderBookSnapshot = (book: PublicBook, instrument: Instrument): ApiBookMessage => {
  const level = (entry: BookLevel): ApiBookChange => [
    'new',
    priceOf(entry.priceTicks, instrument),
    amountOf(entry.sizeLots, instrument),
  ];
  return {
    type: 'snapshot',
    timestamp: msOf(book.tsUs),
    instrument_name: instrument.name,
    change_id: book.changeId,
    bids: book.bids.map(level),
    asks: book.asks.map(level),
  };
};

/** Changes of one book, chained to the message before by `previousChangeId`. */
export const renderBookDelta = (
  delta: BookDelta,
  instrument: Instrument,
  previousChangeId: number = delta.previousChangeId,
): ApiBookMessage => {
  const bids: ApiBookChange[] = [];
  const asks: ApiBookChange[] = [];
  for (const level of delta.levels) {
    const action = level.sizeLots === 0 ? 'delete' : level.fresh ? 'new' : 'change';
    const price = priceOf(level.priceTicks, instrument);
    const change: ApiBookChange = [action, price, amountOf(level.sizeLots, instrument)];
    (level.side === 'bid' ? bids : asks).push(change);
  }
  return {
    type: 'change',
    timestamp: msOf(delta.tsUs),
    prev_change_id: previousChangeId,
    instrument_name: instrument.name,
    change_id: delta.changeId,
    bids,
    asks,
  };
};

/** Groups of the grouped book channel; ETH's are hundredths of these, options' are in ticks. */
export const bookGroups = ['none', '1', '2', '5', '10', '25', '100', '250'] as const;
export type BookGroup = (typeof bookGroups)[number];

const ticksPerGroup = (group: BookGroup, instrument: Instrument): number => {
  if (group === 'none') {
    return 1;
  }
  const unit = Number(group);
  if (instrument.kind === 'option') {
    return unit;
  }
  const dollars = instrument.underlying === 'ETH' ? unit / 100 : unit;
  const ticks = Math.round((dollars * instrument.tick.den) / instrument.tick.num);
  return Math.max(1, ticks);
};

/**
 * Joins levels that fall into one group: bids down, asks up, so that no group looks better than it
 * is.
 */
const grouped = (
  levels: readonly BookLevel[],
  ticks: number,
  depth: number,
  instrument: Instrument,
  round: (value: number) => number,
): [number, number][] => {
  const groups: [number, number][] = [];
  let priceTicks = Number.NaN;
  let lots = 0;
  const push = (): void => {
    if (lots > 0) groups.push([priceTicks, lots]);
  };
  for (const level of levels) {
    const place = round(level.priceTicks / ticks) * ticks;
    if (place !== priceTicks) {
      push();
      if (groups.length === depth) break;
      priceTicks = place;
      lots = 0;
    }
    lots += level.sizeLots;
  }
  if (groups.length < depth) push();
  const { tick, lot } = instrument;
  return groups.map(([price, size]) => [
    (price * tick.num) / tick.den,
    roundTo((size * lot.num) / lot.den, 8),
  ]);
};

/** The best `depth` groups of both sides. */
export const renderGroupedBook = (
  book: PublicBook,
  instrument: Instrument,
  group: BookGroup,
  depth: number,
): ApiGroupedBook => {
  const ticks = ticksPerGroup(group, instrument);
  return {
    timestamp: msOf(book.tsUs),
    instrument_name: instrument.name,
    change_id: book.changeId,
    bids: grouped(book.bids, ticks, depth, instrument, Math.floor),
    asks: grouped(book.asks, ticks, depth, instrument, Math.ceil),
  };
};
