// Check block: proves a block of numbers in a section of a contract table: each within its bounds,
// none missing, none that is no setting. Invariant: every problem is reported with its place.

export type Fields = Readonly<Record<string, unknown>>;
export type Report = (path: string, sentence: string) => void;

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether a section gives settings; reports where it does not, and those that it does not have. */
export const checkSection = (
  value: unknown,
  path: string,
  keys: readonly string[],
  report: Report,
): value is Fields => {
  if (!isFields(value)) {
    report(path, `must give ${keys.join(', ')}`);
    return false;
  }
  for (const key of Object.keys(value)) {
    if (!keys.includes(key)) {
      report(`${path}.${key}`, `is not a setting; known are ${keys.join(', ')}`);
    }
  }
  return true;
};

/** Bounds of each number of a block; the names are all that the block may have. */
export type Bounds = Readonly<Record<string, readonly [least: number, most: number]>>;

/** Reports every number that is missing or out of its bounds, and every other setting. */
export const checkBlock = (value: unknown, path: string, bounds: Bounds, report: Report): void => {
  if (!checkSection(value, path, Object.keys(bounds), report)) return;
  for (const [key, [least, most]] of Object.entries(bounds)) {
    const number = value[key];
    if (typeof number !== 'number' || !(number >= least && number <= most)) {
      report(`${path}.${key}`, `must be a number from ${least} to ${most}`);
    }
  }
};
