// Portfolio parameters: everything that the portfolio margin of one underlying depends on besides
// marks and holdings, in one plain object that is published, versioned and hashed. Invariant: the
// hash is of the canonical text (names sorted, shortest numbers), so that equal parameters have
// equal hashes whatever wrote them. Source of the values: risk reference 1.16.
import { sha256 } from '@noble/hashes/sha2.js';
import {
  type ChargeParameters,
  type ContractTable,
  type GridParameters,
  type MarginParameters,
  type Revaluation,
  recommendedMargin,
} from '@openstrike/domain';
import { compareStrings, hexOf } from '@openstrike/std';

export interface PortfolioParameters {
  readonly underlying: string;
  readonly version: number;
  readonly grid: GridParameters;
  readonly revaluation: Revaluation;
  readonly charges: ChargeParameters;
}

const parametersFrom = (
  underlying: string,
  version: number,
  { grid, revaluation, charges }: MarginParameters,
): PortfolioParameters => ({ underlying, version, grid, revaluation, charges });

/** The portfolio margin that a contract table puts in force. */
export const portfolioParametersOf = (table: ContractTable): PortfolioParameters =>
  parametersFrom(table.underlying, table.version, table.margin);

/** The recommended parameters; an underlying that is not named gets the widest. */
export const recommendedParameters = (underlying: string): PortfolioParameters =>
  parametersFrom(underlying, underlying === 'ETH' ? 2 : 1, recommendedMargin(underlying));

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
