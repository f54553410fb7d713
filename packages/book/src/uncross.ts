// Uncross: the one price of a call auction. Orders have come to rest without meeting; the price at
// which most lots trade is the price of them all. Invariants: no other price trades more; nobody
// trades beyond a limit; a book that does not cross has no such price. A function of the levels
// alone.

/** The price of a call auction, and how many lots trade at it; both 0 where nothing crosses. */
export interface Uncrossing {
  readonly priceTicks: number;
  readonly lots: number;
}

const none: Uncrossing = { priceTicks: 0, lots: 0 };

/**
 * The price of maximal volume; among equals the one that leaves the least over, then the one
 * nearest to the reference, then the lower.
 *
 * Shape: ticks and lots of each side by level, best first, hidden lots included. Units:
 * `referenceTicks` such as the mark, not necessarily whole.
 */
export const uncrossingOf = (
  bidTicks: readonly number[],
  bidLots: readonly number[],
  askTicks: readonly number[],
  askLots: readonly number[],
  referenceTicks: number,
): Uncrossing => {
  const bestBid = bidTicks[0] ?? 0;
  const bestAsk = askTicks[0] ?? 0;
  if (bestBid === 0 || bestAsk === 0 || bestBid < bestAsk) return none;
  const prices = [...bidTicks, ...askTicks].filter((at) => at >= bestAsk && at <= bestBid);
  prices.sort((a, b) => a - b);
  let best = none;
  let bestLeft = Number.POSITIVE_INFINITY;
  let bestAway = Number.POSITIVE_INFINITY;
  for (const price of prices) {
    const wanted = sumWhere(bidTicks, bidLots, (at) => at >= price);
    const offered = sumWhere(askTicks, askLots, (at) => at <= price);
    const lots = Math.min(wanted, offered);
    const left = Math.abs(wanted - offered);
    const away = Math.abs(price - referenceTicks);
    const better =
      lots > best.lots ||
      (lots === best.lots && (left < bestLeft || (left === bestLeft && away < bestAway)));
    if (better) {
      best = { priceTicks: price, lots };
      bestLeft = left;
      bestAway = away;
    }
  }
  return best;
};

const sumWhere = (
  ticks: readonly number[],
  lots: readonly number[],
  counts: (ticks: number) => boolean,
): number => {
  let sum = 0;
  for (let i = 0; i < ticks.length; i++) {
    if (counts(ticks[i] as number)) sum += lots[i] as number;
  }
  return sum;
};
