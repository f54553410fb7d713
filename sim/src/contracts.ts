// Contracts of a run: small contract tables with every kind of contract, so that a few dozen
// instruments see all the traffic. The figures are of the size of Deribit's; what matters here is
// that the auditor reads fees and caps from the same tables that the operator configured.
import {
  type ContractFamily,
  type ContractTable,
  type FeeSchedule,
  type LiquidationParameters,
  type MarginParameters,
  type OptionTerms,
  recommendedLiquidation,
  recommendedMargin,
  type StressParameters,
} from '@openstrike/domain';
import type { SimOptions } from './sim-options.ts';

const optionFees: FeeSchedule = {
  makerRate: 0.0003,
  takerRate: 0.0003,
  deliveryRate: 0.00015,
  premiumCapRate: 0.125,
  deliveryFreeTenors: ['day'],
};
const futureFees: FeeSchedule = {
  makerRate: -0.0001,
  takerRate: 0.0005,
  deliveryRate: 0.00025,
  premiumCapRate: null,
  deliveryFreeTenors: ['week'],
};
const futureMargin = { initialRate: 0.02, maintenanceRate: 0.01, ratePerCoin: 0.00005 };
const coveringMargin = { ...futureMargin, coversOptions: true } as const;
const funding = { fundingDeadband: 0.00025, fundingRateMax: 0.005, basisMax: 0.005 };

const optionsOf = (step: number, market: SimOptions['market']): OptionTerms => ({
  tickSize: 0.0001,
  tickSteps: [{ abovePrice: 0.005, tickSize: 0.0005 }],
  amountMin: 0.1,
  amountMax: 500,
  contractSize: 1,
  fees: optionFees,
  calendar: { days: market.days, weeks: 1, months: 0, quarters: 0 },
  strikeGrid: [{ daysMax: null, step }],
  deltaMin: 0.45,
  atmNeighbours: 1,
  bandMin: 0.04,
  bandPerDelta: 0.08,
  margin: { initialRate: 0.15, initialRateMin: 0.1, maintenanceRate: 0.075 },
  limits: {
    ordersPerInstrument: null,
    ordersPerFamily: null,
    positionPerInstrument: 40,
    positionPerFamily: null,
    openInterestPerInstrument: 60,
    openInterestPerFamily: null,
    restingBandFactor: null,
  },
});

/** Options that lose no more than less than a tenth of a coin meet the rule of their expiry. */
const inverseMargin: OptionTerms['margin'] = {
  initialRate: 0.15,
  initialRateMin: 0.1,
  maintenanceRate: 0.075,
  coinLoss: { initialHaircut: 0.2, maintenanceHaircut: 0.12 },
};

const inverseOf = (
  underlying: 'BTC' | 'ETH',
  step: number,
  market: SimOptions['market'],
): ContractFamily => {
  const future = {
    tickSize: underlying === 'BTC' ? 0.5 : 0.05,
    amountMin: underlying === 'BTC' ? 10 : 1,
    amountMax: 1_000_000,
    contractSize: underlying === 'BTC' ? 10 : 1,
    fees: futureFees,
    margin: futureMargin,
  };
  // Every expiry of options has a future of its own where they are exercised into it.
  const exercise = market.futures && market.exercised ? 'future' : 'cash';
  const days = exercise === 'future' ? market.days : 0;
  const calendar = { days, weeks: 1, months: 0, quarters: 0 };
  return {
    name: underlying,
    listed: true,
    payoff: 'inverse',
    indexName: underlying === 'BTC' ? 'btc_usd' : 'eth_usd',
    settlementCurrency: underlying,
    options: { ...optionsOf(step, market), exercise, margin: inverseMargin },
    futures: market.futures
      ? { ...future, bandRate: 0.025, calendar, margin: coveringMargin }
      : null,
    perpetual: { ...future, bandRate: 0.015, ...funding },
  };
};

