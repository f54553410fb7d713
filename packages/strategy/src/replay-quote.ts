// Replay quote: what a market maker shows in an option during a replay: the recorded bid and ask,
// carried as volatilities to the forward of this instant, on the tick grid. Invariant: bid < ask; a
// side that nobody showed is null.
import { black76 } from '@openstrike/pricing';
import type { VenueInstrument } from '@openstrike/venues';
import {
  type FairValue,
  type Quote,
  type QuoteParameters,
  quoteOf,
  snapDown,
  snapUp,
  tickAt,
} from './quote-model.ts';

/** Annualised fractions; null where nobody bid, or asked. */
export interface RecordedIvs {
  readonly bidIv: number | null;
  readonly askIv: number | null;
}

const msPerYear = 365 * 86_400_000;

const nearest = (instrument: VenueInstrument, price: number): number | null => {
  const down = snapDown(instrument, price + 0.5 * tickAt(instrument, Math.max(price, 0)));
  return price <= 0 ? null : down;
};

/**
 * The recorded quote at this instant, each side `ticksBehind` ticks further out; the usual quote
 * where nothing is recorded of the option's expiry, or it has no time left.
 *
 * The price of a side is the mark plus the difference that its volatility makes to the option:
 * marks come from the same recording, so at a recorded instant the quote is the recorded one to the
 * tick.
 */
export const replayQuoteOf = (
  instrument: VenueInstrument,
  fair: FairValue,
  recorded: RecordedIvs | null,
  inventory: number,
  nowMs: number,
  parameters: QuoteParameters,
  ticksBehind: number,
): Quote => {
  const usual = quoteOf(instrument, fair, inventory, nowMs, parameters);
  const { strike, expiryMs, kind, optionType, payoff } = instrument;
  const years = ((expiryMs ?? 0) - nowMs) / msPerYear;
  if (kind !== 'option' || recorded === null || fair.iv === null || strike === null) return usual;
  if (!(years > 0)) return usual;
  const { price, iv, indexPrice } = fair;
  const sign = optionType === 'put' ? -1 : 1;
  const unit = payoff === 'inverse' ? indexPrice : 1;
  const value = (volatility: number): number =>
    black76(indexPrice, strike, years, volatility, sign) / unit;
  const side = (volatility: number | null, outward: -1 | 1): number | null => {
    if (volatility === null) return null;
    const at = price + value(volatility) - value(iv);
    return nearest(instrument, at + outward * ticksBehind * tickAt(instrument, Math.max(at, 0)));
  };
  const bid = side(recorded.bidIv, -1);
  // Nobody sells for nothing: an ask that rounds to no tick stands at the first.
  const ask = recorded.askIv === null ? null : (side(recorded.askIv, 1) ?? instrument.tickSize);
  if (bid === null || ask === null || bid < ask) return { bid, ask, amount: usual.amount };
  return { bid, ask: snapUp(instrument, bid + tickAt(instrument, bid)), amount: usual.amount };
};
