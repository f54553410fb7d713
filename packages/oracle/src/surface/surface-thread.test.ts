// The surface thread against the same steps in this thread.
import { afterEach, expect, test } from 'vitest';
import { syntheticChain, syntheticNowUs } from '../testing/synthetic-chain.ts';
import { createSurfaceMachine, type SurfaceInputs, stepSurface } from './surface-machine.ts';
import { SurfaceThread } from './surface-thread.ts';

const second = 1_000_000;
const chain = syntheticChain('BTC', 16);
const inputsAt = (nowUs: number, expiries = chain): SurfaceInputs => ({
  nowUs,
  index: 77_067,
  expiries,
});

const thread = new SurfaceThread();
afterEach(() => thread.stop());

test('steps in the thread are the steps made here, with all that they leave behind', async () => {
  const here = createSurfaceMachine(7);
  let there = createSurfaceMachine(7);
  const silent = chain.map((expiry, place) => (place === 3 ? { ...expiry, quotes: [] } : expiry));
  for (const [place, expiries] of [chain, silent, chain].entries()) {
    const inputs = inputsAt(syntheticNowUs + place * second, expiries);
    const step = stepSurface(here, inputs);
    const stepped = await thread.step(there, inputs);
    expect(stepped).toEqual({ machine: here, step });
    there = stepped.machine;
  }
  expect(there.version).toBe(10);
});

test('a thread that dies fails what it was asked; another answers the next question', async () => {
  const machine = createSurfaceMachine();
  const broken = { ...inputsAt(syntheticNowUs), expiries: null } as unknown as SurfaceInputs;
  const asked = [thread.step(machine, broken), thread.step(machine, inputsAt(syntheticNowUs))];
  const ends = await Promise.allSettled(asked);
  expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  const { step } = await thread.step(machine, inputsAt(syntheticNowUs));
  expect(step.outcome).toBe('published');
});

test('stopping fails what is under way', async () => {
  const asked = thread.step(createSurfaceMachine(), inputsAt(syntheticNowUs));
  const failing = expect(asked).rejects.toThrow('the surface thread ended');
  await thread.stop();
  await failing;
});
