/** Prices, reads back and fits a small chain, and hashes every bit of it: the same everywhere. */
import { createRandom } from '@openstrike/std';
import {
  allocateBatch,
  black76Greeks,
  black76GreeksBatch,
  fitSvi,
  GREEK,
  GREEK_COUNT,
  hasVectorKernels,
  impliedBlack76,
} from '../index.ts';

/** A hash of the bits of a chain's prices, greeks, volatilities, smile and batch. */
export function priceChain(): string {
  const random = createRandom('chain');
  const out = new Float64Array(GREEK_COUNT);
  const words = new Uint32Array(out.buffer);
  const quotes: { k: number; bidIv: number; askIv: number }[] = [];
  let hash = 0x811c9dc5;
  const add = (): void => {
    for (const word of words) {
      hash = Math.imul(hash ^ word, 0x01000193);
    }
  };
  for (let i = 0; i < 40; i++) {
    const strike = 60_000 + 2000 * i;
    const k = (strike - 100_000) / 100_000;
    const volatility = 0.5 + 0.3 * k * k + 0.002 * random.nextNormal();
    const sign = strike > 100_000 ? 1 : -1;
    black76Greeks(100_000, strike, 0.25, volatility, sign, out);
    add();
    const iv = impliedBlack76(out[GREEK.price] as number, 100_000, strike, 0.25, sign);
    quotes.push({ k, bidIv: iv - 0.005, askIv: iv + 0.005 });
  }
  const fit = fitSvi({ timeYears: 0.25, quotes });
  if (fit.ok) {
    const { a, b, rho, m, sigma } = fit.value.slice;
    out.set([a, b, rho, m, sigma, fit.value.rmsIv]);
    add();
  }
  const batch = allocateBatch(301);
  for (let i = 0; i < 301; i++) {
    batch.forward[i] = 100_000;
    batch.strike[i] = 1000 * i;
    batch.timeYears[i] = 0.25;
    batch.volatility[i] = 0.5 + 0.3 * random.nextFloat();
    batch.sign[i] = i % 2 === 0 ? 1 : -1;
  }
  black76GreeksBatch(batch, batch, 301);
  for (let i = 0; i < 301; i++) {
    out.set([batch.price[i] as number, batch.delta[i] as number, batch.gamma[i] as number]);
    out.set([batch.vega[i] as number, batch.theta[i] as number, batch.rho[i] as number], 3);
    add();
  }
  return `${(hash >>> 0).toString(16)} ${hasVectorKernels() ? 'with' : 'without'} vectors`;
}
