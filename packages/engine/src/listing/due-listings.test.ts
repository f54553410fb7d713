import {
  type ContractChoice,
  type ContractFamily,
  type ContractTable,
  expiryOfCode,
  instrumentName,
  type SviSlice,
  type TsUs,
  usPerHour,
  usPerYear,
} from '@openstrike/domain';
import type { CurveInputs } from '@openstrike/marks';
import { describe, expect, test } from 'vitest';
import { testTables } from '../testing/test-tables.ts';
import { dueListings } from './due-listings.ts';

const [{ families }] = testTables as readonly [ContractTable];
const [inverse] = families as readonly [ContractFamily];
const friday = expiryOfCode('25SEP26') as number;
const nowUs = (expiryOfCode('21SEP26') as number) + 2 * usPerHour;

const slice = (expiryUs: number, volatility: number): SviSlice => {
  const tauYears = (expiryUs - nowUs) / usPerYear;
  const a = volatility * volatility * tauYears;
  return { expiryUs: expiryUs as TsUs, tauYears, a, b: 0, rho: 0, m: 0, sigma: 0.1 };
};
const curves = (change: Partial<CurveInputs> = {}): CurveInputs => ({
  nowUs,
  index: 100_000,
  expiries: [{ expiryUs: friday, forward: 101_000, slice: slice(friday, 0.6) }],
  fixingEndUs: 0,
  fixingSeconds: 0,
  fixingSum: 0,
  ...change,
});
const names = (due: readonly ContractChoice[]): readonly string[] =>
  due.map((choice) => instrumentName({ ...choice, family: 'BTC' }));
const due = (family: ContractFamily, inputs: CurveInputs, listed: readonly string[] = []) =>
  names(
    dueListings(family, {
      curves: inputs,
      isListed: (choice) => listed.includes(instrumentName({ ...choice, family: 'BTC' })),
    }),
  );

describe('due listings', () => {
  test('the perpetual, futures, then options by expiry and strike, calls first', () => {
    expect(due(inverse, curves()).slice(0, 6)).toEqual([
      'BTC-PERPETUAL',
      'BTC-25SEP26',
      'BTC-22SEP26-100000-C',
      'BTC-22SEP26-100000-P',
      'BTC-22SEP26-105000-C',
      'BTC-22SEP26-105000-P',
    ]);
  });

  test('what is listed is not due again', () => {
    const all = due(inverse, curves());
    expect(due(inverse, curves(), all)).toEqual([]);
    expect(due(inverse, curves(), all.slice(3))).toEqual(all.slice(0, 3));
  });

  test('a family that is not listed has nothing due', () => {
    expect(due({ ...inverse, listed: false }, curves())).toEqual([]);
  });

  test('a moving forward and a rising volatility bring new strikes only', () => {
    const all = due(inverse, curves());
    const expiries = [{ expiryUs: friday, forward: 112_000, slice: slice(friday, 0.6) }];
    const moved = due(inverse, curves({ index: 111_000, expiries }), all);
    expect(moved).toContain('BTC-25SEP26-115000-C');
    expect(moved.every((name) => !all.includes(name))).toBe(true);
    const wide = [{ expiryUs: friday, forward: 101_000, slice: slice(friday, 3) }];
    const options = { ...(inverse.options as NonNullable<typeof inverse.options>), deltaMin: 0.1 };
    const wider = due({ ...inverse, options }, curves({ expiries: wide }), all);
    expect(wider).toContain('BTC-25SEP26-75000-P');
  });

  test('without a surface the strikes beside the index; without an index no options', () => {
    const bare = due(inverse, curves({ expiries: [] }));
    expect(bare).toContain('BTC-25SEP26-95000-C');
    expect(bare).toContain('BTC-25SEP26-105000-P');
    expect(bare.length).toBe(2 + 2 * 2 * 3);
    expect(due(inverse, curves({ index: 0, expiries: [] }))).toEqual([
      'BTC-PERPETUAL',
      'BTC-25SEP26',
    ]);
  });

  test('at an expiry its successors are due', () => {
    const after = expiryOfCode('25SEP26') as number;
    const next = due(inverse, curves({ nowUs: after, expiries: [] }));
    expect(next).toContain('BTC-26SEP26-100000-C');
    expect(next).toContain('BTC-2OCT26');
    expect(next.some((name) => name.includes('25SEP26'))).toBe(false);
  });
});
