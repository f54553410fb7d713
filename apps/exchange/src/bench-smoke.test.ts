import { test } from 'vitest';
import { run } from './oracle.bench.ts';

test('the benchmark runs in smoke size', async () => {
  await run({ smoke: true });
});
