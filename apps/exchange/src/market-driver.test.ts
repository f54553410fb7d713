import type { Applied, Command, TsUs } from '@openstrike/domain';
import { expect, test } from 'vitest';
import { createMarketDriver } from './market-driver.ts';
import { createPacedClock } from './paced-clock.ts';

const passTime: Command = { type: 'pass-time' };
const startUs = 1_000_500_000 as TsUs;

test.each([50, Infinity])('every second is sent once and in order at speed %s', async (speed) => {
  const clock = createPacedClock({ startUs, speed, wallMs: () => performance.now() });
  const asked: number[] = [];
  const stamped: number[] = [];
  const driver = createMarketDriver({
    clock,
    commandsAt: (atUs) => {
      asked.push(atUs);
      return [passTime];
    },
    commands: {
      submit: async () => {
        stamped.push(clock.nowUs());
        return {} as Applied;
      },
    },
    onError: (error) => {
      throw error;
    },
  });
  await driver.first();
  driver.start();
  while (asked.length < 20) await new Promise((done) => setTimeout(done, 1));
  await driver.stop();
  asked.forEach((at, index) => {
    expect(at).toBe(1_001_000_000 + index * 1_000_000);
  });
  stamped.forEach((at, index) => {
    expect(at).toBeGreaterThanOrEqual(asked[index] as number);
    expect(at).toBeLessThanOrEqual((asked[index] as number) + 1_000_000);
  });
});

test('a venue that takes no commands loses no second', async () => {
  const clock = createPacedClock({ startUs, speed: Infinity, wallMs: () => performance.now() });
  const asked: number[] = [];
  let refuse = false;
  const driver = createMarketDriver({
    clock,
    commandsAt: (atUs) => {
      asked.push(atUs);
      return [passTime];
    },
    commands: {
      submit: async () => {
        if (refuse) throw new Error('disk full');
        return {} as Applied;
      },
    },
    onError: () => {
      refuse = false;
    },
  });
  await driver.first();
  driver.start();
  refuse = true;
  while (asked.length < 10) await new Promise((done) => setTimeout(done, 1));
  await driver.stop();
  expect([...new Set(asked)]).toHaveLength(asked.length - 1);
});