const linearOf = (step: number, market: SimOptions['market']): ContractFamily => {
  const future = {
    tickSize: 1,
    amountMin: 0.001,
    amountMax: 100,
    contractSize: 0.001,
    fees: futureFees,
    margin: futureMargin,
  };
  const calendar = { days: 0, weeks: 1, months: 0, quarters: 0 };
  return {
    name: 'BTC_USDC',
    listed: true,
    payoff: 'linear',
    indexName: 'btc_usdc',
    settlementCurrency: 'USDC',
    options: {
      ...optionsOf(step, market),
      tickSize: 1,
      tickSteps: [
        { abovePrice: 100, tickSize: 5 },
        { abovePrice: 1000, tickSize: 10 },
      ],
      amountMin: 0.01,
      amountMax: 100,
      fees: { ...optionFees, makerRate: 0.0001, takerRate: 0.0005 },
      // So much that what a set can lose at all often is less.
      margin: { initialRate: 1, initialRateMin: 1, maintenanceRate: 1 },
    },
    futures: market.linearFutures
      ? { ...future, bandRate: 0.025, calendar, margin: coveringMargin }
      : null,
    perpetual: { ...future, bandRate: 0.015, ...funding },
  };
};

/** Rates for linear calls sold beyond those held; none of them the recommended ones. */
const unpairedRates = [
  [1, 1],
  [1.5, 1.4],
  [1.1, 1],
] as const;

/** Short auctions, so that short runs see their ends; and the values as shipped. */
const liquidations: readonly LiquidationParameters[] = [
  {
    warnings: [0.6, 0.75, 0.9],
    warningsApart: 0.1,
    watchRounds: 5,
    watchMin: 3,
    stepSeconds: 1,
    hedgeShareMax: 0.5,
    hedgeDepthShareMax: 0.4,
    hedgeBand: 0.02,
    hedgeStepsMax: 3,
    clock: { start: 0.95, turn: 0.7, firstSeconds: 8, secondSeconds: 20 },
    sealedSeconds: 1,
    insolventSeconds: 5,
    buffer: 0.3,
    fee: { rate: 0.002, premiumShareMax: 0.1, equityShareMax: 0.4 },
    fundStress: { moves: [-0.5, 0.5], volatilityUp: 1, accounts: 3 },
  },
  {
    ...recommendedLiquidation,
    stepSeconds: 2,
    hedgeStepsMax: 1,
    clock: { start: 0.9, turn: 0.85, firstSeconds: 5, secondSeconds: 10 },
    insolventSeconds: 3,
  },
  recommendedLiquidation,
];

const liquidationOf = (version: number): LiquidationParameters =>
  liquidations[(version - 1) % liquidations.length] ?? recommendedLiquidation;

/** Factors that a usual day raises, at once or by and by, and that are soon forgotten; or none. */
const stresses: readonly (StressParameters | undefined)[] = [
  { dailyVolatility: 0.01, decay: 0.8, days: 2, riseMax: 1.1 },
  { dailyVolatility: 0.015, decay: 0.9, days: 5, riseMax: 2 },
  undefined,
];

/** The recommended margin section but for rates and factors that change with the version. */
const marginOf = (underlying: 'BTC' | 'ETH', version: number): MarginParameters => {
  const rates = unpairedRates[(version - 1) % unpairedRates.length] ?? unpairedRates[0];
  const [unpairedInitial, unpairedMaintenance] = rates;
  const { stress: _, ...recommended } = recommendedMargin(underlying);
  const stress = stresses[(version - 1) % stresses.length];
  return {
    ...recommended,
    ...(stress === undefined ? {} : { stress }),
    unpairedInitial,
    unpairedMaintenance,
  };
};

/** The contract tables of a run; a later version has other fees and margins. */
export const contractTables = (options: SimOptions, version = 1): readonly ContractTable[] => {
  const { market } = options;
  const bitcoinStep = Math.round((77_000 * market.strikeStepShare) / 1_000) * 1_000;
  const etherStep = Math.round((2_400 * market.strikeStepShare) / 50) * 50;
  const families = [inverseOf('BTC', bitcoinStep, market)];
  if (market.linear) families.push(linearOf(bitcoinStep, market));
  const tables: ContractTable[] = [
    {
      underlying: 'BTC',
      version,
      margin: marginOf('BTC', version),
      liquidation: liquidationOf(version),
      families: families.map((family) => withFees(family, version)),
    },
  ];
  if (market.ether) {
    const family = withFees(inverseOf('ETH', etherStep, market), version);
    const margin = marginOf('ETH', version);
    const liquidation = liquidationOf(version + 1);
    tables.push({ underlying: 'ETH', version, margin, liquidation, families: [family] });
  }
  return tables;
};

/** Fees that change with the version. */
const withFees = (family: ContractFamily, version: number): ContractFamily => {
  const { options } = family;
  const takerRate = 0.0003 + 0.0001 * ((version - 1) % 3);
  return options === null
    ? family
    : { ...family, options: { ...options, fees: { ...options.fees, takerRate } } };
};
