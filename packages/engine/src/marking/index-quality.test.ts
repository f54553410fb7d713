// The quality of an index value: what the oracle said of it is kept, told and restored, and a value
// whose quality makes no sense is refused whole.
import {
  goodIndex,
  type IndexConstituent,
  type SetIndex,
  type SviSlice,
  type TsUs,
  type UsdMicros,
} from '@openstrike/domain';
import { expect, test } from 'vitest';
import { createEngine } from '../engine.ts';
import { flatSlice, TestEngine } from '../testing/test-engine.ts';

const usd = (price: number): UsdMicros => (price * 1e6) as UsdMicros;

const constituents: readonly IndexConstituent[] = [
  { source: 'a', price: usd(100_000), counted: usd(100_000), weightBp: 5_000, use: 'whole' },
  { source: 'b', price: usd(90_000), counted: usd(99_500), weightBp: 5_000, use: 'clamped' },
  { source: 'c', price: 0, counted: 0, weightBp: 0, use: 'down' },
];

const flagged: SetIndex = {
  type: 'set-index',
  indexName: 'btc_usd',
  price: usd(99_750),
  status: 'flagged',
  confidence: 0.25,
  constituents,
};

test('the engine keeps status and confidence, and tells them with the constituents', () => {
  const venue = new TestEngine();
  venue.open();
  expect(venue.apply(goodIndex('btc_usd', usd(100_000)))[0]).toMatchObject({
    status: 'good',
    confidence: 1,
    constituents: [],
  });
  const [event] = venue.apply(flagged);
  expect(event).toMatchObject({
    type: 'index-changed',
    status: 'flagged',
    confidence: 0.25,
    constituents,
  });
  const view = () => venue.engine.query('indexes', {})[0];
  expect(view()).toMatchObject({ price: usd(99_750), status: 'flagged', confidence: 0.25 });
  const restored = createEngine();
  restored.restore(venue.engine.snapshot());
  expect(restored.query('indexes', {})[0]).toEqual(view());
  expect(restored.stateHash()).toBe(venue.engine.stateHash());
});

test('a slice that makes no sense is refused with its surface', () => {
  const venue = new TestEngine();
  venue.open();
  const [expiryUs] = venue.expiries('btc_usd') as [number];
  const sound = flatSlice(expiryUs, venue.nowUs, 0.6);
  const surface = (slice: SviSlice) =>
    venue.apply({ type: 'set-surface', indexName: 'btc_usd', version: 9, slices: [slice] });
  for (const wrong of [
    { ...sound, a: Number.NaN },
    { ...sound, sigma: 0 },
    { ...sound, tauYears: -1 },
    { ...sound, pins: [{ strike: 90_000, shift: 2 }] },
    { ...sound, pins: Array.from({ length: 513 }, () => ({ strike: 1, shift: 0 })) },
  ]) {
    expect(surface(wrong)).toMatchObject([{ type: 'command-rejected', code: 'invalid-price' }]);
  }
  const pinned = { ...sound, pins: [{ strike: 100_000, shift: 0.01 }] };
  expect(surface(pinned)[0]).toMatchObject({ type: 'surface-changed', version: 9 });
  // The pin survives a snapshot: both engines mark alike at the next tick.
  const restored = venue.copy();
  const next = goodIndex('btc_usd', usd(100_500));
  expect(restored.apply(next)).toEqual(venue.apply(next));
});

test('a quality that makes no sense is refused, and changes nothing', () => {
  const venue = new TestEngine();
  venue.open();
  venue.apply(goodIndex('btc_usd', usd(100_000)));
  const before = venue.engine.query('indexes', {});
  const many = Array.from({ length: 33 }, () => constituents[0] as IndexConstituent);
  for (const wrong of [
    { ...flagged, confidence: Number.NaN },
    { ...flagged, confidence: -0.1 },
    { ...flagged, confidence: 1.1 },
    { ...flagged, constituents: many },
  ]) {
    expect(venue.apply(wrong)).toMatchObject([{ type: 'command-rejected', code: 'invalid-price' }]);
  }
  expect(venue.engine.query('indexes', {})).toEqual(before);
});

test('forwards that come with a value are marked with it, once, as when they come after it', () => {
  const venue = new TestEngine();
  venue.open();
  const apart = venue.copy();
  const price = usd(101_000);
  const forwards = venue.expiries('btc_usd').map((expiryUs) => ({
    expiryUs: expiryUs as TsUs,
    price: usd(101_500),
  }));
  const together = venue.apply(goodIndex('btc_usd', price, forwards));
  const marks = together.filter(({ type }) => type === 'marks-changed');
  expect(marks).toHaveLength(1);
  const first = apart.apply(goodIndex('btc_usd', price));
  const second = apart.apply({ type: 'set-forwards', indexName: 'btc_usd', forwards });
  const last = [...first, ...second].findLast(({ type }) => type === 'marks-changed');
  expect(marks[0]).toEqual(last);

  const wrong = [{ expiryUs: forwards[0]?.expiryUs as TsUs, price: usd(-1) }];
  expect(venue.apply(goodIndex('btc_usd', price, wrong))).toMatchObject([
    { type: 'command-rejected', code: 'invalid-price' },
  ]);
});

test('an expiry that could not be fitted is told; a surface that stays changes no mark', () => {
  const venue = new TestEngine();
  venue.open();
  const [expiryUs] = venue.expiries('btc_usd') as [TsUs];
  const slices = [flatSlice(expiryUs, venue.nowUs, 0.6)];
  const surface = { type: 'set-surface', indexName: 'btc_usd', version: 9, slices } as const;
  const events = venue.apply({ ...surface, kept: [expiryUs] });
  const told = { type: 'surface-changed', indexName: 'btc_usd', version: 9, kept: [expiryUs] };
  expect(events[0]).toEqual(told);
  expect(events.some(({ type }) => type === 'marks-changed')).toBe(true);
  const twin = venue.copy();
  expect(venue.apply({ ...surface, slices: [], kept: [expiryUs] })).toEqual([told]);
  twin.apply({ type: 'pass-time' });
  expect(venue.engine.stateHash()).toBe(twin.engine.stateHash());
  const wrong = venue.apply({ ...surface, kept: [Number.NaN as TsUs] });
  expect(wrong).toMatchObject([{ type: 'command-rejected', code: 'invalid-price' }]);
});
