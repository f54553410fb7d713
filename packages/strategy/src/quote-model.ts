// Quote model: what a simulated market maker shows in one instrument, as pure functions: width
// from volatility and time, size from moneyness, prices snapped outward to the venue's tick grid,
// inventory shifting both sides. Invariant: bid < fair < ask, on the grid, and a side is null
// rather than wrong.
import { black76, black76Greeks, GREEK, GREEK_COUNT } from '@openstrike/pricing';
import type { VenueInstrument } from '@openstrike/venues';

export interface Quote {
  readonly bid: number | null;
  readonly ask: number | null;
  readonly amount: number;
}

export interface QuoteParameters {
  /** Half-width of an option's quote in volatility points (0.01 is one point). */
  readonly volatilityHalfWidth: number;
  /** Least half-width of an option's quote as a share of its price. */
  readonly priceHalfWidth: number;
  /** Half-width of futures and perpetuals as a share of the price. */
  readonly futureHalfWidth: number;
  /** Orders a side in each future and perpetual; an option has one. */
  readonly futureLevels: number;
  /** Size at the money, in coins. */
  readonly coins: number;
  /** Share of the half-width by which a full inventory shifts the quote. */
  readonly inventoryShift: number;
}

const msPerYear = 365 * 86_400_000;
const greeks = new Float64Array(GREEK_COUNT);

/** The tick that holds at a price. */
export const tickAt = (instrument: VenueInstrument, price: number): number => {
  let tick = instrument.tickSize;
  for (const step of instrument.tickSteps) if (price > step.abovePrice) tick = step.tickSize;
  return tick;
};

const round = (value: number): number => Number(value.toPrecision(12));

/** The highest grid price at or below `price`; null below the first tick. */
export const snapDown = (instrument: VenueInstrument, price: number): number | null => {
  const tick = tickAt(instrument, price);
  const snapped = round(Math.floor(price / tick + 1e-9) * tick);
  return snapped >= instrument.tickSize ? snapped : null;
};

/** The lowest grid price at or above `price`, never below the first tick. */
export const snapUp = (instrument: VenueInstrument, price: number): number => {
  const tick = tickAt(instrument, price);
  const snapped = round(Math.ceil(price / tick - 1e-9) * tick);
  return Math.max(snapped, instrument.tickSize);
};

/** Whole steps of the instrument's least amount, at least one. */
export const snapAmount = (instrument: VenueInstrument, amount: number): number =>
  round(Math.max(1, Math.round(amount / instrument.amountMin)) * instrument.amountMin);

/** Half-width of an option's quote in its price unit. */
const optionHalfWidth = (
  instrument: VenueInstrument,
  fair: number,
  iv: number,
  indexPrice: number,
  nowMs: number,
  parameters: QuoteParameters,
): number => {
  const years = Math.max(1 / (365 * 24), ((instrument.expiryMs ?? 0) - nowMs) / msPerYear);
  black76Greeks(indexPrice, instrument.strike ?? indexPrice, years, iv, 1, greeks);
  const vegaUsd = greeks[GREEK.vega] as number;
  const unit = instrument.payoff === 'inverse' ? indexPrice : 1;
  // Short expiries are quoted wider in volatility: their vega is small against their gamma.
  const widening = Math.min(6, Math.max(1, Math.sqrt(7 / 365 / years)));
  const byVolatility = (vegaUsd * parameters.volatilityHalfWidth * widening) / unit;
  return Math.max(byVolatility, fair * parameters.priceHalfWidth, tickAt(instrument, fair) * 0.6);
};

/** Coins at the money, a few times as many far out, where an option costs little. */
const optionCoins = (
  instrument: VenueInstrument,
  iv: number,
  indexPrice: number,
  nowMs: number,
  parameters: QuoteParameters,
): number => {
  const years = Math.max(1 / (365 * 24), ((instrument.expiryMs ?? 0) - nowMs) / msPerYear);
  const strike = instrument.strike ?? indexPrice;
  const sign = instrument.optionType === 'put' ? -1 : 1;
  const share = black76(indexPrice, strike, years, iv, sign) / indexPrice;
  return parameters.coins * Math.min(4, Math.max(0.5, 0.02 / Math.max(share, 0.001)));
};

export interface FairValue {
  /** Mark in the instrument's price unit. */
  readonly price: number;
  /** Annualised fraction; null for futures. */
  readonly iv: number | null;
  readonly indexPrice: number;
}

/**
 * The quote around a fair value.
 * Domain: `inventory` from -1 (as short as allowed) to 1 (as long as allowed).
 */
export const quoteOf = (
  instrument: VenueInstrument,
  fair: FairValue,
  inventory: number,
  nowMs: number,
  parameters: QuoteParameters,
): Quote => {
  const { price, iv, indexPrice } = fair;
  if (instrument.kind === 'option' && iv !== null) {
    const half = optionHalfWidth(instrument, price, iv, indexPrice, nowMs, parameters);
    const centre = price - inventory * half * parameters.inventoryShift;
    const bid = centre - half <= 0 ? null : snapDown(instrument, centre - half);
    const ask = snapUp(instrument, Math.max(centre + half, instrument.tickSize));
    const coins = optionCoins(instrument, iv, indexPrice, nowMs, parameters);
    return { bid, ask: bid === ask ? null : ask, amount: snapAmount(instrument, coins) };
  }
  const half = Math.max(price * parameters.futureHalfWidth, tickAt(instrument, price) * 0.6);
  const centre = price - inventory * half * parameters.inventoryShift;
  const coins = parameters.coins;
  const amount = instrument.payoff === 'inverse' ? coins * indexPrice : coins;
  return {
    bid: snapDown(instrument, centre - half),
    ask: snapUp(instrument, centre + half),
    amount: snapAmount(instrument, amount),
  };
};

/** How many orders a side a maker keeps in an instrument. */
export const levelsOf = (instrument: VenueInstrument, parameters: QuoteParameters): number =>
  instrument.kind === 'option' ? 1 : parameters.futureLevels;

/**
 * The quote of one level of a ladder: the touch is level 0, and each level behind it stands one
 * spread further out and shows one more time the touch's amount.
 */
export const levelOf = (instrument: VenueInstrument, touch: Quote, level: number): Quote => {
  const { bid, ask, amount } = touch;
  if (level === 0 || bid === null || ask === null) return level === 0 ? touch : noQuote;
  const distance = (ask - bid) * level;
  return {
    bid: snapDown(instrument, bid - distance),
    ask: snapUp(instrument, ask + distance),
    amount: snapAmount(instrument, amount * (1 + level)),
  };
};

const noQuote: Quote = { bid: null, ask: null, amount: 0 };

/**
 * Whether a resting price is too far from its target to leave it: a tick, or a share of the
 * spread.
 */
export const isStale = (resting: number | null, target: number | null, spread: number): boolean => {
  if (resting === null || target === null) return resting !== target;
  return Math.abs(resting - target) > spread * 0.2;
};
