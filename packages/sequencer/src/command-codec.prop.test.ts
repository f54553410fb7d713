import { OperationalError } from '@openstrike/domain';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter, textUnitsMax } from './byte-writer.ts';
import { decodeCommand, encodeCommand } from './command-codec.ts';
import { commandArbitraries } from './testing/command-arbitraries.ts';

describe('command codec', () => {
  for (const [type, arbitrary] of Object.entries(commandArbitraries)) {
    it(`gives back every ${type} to the last bit`, () => {
      fc.assert(
        fc.property(arbitrary, fc.nat(40), (command, before) => {
          const to = new ByteWriter(1);
          to.reserve(before);
          to.length = before;
          encodeCommand(to, command);
          const end = to.length;
          const decoded = decodeCommand(new ByteReader(to.bytes, before), end);
          expect(decoded).toEqual(command);
        }),
        { numRuns: 200 },
      );
    });

    it(`refuses a ${type} that was cut or continued`, () => {
      fc.assert(
        fc.property(arbitrary, fc.constantFrom(-1, 1), (command, by) => {
          const to = new ByteWriter(1);
          encodeCommand(to, command);
          const bytes = new Uint8Array(to.length + by);
          bytes.set(to.bytes.subarray(0, bytes.length));
          expect(() => decodeCommand(new ByteReader(bytes), bytes.length)).toThrow();
        }),
        { numRuns: 50 },
      );
    });
  }

  it('refuses a text that no record can hold', () => {
    const to = new ByteWriter(1);
    to.reserve(2 * textUnitsMax + 10);
    to.text('x'.repeat(textUnitsMax));
    expect(() => to.text('x'.repeat(textUnitsMax + 1))).toThrow(OperationalError);
  });

  it('refuses a word that is not in the format', () => {
    const [placed] = fc.sample(commandArbitraries['place-order'], 1);
    const strange = { ...placed, side: 'hold' } as never;
    expect(() => encodeCommand(new ByteWriter(1), strange)).toThrow(/"hold" has no code/);
  });
});
