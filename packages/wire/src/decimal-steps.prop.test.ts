// Decimals and steps: what is rendered reads back, what lies between two steps is refused, and a
// client's own rounding noise is neither.
import { fromSteps, type PriceTicks, type SizeLots, type Step } from '@openstrike/domain';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  amountOf,
  cashOf,
  contractsOf,
  lotsOf,
  lotsOfContracts,
  moneyOf,
  priceOf,
  stepsOf,
  ticksOf,
} from './decimal-steps.ts';
import { btcOption, btcPerpetual, sampleInstruments } from './testing/samples.ts';

const steps: readonly Step[] = [
  { num: 1, den: 10_000 },
  { num: 5, den: 10_000 },
  { num: 1, den: 2 },
  { num: 1, den: 20 },
  { num: 1, den: 3 },
  { num: 10, den: 1 },
  { num: 1, den: 1e8 },
];
const anyStep = fc.constantFrom(...steps);
const anyCount = fc.integer({ min: -(2 ** 31), max: 2 ** 31 });

const spacing = (value: number): number => 2 ** (Math.floor(Math.log2(Math.abs(value) || 1)) - 52);

test('a count of steps reads back from its decimal, as a number and as JSON text', () => {
  fc.assert(
    fc.property(anyCount, anyStep, (count, step) => {
      const decimal = fromSteps(count, step);
      expect(stepsOf(decimal, step)).toBe(count);
      expect(stepsOf(JSON.parse(JSON.stringify(decimal)) as number, step)).toBe(count);
    }),
  );
});

test('noise of two units in the last place means the same step', () => {
  fc.assert(
    fc.property(anyCount, anyStep, fc.constantFrom(-2, -1, 1, 2), (count, step, units) => {
      fc.pre(count !== 0);
      const decimal = fromSteps(count, step);
      expect(stepsOf(decimal + units * spacing(decimal), step)).toBe(count);
    }),
  );
  expect(stepsOf(0.1 + 0.2, { num: 1, den: 10 })).toBe(3);
  expect(stepsOf(0.0005 * 105, { num: 1, den: 10_000 })).toBe(525);
});

test('a decimal between two steps is refused', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -1e6, max: 1e6 }),
      anyStep,
      fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true }),
      (count, step, part) => {
        expect(stepsOf(((count + part) * step.num) / step.den, step)).toBeNull();
      },
    ),
  );
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 1e300]) {
    expect(stepsOf(value, { num: 1, den: 10_000 })).toBeNull();
  }
});

test('above a step of the tick grid only its multiples are prices', () => {
  expect(ticksOf(0.0049, btcOption)).toBe(49);
  expect(ticksOf(0.005, btcOption)).toBe(50);
  expect(ticksOf(0.0051, btcOption)).toBeNull();
  expect(ticksOf(0.0055, btcOption)).toBe(55);
  expect(ticksOf(0.00495, btcOption)).toBeNull();
  expect(ticksOf(87_006.5, btcPerpetual)).toBe(174_013);
  expect(ticksOf(87_006.25, btcPerpetual)).toBeNull();
});

test('prices, amounts and contracts of every sample instrument read back', () => {
  const anyInstrument = fc.constantFrom(...sampleInstruments);
  fc.assert(
    fc.property(anyInstrument, fc.integer({ min: 1, max: 2 ** 30 }), (instrument, count) => {
      const lots = count as SizeLots;
      expect(lotsOf(amountOf(lots, instrument), instrument)).toBe(lots);
      expect(lotsOfContracts(contractsOf(lots, instrument), instrument)).toBe(lots);
      const multiple = instrument.tickSteps[0]?.multiple ?? 1;
      const ticks = (count * multiple) as PriceTicks;
      expect(ticksOf(priceOf(ticks, instrument), instrument)).toBe(ticks);
    }),
  );
});

test('money is exact in minor units and refused below them', () => {
  expect(cashOf(0.00000001, 'BTC')).toBe(1);
  expect(cashOf(0.000000015, 'BTC')).toBeNull();
  expect(cashOf(1234.567891, 'USDC')).toBe(1_234_567_891);
  fc.assert(
    fc.property(fc.integer({ min: -1e15, max: 1e15 }), (minor) => {
      const money = moneyOf(minor as Parameters<typeof moneyOf>[0], 'ETH');
      expect(cashOf(money, 'ETH')).toBe(minor);
    }),
  );
});
