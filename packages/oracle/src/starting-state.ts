// Starting state: forwards and volatility of a real day, the point from which the simulated market
// sets out.
// Figures: Deribit's public option chains of 2026-08-22 15:33 UTC (marks of out-of-the-money
// options within
// 2.8 standard deviations, vega-weighted), one eSSVI slice per expiry (theta: at-the-money total
// variance, psi: theta times phi, rho: correlation), fitted under the no-arbitrage conditions that
// `term-structure.ts` keeps; basis rates are annualised ln(forward / index), bounded to 10 % where
// an expiry of a day exaggerates them.

/** One tenor of a term structure. */
export interface TenorNode {
  readonly days: number;
  /** At-the-money total variance. */
  readonly theta: number;
  readonly psi: number;
  readonly rho: number;
  /** Annualised ln(forward / spot). */
  readonly basisRate: number;
}

export interface StartingState {
  readonly spotUsd: number;
  /** Ascending by days. */
  readonly nodes: readonly TenorNode[];
}

export const startingDate = '2026-08-22';

export const startingStates: Readonly<Record<'BTC' | 'ETH', StartingState>> = {
  BTC: {
    spotUsd: 77067.15,
    nodes: [
      { days: 0.685, theta: 0.00024315, psi: 0.018322, rho: 0.11183, basisRate: 0.1 },
      { days: 1.685, theta: 0.00081333, psi: 0.026699, rho: 0.08418, basisRate: 0.1 },
      { days: 2.685, theta: 0.00147537, psi: 0.034102, rho: 0.07604, basisRate: 0.1 },
      { days: 3.685, theta: 0.00198113, psi: 0.037683, rho: 0.0775, basisRate: 0.1 },
      { days: 5.685, theta: 0.00299084, psi: 0.051532, rho: 0.03014, basisRate: 0.09885 },
      { days: 12.685, theta: 0.00583272, psi: 0.075608, rho: 0.04005, basisRate: 0.06439 },
      { days: 19.685, theta: 0.00877941, psi: 0.084489, rho: 0.04675, basisRate: 0.05223 },
      { days: 33.685, theta: 0.01444948, psi: 0.123693, rho: -0.04548, basisRate: 0.04749 },
      { days: 68.685, theta: 0.0298611, psi: 0.161585, rho: -0.08099, basisRate: 0.04488 },
      { days: 124.685, theta: 0.05775177, psi: 0.221417, rho: -0.11988, basisRate: 0.04817 },
      { days: 215.685, theta: 0.10225471, psi: 0.272045, rho: -0.11948, basisRate: 0.04641 },
      { days: 306.685, theta: 0.14857254, psi: 0.311731, rho: -0.14026, basisRate: 0.04602 },
    ],
  },
  ETH: {
    spotUsd: 2411.63,
    nodes: [
      { days: 0.685, theta: 0.00063551, psi: 0.020821, rho: 0.12024, basisRate: -0.05967 },
      { days: 1.685, theta: 0.00164733, psi: 0.037799, rho: 0.12929, basisRate: 0.01976 },
      { days: 2.685, theta: 0.0028031, psi: 0.048983, rho: 0.12573, basisRate: 0.06284 },
      { days: 3.685, theta: 0.00381296, psi: 0.053549, rho: 0.13242, basisRate: 0.0505 },
      { days: 5.685, theta: 0.00560387, psi: 0.080214, rho: 0.10947, basisRate: 0.05854 },
      { days: 12.685, theta: 0.01073518, psi: 0.101694, rho: 0.08005, basisRate: 0.02856 },
      { days: 19.685, theta: 0.01591449, psi: 0.114465, rho: 0.07188, basisRate: 0.02582 },
      { days: 33.685, theta: 0.02622178, psi: 0.157459, rho: -0.01123, basisRate: 0.01993 },
      { days: 68.685, theta: 0.05415963, psi: 0.199207, rho: -0.0223, basisRate: 0.0246 },
      { days: 124.685, theta: 0.10050113, psi: 0.259463, rho: -0.05759, basisRate: 0.02821 },
      { days: 215.685, theta: 0.17954981, psi: 0.327251, rho: -0.09495, basisRate: 0.0338 },
      { days: 306.685, theta: 0.26028222, psi: 0.384117, rho: -0.08906, basisRate: 0.03653 },
    ],
  },
};
