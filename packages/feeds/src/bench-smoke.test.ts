import { test } from 'vitest';
import { run } from './create-feeds.bench.ts';

test('the benchmark runs in smoke size', () => {
  run({ smoke: true });
});
