// Checking a contract table: what an operator wrote is proved before the engine sees it. Every
// problem is found, not the first one alone, each with its place and what to do. Invariant: a table
// that passes resolves to instruments whose largest order and position, at any price that the venue
// takes, keep every product a safe integer.
import { err, ok, type Result } from '@openstrike/std';
import { checkBlock } from './check-block.ts';
import { checkLiquidationParameters } from './check-liquidation-parameters.ts';
import { checkMarginParameters } from './check-margin-parameters.ts';
import type { ContractFamily, ContractTable } from './contract-table.ts';
import { indexNames } from './instrument.ts';
import { type LiquidationParameters, recommendedLiquidation } from './liquidation-parameters.ts';
import type { MarginParameters } from './margin-parameters.ts';
import { cashPerTickLotOf, countSteps, decimalStep } from './resolve-instrument.ts';
import { type Currency, currencies, minorPerUnit, type Step } from './units.ts';

/** One thing wrong with a table. */
export interface TableProblem {
  /** Where, such as `families[0].options.tickSize`. */
  readonly path: string;
  /** What is wrong and what to write instead, in one sentence. */
  readonly sentence: string;
}

/**
 * Highest price of one coin, in USD, that the venue computes with: index, forward, strike or price
 * of a future.
 */
export const coinPriceMax: Readonly<Record<ContractTable['underlying'], number>> = {
  BTC: 1_000_000,
  ETH: 50_000,
};
/**
 * Highest price of an inverse option, in coins: a put so deep that its strike is 200 times the
 * index.
 */
export const inverseOptionPriceMax = 200;
/** No position, open orders included, is larger than so many of the largest orders. */
export const ordersPerPositionMax = 50;

/** Limits of the order book: prices in ticks and sizes in lots of one order. */
const TICKS_MAX = 0x40000000;
const LOTS_MAX = 0x7fffffff;

type Fields = Readonly<Record<string, unknown>>;
type Report = (path: string, sentence: string) => void;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const checkKeys = (
  fields: Fields,
  path: string,
  known: readonly string[],
  report: Report,
): void => {
  for (const key of Object.keys(fields)) {
    if (!known.includes(key)) {
      report(
        `${path}${path === '' ? '' : '.'}${key}`,
        `is not a setting; known are ${known.join(', ')}`,
      );
    }
  }
};

const checkNumber = (
  fields: Fields,
  path: string,
  key: string,
  least: number,
  most: number,
  report: Report,
): void => {
  const value = fields[key];
  if (typeof value !== 'number' || !(value >= least && value <= most)) {
    report(`${path}.${key}`, `must be a number from ${least} to ${most}, not ${show(value)}`);
  }
};

const checkCount = (
  fields: Fields,
  path: string,
  key: string,
  most: number,
  report: Report,
): void => {
  const value = fields[key];
  if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > most) {
    report(`${path}.${key}`, `must be a whole number from 0 to ${most}, not ${show(value)}`);
  }
};

const checkOneOf = (
  fields: Fields,
  path: string,
  key: string,
  allowed: readonly unknown[],
  report: Report,
): void => {
  if (!allowed.includes(fields[key])) {
    report(`${path}.${key}`, `must be one of ${allowed.join(', ')}, not ${show(fields[key])}`);
  }
};

const show = (value: unknown): string => (value === undefined ? 'missing' : JSON.stringify(value));

const checkCalendar = (value: unknown, path: string, report: Report): void => {
  if (!isFields(value)) {
    report(path, 'must give days, weeks, months and quarters');
    return;
  }
  checkKeys(value, path, ['days', 'weeks', 'months', 'quarters'], report);
  checkCount(value, path, 'days', 14, report);
  checkCount(value, path, 'weeks', 12, report);
  checkCount(value, path, 'months', 12, report);
  checkCount(value, path, 'quarters', 12, report);
};

