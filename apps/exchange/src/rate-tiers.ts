// Rate tiers: the built-in ones, with the operator's own from a YAML file added or put in their
// place.
import { existsSync, readFileSync } from 'node:fs';
import { OperationalError } from '@openstrike/domain';
import { builtInRateTiers, type RateTier } from '@openstrike/gateway';
import { parse } from 'yaml';

const classes = [
  'plain',
  'matching',
  'cancel-all',
  'subscribe',
  'instruments',
  'simulate',
] as const;

const isRule = (value: unknown): boolean => {
  if (value === null) return true;
  if (typeof value !== 'object') return false;
  const rule = value as Record<string, unknown>;
  const keys = ['cost', 'pool', 'refillPerS'];
  return (
    Object.keys(rule).every((key) => keys.includes(key)) &&
    keys.every((key) => typeof rule[key] === 'number' && (rule[key] as number) > 0)
  );
};

/** Throws OperationalError with the tier and class at fault. */
export const loadRateTiers = (file: string): Readonly<Record<string, RateTier>> => {
  if (file === '') return builtInRateTiers;
  if (!existsSync(file)) throw new OperationalError('no-tiers', `There is no tier file ${file}.`);
  const value: unknown = parse(readFileSync(file, 'utf8'));
  const tiers = (value ?? {}) as Record<string, Record<string, unknown>>;
  for (const [name, tier] of Object.entries(tiers)) {
    for (const rateClass of classes) {
      if (tier === null || !isRule(tier[rateClass])) {
        const expected = 'null (unlimited) or cost, pool and refillPerS above 0';
        throw new OperationalError(
          'bad-tiers',
          `${file}: ${name}.${rateClass} must be ${expected}.`,
        );
      }
    }
  }
  return { ...builtInRateTiers, ...(tiers as Record<string, RateTier>) };
};
