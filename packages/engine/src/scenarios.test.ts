// Scenarios: every text under `testdata/engine` must come out of the engine as it stands there.
// With UPDATE_SCENARIOS=1 the texts are written anew, to be read before they are kept.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rejectCodes } from '@openstrike/domain';
import { expect, test } from 'vitest';
import { runScenario } from './testing/scenario.ts';

const folder = new URL('../../../testdata/engine/', import.meta.url);
const names = readdirSync(folder).filter((name) => name.endsWith('.scenario'));

test.each(names)('%s', (name) => {
  const file = new URL(name, folder);
  const text = readFileSync(file, 'utf8');
  const answered = runScenario(text);
  if (process.env['UPDATE_SCENARIOS'] === '1') writeFileSync(file, answered);
  else expect(answered).toBe(text);
});

test('every reject code stands in some scenario', () => {
  const texts = names.map((name) => readFileSync(new URL(name, folder), 'utf8')).join('\n');
  const missing = rejectCodes.filter(({ code }) => !texts.includes(`refused: ${code}`));
  expect(missing.map(({ code }) => code)).toEqual([]);
});
