// Text of every length, of one byte a unit and of two, is read as it was written, also where it is
// the last of what there is; a text that is cut short is refused.
import { expect, it } from 'vitest';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';

const written = (text: string): Uint8Array => {
  const to = new ByteWriter(2 + 2 * text.length);
  to.text(text);
  // Within a larger piece of memory, as a frame is within the window that was read.
  const within = new Uint8Array(to.length + 7);
  within.set(to.bytes.subarray(0, to.length), 7);
  return within.subarray(7);
};

const narrow = 'Order n° 1234567890 of the maker, ÿ';
const wide = 'prix à 5 € \ud83d\ude00 and a half \ud83d of a pair';

it('reads texts of every length', () => {
  for (const text of [narrow, wide]) {
    for (let length = 0; length <= text.length; length++) {
      const from = new ByteReader(written(text.slice(0, length)));
      expect(from.text()).toBe(text.slice(0, length));
      expect(from.at).toBe(from.bytes.length);
    }
  }
});

it('refuses a text that is cut short', () => {
  for (const text of [narrow, wide, 'short', '5 €']) {
    const whole = written(text);
    for (let length = 0; length < whole.length; length++) {
      expect(() => new ByteReader(whole.subarray(0, length)).text()).toThrow(RangeError);
    }
  }
});
