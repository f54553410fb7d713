// Certificates recompute from their own text, say who contributes what, and show any change.
import { readFileSync } from 'node:fs';
import type { CertifiedLeg, MarginCertificate, MarginInputs } from '@openstrike/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { certifyMargin, checkCertificate } from './certificate.ts';
import { crossCurrencyScan } from './cross-currency.ts';
import { stressFactor } from './margin-stress.ts';
import { canonicalText, hashOfValue, recommendedParameters } from './portfolio-parameters.ts';

const parameters = recommendedParameters('BTC');
const expiries = [
  { years: 0, forward: 100_000, fixed: 0, confidence: 1 },
  { years: 2 / 365, forward: 100_020, fixed: 0, confidence: 1 },
  { years: 0.3, forward: 101_500, fixed: 0, confidence: 0.5 },
];

const legOf = (expiry: number, sign: 1 | -1 | 0, strike: number, lots: number): CertifiedLeg => ({
  name: `${expiry}-${strike}-${sign}`,
  kind: sign === 0 ? 'linear' : 'option',
  expiry,
  sign,
  strike,
  volatility: sign === 0 ? 0 : 0.55,
  perLot: 0.1,
  closingCost: 4,
  lots,
  buyLots: lots % 3 === 0 ? 4 : 0,
  sellLots: lots % 5 === 0 ? 7 : 0,
});

const inputsOf = (legs: readonly CertifiedLeg[]): MarginInputs => ({
  numeraire: legs.length % 2 === 0 ? 'usd' : 'coin',
  surfaceVersion: 7,
  market: { index: 100_000, stablePrice: 0.98, stress: 1.1 },
  expiries,
  legs,
  between: [0.003, -0.002, 0.031],
});

const legs = fc
  .uniqueArray(
    fc.tuple(
      fc.integer({ min: 1, max: 2 }),
      fc.constantFrom(1 as const, -1 as const),
      fc.integer({ min: 85, max: 115 }),
    ),
    { maxLength: 6, selector: (parts) => parts.join() },
  )
  .chain((parts) =>
    fc
      .array(fc.integer({ min: -50, max: 50 }), {
        minLength: parts.length,
        maxLength: parts.length,
      })
      .map((lots) => [
        legOf(0, 0, 0, 3),
        ...parts.map(([expiry, sign, strike], i) =>
          legOf(expiry, sign, 1000 * strike, lots[i] as number),
        ),
      ]),
  );

describe('margin certificates', () => {
  test('recompute to 1e-9 from their own text, and contributions add up to the scan', () => {
    fc.assert(
      fc.property(legs, (held) => {
        const certificate = certifyMargin(inputsOf(held), parameters);
        const read = JSON.parse(JSON.stringify(certificate)) as MarginCertificate;
        const check = checkCertificate(read, parameters);
        expect(check.ok).toBe(true);
        const sum = certificate.contributions.reduce((total, each) => total + each, 0);
        const { scan, initial, maintenance } = certificate.margin;
        expect(Math.abs(sum + scan)).toBeLessThanOrEqual(1e-9 * (1 + scan) + 1e-6);
        expect(maintenance).toBeLessThanOrEqual(initial);
      }),
      { numRuns: 25 },
    );
  });

  test('another figure, leg or parameter file does not pass', () => {
    const certificate = certifyMargin(inputsOf([legOf(1, 1, 100_000, -20)]), parameters);
    expect(certificate.binding.kind).toBe('scenario');
    const { margin } = certificate;
    const raised = { ...certificate, margin: { ...margin, initial: margin.initial + 1e-3 } };
    expect(checkCertificate(raised, parameters)).toEqual({ ok: false, why: 'other figures' });
    const other = { ...certificate, inputs: inputsOf([legOf(1, 1, 100_000, -21)]) };
    expect(checkCertificate(other, parameters)).toEqual({ ok: false, why: 'other figures' });
    expect(checkCertificate(certificate, recommendedParameters('ETH'))).toEqual({
      ok: false,
      why: 'other parameters',
    });
  });

  test('an empty book is certified with nothing', () => {
    const certificate = certifyMargin(inputsOf([]), parameters);
    expect(certificate.margin.initial).toBe(0);
    expect(certificate.binding).toEqual({ kind: 'none' });
  });
});

describe('parameters', () => {
  const file = new URL('../../../../testdata/risk/portfolio-parameters.json', import.meta.url);

  test('are those published, hash by hash', () => {
    const published = JSON.parse(readFileSync(file, 'utf8')) as {
      readonly files: readonly { readonly hash: string; readonly parameters: unknown }[];
    };
    for (const [i, underlying] of ['BTC', 'ETH', 'SOL'].entries()) {
      const row = published.files[i];
      expect(row?.parameters).toEqual(recommendedParameters(underlying));
      expect(hashOfValue(row?.parameters)).toBe(row?.hash);
    }
  });

  test('hash alike whatever the order of names', () => {
    expect(canonicalText({ b: [1, { d: 2, c: 0.1 }], a: 'x' })).toBe(
      '{"a":"x","b":[1,{"c":0.1,"d":2}]}',
    );
    expect(hashOfValue({ a: 1, b: 2 })).toBe(hashOfValue({ b: 2, a: 1 }));
  });

  test('the stress factor falls no lower than its share of the maximum', () => {
    expect(stressFactor(1.2, 2, 0.75)).toBe(1.5);
    expect(stressFactor(0.5, 1, 0.75)).toBe(1);
    expect(stressFactor(1.9, 2, 0.75)).toBe(1.9);
  });
});

describe('across currencies', () => {
  const offset = { offset: () => 0.6, offsetMaxUsd: 2e7 };

  test('a gain counts in part against a loss of the same scenario', () => {
    const bitcoin = Float64Array.of(-100, 0, 100);
    const ether = Float64Array.of(100, 0, -100);
    expect(crossCurrencyScan([bitcoin, ether], [100, 100], offset)).toBeCloseTo(40, 12);
    expect(crossCurrencyScan([bitcoin, ether], [130, 100], offset)).toBeCloseTo(70, 12);
    expect(crossCurrencyScan([bitcoin, bitcoin], [100, 100], offset)).toBe(200);
    const capped = { ...offset, offsetMaxUsd: 10 };
    expect(crossCurrencyScan([bitcoin, ether], [100, 100], capped)).toBeCloseTo(90, 12);
  });

  test('the published offset of 0.6 takes 0.21939 to 0.13164', () => {
    const gain = Float64Array.of(0.21939);
    const loss = Float64Array.of(-1);
    const left = crossCurrencyScan([gain, loss], [0, 1], offset);
    expect(1 - left).toBeCloseTo(0.13164, 4);
  });
});
