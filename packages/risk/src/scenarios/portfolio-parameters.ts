// Portfolio parameters: everything that the portfolio margin of one underlying depends on besides
// marks and holdings, in one plain object that is published, versioned and hashed. Invariant: the
// hash is of the canonical text (names sorted, shortest numbers), so that equal parameters have
// equal hashes whatever wrote them. Source of the values: risk reference 1.16.
import { sha256 } from '@noble/hashes/sha2.js';
import type { ChargeParameters, GridParameters, Revaluation } from '@openstrike/domain';
import { compareStrings, hexOf } from '@openstrike/std';

export interface PortfolioParameters {
  readonly underlying: string;
  readonly version: number;
  readonly grid: GridParameters;
  readonly revaluation: Revaluation;
  readonly charges: ChargeParameters;
}

/** A millionth of a dollar a lot: books of up to 8 billion dollars add up exactly. */
const resultStep = 1 / 1_048_576;

const skew = {
  linearCap: 0.25,
  linearCapSlope: -0.1,
  absoluteCap: 0.25,
  absoluteCapSlope: -0.1,
  kMin: 0.01,
  width: 4,
  widthVolatility: 0.6,
  widthVolatilitySlope: 0,
};

const twist = {
  nearDaysMax: 14,
  farDaysMin: 60,
  nearFactor: 1.35,
  farFactor: 0.85,
  nearFactorReverse: 0.85,
  farFactorReverse: 1.35,
};

const charges: ChargeParameters = {
  rollMin: 0.01,
  rollAnnual: 0.075,
  deltaPerCoin: 5e-5,
  deltaRateMax: 0.1,
  deltaThresholdUsd: 2e7,
  vegaRate: 0.005,
  vegaThresholdUsd: 250_000,
  nakedMaintenance: 0.003,
  nakedInitial: 0.005,
  halfSpreadVolatility: 0.005,
  halfSpreadRate: 0.0002,
  confidenceMin: 0.6,
  pegMin: 0.99,
  pegFactor: 4,
  maintenanceShare: 0.8,
  stressFloor: 0.75,
};

const tails: readonly number[] = [-0.66, -0.33, 0.5, 1, 2, 3, 4, 5];

const parametersOf = (
  underlying: string,
  version: number,
  range: number,
  up: number,
  upVolatilityMin: number,
  deltaPerCoin: number,
): PortfolioParameters => ({
  underlying,
  version,
  grid: { range, prices: 33, pricesMax: 129, mergeDeviations: 0.05, tails, twists: true },
  revaluation: {
    numeraire: 'usd',
    volatility: { up, down: 0.25, shortPower: 0.3, longPower: 0.13, daysMin: 1, upVolatilityMin },
    skew,
    twist,
    step: resultStep,
  },
  charges: { ...charges, deltaPerCoin },
});

/** The recommended parameters; an underlying that is not named gets the widest. */
export const recommendedParameters = (underlying: string): PortfolioParameters => {
  switch (underlying) {
    case 'BTC':
      return parametersOf('BTC', 1, 0.16, 0.5, 0.5, 5e-5);
    case 'ETH':
      // 0.18 in the reference: ether's two-day moves of 2024 to 2026 exceeded it too often.
      return parametersOf('ETH', 2, 0.24, 0.45, 0.6, 4e-6);
    case 'SOL':
      return parametersOf('SOL', 1, 0.24, 0.5, 0.6, 5e-7);
    default:
      return parametersOf(underlying, 1, 0.3, 0.5, 0.6, 0);
  }
};

/** The one text of a plain value: names sorted, no spaces, numbers at their shortest. */
export const canonicalText = (value: unknown): string => {
  if (Array.isArray(value)) {
    return `[${value.map(canonicalText).join(',')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).sort(([a], [b]) => compareStrings(a, b));
    const fields = entries.map(([name, of]) => `${JSON.stringify(name)}:${canonicalText(of)}`);
    return `{${fields.join(',')}}`;
  }
  return JSON.stringify(value);
};

const bytesOfText = (text: string): Uint8Array =>
  Uint8Array.from(text, (character) => character.charCodeAt(0));

/**
 * The SHA-256 of a plain value's canonical text, in hexadecimal.
 *
 * Domain: texts within are ASCII.
 */
export const hashOfValue = (value: unknown): string =>
  hexOf(sha256(bytesOfText(canonicalText(value))));
