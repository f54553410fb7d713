// The waterfall model finds a venue that goes by other values than its tables say, parameter by
// parameter, and has nothing to say of one that goes by them.
import {
  type Cash,
  type Command,
  type ContractTable,
  type Event,
  type LiquidationParameters,
  recommendedLiquidation,
  type Seq,
  type StateMachine,
  type TsUs,
} from '@openstrike/domain';
import { createEngine } from '@openstrike/engine';
import { describe, expect, test } from 'vitest';
import {
  LiquidationVenue,
  leveraged,
  liquidationStory,
} from '../../../packages/engine/src/testing/liquidation-venue.ts';
import { testTables } from '../../../packages/engine/src/testing/test-tables.ts';
import { Coverage } from '../coverage.ts';
import { Auditor } from './auditor.ts';

const shipped = recommendedLiquidation;
const seeds = 12;

const tablesWith = (change: Partial<LiquidationParameters>): readonly ContractTable[] =>
  testTables.map((table) => ({ ...table, liquidation: { ...shipped, ...change } }));

/** An engine that may take every table for one with the values as shipped. */
const machine = (deaf: boolean): StateMachine => {
  const engine = createEngine();
  if (!deaf) return engine;
  const apply = (command: Command, seq: Seq, tsUs: TsUs): readonly Event[] =>
    engine.apply(
      command.type === 'configure' ? { ...command, tables: tablesWith({}) } : command,
      seq,
      tsUs,
    );
  return new Proxy(engine, {
    get: (target, name) => {
      if (name === 'apply') return apply;
      const value: unknown = target[name as keyof StateMachine];
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
};

class AuditedVenue extends LiquidationVenue {
  readonly auditor: Auditor;

  constructor(deaf: boolean) {
    super();
    this.engine = machine(deaf);
    this.auditor = new Auditor(machine(deaf), new Coverage());
  }

  override apply(command: Command): readonly Event[] {
    const events = super.apply(command);
    const stamps = { seq: this.seq as Seq, tsUs: this.nowUs as TsUs };
    this.auditor.take({ ...stamps, command, events });
    return events;
  }
}

/** What the auditor says of some stories under such tables; nothing where it has none to say. */
const saidOf = (change: Partial<LiquidationParameters>, deaf: boolean): string => {
  for (let seed = 1; seed <= seeds; seed++) {
    try {
      liquidationStory(seed, tablesWith(change), new AuditedVenue(deaf));
    } catch (error) {
      return (error as Error).message;
    }
  }
  return '';
};

const { clock, fee, fundStress } = shipped;

test.each<[string, Partial<LiquidationParameters>]>([
  ['warnings are at the ratios of the table', { warnings: [0.6, 0.75, 0.9] }],
  ['warnings are at the ratios of the table', { warningsApart: 0.3 }],
  ['steps are as far apart as the table says', { stepSeconds: 5 }],
  ['hedges are at most those of the table', { hedgeStepsMax: 3 }],
  ['liquidations trade near the mark', { hedgeBand: 0.0005 }],
  ['no slice is sold below the clock', { clock: { ...clock, secondSeconds: 5400 } }],
  ['no slice is sold below the clock', { clock: { ...clock, start: 1, turn: 1 } }],
  ['answers stay sealed', { sealedSeconds: 200 }],
  ['the fee of a slice is that of the table', { fee: { ...fee, rate: 0.0002 } }],
  ['the fee of a slice is that of the table', { fee: { ...fee, equityShareMax: 0.9 } }],
  ['a slice restores the buffer', { buffer: 0.4 }],
  ['a hedge takes its share of the delta', { hedgeShareMax: 0.02 }],
  ['a hedge takes its share of the depth', { hedgeDepthShareMax: 0.01 }],
])('%s: %j', (rule, change) => {
  expect(saidOf(change, false)).toBe('');
  expect(saidOf(change, true)).toContain(rule);
});

test.each<[number, Partial<LiquidationParameters>]>([
  [98_500, { clock: { ...clock, secondSeconds: 1_000 } }],
  [97_000, { insolventSeconds: 1_000 }],
])('nobody is closed out before the auction has run its time: at %d, %j', (price, change) => {
  const closeOut = (deaf: boolean): void => {
    const { venue } = leveraged(4_000_000, tablesWith(change), new AuditedVenue(deaf));
    venue.index('btc_usd', price);
    venue.seconds(1_100);
    expect(venue.of('liquidation-ended')).toHaveLength(1);
  };
  closeOut(false);
  expect(() => closeOut(true)).toThrow('auctions run as long as the table says');
});

test.each<Partial<LiquidationParameters>>([
  { fundStress: { ...fundStress, accounts: 1 } },
  { fundStress: { ...fundStress, moves: [-0.1, 0.1] } },
])('a fund aims at what the table says: %j', (change) => {
  const audit = (deaf: boolean): void => {
    const venue = new AuditedVenue(deaf);
    const { short } = leveraged(4_000_000, tablesWith(change), venue);
    const other = venue.account('other');
    venue.deposit(other, 1e8);
    const { id } = venue.instrument('BTC-PERPETUAL');
    venue.place(short, id, 'sell', 100_000, 200_000);
    venue.place(other, id, 'buy', 100_000, 200_000);
    venue.auditor.audit();
  };
  audit(false);
  expect(() => audit(true)).toThrow('a fund aims at the largest stressed shortfalls');
});

describe('where nobody can pay', () => {
  /** A bankrupt account whose other side has gained nothing, beside a fund of so much. */
  const bankrupt = (fund: number) => {
    const venue = new AuditedVenue(false);
    const { long, short } = leveraged(4_000_000, testTables, venue);
    const late = venue.account('late');
    venue.deposit(late, 100 * 1e8);
    venue.index('btc_usd', 97_000);
    const { id } = venue.instrument('BTC-PERPETUAL');
    venue.place(short, id, 'buy', 400_000, 194_000);
    venue.place(late, id, 'sell', 400_000, 194_000);
    if (fund > 0) {
      venue.apply({ type: 'seed-insurance', currency: 'BTC', amount: fund as Cash });
    }
    venue.told.length = 0;
    return { venue, long };
  };

  test('a liquidation ends in a debt, its positions stay, and it begins anew', () => {
    const { venue, long } = bankrupt(0);
    venue.seconds(310);
    const [ended] = venue.of('liquidation-ended');
    expect(ended).toMatchObject({ accountId: long, outcome: 'debt' });
    expect(ended?.state.netEquity).toBeLessThan(0);
    expect(ended?.state.maintenance).toBeGreaterThan(0);
    expect(venue.of('deleveraged')).toEqual([]);
    expect(venue.engine.query('positions', { accountId: long })).toMatchObject([
      { sizeLots: 400_000 },
    ]);
    venue.told.length = 0;
    venue.index('btc_usd', 97_000);
    expect(venue.of('liquidation-started')).toMatchObject([{ accountId: long }]);
  });

  test('whatever the fund can pay shrinks the shortfall, so the account is closed', () => {
    const { venue, long } = bankrupt(1_000);
    venue.seconds(310);
    expect(venue.of('liquidation-stepped')).toMatchObject([
      { kind: 'deleveraging', fromFund: 1_000 },
    ]);
    expect(venue.of('liquidation-ended')).toMatchObject([
      { outcome: 'debt', state: { maintenance: 0 } },
    ]);
    expect(venue.engine.query('positions', { accountId: long })).toMatchObject([{ sizeLots: 0 }]);
  });
});

test("the fee of a cross account's slice is of whole units of each leg's currency", () => {
  // Low enough not to meet its share of equity.
  const tables = tablesWith({ fee: { ...shipped.fee, rate: 0.0035 } });
  for (let round = 0; round < 20; round++) {
    const venue = new AuditedVenue(false);
    venue.open(tables);
    const long = venue.account('long');
    const rich = venue.account('rich');
    venue.deposit(long, 0.022e8);
    venue.deposit(rich, 1_000e8);
    venue.deposit(rich, 100_000_000e6, 'USDC');
    venue.apply({ type: 'set-provider', accountId: rich, provider: true });
    venue.apply({ type: 'change-margin-model', accountId: long, model: 'cross-standard' });
    const future = [...venue.instruments.keys()].find((name) => /^BTC-\d\w+$/.test(name)) ?? '';
    for (const [name, lots, ticks] of [
      ['BTC-PERPETUAL', 1_500 + 7 * round, 200_000],
      [future, 1_500 + 11 * round, 200_000],
      // It owes the stablecoin, so its liquidation is told in it.
      ['BTC_USDC-PERPETUAL', 500, 100_000],
    ] as const) {
      const { id } = venue.instrument(name);
      venue.place(rich, id, 'sell', lots, ticks);
      venue.place(long, id, 'buy', lots, ticks);
    }
    for (const index of ['btc_usd', 'btc_usdc'] as const) venue.index(index, 98_300);
    venue.curve('btc_usd', 98_300, 0.5);
    venue.seconds(12);
    const [started] = venue.of('liquidation-started');
    expect(started).toMatchObject({ currency: 'USDC' });
    venue.apply({
      type: 'answer-liquidation',
      accountId: rich,
      liquidationId: started?.liquidationId as number,
      price: 0.98,
      shareMax: 0.3,
    });
    venue.seconds(4);
    expect(venue.of('liquidation-stepped')[0]).toMatchObject({ kind: 'slice' });
  }
});
