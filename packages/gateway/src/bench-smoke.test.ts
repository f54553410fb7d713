import { expect, test } from 'vitest';
import { run } from './gateway.bench.ts';
import { run as runStages } from './stages.bench.ts';

test('the benchmark runs in smoke size, and nothing in it is refused or lost', async () => {
  const rows = await run({ smoke: true });
  expect(rows.map((row) => row.name)).toEqual([
    'ws echo at 500/s',
    'orders at 500/s',
    'market data, 10 subscribers, 2000/s wanted',
  ]);
  const [echo, orders] = rows;
  expect([echo?.answered, orders?.answered]).toEqual([echo?.sent, orders?.sent]);
  for (const row of rows) expect([row.refused, row.answered > 0]).toEqual([0, true]);
});

test('the benchmark of stages times every request at each of them', async () => {
  const rows = await runStages({ smoke: true });
  expect(rows.map((row) => row.name)).toEqual(['orders at 500/s, timed at each stage']);
  for (const { answered, sent, refused, stages } of rows) {
    expect([answered, refused]).toEqual([sent, 0]);
    for (let number = 0; number < sent; number++) {
      // A full group is applied while its last command is being queued.
      const { queued: _, ...inTurn } = stages;
      const times = Object.values(inTurn).map((row) => row[number] as number);
      expect(times[0]).toBeGreaterThan(0);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    }
  }
});
