import { test } from 'vitest';
import { run } from './deribit-venue.bench.ts';

test('the benchmark runs in smoke size', async () => {
  await run({ smoke: true });
});
