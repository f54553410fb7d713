// Properties of the whole engine over random command streams: books never cross, nothing is made or
// lost, margins are what they would be computed afresh, and an engine that was stopped, saved and
// restored goes on as if it never had been.
import { createNaiveMatcher } from '@openstrike/book';
import {
  type AccountSummary,
  type Command,
  currencies,
  type Event,
  type Seq,
  type TsUs,
} from '@openstrike/domain';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createEngine } from './engine.ts';
import { RandomCommands } from './testing/random-commands.ts';
import { startUs, TestEngine } from './testing/test-engine.ts';

const summariesOf = (engine: TestEngine['engine']): AccountSummary[] =>
  engine.query('accounts', {}).flatMap(({ accountId }) =>
    currencies.map((currency) => {
      const summary = engine.query('account-summary', { accountId, currency });
      if (typeof summary === 'string') throw new Error(summary);
      return summary;
    }),
  );

const checkBooks = ({ engine }: TestEngine): void => {
  for (const { instrument } of engine.query('instruments', {})) {
    const book = engine.query('book', { instrumentId: instrument.id });
    const bid = book?.bids[0]?.[0] ?? 0;
    const ask = book?.asks[0]?.[0] ?? Number.POSITIVE_INFINITY;
    expect(bid).toBeLessThan(ask);
  }
};

const checkMoney = ({ engine }: TestEngine): void => {
  for (const { debitsLessCredits } of engine.query('ledger-totals', {})) {
    expect(debitsLessCredits).toBe(0n);
  }
};

const checkPositions = ({ engine }: TestEngine): void => {
  const sums = new Map<number, number>();
  const longs = new Map<number, number>();
  for (const { accountId } of engine.query('accounts', {})) {
    for (const { instrumentId, sizeLots } of engine.query('positions', { accountId })) {
      sums.set(instrumentId, (sums.get(instrumentId) ?? 0) + sizeLots);
      longs.set(instrumentId, (longs.get(instrumentId) ?? 0) + Math.max(sizeLots, 0));
    }
  }
  for (const { instrument, openInterestLots } of engine.query('instruments', {})) {
    expect(sums.get(instrument.id) ?? 0).toBe(0);
    expect(openInterestLots).toBe(longs.get(instrument.id) ?? 0);
  }
};

const checkMargins = ({ engine }: TestEngine): void => {
  for (const summary of summariesOf(engine)) {
    expect(summary.initialMargin).toBeGreaterThanOrEqual(summary.maintenanceMargin);
    expect(summary.maintenanceMargin).toBeGreaterThanOrEqual(0);
    expect(summary.openOrdersMargin).toBeGreaterThanOrEqual(0);
    expect(Number.isSafeInteger(summary.initialMargin)).toBe(true);
  }
};

const checkReduceOnly = ({ engine }: TestEngine): void => {
  const sizes = new Map<string, number>();
  for (const { accountId } of engine.query('accounts', {})) {
    for (const { instrumentId, sizeLots } of engine.query('positions', { accountId })) {
      sizes.set(`${accountId}:${instrumentId}`, sizeLots);
    }
  }
  for (const order of engine.query('open-orders', { accountId: null })) {
    if (order.reduceOnly && order.status === 'open') {
      const held = sizes.get(`${order.accountId}:${order.instrumentId}`) ?? 0;
      const reducible = order.side === 'sell' ? held : -held;
      expect(order.sizeLots - order.filledLots).toBeLessThanOrEqual(reducible);
    }
  }
};

const seeds = fc.integer({ min: 1, max: 1_000_000 });

/** Monday morning, or the Friday of an expiry at 07:25, to be lived through within a stream. */
const starts = fc.constantFrom(startUs, startUs + 3 * 86_400e6 + 77_100e6);

