// Mark drift only spares work: whoever it takes for far is judged far by the rules, so that the
// venue tells and keeps the same with it as without.
import type {
  AccountId,
  Command,
  ContractTable,
  Event,
  IndexName,
  Instrument,
} from '@openstrike/domain';
import { createRandom, type Random } from '@openstrike/std';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { tablesWithFutures } from '../testing/covering-tables.ts';
import { TestEngine } from '../testing/test-engine.ts';
import { MarkDrift } from './mark-drift.ts';

const people = 24;

/**
 * Calls sold beyond those held, and losses in coin, are charged anything that a table may say; the
 * futures of some venues cover options.
 */
const tablesOf = (random: Random): readonly ContractTable[] => {
  const unpairedInitial = 1 + random.nextFloat();
  const unpairedMaintenance = 1 + (unpairedInitial - 1) * random.nextFloat();
  const initialHaircut = 0.5 * random.nextFloat();
  const coinLoss = { initialHaircut, maintenanceHaircut: initialHaircut * random.nextFloat() };
  return tablesWithFutures(random.nextFloat() < 0.7).map((table) => ({
    ...table,
    margin: { ...table.margin, unpairedInitial, unpairedMaintenance },
    families: table.families.map((family) =>
      family.payoff === 'linear' || family.options === null
        ? family
        : {
            ...family,
            options: { ...family.options, margin: { ...family.options.margin, coinLoss } },
          },
    ),
  }));
};

/** A small venue of thin accounts, whose index jumps about; everything it is told, from a seed. */
const live = (seed: number, rounds: number): { told: Event[]; hash: string } => {
  const random = createRandom(seed);
  const venue = new TestEngine();
  const told: Event[] = [];
  const tell = (command: Command): void => {
    told.push(...venue.apply(command));
  };
  venue.open(tablesOf(random));
  const accounts = Array.from({ length: people }, (_, i) => venue.account(`trader ${i}`));
  for (const account of accounts) {
    venue.deposit(account, Math.round(2e6 + 2e7 * random.nextFloat()));
    venue.deposit(account, Math.round(2e8 + 2e9 * random.nextFloat()), 'USDC');
  }
  const prices = new Map<IndexName, number>([
    ['btc_usd', 100_000],
    ['btc_usdc', 100_000],
  ]);
  for (let round = 0; round < rounds; round++) {
    venue.nowUs += 60_000_000 * Math.ceil(60 * random.nextFloat());
    tell({ type: 'pass-time' });
    for (let n = 0; n < 12; n++) cross(venue, accounts, random, told);
    for (const [name, price] of prices) {
      const jump = random.nextFloat() < 0.1 ? 0.08 : 0.004;
      const next = price * (1 + jump * (random.nextFloat() - 0.5));
      prices.set(name, next);
      told.push(...venue.index(name, next));
      if (random.nextFloat() < 0.3) {
        told.push(...venue.curve(name, next * 1.001, 0.3 + 0.5 * random.nextFloat()));
      }
    }
  }
  return { told, hash: venue.engine.stateHash() };
};

/** Two accounts trade one contract near its mark, if both can. */
const cross = (
  venue: TestEngine,
  accounts: readonly AccountId[],
  random: Random,
  told: Event[],
): void => {
  const listed = [...venue.instruments.values()].filter(
    ({ expiryUs }) => expiryUs === null || expiryUs > venue.nowUs,
  );
  const contract = listed[Math.floor(random.nextFloat() * listed.length)] as Instrument;
  const view = venue.engine
    .query('instruments', {})
    .find(({ instrument }) => instrument.id === contract.id);
  const mark = view?.mark?.markPrice ?? Number.NaN;
  if (!(mark > 0)) return;
  const tick = contract.tick.num / contract.tick.den;
  const ticks = Math.max(10, Math.round(mark / tick / 10) * 10);
  const most = contract.kind === 'option' ? 12 : 1_000;
  const lots = contract.sizeLotsMin * Math.ceil(most * random.nextFloat());
  for (const side of ['sell', 'buy'] as const) {
    const account = accounts[Math.floor(random.nextFloat() * people)] as AccountId;
    told.push(...venue.place(account, contract.id, side, lots, ticks));
  }
};

test('nothing that the venue tells or keeps depends on it', () => {
  let spared = 0;
  let warned = 0;
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const lossOf = vi.spyOn(MarkDrift.prototype, 'lossOf');
      const withDrift = live(seed, 40);
      spared += lossOf.mock.results.filter(({ value }) => (value as number) >= 0).length;
      lossOf.mockReturnValue(Number.NaN);
      const without = live(seed, 40);
      lossOf.mockRestore();
      warned += withDrift.told.filter(({ type }) => type === 'margin-warned').length;
      expect(withDrift.told).toEqual(without.told);
      expect(withDrift.hash).toBe(without.hash);
    }),
    { numRuns: 25 },
  );
  expect(spared).toBeGreaterThan(1000);
  expect(warned).toBeGreaterThan(20);
});