const checkFees = (value: unknown, path: string, option: boolean, report: Report): void => {
  if (!isFields(value)) {
    report(path, 'must give makerRate, takerRate, deliveryRate, premiumCapRate and more');
    return;
  }
  const known = ['makerRate', 'takerRate', 'deliveryRate', 'premiumCapRate', 'deliveryFreeTenors'];
  checkKeys(value, path, known, report);
  checkNumber(value, path, 'makerRate', -0.01, 0.01, report);
  checkNumber(value, path, 'takerRate', 0, 0.01, report);
  checkNumber(value, path, 'deliveryRate', 0, 0.01, report);
  const { makerRate, takerRate } = value;
  if (typeof makerRate === 'number' && typeof takerRate === 'number' && makerRate + takerRate < 0) {
    report(
      `${path}.makerRate`,
      'rebates more than the taker pays; raise it to at least -takerRate',
    );
  }
  if (option) {
    checkNumber(value, path, 'premiumCapRate', 0.001, 1, report);
  } else if (value.premiumCapRate !== null) {
    report(`${path}.premiumCapRate`, 'must be null: futures have no premium to cap the fee by');
  }
  const free = value.deliveryFreeTenors;
  const tenors = ['day', 'week', 'month', 'quarter'];
  if (!Array.isArray(free) || !free.every((tenor) => tenors.includes(tenor))) {
    report(`${path}.deliveryFreeTenors`, `must be a list of any of ${tenors.join(', ')}`);
  }
};

const checkGrid = (value: unknown, path: string, report: Report): void => {
  if (!Array.isArray(value) || value.length === 0) {
    report(path, 'must be a list of rows of daysMax and step, the last with daysMax: null');
    return;
  }
  let before = 0;
  value.forEach((row: unknown, i) => {
    const at = `${path}[${i}]`;
    if (!isFields(row)) {
      report(at, 'must give daysMax and step');
      return;
    }
    checkKeys(row, at, ['daysMax', 'step'], report);
    const { daysMax, step } = row;
    if (
      i === value.length - 1 ? daysMax !== null : typeof daysMax !== 'number' || daysMax <= before
    ) {
      report(`${at}.daysMax`, 'must grow from row to row and be null in the last one');
    }
    before = typeof daysMax === 'number' ? daysMax : before;
    const fraction = typeof step === 'number' ? decimalStep(step) : null;
    if (fraction === null || 1_000_000 % fraction.den !== 0) {
      report(`${at}.step`, 'must be a positive decimal with at most six decimals');
    }
  });
};

const limitKeys = [
  'ordersPerInstrument',
  'ordersPerFamily',
  'positionPerInstrument',
  'positionPerFamily',
  'openInterestPerInstrument',
  'openInterestPerFamily',
  'restingBandFactor',
];

const checkLimits = (limits: unknown, path: string, report: Report): void => {
  if (limits === undefined) {
    return;
  }
  if (!isFields(limits)) {
    report(path, `must give ${limitKeys.join(', ')}, or be left out`);
    return;
  }
  checkKeys(limits, path, limitKeys, report);
  for (const key of limitKeys) {
    const value = limits[key];
    const orders = key.startsWith('orders');
    const right = typeof value === 'number' && value > 0 && (!orders || Number.isInteger(value));
    if (value !== null && !right) {
      report(`${path}.${key}`, 'must be a positive number, or null for no limit');
    }
  }
};

const optionKeys = [
  'tickSize',
  'tickSteps',
  'amountMin',
  'amountMax',
  'contractSize',
  'limits',
  'fees',
  'calendar',
  'strikeGrid',
  'deltaMin',
  'atmNeighbours',
  'bandMin',
  'bandPerDelta',
  'margin',
  'exercise',
];

