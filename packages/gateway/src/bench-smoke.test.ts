import { expect, test } from 'vitest';
import { run } from './gateway.bench.ts';

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
