import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkContractTable } from './check-contract-table.ts';
import { recommendedLiquidation } from './liquidation-parameters.ts';
import { recommendedMargin } from './recommended-margin.ts';
import { countSteps, decimalStep, resolveInstrument } from './resolve-instrument.ts';
import type { InstrumentId, TsUs } from './units.ts';

const fees = {
  makerRate: 0.0003,
  takerRate: 0.0003,
  deliveryRate: 0.00015,
  premiumCapRate: 0.125,
  deliveryFreeTenors: ['day'],
};
const futureFees = { ...fees, premiumCapRate: null };
const calendar = { days: 3, weeks: 3, months: 3, quarters: 4 };
const options = {
  tickSize: 0.0001,
  tickSteps: [{ abovePrice: 0.005, tickSize: 0.0005 }],
  amountMin: 0.1,
  amountMax: 500,
  contractSize: 1,
  fees,
  calendar,
  strikeGrid: [
    { daysMax: 14, step: 500 },
    { daysMax: null, step: 5000 },
  ],
  deltaMin: 0.05,
  atmNeighbours: 3,
  bandMin: 0.04,
  bandPerDelta: 0.1,
  margin: { initialRate: 0.15, initialRateMin: 0.1, maintenanceRate: 0.075 },
};
const futures = {
  tickSize: 0.5,
  amountMin: 10,
  amountMax: 1_000_000,
  contractSize: 10,
  fees: futureFees,
  calendar,
  bandRate: 0.02,
  margin: { initialRate: 0.02, maintenanceRate: 0.01, ratePerCoin: 0.00005 },
};
const { calendar: _, ...perpetualBase } = futures;
const perpetual = {
  ...perpetualBase,
  fundingDeadband: 0.00025,
  fundingRateMax: 0.005,
  basisMax: 0.005,
};
const family = {
  name: 'BTC',
  listed: true,
  payoff: 'inverse',
  indexName: 'btc_usd',
  settlementCurrency: 'BTC',
  options,
  futures,
  perpetual,
};
const margin = recommendedMargin('BTC');
const liquidation = recommendedLiquidation;
const table = { underlying: 'BTC', version: 1, margin, liquidation, families: [family] };

const pathsOf = (value: unknown): readonly string[] => {
  const result = checkContractTable(value);
  return result.ok ? [] : result.error.map((problem) => problem.path);
};
const withOptions = (change: object): unknown => ({
  ...table,
  families: [{ ...family, options: { ...options, ...change } }],
});
const { clock, fundStress } = liquidation;
const withLiquidation = (change: object): unknown => ({
  ...table,
  liquidation: { ...liquidation, ...change },
});
const withStress = (change: object): unknown => ({
  ...table,
  margin: { ...margin, stress: { ...margin.stress, ...change } },
});
/** With options that offset each other, but for the change of the futures' margin. */
const withCover = (coversOptions: unknown, change: object = {}): unknown => {
  const coinLoss = { initialHaircut: 0.1, maintenanceHaircut: 0.05 };
  const own = { ...options, margin: { ...options.margin, coinLoss } };
  const covering = { ...futures, margin: { ...futures.margin, coversOptions } };
  return { ...table, families: [{ ...family, options: own, futures: covering, ...change }] };
};
const withPerpetual = (change: object): unknown => ({
  ...table,
  families: [{ ...family, perpetual: { ...perpetual, ...change } }],
});