const checkOptions = (terms: Fields, path: string, inverse: boolean, report: Report): void => {
  checkKeys(terms, path, optionKeys, report);
  checkFees(terms.fees, `${path}.fees`, true, report);
  checkCalendar(terms.calendar, `${path}.calendar`, report);
  checkGrid(terms.strikeGrid, `${path}.strikeGrid`, report);
  checkNumber(terms, path, 'deltaMin', 0.0001, 0.4999, report);
  checkCount(terms, path, 'atmNeighbours', 50, report);
  checkNumber(terms, path, 'bandMin', 0.0001, 1, report);
  checkNumber(terms, path, 'bandPerDelta', 0, 1, report);
  checkTickSteps(terms, path, report);
  if (terms.exercise !== undefined) {
    checkOneOf(terms, path, 'exercise', ['cash', 'future'], report);
  }
  const { margin } = terms;
  const at = `${path}.margin`;
  if (!isFields(margin)) {
    report(at, 'must give initialRate, initialRateMin and maintenanceRate');
    return;
  }
  checkKeys(margin, at, ['initialRate', 'initialRateMin', 'maintenanceRate', 'coinLoss'], report);
  if (margin.coinLoss !== undefined)
    checkCoinLoss(margin.coinLoss, inverse, `${at}.coinLoss`, report);
  for (const key of ['initialRate', 'initialRateMin', 'maintenanceRate']) {
    checkNumber(margin, at, key, 0.001, 1, report);
  }
  const { initialRate, initialRateMin, maintenanceRate } = margin as Record<string, number>;
  if (!((maintenanceRate as number) <= (initialRateMin as number))) {
    report(`${at}.maintenanceRate`, 'must not exceed initialRateMin: positions are kept on less');
  }
  if (!((initialRateMin as number) <= (initialRate as number))) {
    report(`${at}.initialRateMin`, 'must not exceed initialRate, of which it is the floor');
  }
};

const checkCoinLoss = (value: unknown, inverse: boolean, path: string, report: Report): void => {
  if (!inverse) {
    report(path, 'is for inverse options: linear ones offset each other in dollars anyway');
    return;
  }
  const bounds = { initialHaircut: [0, 0.9], maintenanceHaircut: [0, 0.9] } as const;
  checkBlock(value, path, bounds, report);
  const { initialHaircut, maintenanceHaircut } = value as Record<string, number>;
  if ((maintenanceHaircut as number) > (initialHaircut as number)) {
    report(`${path}.maintenanceHaircut`, 'must not exceed initialHaircut');
  }
};

const checkTickSteps = (terms: Fields, path: string, report: Report): void => {
  const steps = terms.tickSteps;
  if (!Array.isArray(steps)) {
    report(`${path}.tickSteps`, 'must be a list of rows of abovePrice and tickSize; [] for none');
    return;
  }
  const tick = typeof terms.tickSize === 'number' ? decimalStep(terms.tickSize) : null;
  let aboveBefore = 0;
  let multipleBefore = 1;
  steps.forEach((row: unknown, i) => {
    const at = `${path}.tickSteps[${i}]`;
    if (!isFields(row) || tick === null) {
      report(at, 'must give abovePrice and tickSize, both multiples of the finest tickSize');
      return;
    }
    checkKeys(row, at, ['abovePrice', 'tickSize'], report);
    const above = countSteps(Number(row.abovePrice), tick);
    const multiple = countSteps(Number(row.tickSize), tick);
    if (multiple === null || multiple % multipleBefore !== 0 || multiple <= multipleBefore) {
      report(`${at}.tickSize`, 'must be a larger multiple of the tick size before it');
    } else if (above === null || above <= aboveBefore || above % multiple !== 0) {
      report(`${at}.abovePrice`, 'must grow from row to row and be a multiple of its tickSize');
    }
    aboveBefore = above ?? aboveBefore;
    multipleBefore = multiple ?? multipleBefore;
  });
};

const futureKeys = [
  'tickSize',
  'amountMin',
  'amountMax',
  'contractSize',
  'limits',
  'fees',
  'bandRate',
  'margin',
];

const checkFutures = (terms: Fields, path: string, kind: string, report: Report): void => {
  const own = kind === 'futures' ? ['calendar'] : ['fundingDeadband', 'fundingRateMax', 'basisMax'];
  checkKeys(terms, path, [...futureKeys, ...own], report);
  checkFees(terms.fees, `${path}.fees`, false, report);
  checkNumber(terms, path, 'bandRate', 0.0001, 0.5, report);
  if (kind === 'futures') {
    checkCalendar(terms.calendar, `${path}.calendar`, report);
  } else {
    checkNumber(terms, path, 'fundingDeadband', 0, 0.01, report);
    checkNumber(terms, path, 'fundingRateMax', 0, 0.1, report);
    checkNumber(terms, path, 'basisMax', 0, 0.5, report);
  }
  const { margin } = terms;
  const at = `${path}.margin`;
  if (!isFields(margin)) {
    report(at, 'must give initialRate, maintenanceRate and ratePerCoin');
    return;
  }
  const rates = ['initialRate', 'maintenanceRate', 'ratePerCoin'];
  checkKeys(margin, at, kind === 'futures' ? [...rates, 'coversOptions'] : rates, report);
  checkNumber(margin, at, 'initialRate', 0.001, 1, report);
  checkNumber(margin, at, 'maintenanceRate', 0.001, 1, report);
  checkNumber(margin, at, 'ratePerCoin', 0, 0.1, report);
  if (!((margin.maintenanceRate as number) <= (margin.initialRate as number))) {
    report(`${at}.maintenanceRate`, 'must not exceed initialRate: positions are kept on less');
  }
};

