/** Fitting and certifying smiles: the time from quotes to a surface that may mark. */

import { createRandom } from '@openstrike/std';
import { compare, printConditions } from '@openstrike/std/bench';
import {
  certifySurface,
  fitEssvi,
  fitSvi,
  fitSviSurface,
  type SmileQuote,
  sviVolatility,
} from './index.ts';

const SEED = 'svi bench';

/** Twelve expiries of thirty quotes around slices of a usual shape, with noise and spreads. */
function makeExpiries(count: number): { timeYears: number; quotes: SmileQuote[] }[] {
  const random = createRandom(SEED);
  return Array.from({ length: count }, (_, n) => {
    const timeYears = 0.01 * 1.5 ** n;
    const root = Math.sqrt(timeYears);
    const truth = {
      a: 0.12 * timeYears,
      b: 0.25 * root,
      rho: -0.25,
      m: 0.02 * root,
      sigma: 0.4 * root,
    };
    const quotes = Array.from({ length: 30 }, (__, i) => {
      const k = (i - 15) * 0.13 * root;
      const mid = sviVolatility(k, timeYears, truth) + 0.002 * random.nextNormal();
      return { k, bidIv: mid - 0.004, askIv: mid + 0.004 };
    });
    return { timeYears, quotes };
  });
}

export function run(options: { readonly smoke: boolean }): void {
  const { smoke } = options;
  printConditions('Smiles: fits and certificates', SEED);
  const expiries = makeExpiries(smoke ? 2 : 12);
  const [slice] = expiries.slice(-1);
  const fit = fitSviSurface(expiries);
  const surface = fit.ok ? fit.value : [];
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  compare(
    [
      {
        name: 'fit one slice of 30 quotes',
        count: 1,
        body: () => {
          const one = fitSvi({ timeYears: slice?.timeYears ?? 1, quotes: slice?.quotes ?? [] });
          return one.ok ? one.value.rmsIv : -1;
        },
      },
      {
        name: `fit and check a surface of ${expiries.length} expiries`,
        count: 1,
        body: () => {
          const result = fitSviSurface(expiries);
          return result.ok ? sum(result.value.map(({ rmsIv }) => rmsIv)) : -1;
        },
      },
      {
        name: 'certify the surface',
        count: 1,
        body: () => {
          const certificate = certifySurface(surface);
          return certificate.free ? sum(certificate.butterfly.map(({ value }) => value)) : -1;
        },
      },
      {
        name: 'fit it as eSSVI',
        count: 1,
        body: () => {
          const result = fitEssvi(expiries);
          return result.ok ? sum(result.value.map(({ psi }) => psi)) : -1;
        },
      },
    ],
    smoke,
  );
  console.log(`  violations left: ${certifySurface(surface).violations.length}`);
}

if (import.meta.main) {
  run({ smoke: false });
}
