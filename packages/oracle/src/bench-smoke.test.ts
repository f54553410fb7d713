// The benchmark of fits runs, in smoke size.
import { expect, test, vi } from 'vitest';
import { run } from './surface/fit-chain.bench.ts';

test('the benchmark runs', async () => {
  const lines: string[] = [];
  const spy = vi.spyOn(console, 'log').mockImplementation((line: string) => {
    lines.push(line);
  });
  await run({ smoke: true });
  spy.mockRestore();
  expect(lines).toContain('  arbitrage violations: 0');
});
