// Samples for tests: a call, a perpetual, and how a maker quotes them.
import type { VenueInstrument } from '@openstrike/venues';
import type { QuoteParameters } from '../quote-model.ts';

export const nowMs = 1_790_000_000_000;

export const call: VenueInstrument = {
  name: 'BTC-1JAN27-80000-C',
  kind: 'option',
  payoff: 'inverse',
  underlying: 'BTC',
  settlementCurrency: 'BTC',
  indexName: 'btc_usd',
  expiryMs: nowMs + 30 * 86_400_000,
  strike: 80_000,
  optionType: 'call',
  tickSize: 0.0001,
  tickSteps: [{ abovePrice: 0.005, tickSize: 0.0005 }],
  amountMin: 0.1,
  contractSize: 1,
};

export const perpetual: VenueInstrument = {
  ...call,
  name: 'BTC-PERPETUAL',
  kind: 'perpetual',
  expiryMs: null,
  strike: null,
  optionType: null,
  tickSize: 0.5,
  tickSteps: [],
  amountMin: 10,
  contractSize: 10,
};

export const quoteParameters: QuoteParameters = {
  volatilityHalfWidth: 0.01,
  priceHalfWidth: 0.02,
  futureHalfWidth: 0.0001,
  futureLevels: 5,
  coins: 2,
  inventoryShift: 1,
};
