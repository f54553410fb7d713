// Own books: the best bids and asks of everything listed on an index, in USD (or USDC) a coin, as
// the oracle takes them in: futures and perpetuals at the price of a usual impact, options at their
// best. Read from the feeds, so only what is durable speaks.
import { fromSteps, type IndexName, type Instrument, type PriceTicks } from '@openstrike/domain';
import type { Feeds } from '@openstrike/feeds';
import { impactTicks } from '@openstrike/marks';
import type { OptionQuote, OwnBooks, OwnExpiry, OwnFuture } from '@openstrike/oracle';

/** Dollars that an impact price is the average of. */
const impactUsd = 100_000;
const levelsMax = 64;

const futureOf = (feeds: Feeds, instrument: Instrument, index: number): OwnFuture => {
  const book = feeds.book(instrument.id);
  const { lot, payoff } = instrument;
  const lotUsd = fromSteps(1, lot) * (payoff === 'inverse' ? 1 : index);
  const side = (which: 'bid' | 'ask'): number | null => {
    const levels = (which === 'bid' ? book?.bids : book?.asks)?.slice(0, levelsMax) ?? [];
    if (levels.length === 0) return null;
    const ticks = levels.map(({ priceTicks }) => priceTicks);
    const lots = levels.map(({ sizeLots }) => sizeLots);
    const at = impactTicks(ticks, lots, levels.length, impactUsd / lotUsd, which);
    return (at * instrument.tick.num) / instrument.tick.den;
  };
  return { bid: side('bid'), ask: side('ask') };
};

const optionOf = (feeds: Feeds, instrument: Instrument): OptionQuote | null => {
  const quote = feeds.bestQuote(instrument.id);
  const forward = feeds.mark(instrument.id)?.underlyingPrice ?? 0;
  const { strike, optionType, payoff, tick } = instrument;
  if (quote === null || strike === null || optionType === null || !(forward > 0)) return null;
  const unit = payoff === 'inverse' ? forward : 1;
  const priceOf = (ticks: PriceTicks | null): number | null =>
    ticks === null ? null : fromSteps(ticks, tick) * unit;
  return {
    strike,
    optionType,
    bid: priceOf(quote.bidTicks),
    ask: priceOf(quote.askTicks),
    forward,
    tick: (tick.num / tick.den) * unit,
  };
};

/** The books of an index now; null while it has no price. Cost: a pass over its instruments. */
export const ownBooksOf = (feeds: Feeds, indexName: IndexName): OwnBooks | null => {
  const price = feeds.index(indexName)?.price ?? 0;
  if (price === 0) return null;
  const index = price / 1e6;
  let perpetual: OwnFuture | null = null;
  const expiries = new Map<
    number,
    { expiryUs: number; future: OwnFuture | null; options: OptionQuote[] }
  >();
  for (const kind of ['future', 'option'] as const) {
    for (const instrument of feeds.instruments({ currency: null, kind, expired: false })) {
      const { expiryUs } = instrument;
      if (instrument.indexName !== indexName) continue;
      if (expiryUs === null) {
        perpetual = futureOf(feeds, instrument, index);
        continue;
      }
      let expiry = expiries.get(expiryUs);
      if (expiry === undefined) {
        expiry = { expiryUs, future: null, options: [] };
        expiries.set(expiryUs, expiry);
      }
      if (instrument.kind === 'future') {
        expiry.future = futureOf(feeds, instrument, index);
        continue;
      }
      const option = optionOf(feeds, instrument);
      if (option !== null) expiry.options.push(option);
    }
  }
  return { indexName, perpetual, expiries: [...expiries.values()] satisfies OwnExpiry[] };
};
