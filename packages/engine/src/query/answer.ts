// Answer: every question of domain's `Queries`, from the state alone. Nothing here changes what the
// engine does next; at most a cached margin is brought up to date.
import type { Queries, QueryName } from '@openstrike/domain';
import { accountStateOf } from '../account/accounts.ts';
import { publishedTables } from '../announce-tables.ts';
import { haltsView } from '../halts/halts-view.ts';
import { liquidationPlan } from '../liquidation/liquidation-plan.ts';
import { auctionViews, insuranceViews } from '../liquidation/liquidation-views.ts';
import { mmpViewOf } from '../market-maker/mmp.ts';
import { certifyAccount } from '../portfolio/certify-account.ts';
import { previewMarginModel } from '../portfolio/change-margin-model.ts';
import { nextTimerUs } from '../run-timers.ts';
import type { AccountRecord, EngineState } from '../state.ts';
import { OrderSnapshot } from '../trading/order-snapshot.ts';
import { accountSummary } from './account-summary.ts';
import { orderMargin, orderMargins } from './order-margins.ts';
import { positionsOf } from './positions.ts';
import { simulateMargin } from './simulate-margin.ts';
import { simulatePortfolio } from './simulate-portfolio.ts';
import {
  bookView,
  indexViews,
  instrumentViews,
  ledgerTotals,
  openOrders,
  tradingViews,
} from './venue-views.ts';

type Answers = {
  readonly [Name in QueryName]: (
    state: EngineState,
    parameters: Queries[Name]['in'],
  ) => Queries[Name]['out'];
};

const isAccount = (account: AccountRecord | undefined): account is AccountRecord =>
  account !== undefined;

const answers: Answers = {
  'account-summary': (state, { accountId, currency }) => accountSummary(state, accountId, currency),
  positions: (state, { accountId }) => {
    const account = state.accounts[accountId];
    return account === undefined ? [] : positionsOf(state, account);
  },
  'order-margin': orderMargin,
  'order-margins': orderMargins,
  'margin-certificate': certifyAccount,
  'margin-model': previewMarginModel,
  'simulate-margin': simulateMargin,
  'simulate-portfolio': simulatePortfolio,
  order: (state, { orderId }) => {
    const order = state.orders.get(orderId);
    return order === undefined ? null : new OrderSnapshot(order, null);
  },
  'open-orders': (state, { accountId }) => openOrders(state, accountId),
  accounts: (state) => state.accounts.filter(isAccount).map(accountStateOf),
  instruments: (state) => instrumentViews(state),
  book: (state, { instrumentId }) => bookView(state, instrumentId),
  indexes: (state) => indexViews(state),
  tables: (state) => publishedTables(state),
  'trading-state': (state) => tradingViews(state),
  'ledger-totals': (state) => ledgerTotals(state),
  liabilities: ({ liabilities, liabilitiesRoot }) => ({
    statement: liabilities,
    root: liabilitiesRoot,
  }),
  'liquidation-plan': liquidationPlan,
  halts: (state) => haltsView(state),
  'kill-switches': (state, { accountId }) => {
    const account = state.accounts[accountId];
    return account === undefined
      ? 'unknown-account'
      : { venue: state.killed, account: account.killed, keys: [...account.killedKeys].sort() };
  },
  auctions: (state) => auctionViews(state),
  insurance: (state) => insuranceViews(state),
  mmp: (state, { accountId }) =>
    (state.accounts[accountId]?.mmp ?? []).map((record) => mmpViewOf(state, record)),
  'next-timer': (state) => nextTimerUs(state),
};

/** Answers one question. */
export const answer = <Name extends QueryName>(
  state: EngineState,
  name: Name,
  parameters: Queries[Name]['in'],
): Queries[Name]['out'] => answers[name](state, parameters);
