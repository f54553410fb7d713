// Checking liquidation parameters: the liquidation section of a contract table, proved before it is
// put in force. Every problem is found, each with its place and what to do. Invariant: with a
// section that passes, every clock ends, a fee leaves a slice cheaper than its share of equity, and
// whoever lacks margin is found.
import { checkBlock, checkSection, type Fields, isFields, type Report } from './check-block.ts';

const ownBounds = {
  warningsApart: [0, 0.5],
  hedgeShareMax: [0.001, 1],
  hedgeDepthShareMax: [0, 1],
  hedgeBand: [0, 0.5],
  buffer: [0, 5],
} as const;

const counts = {
  watchRounds: [1, 64],
  watchMin: [1, 1_000_000],
  stepSeconds: [1, 60],
  hedgeStepsMax: [0, 1000],
  sealedSeconds: [0, 3600],
  insolventSeconds: [1, 86_400],
} as const;

const clockBounds = {
  start: [0.01, 1],
  turn: [0.01, 1],
  firstSeconds: [0, 86_400],
  secondSeconds: [1, 86_400],
} as const;

const feeBounds = {
  rate: [0, 0.1],
  premiumShareMax: [0, 1],
  equityShareMax: [0, 0.99],
} as const;

const stressKeys = ['moves', 'volatilityUp', 'accounts'];

const keys = [
  'warnings',
  ...Object.keys(ownBounds),
  ...Object.keys(counts),
  'clock',
  'fee',
  'fundStress',
];

const checkCount = (
  fields: Fields,
  path: string,
  key: string,
  [least, most]: readonly [number, number],
  report: Report,
): void => {
  const value = fields[key];
  if (!Number.isSafeInteger(value) || (value as number) < least || (value as number) > most) {
    report(`${path}.${key}`, `must be a whole number from ${least} to ${most}`);
  }
};

/** NaN, which is neither more nor less than anything, for what is no number. */
const numberOf = (value: unknown): number => (typeof value === 'number' ? value : Number.NaN);

const checkWarnings = (value: unknown, path: string, report: Report): void => {
  const sound =
    Array.isArray(value) &&
    value.length <= 8 &&
    value.every((ratio) => typeof ratio === 'number' && ratio <= 1) &&
    value.every((ratio, i) => ratio > (value[i - 1] ?? 0));
  if (!sound)
    report(path, 'must be at most 8 ratios above 0, at most 1, each above the one before');
};

const checkClock = (clock: unknown, path: string, report: Report): void => {
  checkBlock(clock, path, clockBounds, report);
  if (!isFields(clock)) return;
  for (const key of ['firstSeconds', 'secondSeconds'] as const) {
    checkCount(clock, path, key, clockBounds[key], report);
  }
  if (numberOf(clock.turn) > numberOf(clock.start)) {
    report(`${path}.turn`, `must not exceed ${path}.start: the clock only comes down`);
  }
};

const checkStress = (stress: unknown, path: string, report: Report): void => {
  if (!isFields(stress)) {
    report(path, `must give ${stressKeys.join(', ')}`);
    return;
  }
  for (const key of Object.keys(stress)) {
    if (!stressKeys.includes(key)) {
      report(`${path}.${key}`, `is not a setting; known are ${stressKeys.join(', ')}`);
    }
  }
  const { moves, volatilityUp } = stress;
  const isMove = (move: unknown): boolean => typeof move === 'number' && move > -1 && move <= 10;
  if (!Array.isArray(moves) || moves.length === 0 || moves.length > 32 || !moves.every(isMove)) {
    report(`${path}.moves`, 'must be a list of 1 to 32 moves above -1, at most 10');
  }
  if (typeof volatilityUp !== 'number' || !(volatilityUp >= 0 && volatilityUp <= 5)) {
    report(`${path}.volatilityUp`, 'must be a number from 0 to 5');
  }
  checkCount(stress, path, 'accounts', [1, 100], report);
};

/** An answer that stays sealed longer than its auction runs would never be taken. */
const checkSealed = (value: Fields, path: string, report: Report): void => {
  const clock = isFields(value.clock) ? value.clock : {};
  const length = numberOf(clock.firstSeconds) + numberOf(clock.secondSeconds);
  const sealed = numberOf(value.sealedSeconds);
  if (sealed >= length || sealed >= numberOf(value.insolventSeconds)) {
    report(`${path}.sealedSeconds`, 'must be less than either auction lasts');
  }
};

/** Reports every problem of a liquidation section. */
export const checkLiquidationParameters = (value: unknown, path: string, report: Report): void => {
  if (!checkSection(value, path, keys, report)) return;
  checkWarnings(value.warnings, `${path}.warnings`, report);
  const own = Object.fromEntries(Object.keys(ownBounds).map((key) => [key, value[key]]));
  checkBlock(own, path, ownBounds, report);
  for (const [key, bounds] of Object.entries(counts)) checkCount(value, path, key, bounds, report);
  checkClock(value.clock, `${path}.clock`, report);
  checkBlock(value.fee, `${path}.fee`, feeBounds, report);
  checkStress(value.fundStress, `${path}.fundStress`, report);
  checkSealed(value, path, report);
  const first = numberOf(Array.isArray(value.warnings) ? value.warnings[0] : null);
  if (numberOf(value.warningsApart) >= first) {
    report(`${path}.warningsApart`, 'must be less than the first warning, which could not be left');
  }
};
