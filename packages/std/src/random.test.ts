/** The generator: fixed sequences, moments, independence of forks, and resuming. */
import { expect, test } from 'vitest';
import { createRandom, Random } from './random.ts';

test('a seed gives one sequence for ever', () => {
  const random = createRandom(42);
  const drawn = [
    random.nextUint32(),
    random.nextUint32(),
    random.nextFloat(),
    random.nextInt(0, 10),
  ];
  expect(drawn).toEqual([1035471052, 1073493914, 0.5599854643709037, 6]);
  expect(createRandom('a text').nextUint32()).toBe(2590560101);
  expect(createRandom(2 ** 40).nextUint32()).not.toBe(createRandom(0).nextUint32());
  expect(createRandom(-1).nextUint32()).not.toBe(createRandom(1).nextUint32());
});

test('saving and restoring goes on in the same place, forks included', () => {
  const random = createRandom('save');
  random.nextNormal();
  const copy = Random.restore(JSON.parse(JSON.stringify(random.save())));
  for (let i = 0; i < 10; i++) {
    expect(copy.nextUint32()).toBe(random.nextUint32());
  }
  expect(copy.fork('x').save()).toEqual(random.fork('x').save());
});

test('a fork depends on its label, not on what was drawn', () => {
  const untouched = createRandom(7);
  const used = createRandom(7);
  used.nextNormal();
  expect(used.fork('market').save()).toEqual(untouched.fork('market').save());
  expect(used.fork('market').save()).not.toEqual(used.fork('network').save());
  expect(used.fork('a').fork('b').save()).not.toEqual(used.fork('b').fork('a').save());
});

test('uniform, normal and exponential deviates have their moments', () => {
  const random = createRandom('moments');
  const count = 200_000;
  const sums = { uniform: 0, normal: 0, square: 0, fourth: 0, exponential: 0 };
  for (let i = 0; i < count; i++) {
    sums.uniform += random.nextFloat();
    const z = random.nextNormal();
    sums.normal += z;
    sums.square += z * z;
    sums.fourth += z * z * z * z;
    sums.exponential += random.nextExponential();
  }
  expect(sums.uniform / count).toBeCloseTo(0.5, 2);
  expect(Math.abs(sums.normal / count)).toBeLessThan(0.01);
  expect(Math.abs(sums.square / count - 1)).toBeLessThan(0.02);
  expect(Math.abs(sums.fourth / count - 3)).toBeLessThan(0.15);
  expect(Math.abs(sums.exponential / count - 1)).toBeLessThan(0.02);
});

test('integers are uniform within their bounds, wide ranges included', () => {
  const random = createRandom('integers');
  const counts = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < 60_000; i++) {
    const drawn = random.nextInt(-2, 4) + 2;
    counts[drawn] = (counts[drawn] ?? 0) + 1;
  }
  const chi = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
  expect(chi).toBeLessThan(25);
  let above = 0;
  for (let i = 0; i < 2000; i++) {
    const drawn = random.nextInt(0, 2 ** 52);
    expect(Number.isSafeInteger(drawn) && drawn >= 0 && drawn < 2 ** 52).toBe(true);
    above += drawn >= 2 ** 51 ? 1 : 0;
  }
  expect(Math.abs(above - 1000)).toBeLessThan(150);
  expect(() => random.nextInt(3, 3)).toThrow(/range/);
});
