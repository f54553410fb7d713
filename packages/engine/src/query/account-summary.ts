// Account summary: one account in one currency, from the same numbers that decide whether its next
// order passes. Also the summary it would have with other positions: the same code over a copy of
// its holdings.
import {
  type AccountSummary,
  type Cash,
  type Currency,
  currencies,
  type IndexName,
  type RejectCode,
} from '@openstrike/domain';
import { balanceOf, createCurrencyRecord } from '../account/cash.ts';
import { holdingsInOrder } from '../account/holdings.ts';
import { marginBalanceOf, pendingFunding, unrealisedOf } from '../account/margin.ts';
import { withdrawableOf } from '../account/transfers.ts';
import { accountMarginOf } from '../portfolio/account-margin.ts';
import {
  type AccountRecord,
  type CurrencyRecord,
  currencyNoOf,
  type EngineState,
  type Holding,
  type IndexRecord,
} from '../state.ts';

interface Greeks {
  readonly indexNo: number;
  readonly indexName: IndexName;
  deltaTotal: number;
  optionsDelta: number;
  optionsGamma: number;
  optionsVega: number;
  optionsTheta: number;
}

/** Coins that one lot stands for at the mark. */
export const coinsPerLot = (state: EngineState, holding: Holding): number => {
  const { lot, payoff, kind } = holding.instrument.contract;
  const amount = lot.num / lot.den;
  return kind !== 'option' && payoff === 'inverse'
    ? amount / (state.marks.markPrice[holding.instrument.id] as number)
    : amount;
};

/** Delta of a position in coins; for coin-settled options net of the premium's own delta. */
export const deltaOf = (state: EngineState, holding: Holding): number => {
  const { instrument, sizeLots } = holding;
  const coins = sizeLots * coinsPerLot(state, holding);
  return instrument.contract.kind === 'option'
    ? coins * (state.marks.delta[instrument.id] as number)
    : coins;
};

const finite = (value: number): number => (Number.isFinite(value) ? value : 0);

const addGreeks = (state: EngineState, holding: Holding, greeks: Greeks): void => {
  const { instrument, sizeLots } = holding;
  const delta = finite(deltaOf(state, holding));
  greeks.deltaTotal += delta;
  if (instrument.contract.kind === 'option') {
    const { marks } = state;
    const coins = sizeLots * coinsPerLot(state, holding);
    greeks.optionsDelta += delta;
    greeks.optionsGamma += finite(coins * (marks.gamma[instrument.id] as number));
    greeks.optionsVega += finite(coins * (marks.vega[instrument.id] as number));
    greeks.optionsTheta += finite(coins * (marks.theta[instrument.id] as number));
  }
};

const noGreeks = (state: EngineState, indexNo: number): Greeks => ({
  indexNo,
  indexName: (state.indexes[indexNo] as IndexRecord).name,
  deltaTotal: 0,
  optionsDelta: 0,
  optionsGamma: 0,
  optionsVega: 0,
  optionsTheta: 0,
});

/** By index, of those that positions are held in. */
const greeksOf = (state: EngineState, record: CurrencyRecord): readonly Greeks[] => {
  const all: Greeks[] = [];
  for (const holding of holdingsInOrder(record)) {
    if (holding.sizeLots === 0) {
      continue;
    }
    const { indexNo } = holding.instrument;
    let greeks = all.find((one) => one.indexNo === indexNo);
    if (greeks === undefined) {
      greeks = noGreeks(state, indexNo);
      all.push(greeks);
    }
    addGreeks(state, holding, greeks);
  }
  return all.length < 2 ? all : all.sort((a, b) => a.indexNo - b.indexNo);
};

interface Profits {
  realised: number;
  unrealised: number;
  funding: number;
  optionsRealised: number;
  optionsUnrealised: number;
  total: number;
}

const profitsOf = (state: EngineState, record: CurrencyRecord): Profits => {
  const profits: Profits = {
    realised: 0,
    unrealised: 0,
    funding: 0,
    optionsRealised: 0,
    optionsUnrealised: 0,
    total: 0,
  };
  for (const holding of holdingsInOrder(record)) {
    const unrealised = finite(unrealisedOf(state, holding));
    const sinceEntry = unrealised + holding.sessionCost - holding.openCost;
    profits.total += holding.realised + sinceEntry;
    if (holding.instrument.contract.kind === 'option') {
      profits.optionsRealised += holding.sessionRealised;
      profits.optionsUnrealised += unrealised;
    } else {
      profits.realised += holding.sessionRealised;
      profits.unrealised += unrealised;
      profits.funding += holding.sessionFunding + pendingFunding(holding);
    }
  }
  return profits;
};

/** A greek of all indexes together. */
const sumOf = (
  all: readonly Greeks[],
  greek: 'deltaTotal' | 'optionsDelta' | 'optionsGamma' | 'optionsVega' | 'optionsTheta',
): number => {
  let sum = 0;
  for (const greeks of all) {
    sum += greeks[greek];
  }
  return sum;
};

/** The summary of a currency record as it stands. */
export const summaryOf = (state: EngineState, record: CurrencyRecord): AccountSummary => {
  const margin = accountMarginOf(state, record);
  const { account, currencyNo } = record;
  const balance = balanceOf(state, account, currencyNo);
  const marginBalance = marginBalanceOf(state, record);
  const profits = profitsOf(state, record);
  const greeks = greeksOf(state, record);
  const free = margin.equity - margin.initialMargin;
  return {
    accountId: account.id,
    currency: currencies[currencyNo] as Currency,
    balance: balance as Cash,
    equity: (marginBalance + record.optionsValue) as Cash,
    marginModel: account.marginModel,
    marginBalance: margin.equity as Cash,
    initialMargin: margin.initialMargin as Cash,
    maintenanceMargin: margin.maintenanceMargin as Cash,
    openOrdersMargin: margin.ordersMargin as Cash,
    availableFunds: free as Cash,
    availableWithdrawalFunds: withdrawableOf(state, record, free) as Cash,
    sessionRealised: profits.realised as Cash,
    sessionUnrealised: profits.unrealised as Cash,
    sessionFunding: profits.funding as Cash,
    optionsValue: record.optionsValue as Cash,
    optionsSessionRealised: profits.optionsRealised as Cash,
    optionsSessionUnrealised: profits.optionsUnrealised as Cash,
    totalProfit: profits.total as Cash,
    deltaTotal: sumOf(greeks, 'deltaTotal'),
    optionsDelta: sumOf(greeks, 'optionsDelta'),
    optionsGamma: sumOf(greeks, 'optionsGamma'),
    optionsVega: sumOf(greeks, 'optionsVega'),
    optionsTheta: sumOf(greeks, 'optionsTheta'),
    byIndex: greeks.map((one) => ({
      indexName: one.indexName,
      deltaTotal: one.deltaTotal,
      optionsGamma: one.optionsGamma,
      optionsVega: one.optionsVega,
      optionsTheta: one.optionsTheta,
    })),
  };
};

/**
 * The record of an account in a currency; one without cash or holdings where it has none, not kept.
 */
export const recordOrEmpty = (account: AccountRecord, currencyNo: number): CurrencyRecord =>
  account.currencies[currencyNo] ?? createCurrencyRecord(account, currencyNo, null);

/** One account in one currency. */
export const accountSummary = (
  state: EngineState,
  accountId: AccountRecord['id'],
  currency: Currency,
): AccountSummary | RejectCode => {
  const account = state.accounts[accountId];
  return account === undefined
    ? 'unknown-account'
    : summaryOf(state, recordOrEmpty(account, currencyNoOf(currency)));
};
