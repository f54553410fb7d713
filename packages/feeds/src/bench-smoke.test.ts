import { test } from 'vitest';
import { run } from './create-feeds.bench.ts';
import { run as runTree } from './liability-tree.bench.ts';

test('the benchmark runs in smoke size', () => {
  run({ smoke: true });
  runTree({ smoke: true });
});
