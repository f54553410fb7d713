/** Exotic options against published tables, two methods each where there are two, and edges. */
import { expect, test } from 'vitest';
import {
  expectNear,
  type PublishedTable,
  publishedTables,
  type TableRow,
  valueOf,
} from '../testing/published-tables.ts';
import {
  asianLowerBound,
  asianLowerBoundDiscrete,
  turnbullWakeman,
  turnbullWakemanDiscrete,
} from './arithmetic-asian.ts';
import { type BarrierType, barrierPrice } from './barrier.ts';
import { assetOrNothing, cashOrNothing, gapOption } from './digital.ts';
import { doubleBarrierPrice, doubleNoTouchPrice, doubleTouchPrice } from './double-barrier.ts';
import { geometricAsian, geometricAsianDiscrete } from './geometric-asian.ts';
import { fixedLookback, floatingLookback } from './lookback.ts';
import { binaryBarrierPrice, noTouchPrice, touchPrice } from './touch.ts';

const termsOf = (row: TableRow) => ({
  spot: row.number('spot'),
  timeYears: row.number('timeYears'),
  volatility: row.number('volatility'),
  rate: row.number('rate'),
  yieldRate: row.number('yieldRate'),
});

const optionTypeOf = (row: TableRow) => row.text<'call' | 'put'>('optionType');

/** Every row of every table of a file, priced by the function of its method. */
function checkTables(
  name: string,
  methods: { readonly [method: string]: (row: TableRow, table: PublishedTable) => number },
): void {
  for (const table of publishedTables(name)) {
    const price = methods[table.method];
    if (price === undefined) {
      throw new Error(`no function for ${table.method}`);
    }
    table.rows.forEach((row, i) => {
      const where = `${table.source}, row ${i}`;
      expectNear(price(row, table), row.number('price'), table.tolerance, where);
    });
  }
}

test('barriers equal the published tables', () => {
  checkTables('barrier.json', {
    single: (row) =>
      valueOf(
        barrierPrice({
          ...termsOf(row),
          strike: row.number('strike'),
          barrier: row.number('barrier'),
          rebate: row.number('rebate'),
          optionType: optionTypeOf(row),
          barrierType: row.text<BarrierType>('barrierType'),
        }),
      ),
    double: (row) =>
      valueOf(
        doubleBarrierPrice({
          ...termsOf(row),
          strike: row.number('strike'),
          lowerBarrier: row.number('lowerBarrier'),
          upperBarrier: row.number('upperBarrier'),
          optionType: optionTypeOf(row),
          barrierType: row.text<'in' | 'out'>('barrierType'),
        }),
      ),
  });
});

/** The table's strike is the barrier: a put is touched from above, a call from below. */
const touchOf = (row: TableRow, cash: number) => ({
  ...termsOf(row),
  barrier: row.number('strike'),
  direction: optionTypeOf(row) === 'put' ? ('down' as const) : ('up' as const),
  cash,
});

test('digitals and touches equal the published tables', () => {
  const digitalOf = (row: TableRow) => ({
    ...termsOf(row),
    strike: row.number('strike'),
    optionType: optionTypeOf(row),
  });
  const atExpiry = (row: TableRow, payoff: { readonly cash: number } | 'asset') => {
    const down = optionTypeOf(row) === 'put';
    const knockIn = row.flag('knockIn');
    const barrierType = `${down ? 'down' : 'up'}-${knockIn ? 'in' : 'out'}` as const;
    const barrier = row.number('strike');
    return valueOf(binaryBarrierPrice({ ...termsOf(row), barrier, barrierType, payoff }));
  };
  const binary = (row: TableRow, payoff: { readonly cash: number } | 'asset') =>
    valueOf(
      binaryBarrierPrice({
        ...termsOf(row),
        barrier: row.number('barrier'),
        barrierType: row.text<BarrierType>('barrierType'),
        payoff,
        condition: { strike: row.number('strike'), optionType: optionTypeOf(row) },
      }),
    );
  checkTables('digital.json', {
    'cash-or-nothing': (row, { cash }) => valueOf(cashOrNothing({ ...digitalOf(row), cash })),
    'asset-or-nothing': (row) => valueOf(assetOrNothing(digitalOf(row))),
    gap: (row) =>
      valueOf(gapOption({ ...digitalOf(row), trigger: row.number('strike'), strike: 57 })),
    'touch-cash-at-hit': (row, { cash }) => valueOf(touchPrice(touchOf(row, cash))),
    'touch-asset-at-hit': (row) => {
      // Touched at once, the asset is worth the spot; else it comes at the barrier's level.
      const { direction, barrier } = touchOf(row, 0);
      const spot = row.number('spot');
      const touched = direction === 'down' ? spot <= barrier : spot >= barrier;
      return valueOf(touchPrice(touchOf(row, touched ? spot : barrier)));
    },
    'touch-cash-at-expiry': (row, { cash }) => atExpiry(row, { cash }),
    'touch-asset-at-expiry': (row) => atExpiry(row, 'asset'),
    'binary-cash': (row) => binary(row, { cash: row.number('cash') }),
    'binary-asset': (row) => binary(row, 'asset'),
    'double-touch': (row) => {
      const kind = row.text('kind');
      const corridor = {
        ...termsOf(row),
        lowerBarrier: row.number('lowerBarrier'),
        upperBarrier: row.number('upperBarrier'),
        cash: row.number('cash'),
      };
      if (kind === 'no-touch') {
        return valueOf(doubleNoTouchPrice(corridor));
      }
      const either = kind === 'touch';
      const side = either ? 'either' : kind === 'lower-first' ? 'lower' : 'upper';
      const payAt = either ? 'expiry' : 'hit';
      return valueOf(doubleTouchPrice({ ...corridor, side, payAt }));
    },
  });
});

