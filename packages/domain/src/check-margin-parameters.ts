// Checking margin parameters: the margin section of a contract table, proved before it is put in
// force. Every problem is found, each with its place and what to do. Invariant: with a section that
// passes, maintenance margin never exceeds initial margin, no volatility is shocked below zero, and
// the grid has as many prices as its arrays have room for.
import {
  type Bounds,
  checkBlock,
  checkSection,
  type Fields,
  isFields,
  type Report,
} from './check-block.ts';

const chargeBounds: Bounds = {
  rollMin: [0, 1],
  rollAnnual: [0, 2],
  deltaPerCoin: [0, 1],
  deltaRateMax: [0, 1],
  deltaThresholdUsd: [0, 1e12],
  vegaRate: [0, 1],
  vegaThresholdUsd: [0, 1e12],
  nakedMaintenance: [0, 1],
  nakedInitial: [0, 1],
  halfSpreadVolatility: [0, 1],
  halfSpreadRate: [0, 0.1],
  confidenceMin: [0, 1],
  pegMin: [0, 1],
  pegFactor: [0, 100],
  maintenanceShare: [0.1, 1],
  stressFloor: [0, 1],
};

const volatilityBounds: Bounds = {
  up: [0, 5],
  down: [0, 1],
  shortPower: [0, 1],
  longPower: [0, 1],
  daysMin: [0.01, 30],
  upVolatilityMin: [0, 5],
};

const skewBounds: Bounds = {
  linearCap: [0, 1],
  linearCapSlope: [-1, 1],
  absoluteCap: [0, 1],
  absoluteCapSlope: [-1, 1],
  kMin: [1e-6, 1],
  width: [0.1, 100],
  widthVolatility: [0.01, 10],
  widthVolatilitySlope: [-10, 10],
};

const twistBounds: Bounds = {
  nearDaysMax: [0, 1000],
  farDaysMin: [0, 10_000],
  nearFactor: [0.01, 10],
  farFactor: [0.01, 10],
  nearFactorReverse: [0.01, 10],
  farFactorReverse: [0.01, 10],
};

const collateralBounds: Bounds = {
  haircut: [0, 1],
  initialHaircut: [0, 1],
  concentrationFromUsd: [0, 1e15],
  concentrationScaleUsd: [1, 1e15],
  debtMarkup: [0, 1],
};

const stressBounds: Bounds = {
  dailyVolatility: [0.001, 1],
  decay: [0.5, 0.9999],
  days: [1, 1_000],
  riseMax: [1, 10],
};

const ownBounds: Bounds = {
  unpairedInitial: [1, 10],
  unpairedMaintenance: [1, 10],
  crossOffset: [0, 1],
  crossOffsetMaxUsd: [0, 1e12],
};

const checkNotAbove = (block: Fields, path: string, lower: string, upper: string): string | null =>
  (block[lower] as number) > (block[upper] as number)
    ? `must not exceed ${path}.${upper}: positions are kept on no more than they are opened with`
    : null;

const checkGrid = (value: unknown, path: string, report: Report): void => {
  const keys = ['range', 'prices', 'pricesMax', 'mergeDeviations', 'tails', 'twists'];
  if (!isFields(value)) {
    report(path, `must give ${keys.join(', ')}`);
    return;
  }
  for (const key of Object.keys(value)) {
    if (!keys.includes(key))
      report(`${path}.${key}`, `is not a setting; known are ${keys.join(', ')}`);
  }
  const { range, prices, pricesMax, mergeDeviations, tails, twists } = value;
  if (typeof range !== 'number' || !(range >= 0.01 && range <= 0.6)) {
    report(`${path}.range`, 'must be a number from 0.01 to 0.6');
  }
  if (!Number.isSafeInteger(prices) || (prices as number) < 3 || (prices as number) % 2 === 0) {
    report(`${path}.prices`, 'must be an odd whole number from 3, so that no move is among them');
  }
  const most = pricesMax as number;
  if (!Number.isSafeInteger(pricesMax) || most < (prices as number) || most > 513) {
    report(`${path}.pricesMax`, 'must be a whole number from prices to 513');
  }
  if (typeof mergeDeviations !== 'number' || !(mergeDeviations >= 0 && mergeDeviations <= 1)) {
    report(`${path}.mergeDeviations`, 'must be a number from 0 to 1');
  }
  const isTail = (move: unknown): boolean =>
    typeof move === 'number' && move > -1 && move <= 100 && Math.abs(move) >= Number(range);
  if (!Array.isArray(tails) || tails.length > 32 || !tails.every(isTail)) {
    report(`${path}.tails`, 'must be a list of at most 32 moves beyond the range, above -1');
  }
  if (typeof twists !== 'boolean') report(`${path}.twists`, 'must be true or false');
};

const checkRevaluation = (value: unknown, path: string, report: Report): void => {
  const keys = ['numeraire', 'volatility', 'skew', 'twist', 'step'];
  if (!isFields(value)) {
    report(path, `must give ${keys.join(', ')}`);
    return;
  }
  for (const key of Object.keys(value)) {
    if (!keys.includes(key))
      report(`${path}.${key}`, `is not a setting; known are ${keys.join(', ')}`);
  }
  if (value.numeraire !== 'usd') {
    report(`${path}.numeraire`, 'must be usd; what settles in coin is counted in coin by itself');
  }
  checkBlock(value.volatility, `${path}.volatility`, volatilityBounds, report);
  if (value.skew !== null) checkBlock(value.skew, `${path}.skew`, skewBounds, report);
  if (value.twist !== null) checkBlock(value.twist, `${path}.twist`, twistBounds, report);
  const { step } = value;
  const powers = Array.from({ length: 25 }, (_, i) => 1 / (1 << (i + 6)));
  if (!powers.includes(step as number)) {
    report(`${path}.step`, 'must be a power of two from 2^-30 to 2^-6, such as 9.5367431640625e-7');
  }
};

const checkStress = (value: unknown, path: string, report: Report): void => {
  checkBlock(value, path, stressBounds, report);
  if (isFields(value) && typeof value.days === 'number' && !Number.isInteger(value.days)) {
    report(`${path}.days`, 'must be a whole number');
  }
};

const keys = [
  ...Object.keys(ownBounds),
  'grid',
  'revaluation',
  'charges',
  'stress',
  'collateral',
  'stableCollateral',
];

/** Reports every problem of a margin section. */
export const checkMarginParameters = (value: unknown, path: string, report: Report): void => {
  if (!checkSection(value, path, keys, report)) return;
  const own = Object.fromEntries(Object.keys(ownBounds).map((key) => [key, value[key]]));
  checkBlock(own, path, ownBounds, report);
  checkGrid(value.grid, `${path}.grid`, report);
  checkRevaluation(value.revaluation, `${path}.revaluation`, report);
  checkBlock(value.charges, `${path}.charges`, chargeBounds, report);
  if (value.stress !== undefined) checkStress(value.stress, `${path}.stress`, report);
  checkBlock(value.collateral, `${path}.collateral`, collateralBounds, report);
  checkBlock(value.stableCollateral, `${path}.stableCollateral`, collateralBounds, report);
  const unpaired = checkNotAbove(value, path, 'unpairedMaintenance', 'unpairedInitial');
  if (unpaired !== null) report(`${path}.unpairedMaintenance`, unpaired);
  if (isFields(value.charges)) {
    const at = `${path}.charges`;
    const naked = checkNotAbove(value.charges, at, 'nakedMaintenance', 'nakedInitial');
    if (naked !== null) report(`${at}.nakedMaintenance`, naked);
  }
};