/** What the size checks need to know of a family, already known to be of the right types. */
interface SizeContext {
  readonly currency: Currency;
  readonly inverseFuture: boolean;
  /** Highest price of the contract, in its price unit. */
  readonly priceMax: number;
}

const checkSizes = (terms: Fields, path: string, context: SizeContext, report: Report): void => {
  checkLimits(terms['limits'], `${path}.limits`, report);
  const decimalOf = (key: string): Step | null => {
    const value = terms[key];
    const step = typeof value === 'number' ? decimalStep(value) : null;
    if (step === null) {
      report(`${path}.${key}`, `must be a positive decimal, not ${show(value)}`);
    }
    return step;
  };
  const tick = decimalOf('tickSize');
  const lot = decimalOf('amountMin');
  const largest = decimalOf('amountMax');
  const size = decimalOf('contractSize');
  if (tick === null || lot === null || largest === null || size === null) {
    return;
  }
  const lots = countSteps(terms.amountMax as number, lot);
  if (lots === null || lots > LOTS_MAX) {
    report(`${path}.amountMax`, `must be a multiple of amountMin, at most ${LOTS_MAX} of them`);
    return;
  }
  const contracts = [
    countSteps(terms.amountMin as number, size),
    countSteps(terms.contractSize as number, lot),
  ];
  if (contracts.every((count) => count === null)) {
    report(`${path}.contractSize`, 'must be a multiple of amountMin, or amountMin one of it');
  }
  const ticks = (context.priceMax * tick.den) / tick.num;
  if (ticks > TICKS_MAX) {
    report(`${path}.tickSize`, `is too fine: prices reach ${context.priceMax}; make it larger`);
    return;
  }
  if (context.inverseFuture) {
    // Value in coin is lots times this over the price in ticks, which is at least one.
    const perLot = (minorPerUnit[context.currency] * lot.num * tick.den) / (lot.den * tick.num);
    if (!Number.isSafeInteger(perLot)) {
      report(`${path}.amountMin`, 'times the minor units of the coin over the tick must be whole');
    } else if (perLot * lots > Number.MAX_SAFE_INTEGER) {
      report(`${path}.amountMax`, 'is too large: the value of such an order leaves exact integers');
    }
    return;
  }
  const cash = cashPerTickLotOf(tick, lot, context.currency);
  if (cash === null) {
    report(`${path}.tickSize`, 'times amountMin must be a whole number of the minor unit of cash');
  } else if (ticks * lots * ordersPerPositionMax * cash > Number.MAX_SAFE_INTEGER) {
    const most = Math.floor(Number.MAX_SAFE_INTEGER / (ticks * ordersPerPositionMax * cash));
    report(
      `${path}.amountMax`,
      `is too large: ${ordersPerPositionMax} such orders at ${context.priceMax} leave exact ` +
        `integers; write at most ${(most * lot.num) / lot.den}`,
    );
  }
};

const familyKeys = [
  'name',
  'listed',
  'payoff',
  'indexName',
  'settlementCurrency',
  'options',
  'futures',
  'perpetual',
];

