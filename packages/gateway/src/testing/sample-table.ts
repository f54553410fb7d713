// Sample table: a small contract table for tests: the BTC family with few expiries and strikes.
import { type ContractTable, recommendedLiquidation, recommendedMargin } from '@openstrike/domain';

const fees = {
  makerRate: 0.0003,
  takerRate: 0.0003,
  deliveryRate: 0.00015,
  premiumCapRate: 0.125,
  deliveryFreeTenors: ['day'],
} as const;

const futureTerms = {
  tickSize: 0.5,
  amountMin: 10,
  amountMax: 1_000_000,
  contractSize: 10,
  fees: { ...fees, makerRate: 0, takerRate: 0.0005, premiumCapRate: null },
  bandRate: 0.02,
  margin: { initialRate: 0.02, maintenanceRate: 0.01, ratePerCoin: 0.00005 },
} as const;

export const sampleTable: ContractTable = {
  underlying: 'BTC',
  version: 1,
  margin: recommendedMargin('BTC'),
  liquidation: recommendedLiquidation,
  families: [
    {
      name: 'BTC',
      listed: true,
      payoff: 'inverse',
      indexName: 'btc_usd',
      settlementCurrency: 'BTC',
      options: {
        tickSize: 0.0001,
        tickSteps: [{ abovePrice: 0.005, tickSize: 0.0005 }],
        amountMin: 0.1,
        amountMax: 500,
        contractSize: 1,
        fees,
        calendar: { days: 0, weeks: 2, months: 1, quarters: 1 },
        strikeGrid: [{ daysMax: null, step: 10_000 }],
        deltaMin: 0.2,
        atmNeighbours: 1,
        bandMin: 0.04,
        bandPerDelta: 0.1,
        margin: { initialRate: 0.15, initialRateMin: 0.1, maintenanceRate: 0.075 },
      },
      futures: null,
      perpetual: {
        ...futureTerms,
        fundingDeadband: 0.00025,
        fundingRateMax: 0.005,
        basisMax: 0.005,
      },
    },
  ],
};
