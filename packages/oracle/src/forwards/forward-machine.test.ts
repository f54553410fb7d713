// Forwards: evidence is weighed by its spread, followed slowly, and one wrong voice is bounded.
import { black76 } from '@openstrike/pricing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { OptionQuote } from '../surface/chain-quotes.ts';
import {
  advanceForward,
  createForwardBasis,
  type ForwardEvidence,
  usualForwardRules,
  weighEvidence,
} from './forward-machine.ts';
import { parityEvidence } from './parity-evidence.ts';

const second = 1_000_000;
const index = 100_000;
const startUs = 1_800_000_000 * second;
const future = (basis: number, half = 10, weight = 1): ForwardEvidence => ({
  kind: 'future',
  source: 'own',
  basis,
  half,
  weight,
});

test('the tighter a voice, the more it counts', () => {
  // Weights of 1 and 1/4 (half the tightness, squared): (500 + 520 / 4) / 1.25.
  const said = weighEvidence([future(500, 10), future(520, 20)], index, usualForwardRules);
  expect(said).toBeCloseTo(504, 9);
  const equal = weighEvidence([future(500, 1), future(520, 2)], index, usualForwardRules);
  expect(equal).toBeCloseTo(510, 9);
  expect(weighEvidence([], index, usualForwardRules)).toBeNull();
  expect(weighEvidence([future(Number.NaN)], index, usualForwardRules)).toBeNull();
});

test('one wrong voice of several moves it by its share of the clamp', () => {
  const wrong = fc.double({ min: -50_000, max: 50_000, noNaN: true });
  fc.assert(
    fc.property(wrong, (basis) => {
      const sound = [future(500), future(505), future(495), future(501)];
      const said = weighEvidence([...sound, future(basis)], index, usualForwardRules) as number;
      expect(Math.abs(said - 500)).toBeLessThan((usualForwardRules.clampShare * index) / 5 + 6);
    }),
    { seed: 20261127 },
  );
});

test('the basis follows with a time constant of thirty seconds', () => {
  const state = createForwardBasis();
  const step = (basis: number, seconds: number) =>
    advanceForward(state, [future(basis)], {
      index,
      years: 0.1,
      nowUs: startUs + seconds * second,
    });
  expect(step(300, 0)).toBe(100_300);
  expect(step(600, 30)).toBeCloseTo(100_300 + 300 * (1 - Math.exp(-1)), 6);
});

test('a jump of the evidence counts with one and a half per cent of the index', () => {
  const state = createForwardBasis();
  const at = (seconds: number) => ({ index, years: 0.5, nowUs: startUs + seconds * second });
  advanceForward(state, [future(0)], at(0));
  const forward = advanceForward(state, [future(40_000)], at(1)) as number;
  expect(forward).toBeCloseTo(index + 1_500 * (1 - Math.exp(-1 / 30)), 6);
});

test('without evidence the basis shrinks with time, and before the first there is none', () => {
  const state = createForwardBasis();
  const day = 86_400 * second;
  expect(advanceForward(state, [], { index, years: 10 / 365, nowUs: startUs })).toBeNull();
  advanceForward(state, [future(200)], { index, years: 10 / 365, nowUs: startUs });
  const later = { index, years: 5 / 365, nowUs: startUs + 5 * day };
  expect(advanceForward(state, [], later)).toBeCloseTo(100_100, 6);
});

test('the basis is bounded by what a year can carry', () => {
  const state = createForwardBasis();
  const at = { index, years: 1 / 365, nowUs: startUs };
  expect(advanceForward(state, [future(90_000)], at)).toBeCloseTo(index * (1.015 + 1 / 365), 6);
});

const optionsAround = (forward: number, half: number): OptionQuote[] =>
  [90_000, 95_000, 100_000, 105_000, 110_000].flatMap((strike) =>
    (['call', 'put'] as const).map((optionType): OptionQuote => {
      const price = black76(forward, strike, 0.1, 0.5, optionType === 'call' ? 1 : -1);
      const wide = half * (1 + Math.abs(strike - forward) / 10_000);
      return { strike, optionType, bid: price - wide, ask: price + wide };
    }),
  );

test('put-call parity finds the forward', () => {
  const quotes = optionsAround(101_234, 20);
  const found = parityEvidence('own', quotes, { index, near: index, weight: 1 });
  expect(found?.basis).toBeCloseTo(1_234, 6);
  expect(found?.half).toBeCloseTo(40, -2);
  const oneSided = quotes.map((quote) => ({ ...quote, bid: null }));
  expect(parityEvidence('own', oneSided, { index, near: index, weight: 1 })).toBeNull();
});

test('prices in coins, turned into dollars at a belief half a per cent off, find it nearly', () => {
  const forward = 101_234;
  const believed = forward * 0.995;
  const quotes = optionsAround(forward, 20).map((quote) => ({
    ...quote,
    bid: ((quote.bid ?? 0) / forward) * believed,
    ask: ((quote.ask ?? 0) / forward) * believed,
  }));
  const found = parityEvidence('own', quotes, { index, near: believed, weight: 1 });
  expect(Math.abs((found?.basis ?? 0) - 1_234)).toBeLessThan(25);
});
