// Liquidation offer: what a market maker would pay for a share of an account in liquidation, as
// pure functions: the cost of trading each position away at its own quotes, wider the larger the
// position is beside them, and what the price may do until it has hedged. Invariants: it never pays
// more than the equity that it takes over less its profit, and takes no more than its limits leave.
import { black76Greeks, GREEK, GREEK_COUNT } from '@openstrike/pricing';
import type { VenueAuction, VenueInstrument } from '@openstrike/venues';
import type { FairValue, Quote } from './quote-model.ts';

export interface OfferParameters {
  /** Of the equity taken over (of the maintenance margin where equity is gone), its least gain. */
  readonly profitShare: number;
  /** How long it bears the net delta of what it takes over, until it has hedged. */
  readonly hedgeSeconds: number;
  /** The most notional that it holds in a settlement currency, in multiples of its equity there. */
  readonly notionalMax: number;
  /** Position, in multiples of the quoted amount, at which the lean of its quotes is full. */
  readonly inventoryQuotes: number;
}

/** A position on offer, and what the maker thinks of its instrument. */
export interface OfferedLeg {
  readonly instrument: VenueInstrument;
  readonly fair: FairValue;
  /** Annualised fraction, of the underlying. */
  readonly volatility: number;
  /** Signed, of the whole account. */
  readonly amount: number;
  /** Signed, the maker's own. */
  readonly held: number;
  /** The maker's quote at an inventory from -1 to 1. */
  readonly quote: (inventory: number) => Quote;
}

/** What the maker may add to, by settlement currency, in USD of notional. */
export type Room = ReadonlyMap<string, number>;

export interface Offer {
  /** On the auction's scale: above 0 what it pays, else minus what it asks for. */
  readonly price: number;
  readonly share: number;
}

const secondsPerYear = 365 * 86_400;
const greeks = new Float64Array(GREEK_COUNT);

/** USD of a unit of an instrument's price on a unit of its amount. */
const usdPerPoint = ({ kind, payoff }: VenueInstrument, fair: FairValue): number => {
  if (payoff === 'linear') return 1;
  return kind === 'option' ? fair.indexPrice : 1 / fair.price;
};

/** USD of notional on a unit of an instrument's amount. */
export const notionalPerUnit = ({ kind, payoff }: VenueInstrument, fair: FairValue): number => {
  if (kind === 'option') return fair.indexPrice;
  return payoff === 'inverse' ? 1 : fair.price;
};

/** Coins of delta on a unit of an instrument's amount; an inverse option is paid for in coins. */
const deltaPerUnit = (instrument: VenueInstrument, fair: FairValue, nowMs: number): number => {
  const { kind, payoff, strike, expiryMs, optionType } = instrument;
  if (kind !== 'option') return payoff === 'inverse' ? 1 / fair.price : 1;
  const { indexPrice, iv, price } = fair;
  const years = Math.max(0, (expiryMs ?? nowMs) - nowMs) / 1_000 / secondsPerYear;
  const sign = optionType === 'put' ? -1 : 1;
  black76Greeks(indexPrice, strike ?? indexPrice, years, iv ?? 0, sign, greeks);
  const delta = greeks[GREEK.delta] as number;
  return payoff === 'inverse' ? delta - price : delta;
};

/**
 * USD that it costs to trade an amount away again: from the fair value to the maker's own quote
 * with the inventory that it then has; for more than its full inventory further by the square root
 * of the multiple, as the impact of large trades grows. Null where it shows no such side.
 */
const costToTradeAway = (leg: OfferedLeg, amount: number, inventoryQuotes: number) => {
  const { instrument, fair, held, quote } = leg;
  const full = quote(0).amount * inventoryQuotes;
  const { bid, ask } = quote(Math.max(-1, Math.min(1, (held + amount) / full)));
  const impact = Math.sqrt(Math.max(1, Math.abs(amount) / full));
  const unit = Math.abs(amount) * usdPerPoint(instrument, fair);
  if (amount < 0) return ask === null ? null : (ask - fair.price) * impact * unit;
  // What is bought may become worthless, but no less.
  return Math.min(fair.price, (fair.price - (bid ?? 0)) * impact) * unit;
};

/** USD that one standard deviation of each underlying costs a share until it is hedged. */
const costUntilHedged = (
  legs: readonly OfferedLeg[],
  share: number,
  hedgeSeconds: number,
  nowMs: number,
): number => {
  const deltas = new Map<string, { usd: number; volatility: number }>();
  for (const { instrument, fair, volatility, amount } of legs) {
    const known = deltas.get(instrument.underlying) ?? { usd: 0, volatility: 0 };
    const coins = amount * share * deltaPerUnit(instrument, fair, nowMs);
    known.usd += coins * fair.indexPrice;
    known.volatility = Math.max(known.volatility, volatility);
    deltas.set(instrument.underlying, known);
  }
  const root = Math.sqrt(hedgeSeconds / secondsPerYear);
  let usd = 0;
  for (const delta of deltas.values()) usd += Math.abs(delta.usd) * delta.volatility * root;
  return usd;
};

/** USD of notional that the whole account would add to what is held, by settlement currency. */
export const addedNotional = (legs: readonly OfferedLeg[]): Room => {
  const added = new Map<string, number>();
  for (const { instrument, fair, amount, held } of legs) {
    const { settlementCurrency } = instrument;
    const grown = Math.max(0, Math.abs(held + amount) - Math.abs(held));
    const usd = grown * notionalPerUnit(instrument, fair);
    added.set(settlementCurrency, (added.get(settlementCurrency) ?? 0) + usd);
  }
  return added;
};

/** The largest share whose additions fit into the room. */
const shareWithin = (added: Room, room: Room): number => {
  let share = 1;
  for (const [currency, usd] of added) {
    if (usd > 0) share = Math.min(share, (room.get(currency) ?? 0) / usd);
  }
  return Math.max(0, share);
};

/** Toward less, so that a new answer is given only for a change that matters. */
const roundDown = (value: number, steps: number): number => Math.floor(value * steps) / steps;

const priceSteps = 1_000;
const shareSteps = 1_000;

/**
 * What the maker offers in an auction; null where it wants none of it, or cannot say.
 *
 * Units: `usdPerUnit` is the USD of a unit of the auction's currency. Holds: the price is that of
 * the share on offer now, the share all that there is room for.
 */
export const offerOf = (
  auction: VenueAuction,
  usdPerUnit: number,
  legs: readonly OfferedLeg[],
  room: Room,
  nowMs: number,
  parameters: OfferParameters,
): Offer | null => {
  const share = roundDown(shareWithin(addedNotional(legs), room), shareSteps);
  const priced = Math.min(share, auction.share);
  if (!(priced > 0)) return null;
  let cost = costUntilHedged(legs, priced, parameters.hedgeSeconds, nowMs);
  for (const leg of legs) {
    const own = costToTradeAway(leg, leg.amount * priced, parameters.inventoryQuotes);
    if (own === null) return null;
    cost += own;
  }
  const { insolvent, netEquity, maintenanceMargin } = auction;
  const whole = (insolvent ? maintenanceMargin : netEquity) * usdPerUnit * priced;
  const asked = parameters.profitShare + cost / whole;
  const price = roundDown((insolvent ? 0 : 1) - asked, priceSteps);
  const fits = insolvent ? price >= -1 && price <= 0 : price > 0 && price < 1;
  return fits ? { price, share } : null;
};
