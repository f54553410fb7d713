// Published figures kept outside the repository: the folder is named by OPENSTRIKE_VECTORS, and
// tests that need a file of it are skipped without. Used by tests only.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.env.OPENSTRIKE_VECTORS;

/** The parsed file, or null where it is absent. */
export const readVectors = <T>(name: string): T | null => {
  const path = folder === undefined ? '' : join(folder, name);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as T) : null;
};

/** A decimal text of 18 places after the point, as contracts write amounts. */
export const wei = (text: string): number => Number(text) / 1e18;
