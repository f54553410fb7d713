// Contract tables for tests: the exchange's kinds of contract with few expiries and wide strikes,
// so that a test sees all of them.
import {
  type ContractFamily,
  type ContractTable,
  type FeeSchedule,
  type OptionTerms,
  recommendedMargin,
} from '@openstrike/domain';

const optionFees: FeeSchedule = {
  makerRate: 0.0003,
  takerRate: 0.0003,
  deliveryRate: 0.00015,
  premiumCapRate: 0.125,
  deliveryFreeTenors: ['day'],
};
const futureFees: FeeSchedule = {
  makerRate: 0,
  takerRate: 0.0005,
  deliveryRate: 0.00025,
  premiumCapRate: null,
  deliveryFreeTenors: ['week'],
};

const options: OptionTerms = {
  tickSize: 0.0001,
  tickSteps: [{ abovePrice: 0.005, tickSize: 0.0005 }],
  amountMin: 0.1,
  amountMax: 500,
  contractSize: 1,
  fees: optionFees,
  calendar: { days: 1, weeks: 1, months: 1, quarters: 0 },
  strikeGrid: [{ daysMax: null, step: 5000 }],
  deltaMin: 0.45,
  atmNeighbours: 1,
  bandMin: 0.04,
  bandPerDelta: 0.08,
  margin: { initialRate: 0.15, initialRateMin: 0.1, maintenanceRate: 0.075 },
};

const inverseFuture = {
  tickSize: 0.5,
  amountMin: 10,
  amountMax: 10_000_000,
  contractSize: 10,
  fees: futureFees,
  margin: { initialRate: 0.02, maintenanceRate: 0.01, ratePerCoin: 0.00005 },
};
const funding = { fundingDeadband: 0.00025, fundingRateMax: 0.005, basisMax: 0.005 };

const inverse: ContractFamily = {
  name: 'BTC',
  listed: true,
  payoff: 'inverse',
  indexName: 'btc_usd',
  settlementCurrency: 'BTC',
  options,
  futures: {
    ...inverseFuture,
    bandRate: 0.025,
    calendar: { days: 0, weeks: 1, months: 0, quarters: 0 },
  },
  perpetual: { ...inverseFuture, bandRate: 0.015, ...funding },
};

const linear: ContractFamily = {
  name: 'BTC_USDC',
  listed: true,
  payoff: 'linear',
  indexName: 'btc_usdc',
  settlementCurrency: 'USDC',
  options: {
    ...options,
    tickSize: 1,
    tickSteps: [
      { abovePrice: 100, tickSize: 5 },
      { abovePrice: 1000, tickSize: 10 },
    ],
    amountMin: 0.01,
    amountMax: 100,
    fees: { ...optionFees, makerRate: 0.0001, takerRate: 0.0005 },
    calendar: { days: 0, weeks: 1, months: 0, quarters: 0 },
  },
  futures: null,
  perpetual: {
    ...inverseFuture,
    tickSize: 1,
    amountMin: 0.001,
    amountMax: 100,
    contractSize: 0.001,
    limits: {
      ordersPerInstrument: null,
      ordersPerFamily: null,
      positionPerInstrument: null,
      positionPerFamily: null,
      openInterestPerInstrument: 99.5,
      openInterestPerFamily: null,
      restingBandFactor: null,
    },
    bandRate: 0.015,
    ...funding,
  },
};

/** One table with an inverse and a linear family on BTC. */
export const testTables: readonly ContractTable[] = [
  {
    underlying: 'BTC',
    version: 1,
    margin: recommendedMargin('BTC'),
    families: [inverse, linear],
  },
];

/** A table of many inverse options, for load. */
export const wideTables = (
  stepUsd: number,
  days: number,
  weeks: number,
): readonly ContractTable[] => [
  {
    underlying: 'BTC',
    version: 1,
    margin: recommendedMargin('BTC'),
    families: [
      {
        ...inverse,
        options: {
          ...options,
          calendar: { days, weeks, months: 3, quarters: 4 },
          strikeGrid: [{ daysMax: null, step: stepUsd }],
          deltaMin: 0.02,
          atmNeighbours: 5,
        },
      },
    ],
  },
];
