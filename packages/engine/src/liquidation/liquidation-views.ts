// Liquidation views: the auctions that run and the insurance funds, as answers to questions. The
// fund's target is what the largest accounts (two, as shipped: cover 2) would leave unpaid in the
// worst of the moves that the table states. Source: CPMI-IOSCO, Principles for financial market
// infrastructures, principle 4; risk reference 2.10.
import {
  type AuctionView,
  type Cash,
  type Currency,
  currencies,
  type FundStressParameters,
  type InsuranceView,
  minorPerUnit,
  usPerYear,
} from '@openstrike/domain';
import { black76 } from '@openstrike/pricing';
import { clockPrice, shareFor } from '@openstrike/risk';
import { valueAtPrice } from '../account/holdings.ts';
import { valueOf } from '../portfolio/account-margin.ts';
import { coinsPerLot } from '../query/account-summary.ts';
import type { CurrencyRecord, EngineState, Holding } from '../state.ts';
import { liquidationParametersOf } from '../tables-in-force.ts';
import { inCurrency } from './cover-debts.ts';
import { fundOf, shortfallOf, withdrawalsWait } from './insurance-fund.ts';
import { marginedWith, marginStateOf, positionsOf } from './margin-states.ts';
import { figuresOf } from './sketch.ts';

/** Auctions that may be answered now. */
export const auctionViews = (state: EngineState): readonly AuctionView[] => {
  const views: AuctionView[] = [];
  for (const one of state.liquidation.open) {
    const { record, stage } = one;
    if (stage !== 'auction' && stage !== 'insolvent-auction') continue;
    const figures = figuresOf(state, record);
    const parameters = liquidationParametersOf(state, record.currencyNo);
    const price = clockPrice(one, parameters);
    const fund = fundOf(state, record.currencyNo);
    views.push({
      liquidationId: one.id,
      currency: currencies[record.currencyNo] as Currency,
      phase: stage,
      seconds: one.seconds,
      price,
      share: shareFor(figures, price, fund, parameters),
      state: marginStateOf(figures),
      positions: positionsOf(record),
    });
  }
  return views;
};

/** Profit or loss of a position when its price moves by a share, in minor units. */
const stressedProfit = (
  state: EngineState,
  holding: Holding,
  move: number,
  volatilityUp: number,
): number => {
  const { instrument, sizeLots } = holding;
  const { marks } = state;
  const { contract, id } = instrument;
  const mark = marks.markPrice[id] as number;
  if (sizeLots === 0 || Number.isNaN(mark)) return 0;
  const { expiryUs, strike, optionType } = contract;
  if (expiryUs === null || strike === null || optionType === null) {
    const moved = valueAtPrice(instrument, sizeLots, mark * (1 + move));
    return moved - valueAtPrice(instrument, sizeLots, mark);
  }
  const forward = (marks.underlyingPrice[id] as number) * (1 + move);
  const iv = (marks.markIv[id] as number) * (1 + volatilityUp);
  const years = Math.max(0, expiryUs - state.nowUs) / usPerYear;
  const usd = black76(forward, strike, years, iv, optionType === 'call' ? 1 : -1);
  const price = contract.payoff === 'inverse' ? usd / forward : usd;
  const minor = minorPerUnit[contract.settlementCurrency];
  return sizeLots * coinsPerLot(state, holding) * (price - mark) * minor;
};

/** What a record would be worth after a move, beside what its currency has now. */
const stressedChange = (
  state: EngineState,
  record: CurrencyRecord,
  move: number,
  volatilityUp: number,
): number => {
  let change = 0;
  for (const holding of record.holdings) {
    const profit = stressedProfit(state, holding, move, volatilityUp);
    if (Number.isFinite(profit)) change += profit;
  }
  return change;
};

/**
 * What an account would owe in a currency in the worst of the stated moves: of a cross account no
 * more than it would lack altogether.
 */
const stressedShortfall = (
  state: EngineState,
  record: CurrencyRecord,
  { moves, volatilityUp }: FundStressParameters,
): number => {
  const { netEquity } = figuresOf(state, record);
  const own = valueOf(state, record);
  let worst = 0;
  for (const move of moves) {
    let altogether = netEquity;
    for (const each of marginedWith(record)) {
      const change = stressedChange(state, each, move, volatilityUp);
      altogether += inCurrency(state, each.currencyNo, record.currencyNo, change);
    }
    const inIt = own + stressedChange(state, record, move, volatilityUp);
    worst = Math.max(worst, 0 - Math.max(altogether, inIt));
  }
  return worst;
};

const targetOf = (state: EngineState, currencyNo: number): number => {
  const { fundStress } = liquidationParametersOf(state, currencyNo);
  const shortfalls: number[] = [];
  for (const account of state.accounts) {
    const record = account?.currencies[currencyNo];
    if (record) shortfalls.push(stressedShortfall(state, record, fundStress));
  }
  const largest = shortfalls.sort((a, b) => b - a).slice(0, fundStress.accounts);
  return Math.ceil(largest.reduce((sum, each) => sum + each, 0));
};

/** The insurance funds. Cost: every position, revalued in every move. */
export const insuranceViews = (state: EngineState): readonly InsuranceView[] =>
  currencies.map((currency, no) => ({
    currency,
    balance: fundOf(state, no) as Cash,
    target: targetOf(state, no) as Cash,
    shortfall: shortfallOf(state, no) as Cash,
    withdrawalsPaused: withdrawalsWait(state, no),
  }));