test('books, money, positions and margins hold after every stretch of commands', () => {
  fc.assert(
    fc.property(seeds, starts, (seed, start) => {
      const engine = new TestEngine(start);
      const source = new RandomCommands(seed, { stepUs: 8_000_000 });
      source.prepare(engine);
      for (let i = 0; i < 600; i++) {
        engine.apply(source.next(engine));
        checkMoney(engine);
        if (i % 20 === 0) {
          checkBooks(engine);
          checkPositions(engine);
          checkMargins(engine);
          checkReduceOnly(engine);
        }
      }
    }),
    { numRuns: 12, seed: 20260921 },
  );
});

test('a restored engine goes on exactly as the one that never stopped', () => {
  fc.assert(
    fc.property(seeds, starts, fc.integer({ min: 50, max: 600 }), (seed, start, stop) => {
      const engine = new TestEngine(start);
      const stepUs = start === startUs ? 120_000_000 : 8_000_000;
      const source = new RandomCommands(seed, { stepUs });
      source.prepare(engine);
      for (let i = 0; i < stop; i++) {
        engine.apply(source.next(engine));
      }
      const copy = engine.copy(createNaiveMatcher);
      expect(copy.engine.stateHash()).toBe(engine.engine.stateHash());
      expect(summariesOf(copy.engine)).toEqual(summariesOf(engine.engine));
      for (let i = 0; i < 300; i++) {
        const command = source.next(engine);
        copy.nowUs = engine.nowUs;
        expect(copy.apply(command)).toEqual(engine.apply(command));
      }
      expect(copy.engine.stateHash()).toBe(engine.engine.stateHash());
    }),
    { numRuns: 12, seed: 20260921 },
  );
});

test('a replay that tells nothing and looks ahead reaches the same state', () => {
  class Taped extends TestEngine {
    readonly silent = createEngine();
    readonly #named: Command[] = [];

    override apply(command: Command): readonly Event[] {
      const events = super.apply(command);
      // Most of what it is told of has been done already, and some of it is gone.
      this.#named.push(command);
      this.silent.foresee?.(this.#named.slice(-16));
      this.silent.replay?.(command, this.seq as Seq, this.nowUs as TsUs);
      return events;
    }
  }
  fc.assert(
    fc.property(seeds, starts, (seed, start) => {
      const engine = new Taped(start);
      const source = new RandomCommands(seed, { stepUs: 8_000_000 });
      source.prepare(engine);
      for (let i = 0; i < 500; i++) {
        engine.apply(source.next(engine));
      }
      expect(engine.silent.stateHash()).toBe(engine.engine.stateHash());
    }),
    { numRuns: 8, seed: 20261127 },
  );
});

test('while marks rest, no order takes funds that are not there', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const engine = new TestEngine();
      const source = new RandomCommands(seed, { stepUs: 1_000, marketShare: 0 });
      source.prepare(engine);
      for (const { accountId, currency, availableWithdrawalFunds } of summariesOf(engine.engine)) {
        const amount = Math.floor(0.9 * availableWithdrawalFunds) as never;
        const reference = `out ${accountId} ${currency}`;
        engine.apply({ type: 'withdraw', accountId, currency, amount, reference });
      }
      for (let i = 0; i < 300; i++) {
        engine.apply(source.next(engine));
        for (const { availableFunds, balance } of summariesOf(engine.engine)) {
          // Orders that only reduce may pay for it, and resting futures may stand beyond the mark.
          expect(availableFunds).toBeGreaterThanOrEqual(-0.001 * balance);
        }
      }
    }),
    { numRuns: 6, seed: 20260921 },
  );
});

test('a refused command changes nothing', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const engine = new TestEngine();
      const source = new RandomCommands(seed, { stepUs: 0, marketShare: 0.02 });
      source.prepare(engine);
      for (let i = 0; i < 120; i++) {
        const before = engine.copy();
        const command = source.next(engine);
        const events = engine.apply(command);
        const refused = events.length === 1 && events[0]?.type === 'command-rejected';
        const keyed = command.type === 'place-order' && command.clientKey !== null;
        if (refused && !keyed) {
          before.nowUs = engine.nowUs;
          before.apply({ type: 'pass-time' });
          expect(engine.engine.stateHash()).toBe(before.engine.stateHash());
        }
      }
    }),
    { numRuns: 2, seed: 20260921 },
  );
});