test('lookbacks equal the published tables', () => {
  const common = (row: TableRow) => ({
    ...termsOf(row),
    extreme: row.number('extreme'),
    optionType: optionTypeOf(row),
  });
  checkTables('lookback.json', {
    floating: (row) => valueOf(floatingLookback(common(row))),
    fixed: (row) => valueOf(fixedLookback({ ...common(row), strike: row.number('strike') })),
  });
});

const fixingsOf = (first: number, last: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) =>
    count === 1 ? last : first + ((last - first) * i) / (count - 1),
  );

test('Asian options equal the published tables', () => {
  const discreteOf = (row: TableRow, first: number, end: number, yieldRate: number) => ({
    spot: row.number('spot'),
    strike: row.number('strike'),
    timeYears: end,
    volatility: row.number('volatility'),
    rate: row.number('rate'),
    yieldRate,
    optionType: optionTypeOf(row),
    fixingTimes: fixingsOf(first, end, row.number('fixings')),
  });
  checkTables('asian.json', {
    'geometric-continuous': (row) =>
      valueOf(
        geometricAsian({
          ...termsOf(row),
          strike: row.number('strike'),
          optionType: optionTypeOf(row),
        }),
      ),
    'geometric-discrete': (row) => {
      const end = row.number('timeYears');
      const first = end / row.number('fixings');
      const inputs = discreteOf(row, first, end, row.number('yieldRate'));
      return valueOf(geometricAsianDiscrete(inputs));
    },
    levy: (row) =>
      valueOf(
        turnbullWakeman({
          spot: row.number('spot'),
          strike: row.number('strike'),
          timeYears: row.number('length') - row.number('elapsed'),
          volatility: row.number('volatility'),
          rate: row.number('rate'),
          yieldRate: row.number('yieldRate'),
          optionType: optionTypeOf(row),
          averagedYears: row.number('elapsed'),
          averageSoFar: row.number('averageSoFar'),
        }),
      ),
    'turnbull-wakeman-discrete': (row) => {
      const yieldRate = row.number('rate') - row.number('carry');
      const inputs = discreteOf(row, row.number('firstFixing'), row.number('timeYears'), yieldRate);
      return valueOf(turnbullWakemanDiscrete(inputs));
    },
    'lower-bound-discrete': (row) => {
      const yieldRate = row.number('rate') - row.number('carry');
      const inputs = discreteOf(row, row.number('firstFixing'), row.number('timeYears'), yieldRate);
      return valueOf(asianLowerBoundDiscrete(inputs));
    },
    'monte-carlo-discrete': (row) => {
      const first = row.number('firstFixing');
      const inputs = discreteOf(row, first, first + row.number('length'), row.number('yieldRate'));
      return valueOf(asianLowerBoundDiscrete(inputs));
    },
  });
});

test('touches and no-touches add up to certain cash', () => {
  const inputs = {
    spot: 100,
    barrier: 93,
    timeYears: 0.7,
    volatility: 0.3,
    rate: 0.04,
    yieldRate: 0.01,
    cash: 10,
  };
  const touch = valueOf(touchPrice({ ...inputs, payAt: 'expiry' }));
  const noTouch = valueOf(noTouchPrice(inputs));
  expectNear(touch + noTouch, 10 * Math.exp(-0.04 * 0.7), 1e-13);
  expect(valueOf(touchPrice(inputs))).toBeGreaterThan(touch);
});

test('the lower bound of an Asian option is below and near the truth', () => {
  // Linetsky (2004), Spectral Expansions for Asian Options, table 3: exact to all digits shown.
  const cases = [
    [0.02, 0.1, 1, 2, 0.0559860415],
    [0.18, 0.3, 1, 2, 0.2183875466],
    [0.0125, 0.25, 2, 2, 0.172268741],
    [0.05, 0.5, 1, 1.9, 0.1931737903],
    [0.05, 0.5, 1, 2, 0.2464156905],
    [0.05, 0.5, 1, 2.1, 0.3062203648],
    [0.05, 0.5, 2, 2, 0.350095219],
  ] as const;
  for (const [rate, volatility, timeYears, spot, truth] of cases) {
    const inputs = {
      spot,
      strike: 2,
      timeYears,
      volatility,
      rate,
      yieldRate: 0,
      optionType: 'call' as const,
    };
    const bound = valueOf(asianLowerBound(inputs));
    expect(bound).toBeLessThan(truth);
    expectNear(bound, truth, 1e-3 * truth);
    expectNear(valueOf(turnbullWakeman(inputs)), truth, 3e-2 * truth);
    expect(valueOf(geometricAsian(inputs))).toBeLessThan(bound);
  }
});
