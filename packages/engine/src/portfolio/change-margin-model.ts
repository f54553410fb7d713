// Change a margin model: puts another one in force for an account where it would have enough margin
// under it in every currency. Also the same question asked beforehand. Invariant: a refusal and a
// question leave everything as it was; margins held are no part of the state, so nothing else has
// to follow.
import {
  type Cash,
  type ChangeMarginModel,
  type Currency,
  currencies,
  type MarginModel,
  type MarginModelPreview,
  type Queries,
  type RejectCode,
} from '@openstrike/domain';
import { accountStateOf } from '../account/accounts.ts';
import type { AccountRecord, EngineState } from '../state.ts';
import { type AccountMargin, accountMarginOf } from './account-margin.ts';

/** Makes everything cached under another model void. */
const setModel = (account: AccountRecord, model: MarginModel): void => {
  account.marginModel = model;
  account.pools = account.pools.map(() => null);
  for (const record of account.currencies) {
    if (record !== null) record.marginVersion = -1;
  }
};

/** The account's margins in each currency that it has, under a model. */
const marginsUnder = (
  state: EngineState,
  account: AccountRecord,
  model: MarginModel,
): readonly AccountMargin[] => {
  const own = account.marginModel;
  setModel(account, model);
  const margins = account.currencies.flatMap((record) =>
    record === null ? [] : [accountMarginOf(state, record)],
  );
  setModel(account, own);
  return margins;
};

const hasEnough = ({ equity, initialMargin }: AccountMargin): boolean => initialMargin <= equity;

/** Puts a margin model in force. */
export const changeMarginModel = (
  state: EngineState,
  command: ChangeMarginModel,
): RejectCode | null => {
  const account = state.accounts[command.accountId];
  if (account === undefined) return 'unknown-account';
  if (account.access === 'locked') return 'account-locked';
  if (account.marginModel === command.model) return 'nothing-to-change';
  const enough = marginsUnder(state, account, command.model).every(hasEnough);
  if (!enough) return 'insufficient-funds';

  // Point of no return.
  setModel(account, command.model);
  state.emit(accountStateOf(account));
  return null;
};

const viewOf = (margin: AccountMargin): MarginModelPreview['before'] => ({
  equity: margin.equity as Cash,
  initialMargin: margin.initialMargin as Cash,
  maintenanceMargin: margin.maintenanceMargin as Cash,
});

/** What a change of the margin model would do, by currency. */
export const previewMarginModel = (
  state: EngineState,
  { accountId, model }: Queries['margin-model']['in'],
): Queries['margin-model']['out'] => {
  const account = state.accounts[accountId];
  if (account === undefined) return 'unknown-account';
  const before = marginsUnder(state, account, account.marginModel);
  const after = marginsUnder(state, account, model);
  const names = account.currencies.flatMap((record) =>
    record === null ? [] : [currencies[record.currencyNo] as Currency],
  );
  return names.map((currency, i) => ({
    currency,
    before: viewOf(before[i] as AccountMargin),
    after: viewOf(after[i] as AccountMargin),
    enough: hasEnough(after[i] as AccountMargin),
  }));
};
