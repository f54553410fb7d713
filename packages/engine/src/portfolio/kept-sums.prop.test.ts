// Kept sums: portfolio margins are kept over many commands, and made anew only for the underlying
// whose marks moved. Invariant: at any time they are what an engine says that has only just been
// restored, and has kept nothing.
import {
  type AccountId,
  type ContractTable,
  currencies,
  type Instrument,
  recommendedMargin,
} from '@openstrike/domain';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TestEngine } from '../testing/test-engine.ts';
import { testTables } from '../testing/test-tables.ts';

/** The same families on ether beside those on bitcoin. */
const tables: readonly ContractTable[] = testTables.flatMap((table) => [
  table,
  {
    underlying: 'ETH',
    version: 1,
    margin: recommendedMargin('ETH'),
    families: table.families.map((family) => ({
      ...family,
      name: family.name.replace('BTC', 'ETH'),
      indexName: family.indexName === 'btc_usd' ? 'eth_usd' : 'eth_usdc',
      settlementCurrency: family.settlementCurrency === 'BTC' ? 'ETH' : 'USDC',
    })),
  } as ContractTable,
]);

const figures = ({ engine }: TestEngine, accountIds: readonly AccountId[]): unknown =>
  accountIds.flatMap((accountId) =>
    currencies.map((currency) => engine.query('account-summary', { accountId, currency })),
  );

const open = (): { readonly venue: TestEngine; readonly accounts: readonly AccountId[] } => {
  const venue = new TestEngine();
  venue.open(tables);
  const accounts = (['cross-portfolio', 'segregated-portfolio', 'cross-standard'] as const).map(
    (model) => {
      const accountId = venue.account(model);
      for (const currency of currencies) venue.deposit(accountId, 50_000_000_000, currency);
      venue.apply({ type: 'change-margin-model', accountId, model });
      return accountId;
    },
  );
  return { venue, accounts };
};

const indexes = ['btc_usd', 'btc_usdc', 'eth_usd', 'eth_usdc'] as const;
const step = fc.record({
  kind: fc.constantFrom('move', 'order', 'trade'),
  who: fc.nat(2),
  what: fc.nat(1_000),
  side: fc.constantFrom('buy', 'sell'),
  lots: fc.integer({ min: 1, max: 20 }),
  price: fc.double({ min: 0.97, max: 1.03, noNaN: true }),
});

/** A price near the mark that the instrument's grid has. */
const ticksNear = (venue: TestEngine, { id, tick, tickSteps }: Instrument, factor: number) => {
  const views = venue.engine.query('instruments', {});
  const mark = views.find(({ instrument }) => instrument.id === id)?.mark?.markPrice ?? 0;
  const ticks = Math.round((mark * factor * tick.den) / tick.num);
  const multiple = tickSteps.findLast(({ aboveTicks }) => ticks > aboveTicks)?.multiple ?? 1;
  return Math.round(ticks / multiple) * multiple;
};

test('kept margins are those of an engine that has kept nothing', () => {
  let traded = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 20 }), (steps) => {
      const { venue, accounts } = open();
      const all = [...venue.instruments.values()];
      for (const { kind, who, what, side, lots, price } of steps) {
        const instrument = all[what % all.length] as Instrument;
        const size = lots * instrument.sizeLotsMin;
        const own = accounts[who] as AccountId;
        if (kind === 'move') {
          venue.index(indexes[what % indexes.length] as (typeof indexes)[number], 100_000 * price);
        } else if (kind === 'order') {
          venue.place(own, instrument.id, side, size, ticksNear(venue, instrument, price));
        } else {
          const ticks = ticksNear(venue, instrument, 1);
          const other = accounts[(who + 1) % accounts.length] as AccountId;
          venue.place(other, instrument.id, side === 'buy' ? 'sell' : 'buy', size, ticks);
          const events = venue.place(own, instrument.id, side, size, ticks);
          if (events.some(({ type }) => type === 'trade')) traded += 1;
        }
        expect(figures(venue, accounts)).toEqual(figures(venue.copy(), accounts));
      }
    }),
    { numRuns: 15 },
  );
  expect(traded).toBeGreaterThan(30);
});
