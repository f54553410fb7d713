// What a maker offers for accounts in liquidation.
import type { VenueAuction, VenueInstrument } from '@openstrike/venues';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type OfferedLeg, type OfferParameters, offerOf } from './liquidation-offer.ts';
import { quoteOf } from './quote-model.ts';
import { call, nowMs, perpetual } from './testing/samples.ts';

const indexPrice = 80_000;
const put: VenueInstrument = { ...call, name: 'BTC-1JAN27-80000-P', optionType: 'put' };
const quotes = {
  volatilityHalfWidth: 0.01,
  priceHalfWidth: 0.012,
  futureHalfWidth: 0.00005,
  futureLevels: 5,
  coins: 1.5,
  inventoryShift: 0.8,
};
const parameters: OfferParameters = {
  profitShare: 0.01,
  hedgeSeconds: 5,
  notionalMax: 0.05,
  inventoryQuotes: 10,
};

const legOf = (instrument: VenueInstrument, amount: number, held = 0): OfferedLeg => {
  const option = instrument === put;
  const fair = { price: option ? 0.06 : indexPrice, iv: option ? 0.6 : null, indexPrice };
  const quote = (inventory: number) => quoteOf(instrument, fair, inventory, nowMs, quotes);
  return { instrument, fair, volatility: 0.6, amount, held, quote };
};

/** Of a long of ten coins that is kept on a hundredth of them. */
const auction: VenueAuction = {
  auctionId: 1,
  currency: 'BTC',
  insolvent: false,
  share: 0.4,
  maintenanceMargin: 0.105,
  netEquity: 0.1,
  positions: [],
};
const long = legOf(perpetual, 800_000);
const plenty = new Map([['BTC', 1e9]]);
const offered = (of: Partial<VenueAuction>, legs: readonly OfferedLeg[], room = plenty) =>
  offerOf({ ...auction, ...of }, indexPrice, legs, room, nowMs, parameters);

test('an answer pays the equity less the profit, the way out and the time until the hedge', () => {
  // Four coins of ten at a half-width of 0.00005 leant against by 4 / 15 of 0.8 of it, and 0.6 a
  // year for five seconds, of four hundredths of a coin.
  const halfWidth = 0.00005 * (1 + (0.8 * 4) / 15);
  const drift = 0.6 * Math.sqrt(5 / (365 * 86_400));
  const expected = 1 - 0.01 - (4 * (halfWidth + drift)) / 0.04;
  const offer = offered({}, [long]);
  expect(offer?.share).toBe(1);
  // Prices are on the tick grid and answers on one of thousandths.
  expect(Math.abs((offer?.price ?? 0) - expected)).toBeLessThan(0.0015);
  expect(offer?.price).toBeGreaterThan(0.95);
});

test('without equity the same costs are asked for, as a share of the maintenance margin', () => {
  const offer = offered({ insolvent: true, netEquity: -0.02, share: 1 }, [long]);
  expect(offer?.price).toBeLessThan(-0.01);
  expect(offer?.price).toBeGreaterThan(-0.1);
});

test('more costs more than in proportion, less volatility and a hedge inside cost less', () => {
  const price = (legs: readonly OfferedLeg[], scale = 1): number =>
    offered({ netEquity: 0.1 * scale }, legs)?.price ?? Number.NaN;
  expect(price([legOf(perpetual, 80_000_000)], 100)).toBeLessThan(price([long]));
  expect(price([{ ...long, volatility: 0.2 }])).toBeGreaterThan(price([long]));
  const dated = { ...long.instrument, name: 'BTC-25DEC26', kind: 'future' } as const;
  const hedge = { ...legOf(perpetual, -700_000), instrument: dated };
  expect(price([long, hedge])).toBeGreaterThan(price([long]));
  // Positions that the maker has the other side of are the cheapest.
  const flat = legOf(put, -20);
  const held = legOf(put, -20, 20);
  expect(price([held], 20)).toBeGreaterThan(price([flat], 20));
});

test('it takes no more than there is room for, and nothing where that is next to nothing', () => {
  const room = (usd: number) => new Map([['BTC', usd]]);
  expect(offered({}, [long], room(200_000))?.share).toBe(0.25);
  expect(offered({}, [long], room(500))).toBeNull();
  expect(offered({}, [long], room(-1))).toBeNull();
  expect(offered({}, [long], new Map())).toBeNull();
  // What takes off its own position needs no room.
  expect(offered({}, [legOf(perpetual, 800_000, -900_000)], room(0))?.share).toBe(1);
});

test('what costs more than its equity has no answer, nor what cannot be quoted', () => {
  expect(offered({ netEquity: 0.0005 }, [long])).toBeNull();
  expect(offered({ insolvent: true, maintenanceMargin: 0.0005 }, [long])).toBeNull();
  const dark = { ...legOf(put, -2), quote: () => ({ bid: 0.05, ask: null, amount: 1 }) };
  expect(offered({}, [dark])).toBeNull();
  expect(offered({ share: 0 }, [long])).toBeNull();
});

test('a bought option costs no more than its price to leave, however many there are', () => {
  const worthless = {
    ...legOf(put, 10_000),
    fair: { price: 0.0001, iv: 0.6, indexPrice },
    quote: () => ({ bid: null, ask: 0.0002, amount: 1 }),
  };
  const offer = offered({ netEquity: 400, share: 1 }, [worthless]);
  expect(offer?.price).toBeGreaterThan(0.4);
});

test('every answer is on the scale of its auction, and leaves the profit', () => {
  const property = fc.property(
    fc.boolean(),
    fc.double({ min: 0.001, max: 50, noNaN: true }),
    fc.integer({ min: -3_000_000, max: 3_000_000 }),
    fc.integer({ min: -500, max: 500 }),
    fc.double({ min: 0, max: 1e8, noNaN: true }),
    (insolvent, equity, dollars, puts, usd) => {
      const legs = [legOf(perpetual, dollars * 10), legOf(put, puts / 10)];
      const figures = { insolvent, netEquity: insolvent ? -1 : equity, maintenanceMargin: equity };
      const offer = offered(figures, legs, new Map([['BTC', usd]]));
      if (offer === null) return;
      expect(offer.share).toBeGreaterThan(0);
      expect(offer.share).toBeLessThanOrEqual(1);
      expect(offer.price).toBeLessThanOrEqual(insolvent ? -0.01 : 0.99);
      expect(offer.price).toBeGreaterThanOrEqual(insolvent ? -1 : 0);
    },
  );
  fc.assert(property);
});
