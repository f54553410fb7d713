// The benchmark of connectors runs, in smoke size: every recording gives the updates that are
// recorded, and the peer reads those that it is compared on.
import { expect, test, vi } from 'vitest';
import { run } from './connectors.bench.ts';
import { loadRecordings } from './testing/recordings.ts';

test('the benchmark runs', async () => {
  const lines: string[] = [];
  const spy = vi.spyOn(console, 'log').mockImplementation((line: string) => {
    lines.push(line);
  });
  await run({ smoke: true });
  spy.mockRestore();
  for (const { name } of loadRecordings()) {
    expect(lines.some((line) => line.startsWith(`${name}: `))).toBe(true);
  }
  const peers = lines.filter((line) => line.startsWith('  ccxt '));
  expect(peers).toHaveLength(9);
  expect(peers.filter((line) => line.includes(' 0k updates/s'))).toEqual([]);
});
