// Ratio spread: an account whose margin hangs on the rates for calls sold beyond those held, and
// tables that differ in them alone.
import type { AccountId, ContractTable, Instrument } from '@openstrike/domain';
import { TestEngine } from './test-engine.ts';
import { testTables } from './test-tables.ts';

/** The test tables with other rates, and a version of their own. */
export const tablesWith = (
  unpairedInitial: number,
  unpairedMaintenance: number,
): readonly ContractTable[] =>
  testTables.map((table) => ({
    ...table,
    version: Math.round(100 * unpairedInitial),
    margin: { ...table.margin, unpairedInitial, unpairedMaintenance },
  }));

export const linearCall = (venue: TestEngine, strike: number): Instrument => {
  const found = [...venue.instruments.values()].find(
    (each) => each.payoff === 'linear' && each.optionType === 'call' && each.strike === strike,
  );
  if (found === undefined) throw new Error(`no linear call at ${strike}`);
  return found;
};

/** The mark, on the grid of prices. */
export const markTicks = (venue: TestEngine, { id, tick }: Instrument): number => {
  const views = venue.engine.query('instruments', {});
  const mark = views.find(({ instrument }) => instrument.id === id)?.mark?.markPrice ?? 0;
  return Math.round((mark * tick.den) / tick.num / 10) * 10;
};

/** Calls of 30 coins sold and of 29 held, at two strikes: one coin is sold beyond those held. */
export const ratioSpread = (
  tables: readonly ContractTable[],
  venue: TestEngine = new TestEngine(),
): { readonly venue: TestEngine; readonly own: AccountId } => {
  venue.open(tables);
  const own = venue.account('own');
  const other = venue.account('other');
  for (const id of [own, other]) venue.deposit(id, 5e12, 'USDC');
  const low = linearCall(venue, 100_000);
  const high = linearCall(venue, 105_000);
  venue.place(other, high.id, 'sell', 2900, markTicks(venue, high));
  venue.place(own, high.id, 'buy', 2900, markTicks(venue, high));
  venue.place(other, low.id, 'buy', 3000, markTicks(venue, low));
  venue.place(own, low.id, 'sell', 3000, markTicks(venue, low));
  return { venue, own };
};

/** Micro-dollars: 30 coins lose at most 5,000 dollars each, and a forward of 100,000 is charged. */
export const largestLoss = (rate: number): number => (30 * 5_000 + rate * 100_000) * 1e6;
