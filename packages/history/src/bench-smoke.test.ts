import { test } from 'vitest';
import { run } from './history.bench.ts';

test('the benchmark runs in smoke size', async () => {
  await run({ smoke: true });
});
