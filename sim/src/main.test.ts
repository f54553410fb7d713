// The simulator's command line: what it cannot do it says in a sentence, and runs nothing.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const mainPath = fileURLToPath(new URL('./main.ts', import.meta.url));

test.each([
  [['--runs', '2', '--threads', '0'], '--threads takes a whole number from 1 to 256, not "0".'],
  [['--runs', '1.5'], '--runs takes a whole number from 1 to 1000000, not "1.5".'],
  [['--minutes', 'x'], '--minutes takes a number, not "x".'],
])('%j', (args, sentence) => {
  const done = spawnSync(process.execPath, [mainPath, ...args], { encoding: 'utf8' });
  expect(done.status).toBe(2);
  expect(done.stdout).toBe('');
  expect(done.stderr).toContain(sentence);
});
