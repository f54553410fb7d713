// The simulator finds a venue that lets the wrong people pay for a loss: the rules that share it
// are broken in engine and replica alike, so that books and cash still add up and only a model of
// who could have paid can tell.
import { beforeEach, expect, test, vi } from 'vitest';
import { drawOptions, type SimOptions } from './sim-options.ts';
import { simulate } from './simulation.ts';

/** What those closed out are taken to have gained, in halves of what they did. */
const broken = vi.hoisted(() => ({ halves: 2n }));

vi.mock('../../packages/risk/src/index.ts', async (original) => {
  const risk = await original<typeof import('../../packages/risk/src/index.ts')>();
  const shareWithin: typeof risk.shareWithin = (loss, weights, caps) =>
    risk.shareWithin(
      loss,
      weights,
      caps.map((cap) => (cap * broken.halves) / 2n),
    );
  return { ...risk, shareWithin };
});

/** Many accounts near their end, few of whom answer auctions, and nothing in the fund. */
const optionsOf = (seed: number): SimOptions => {
  const drawn = drawOptions(seed, 0.2);
  const clients = { ...drawn.clients, gamblers: 8, providers: 0 };
  return { ...drawn, clients, insurance: 1 };
};

const foundIn = async (seeds: number): Promise<Error | null> => {
  for (let seed = 1; seed <= seeds; seed++) {
    const { failure } = await simulate(optionsOf(seed));
    if (failure !== null) return failure;
  }
  return null;
};

/** Twenty runs beside other tests take their time. */
const timeout = 240_000;

beforeEach(() => {
  broken.halves = 2n;
});

test('those closed out pay half of what they gained, and others the rest', {
  timeout,
}, async () => {
  broken.halves = 1n;
  expect((await foundIn(20))?.message).toContain('those closed out pay all they gained');
});

test('those closed out pay half as much again as they gained', { timeout }, async () => {
  broken.halves = 3n;
  expect((await foundIn(20))?.message).toContain('beyond what the closed lots gained');
});

test('with the rules as they are nothing is found', { timeout }, async () => {
  expect(await foundIn(6)).toBeNull();
});
