// Funding rates that another venue publishes, through a thin adapter. The figures are not ours to
// copy: the folder that holds them is named by OPENSTRIKE_VECTORS, and without it this is skipped.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fundingRate } from './funding.ts';

interface PublishedCase {
  readonly index: number;
  readonly impact_bid: number;
  readonly impact_ask: number;
  readonly expected_hourly_rate?: number;
}

const folder = process.env.OPENSTRIKE_VECTORS;
const path = folder === undefined ? '' : join(folder, 'derive_perp_funding.json');
const published = existsSync(path)
  ? (JSON.parse(readFileSync(path, 'utf8')) as {
      readonly params: { readonly cap_per_hour: number };
      readonly cases: readonly PublishedCase[];
    })
  : null;
const cases = (published?.cases ?? []).filter((row) => row.expected_hourly_rate !== undefined);

describe.skipIf(published === null)('published funding (OPENSTRIKE_VECTORS names it)', () => {
  test.each(cases)('impact $impact_bid to $impact_ask on $index', (row) => {
    const { index, impact_bid: bid, impact_ask: ask, expected_hourly_rate: hourly } = row;
    const premium = (Math.max(0, bid - index) - Math.max(0, index - ask)) / index;
    const bound = 8 * (published?.params.cap_per_hour ?? 0);
    expect(fundingRate(premium, 0, bound) / 8).toBeCloseTo(hourly as number, 12);
  });
});