const checkFamily = (
  family: Fields,
  path: string,
  underlying: ContractTable['underlying'],
  report: Report,
): void => {
  checkKeys(family, path, familyKeys, report);
  checkOneOf(family, path, 'listed', [true, false], report);
  checkOneOf(family, path, 'payoff', ['inverse', 'linear'], report);
  checkOneOf(family, path, 'settlementCurrency', currencies, report);
  checkOneOf(family, path, 'indexName', indexNames, report);
  const inverse = family.payoff === 'inverse';
  const coin = underlying.toLowerCase();
  const expected = inverse
    ? { name: underlying, settlementCurrency: underlying, indexName: `${coin}_usd` }
    : { name: `${underlying}_USDC`, settlementCurrency: 'USDC', indexName: `${coin}_usdc` };
  for (const key of ['name', 'settlementCurrency', 'indexName'] as const) {
    if (family[key] !== expected[key]) {
      report(`${path}.${key}`, `must be ${expected[key]} for this payoff of ${underlying}`);
    }
  }
  const currency = expected.settlementCurrency as Currency;
  const coinMax = coinPriceMax[underlying];
  for (const key of ['options', 'futures', 'perpetual'] as const) {
    const terms = family[key];
    const at = `${path}.${key}`;
    if (terms === null) {
      continue;
    }
    if (!isFields(terms)) {
      report(at, 'must be a block of terms, or null for none');
      continue;
    }
    if (key === 'options') {
      checkOptions(terms, at, inverse, report);
      const priceMax = inverse ? inverseOptionPriceMax : coinMax;
      checkSizes(terms, at, { currency, inverseFuture: false, priceMax }, report);
    } else {
      checkFutures(terms, at, key, report);
      checkSizes(terms, at, { currency, inverseFuture: inverse, priceMax: coinMax }, report);
    }
  }
  checkCover(family, path, inverse, report);
};

/** Futures can offset only options that offset each other. */
const checkCover = (family: Fields, path: string, inverse: boolean, report: Report): void => {
  const marginOf = (key: string): Fields => {
    const terms = family[key];
    return isFields(terms) && isFields(terms['margin']) ? terms['margin'] : {};
  };
  const { coversOptions } = marginOf('futures');
  const at = `${path}.futures.margin.coversOptions`;
  if (coversOptions === undefined) return;
  if (coversOptions !== true) report(at, 'must be true, or be left out');
  if (!isFields(family['options'])) {
    report(at, 'needs options in the family');
  } else if (inverse && marginOf('options')['coinLoss'] === undefined) {
    report(at, 'needs coinLoss in options.margin: without it no inverse options offset each other');
  }
};

/**
 * Proves a contract table as it was read from a file. A liquidation section that it leaves out is
 * written into it as shipped, so that the journal has every value in full.
 *
 * Refuses: with every problem found, in the order of the file.
 */
export const checkContractTable = (
  value: unknown,
): Result<ContractTable, readonly TableProblem[]> => {
  const problems: TableProblem[] = [];
  const report: Report = (path, sentence) => {
    problems.push({ path, sentence });
  };
  if (!isFields(value)) {
    return err([{ path: '', sentence: 'must give underlying, version, margin and families' }]);
  }
  checkKeys(value, '', ['underlying', 'version', 'margin', 'liquidation', 'families'], report);
  const { underlying, version, margin, families } = value;
  const { liquidation = recommendedLiquidation } = value;
  if (underlying !== 'BTC' && underlying !== 'ETH') {
    report('underlying', `must be BTC or ETH, not ${show(underlying)}`);
    return err(problems);
  }
  if (!Number.isSafeInteger(version) || (version as number) < 1) {
    report('version', 'must be a whole number from 1, larger at each change');
  }
  checkMarginParameters(margin, 'margin', report);
  checkLiquidationParameters(liquidation, 'liquidation', report);
  if (!Array.isArray(families) || families.length === 0) {
    report('families', 'must be a list of at least one family');
    return err(problems);
  }
  const names = new Set<unknown>();
  families.forEach((family: unknown, i) => {
    const path = `families[${i}]`;
    if (!isFields(family)) {
      report(path, `must give ${familyKeys.join(', ')}`);
      return;
    }
    if (names.has(family.name)) {
      report(`${path}.name`, `names a family that is there already: ${show(family.name)}`);
    }
    names.add(family.name);
    checkFamily(family, path, underlying, report);
  });
  return problems.length === 0
    ? ok({
        underlying,
        version: version as number,
        margin: margin as MarginParameters,
        liquidation: liquidation as LiquidationParameters,
        families: families as ContractFamily[],
      })
    : err(problems);
};