describe('checkContractTable', () => {
  test('passes a sound table, whole', () => {
    expect(checkContractTable(table)).toEqual({ ok: true, value: table });
  });

  test('passes futures that cover options which offset each other', () => {
    expect(pathsOf(withCover(true))).toEqual([]);
  });

  test('writes out a liquidation section that is left out, as shipped', () => {
    const { liquidation: _left, ...older } = table;
    expect(checkContractTable(older)).toEqual({ ok: true, value: table });
  });

  test.each([
    [withOptions({ tickSize: 0 }), 'families[0].options.tickSize'],
    [withOptions({ tickSize: 1e-13 }), 'families[0].options.tickSize'],
    [withOptions({ tickSize: '0.1' }), 'families[0].options.tickSize'],
    [withOptions({ amountMax: 0.25 }), 'families[0].options.amountMax'],
    [withOptions({ amountMax: 1e9 }), 'families[0].options.amountMax'],
    [withOptions({ contractSize: 0.03 }), 'families[0].options.contractSize'],
    [withOptions({ bandMni: 1 }), 'families[0].options.bandMni'],
    [withOptions({ deltaMin: 0.5 }), 'families[0].options.deltaMin'],
    [withOptions({ strikeGrid: [] }), 'families[0].options.strikeGrid'],
    [
      withOptions({ strikeGrid: [{ daysMax: 3, step: 1 }] }),
      'families[0].options.strikeGrid[0].daysMax',
    ],
    [
      withOptions({ strikeGrid: [{ daysMax: null, step: -1 }] }),
      'families[0].options.strikeGrid[0].step',
    ],
    [withOptions({ calendar: { ...calendar, days: -1 } }), 'families[0].options.calendar.days'],
    [withOptions({ fees: { ...fees, makerRate: -0.001 } }), 'families[0].options.fees.makerRate'],
    [
      withOptions({ fees: { ...fees, deliveryFreeTenors: ['year'] } }),
      'families[0].options.fees.deliveryFreeTenors',
    ],
    [
      withOptions({ margin: { ...options.margin, maintenanceRate: 0.2 } }),
      'families[0].options.margin.maintenanceRate',
    ],
    [
      withOptions({ tickSteps: [{ abovePrice: 0.005, tickSize: 0.00015 }] }),
      'families[0].options.tickSteps[0].tickSize',
    ],
    [
      withOptions({ tickSteps: [{ abovePrice: 0.0003, tickSize: 0.0005 }] }),
      'families[0].options.tickSteps[0].abovePrice',
    ],
    [withCover('yes'), 'families[0].futures.margin.coversOptions'],
    [withCover(true, { options }), 'families[0].futures.margin.coversOptions'],
    [withCover(true, { options: null }), 'families[0].futures.margin.coversOptions'],
    [
      withPerpetual({ margin: { ...perpetual.margin, coversOptions: true } }),
      'families[0].perpetual.margin.coversOptions',
    ],
    [withPerpetual({ amountMax: 1e12 }), 'families[0].perpetual.amountMax'],
    [withPerpetual({ fees }), 'families[0].perpetual.fees.premiumCapRate'],
    [
      withPerpetual({ margin: { ...perpetual.margin, initialRate: 0.005 } }),
      'families[0].perpetual.margin.maintenanceRate',
    ],
    [withPerpetual({ basisMax: Number.NaN }), 'families[0].perpetual.basisMax'],
    [withStress({ dailyVolatility: 0 }), 'margin.stress.dailyVolatility'],
    [withStress({ decay: 1 }), 'margin.stress.decay'],
    [withStress({ days: 2.5 }), 'margin.stress.days'],
    [withStress({ days: 100_000 }), 'margin.stress.days'],
    [withStress({ riseMax: 0.9 }), 'margin.stress.riseMax'],
    [withStress({ rise: 2 }), 'margin.stress.rise'],
    [{ ...table, margin: { ...margin, stress: null } }, 'margin.stress'],
    [withLiquidation({ warnings: [0.9, 0.8] }), 'liquidation.warnings'],
    [withLiquidation({ warnings: [0.5, 1.1] }), 'liquidation.warnings'],
    [withLiquidation({ warnings: '0.5' }), 'liquidation.warnings'],
    [withLiquidation({ warnings: [0.3], warningsApart: 0.3 }), 'liquidation.warningsApart'],
    [withLiquidation({ stepSeconds: 0 }), 'liquidation.stepSeconds'],
    [withLiquidation({ stepSeconds: 1.5 }), 'liquidation.stepSeconds'],
    [withLiquidation({ watchRounds: 0 }), 'liquidation.watchRounds'],
    [withLiquidation({ hedgeBand: -0.1 }), 'liquidation.hedgeBand'],
    [withLiquidation({ hedgeStepsMax: -1 }), 'liquidation.hedgeStepsMax'],
    [withLiquidation({ clock: { ...clock, turn: 0.99 } }), 'liquidation.clock.turn'],
    [withLiquidation({ clock: { ...clock, secondSeconds: 0 } }), 'liquidation.clock.secondSeconds'],
    [withLiquidation({ clock: { ...clock, start: 1.01 } }), 'liquidation.clock.start'],
    [withLiquidation({ clock: null }), 'liquidation.clock'],
    [withLiquidation({ sealedSeconds: 600 }), 'liquidation.sealedSeconds'],
    [withLiquidation({ insolventSeconds: 2 }), 'liquidation.sealedSeconds'],
    [
      withLiquidation({ fee: { ...liquidation.fee, equityShareMax: 1 } }),
      'liquidation.fee.equityShareMax',
    ],
    // A word that every object knows is no setting either.
    [
      withLiquidation({ fee: { ...liquidation.fee, constructor: 1 } }),
      'liquidation.fee.constructor',
    ],
    [withLiquidation({ fundStress: { ...fundStress, moves: [] } }), 'liquidation.fundStress.moves'],
    [
      withLiquidation({ fundStress: { ...fundStress, moves: [-1] } }),
      'liquidation.fundStress.moves',
    ],
    [
      withLiquidation({ fundStress: { ...fundStress, accounts: 0 } }),
      'liquidation.fundStress.accounts',
    ],
    [withLiquidation({ fundStress: undefined }), 'liquidation.fundStress'],
    [withLiquidation({ bufer: 1 }), 'liquidation.bufer'],
    [{ ...table, liquidation: null }, 'liquidation'],
    [{ ...table, version: 0 }, 'version'],
    [{ ...table, underlying: 'DOGE' }, 'underlying'],
    [{ ...table, families: [] }, 'families'],
    [{ ...table, families: [family, family] }, 'families[1].name'],
    [{ ...table, families: [{ ...family, payoff: 'linear' }] }, 'families[0].name'],
    [{ ...table, families: [{ ...family, listed: 'yes' }] }, 'families[0].listed'],
    [{ ...table, families: [{ ...family, futures: undefined }] }, 'families[0].futures'],
    [null, ''],
  ])('names the place of a fault (%#)', (value, path) => {
    expect(pathsOf(value)).toContain(path);
  });

  test('finds every problem at once', () => {
    const paths = pathsOf(withOptions({ tickSize: -1, deltaMin: 2, atmNeighbours: 0.5 }));
    expect(paths).toEqual(
      expect.arrayContaining([
        'families[0].options.deltaMin',
        'families[0].options.atmNeighbours',
        'families[0].options.tickSize',
      ]),
    );
  });

  test('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        checkContractTable(value);
        checkContractTable({ ...table, families: [value] });
        checkContractTable({ ...table, liquidation: value });
        checkContractTable(withLiquidation({ clock: value, warnings: value, fundStress: value }));
        checkContractTable(withLiquidation({ warnings: [value], sealedSeconds: value }));
        checkContractTable(withOptions(typeof value === 'object' && value !== null ? value : {}));
        checkContractTable({ ...table, families: [{ ...family, options: value }] });
      }),
    );
  });

  test('a table that passes keeps the largest order within exact integers', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 0.5, 0.1, 0.05, 0.01, 0.001, 0.0001, 0.00005),
        fc.constantFrom(10, 1, 0.1, 0.01, 0.001, 0.0001),
        fc.integer({ min: 1, max: 10_000_000 }),
        (tickSize, amountMin, count) => {
          const amountMax = Number((amountMin * count).toFixed(6));
          const sizes = { tickSize, tickSteps: [], amountMin, amountMax, contractSize: amountMin };
          const checked = checkContractTable(withOptions(sizes));
          if (!checked.ok) {
            return;
          }
          const instrument = resolveInstrument(
            'BTC',
            checked.value.families[0] as (typeof checked.value.families)[0],
            { kind: 'option', expiryUs: 0 as TsUs, tenor: 'day', strike: 1, optionType: 'put' },
            1 as InstrumentId,
            0 as TsUs,
          );
          expect(instrument.sizeLotsMax).toBe(count);
          const ticks = Math.ceil(200 / tickSize);
          expect(ticks * instrument.sizeLotsMax * 50 * instrument.cashPerTickLot).toBeLessThan(
            2 ** 53,
          );
        },
      ),
    );
  });
});

