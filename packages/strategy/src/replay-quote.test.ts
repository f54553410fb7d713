import { black76, impliedBlack76 } from '@openstrike/pricing';
import type { VenueInstrument } from '@openstrike/venues';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quoteOf } from './quote-model.ts';
import { replayQuoteOf } from './replay-quote.ts';

const nowMs = Date.parse('2026-02-05T12:00:00Z');
const days = 8;
const instrument = (strike: number, optionType: 'call' | 'put'): VenueInstrument => ({
  name: `BTC-13FEB26-${strike}-${optionType === 'call' ? 'C' : 'P'}`,
  kind: 'option',
  payoff: 'inverse',
  indexName: 'btc_usd',
  underlying: 'BTC',
  settlementCurrency: 'BTC',
  expiryMs: nowMs + days * 86_400_000,
  strike,
  optionType,
  tickSize: 0.0001,
  tickSteps: [{ abovePrice: 0.005, tickSize: 0.0005 }],
  amountMin: 0.1,
  contractSize: 1,
});
const parameters = {
  volatilityHalfWidth: 0.01,
  priceHalfWidth: 0.01,
  futureHalfWidth: 0.0001,
  futureLevels: 1,
  coins: 1,
  inventoryShift: 0.5,
};
const years = days / 365;
const coins = (index: number, strike: number, iv: number, sign: number): number =>
  black76(index, strike, years, iv, sign) / index;

test('at the recorded instant it is the recorded quote to the tick', () => {
  const index = 70_000;
  for (const [strike, optionType, bid, ask] of [
    [70_000, 'call', 0.0455, 0.0475],
    [60_000, 'put', 0.0049, 0.0055],
    [85_000, 'call', 0.0021, 0.0024],
    [75_000, 'put', 0.092, 0.096],
  ] as const) {
    const sign = optionType === 'call' ? 1 : -1;
    const iv = (price: number): number => impliedBlack76(price * index, index, strike, years, sign);
    const [bidIv, askIv] = [iv(bid), iv(ask)];
    const middle = 0.5 * (bidIv + askIv);
    const fair = { price: coins(index, strike, middle, sign), iv: middle, indexPrice: index };
    const recorded = { bidIv, askIv };
    const option = instrument(strike, optionType);
    const quote = replayQuoteOf(option, fair, recorded, 0, nowMs, parameters, 0);
    expect(quote).toMatchObject({ bid, ask });
    const behind = replayQuoteOf(option, fair, recorded, 0, nowMs, parameters, 2);
    expect(behind.bid).toBeLessThan(bid);
    expect(behind.ask).toBeGreaterThan(ask);
  }
});

test('a side that nobody showed is not shown; an unknown expiry has the usual quote', () => {
  const option = instrument(100_000, 'call');
  const fair = { price: 0.0002, iv: 0.7, indexPrice: 70_000 };
  const oneSided = { bidIv: null, askIv: 0.75 };
  expect(replayQuoteOf(option, fair, oneSided, 0, nowMs, parameters, 0).bid).toBeNull();
  expect(replayQuoteOf(option, fair, oneSided, 0, nowMs, parameters, 0).ask).not.toBeNull();
  const usual = quoteOf(option, fair, 0.3, nowMs, parameters);
  expect(replayQuoteOf(option, fair, null, 0.3, nowMs, parameters, 0)).toEqual(usual);
});

test('bid stays below ask, both on the grid, whatever was recorded', () => {
  const volatility = fc.option(fc.double({ min: 0.05, max: 3, noNaN: true }));
  const property = fc.property(
    volatility,
    volatility,
    fc.integer({ min: 30_000, max: 150_000 }),
    fc.constantFrom<'call' | 'put'>('call', 'put'),
    fc.integer({ min: 0, max: 3 }),
    (first, second, strike, optionType, behind) => {
      const known = [first, second].filter((each) => each !== null).sort((a, b) => a - b);
      const recorded = { bidIv: known[0] ?? null, askIv: known[1] ?? null };
      const sign = optionType === 'call' ? 1 : -1;
      const fair = { price: coins(70_000, strike, 0.7, sign), iv: 0.7, indexPrice: 70_000 };
      const option = instrument(strike, optionType);
      const { bid, ask } = replayQuoteOf(option, fair, recorded, 0, nowMs, parameters, behind);
      for (const price of [bid, ask]) {
        if (price === null) continue;
        expect(price).toBeGreaterThan(0);
        const tick = price > 0.005 ? 0.0005 : 0.0001;
        expect(Math.abs(price / tick - Math.round(price / tick))).toBeLessThan(1e-6);
      }
      if (bid !== null && ask !== null) expect(bid).toBeLessThan(ask);
    },
  );
  fc.assert(property);
});
