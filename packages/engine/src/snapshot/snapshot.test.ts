// Snapshots: primitives come back as they went, documents have one text, and what is no snapshot is
// refused.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createStress } from '../portfolio/follow-stress.ts';
import { TestEngine } from '../testing/test-engine.ts';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { canonicalText } from './canonical-text.ts';
import { snapshotVersion } from './save-state.ts';

test('integers, reals and texts come back', () => {
  const integers = fc.maxSafeInteger();
  const texts = fc.string({ unit: 'binary' });
  fc.assert(
    fc.property(fc.array(fc.tuple(integers, fc.double(), texts), { maxLength: 8 }), (all) => {
      const writer = new ByteWriter();
      for (const [integer, real, text] of all) {
        writer.int(integer);
        writer.real(real);
        writer.text(text);
      }
      const reader = new ByteReader(writer.bytes());
      for (const [integer, real, text] of all) {
        expect(reader.int()).toBe(integer + 0);
        expect(reader.real()).toBe(real + 0);
        expect(reader.text()).toBe(text);
      }
      expect(reader.atEnd()).toBe(true);
    }),
    { seed: 20260921 },
  );
});

test('the order of keys does not matter to a text', () => {
  const one = { b: [1, { y: 2, x: null }], a: 'text' };
  const other = { a: 'text', b: [1, { x: null, y: 2 }] };
  expect(canonicalText(one)).toBe(canonicalText(other));
  expect(JSON.parse(canonicalText(one))).toEqual(one);
});

test('an engine refuses what is no snapshot of its version', () => {
  const { engine } = new TestEngine();
  const bytes = engine.snapshot();
  expect(() => engine.restore(new Uint8Array([1, 2, 3]))).toThrow('snapshot');
  expect(() => engine.restore(bytes.slice(0, bytes.length - 3))).toThrow();
  const mark = 1 + 'openstrike-engine'.length;
  const other = bytes.slice();
  const later = snapshotVersion + 1;
  other[mark] = 2 * later;
  expect(() => engine.restore(other)).toThrow(`version ${later}, not ${snapshotVersion}`);
});

test('a snapshot from before there were stress factors is one that knows of none', () => {
  const { engine } = new TestEngine();
  const bytes = engine.snapshot();
  const stress = new ByteWriter();
  stress.text(canonicalText(createStress()));
  const tail = stress.bytes();
  expect(bytes.slice(-tail.length)).toEqual(tail);
  const older = bytes.slice(0, -tail.length);
  older[1 + 'openstrike-engine'.length] = 2 * 5;
  const restored = new TestEngine();
  restored.engine.restore(older);
  expect(restored.engine.snapshot()).toEqual(bytes);
});

test('a restored engine has the same bytes', () => {
  const engine = new TestEngine();
  engine.open();
  expect(engine.copy().engine.snapshot()).toEqual(engine.engine.snapshot());
});