describe('exact decimals', () => {
  test('a decimal is read from its text', () => {
    expect(decimalStep(0.0005)).toEqual({ num: 1, den: 2000 });
    expect(decimalStep(1e-7)).toEqual({ num: 1, den: 10_000_000 });
    expect(decimalStep(2.5e-7)).toEqual({ num: 1, den: 4_000_000 });
    expect(decimalStep(10)).toEqual({ num: 10, den: 1 });
    expect(decimalStep(1e21)).toBeNull();
    expect(decimalStep(0)).toBeNull();
    expect(decimalStep(-1)).toBeNull();
    expect(decimalStep(Number.NaN)).toBeNull();
    expect(decimalStep(1e-300)).toBeNull();
  });

  test('counts are whole or nothing', () => {
    expect(countSteps(0.3, { num: 1, den: 10 })).toBe(3);
    expect(countSteps(0.35, { num: 1, den: 10 })).toBeNull();
    expect(countSteps(500, { num: 1, den: 10 })).toBe(5000);
  });

  test('a decimal divided back is the same double', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_999_999 }), fc.nat(9), (digits, places) => {
        const value = Number(`${digits}e-${places}`);
        const step = decimalStep(value);
        expect(step === null ? null : step.num / step.den).toBe(value);
      }),
    );
  });
});
