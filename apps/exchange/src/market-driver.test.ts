import type { Applied, Command, TsUs } from '@openstrike/domain';
import { expect, test } from 'vitest';
import { createMarketDriver } from './market-driver.ts';
import { createPacedClock } from './paced-clock.ts';

const passTime: Command = { type: 'pass-time' };
const startUs = 1_000_500_000 as TsUs;
/** Lets the driver have its turn at full speed. */
const turn = (): Promise<void> => new Promise((done) => setImmediate(done));

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

test('a venue that refuses is asked again a little later, with the next second', async () => {
  const clock = createPacedClock({ startUs, speed: Infinity, wallMs: () => performance.now() });
  const asked: number[] = [];
  const errors: unknown[] = [];
  const driver = createMarketDriver({
    clock,
    commandsAt: (atUs) => {
      asked.push(atUs);
      return [passTime];
    },
    commands: {
      submit: async () => {
        if (asked.length === 5) throw new Error('disk full');
        return {} as Applied;
      },
    },
    onError: (error) => errors.push(error),
  });
  const startedMs = performance.now();
  await driver.first();
  driver.start();
  while (asked.length < 100) await new Promise((done) => setTimeout(done, 1));
  await driver.stop();
  expect(errors).toHaveLength(1);
  expect(performance.now() - startedMs).toBeGreaterThan(900);
  expect(new Set(asked).size).toBe(asked.length);
});

test('no more than a bounded number of seconds waits for the disk', async () => {
  const clock = createPacedClock({ startUs, speed: Infinity, wallMs: () => performance.now() });
  let write = (): void => undefined;
  const written = new Promise<void>((done) => {
    write = done;
  });
  let waiting = 0;
  let most = 0;
  let sent = 0;
  const driver = createMarketDriver({
    clock,
    commandsAt: () => [passTime],
    commands: {
      submit: async () => {
        waiting += 1;
        most = Math.max(most, waiting);
        sent += 1;
        if (sent > 1) await written;
        waiting -= 1;
        return {} as Applied;
      },
    },
    onError: (error) => {
      throw error;
    },
  });
  await driver.first();
  driver.start();
  while (waiting < 64) await turn();
  for (let i = 0; i < 10; i += 1) await turn();
  expect(waiting).toBe(64);
  write();
  while (sent < 200) await turn();
  await driver.stop();
  expect(waiting).toBe(0);
  expect(most).toBe(64);
});

test('a market that is stopped while it waits for its source sends nothing more', async () => {
  const clock = createPacedClock({ startUs, speed: Infinity, wallMs: () => performance.now() });
  let read = (): void => undefined;
  let sent = 0;
  const driver = createMarketDriver({
    clock,
    ready: () =>
      sent === 0
        ? null
        : new Promise((done) => {
            read = done;
          }),
    commandsAt: () => [passTime],
    commands: {
      submit: async () => {
        sent += 1;
        return {} as Applied;
      },
    },
    onError: (error) => {
      throw error;
    },
  });
  await driver.first();
  driver.start();
  await turn();
  await driver.stop();
  read();
  for (let i = 0; i < 10; i += 1) await turn();
  expect(sent).toBe(1);
});

test('a market with an end sends its last second, and says so once', async () => {
  const clock = createPacedClock({ startUs, speed: Infinity, wallMs: () => performance.now() });
  const asked: number[] = [];
  let readyUs = 0;
  let ended = 0;
  const driver = createMarketDriver({
    clock,
    endUs: 1_010_000_000 as TsUs,
    ready: (atUs) => {
      if (atUs % 2_000_000 !== 0) return null;
      return new Promise((done) => setTimeout(done, 1)).then(() => {
        readyUs = atUs;
      });
    },
    commandsAt: (atUs) => {
      expect(readyUs).toBeGreaterThanOrEqual(atUs - 1_000_000);
      asked.push(atUs);
      return [passTime];
    },
    commands: { submit: async () => ({}) as Applied },
    onEnd: () => {
      ended += 1;
    },
    onError: (error) => {
      throw error;
    },
  });
  readyUs = 1_000_000_000;
  await driver.first();
  driver.start();
  while (ended === 0) await new Promise((done) => setTimeout(done, 1));
  await new Promise((done) => setTimeout(done, 20));
  expect(asked.at(-1)).toBe(1_010_000_000);
  expect(asked).toHaveLength(10);
  expect(ended).toBe(1);
});
