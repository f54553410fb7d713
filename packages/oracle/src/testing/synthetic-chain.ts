// Synthetic chain: the quotes that makers would show around a known surface, on Deribit's ticks
// with spreads that widen towards the wings, from a seed. The surface is that of the real day the
// simulated market sets out from, moved off SVI's form, so that a fit has something to miss.
import { type TsUs, tsUs, usPerDay, usPerYear } from '@openstrike/domain';
import { black76, sviVolatility } from '@openstrike/pricing';
import { createRandom, exp } from '@openstrike/std';
import { startingStates } from '../starting-state.ts';
import type { ExpiryQuotes, OptionQuote } from '../surface/chain-quotes.ts';
import { sviSliceOf } from '../term-structure.ts';

export const syntheticNowUs: TsUs = tsUs(Date.UTC(2026, 7, 22, 15, 33) * 1000);

/** Finest price of an inverse option in coins. */
const coinTickOf = (coins: number): number => (coins < 0.005 ? 0.0001 : 0.0005);

/** The true volatility at a strike: the slice's, with a ripple that SVI cannot follow. */
const rippled = (iv: number, k: number, deviation: number): number => {
  const x = k / deviation;
  return iv * (1 + 0.004 * Math.max(0, 1 - Math.abs(x - 1)) - 0.003 * Math.max(0, 1 - Math.abs(x)));
};

/** All expiries of the starting day, `strikes` of each. */
export const syntheticChain = (
  underlying: 'BTC' | 'ETH',
  strikes = 30,
  seed = 'chain',
): ExpiryQuotes[] => {
  const random = createRandom(seed);
  const { spotUsd, nodes } = startingStates[underlying];
  return nodes.map((node): ExpiryQuotes => {
    const expiryUs = syntheticNowUs + Math.round(node.days * usPerDay);
    const years = (expiryUs - syntheticNowUs) / usPerYear;
    const forward = spotUsd * exp(node.basisRate * years);
    const slice = sviSliceOf(
      { theta: node.theta, psi: node.psi, skew: node.rho * node.psi },
      tsUs(expiryUs),
      years,
    );
    const deviation = Math.sqrt(node.theta);
    const quotes: OptionQuote[] = [];
    for (let i = 0; i < strikes; i += 1) {
      const k = ((i / (strikes - 1)) * 5.2 - 2.6) * deviation;
      const strike = Math.round((forward * exp(k)) / (spotUsd / 770)) * (spotUsd / 770);
      const iv = rippled(sviVolatility(k, years, slice), k, deviation);
      for (const optionType of ['call', 'put'] as const) {
        const sign = optionType === 'call' ? 1 : -1;
        const coins = black76(forward, strike, years, iv, sign) / forward;
        const tick = coinTickOf(coins);
        const half = tick * (0.6 + 1.5 * random.nextFloat());
        const bid = Math.floor((coins - half) / tick) * tick;
        const ask = Math.ceil((coins + half) / tick) * tick;
        quotes.push({
          strike,
          optionType,
          bid: bid > 0 ? bid * forward : null,
          ask: ask * forward,
          tick: tick * forward,
        });
      }
    }
    return { expiryUs, forward, quotes };
  });
};
