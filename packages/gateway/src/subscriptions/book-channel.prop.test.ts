import type { InstrumentId, PriceTicks, SizeLots, TsUs } from '@openstrike/domain';
import type { BookDelta, BookLevelDelta } from '@openstrike/feeds';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BookGathering } from './book-channel.ts';

interface Step {
  readonly levels: readonly {
    readonly side: 'bid' | 'ask';
    readonly price: number;
    readonly lots: number;
  }[];
  readonly take: boolean;
}

const step: fc.Arbitrary<Step> = fc.record({
  levels: fc.uniqueArray(
    fc.record({ side: fc.constantFrom('bid', 'ask'), price: fc.nat(4), lots: fc.nat(3) }),
    { minLength: 1, maxLength: 4, selector: ({ side, price }) => `${side} ${price}` },
  ),
  take: fc.boolean(),
});

test('increments gathered over any span rebuild the book, each told once and truly', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const book = new Map<string, number>();
      const client = new Map<string, number>();
      const gathering = new BookGathering();
      let told = 0;
      steps.forEach(({ levels, take }, index) => {
        const changes: BookLevelDelta[] = [];
        for (const { side, price, lots } of levels) {
          const key = `${side} ${price}`;
          if ((book.get(key) ?? 0) === lots) continue;
          changes.push({
            side,
            priceTicks: price as PriceTicks,
            sizeLots: lots as SizeLots,
            fresh: !book.has(key),
          });
          if (lots === 0) book.delete(key);
          else book.set(key, lots);
        }
        if (changes.length > 0) {
          const delta: BookDelta = {
            instrumentId: 1 as InstrumentId,
            changeId: index + 1,
            previousChangeId: index,
            tsUs: index as TsUs,
            levels: changes,
          };
          gathering.add(delta);
        }
        if (!take && index < steps.length - 1) return;
        const delta = gathering.take(told);
        if (delta === null) return;
        expect(delta.previousChangeId).toBe(told);
        expect(delta.levels.length).toBeGreaterThan(0);
        told = delta.changeId;
        for (const { side, priceTicks, sizeLots, fresh } of delta.levels) {
          const key = `${side} ${priceTicks}`;
          expect(client.has(key)).toBe(!fresh);
          if (sizeLots === 0) client.delete(key);
          else client.set(key, sizeLots);
        }
      });
      expect(client).toEqual(book);
    }),
    { verbose: 1 },
  );
});
