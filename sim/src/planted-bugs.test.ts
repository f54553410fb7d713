// The simulator finds what is planted: a venue broken in one way fails within twenty seeds, and for
// a reason that the auditor gives.
import { expect, test } from 'vitest';
import { drawOptions } from './sim-options.ts';
import { simulate } from './simulation.ts';
import { plantedBugs } from './testing/planted-bugs.ts';

const seedsMax = 20;

test.each(Object.entries(plantedBugs))('%s', async (_, plant) => {
  let found: Error | null = null;
  for (let seed = 1; seed <= seedsMax && found === null; seed++) {
    const { failure } = await simulate(drawOptions(seed, 0.2), plant);
    found = failure;
  }
  expect(found).not.toBeNull();
});
