// The committed picture is the one that the code draws; on a difference, the drawing is written
// where UPDATE_PICTURES is set.
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { scenarioPicture } from './scenario-picture.ts';

test('the picture of the concept page is up to date', () => {
  const file = new URL('../../../../docs/concepts/scenario-grid.svg', import.meta.url);
  if (process.env.UPDATE_PICTURES !== undefined) writeFileSync(file, scenarioPicture());
  expect(readFileSync(file, 'utf8')).toBe(scenarioPicture());
});
