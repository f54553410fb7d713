// Account methods: summaries, positions, what a portfolio would cost, and the settings that the
// engine keeps. Every margin number is answered by the engine itself, so what is shown is what
// decides.
import {
  type AccountId,
  type Cash,
  type Currency,
  currencies,
  type MarginModelPreview,
  type PositionView,
  type SimulatedPosition,
} from '@openstrike/domain';
import {
  accountSummariesShape,
  accountSummaryShape,
  changeMarginModelShape,
  lotsOf,
  moneyOf,
  parseMarginModel,
  parseSelfTradeMode,
  pmeSimulateShape,
  positionShape,
  positionsShape,
  renderFlatPosition,
  renderPortfolio,
  renderPosition,
  selfTradingConfigShape,
  simulatePortfolioShape,
  usdOf,
  userLocksShape,
} from '@openstrike/wire';
import { ApiError, type Call, defineMethod, type Method } from '../method.ts';
import { renderCurrencySummary, renderIdentity } from '../render/account-summary.ts';
import { renderSimulatedMargin } from '../render/simulated-margin.ts';
import { accountOf, accountOrSubaccount } from './caller.ts';
import { currencyNamed, instrumentNamed, instrumentOf, matches, selectionOf } from './lookups.ts';
import { answered, errorOfReject, refusalOf, submit } from './submit.ts';

const read = { scope: 'account:read', transport: 'any', rateClass: 'plain' } as const;

const summaryOf = async (call: Call, accountId: AccountId, currency: Currency) =>
  answered(await call.context.queries.query('account-summary', { accountId, currency }));

const positionsOf = (call: Call, accountId: AccountId): Promise<readonly PositionView[]> =>
  call.context.queries.query('positions', { accountId });

const summaryMethods: readonly Method[] = [
  defineMethod({
    name: 'private/get_account_summary',
    summary: 'Reads balance, equity, margins and greeks of an account in a currency.',
    ...read,
    ...accountSummaryShape,
    handle: async (params, call) => {
      const accountId = accountOrSubaccount(call, params.subaccount_id);
      const currency = currencyNamed(params.currency);
      const [summary, positions] = await Promise.all([
        summaryOf(call, accountId, currency),
        positionsOf(call, accountId),
      ]);
      return {
        ...renderIdentity(call.context, accountId),
        ...renderCurrencySummary(call, summary, positions),
      };
    },
  }),
  defineMethod({
    name: 'private/get_account_summaries',
    summary: 'Reads balance, equity, margins and greeks of an account in every currency.',
    ...read,
    ...accountSummariesShape,
    handle: async (params, call) => {
      const accountId = accountOrSubaccount(call, params.subaccount_id);
      const [positions, ...summaries] = await Promise.all([
        positionsOf(call, accountId),
        ...currencies.map((currency) => summaryOf(call, accountId, currency)),
      ]);
      return {
        ...renderIdentity(call.context, accountId),
        summaries: summaries.map((summary) => renderCurrencySummary(call, summary, positions)),
      };
    },
  }),
];

const positionMethods: readonly Method[] = [
  defineMethod({
    name: 'private/get_position',
    summary: 'Reads the position in an instrument; its size is 0 where there is none.',
    ...read,
    scope: 'trade:read',
    ...positionShape,
    handle: async (params, call) => {
      const instrument = instrumentNamed(call, params.instrument_name);
      const positions = await positionsOf(call, accountOf(call));
      const position = positions.find((row) => row.instrumentId === instrument.id);
      if (position !== undefined) {
        return renderPosition(position, instrument);
      }
      const { feeds } = call.context;
      const index = feeds.index(instrument.indexName);
      const mark = feeds.ticker(instrument.id)?.markPrice ?? 0;
      return renderFlatPosition(instrument, mark, index === null ? 0 : usdOf(index.price));
    },
  }),
  defineMethod({
    name: 'private/get_positions',
    summary: 'Lists the positions of an account.',
    ...read,
    scope: 'trade:read',
    ...positionsShape,
    handle: async (params, call) => {
      const accountId = accountOrSubaccount(call, params.subaccount_id);
      return renderPositions(call, accountId, params.currency, params.kind);
    },
  }),
];

/** The open positions of an account that match. */
export const renderPositions = async (
  call: Call,
  accountId: AccountId,
  currency: string | undefined,
  kind: string | undefined,
): Promise<unknown[]> => {
  const selection = selectionOf(currency, kind);
  if (selection === null) {
    return [];
  }
  const positions = await positionsOf(call, accountId);
  return positions.flatMap((position) => {
    const instrument = instrumentOf(call, position.instrumentId);
    return instrument === null || position.sizeLots === 0 || !matches(instrument, selection)
      ? []
      : [renderPosition(position, instrument)];
  });
};

const simulatedPositions = (
  call: Call,
  sizes: Readonly<Record<string, number>>,
): SimulatedPosition[] =>
  Object.entries(sizes).map(([name, size]) => {
    const instrument = instrumentNamed(call, name);
    const sizeLots = lotsOf(size, instrument);
    if (sizeLots === null) {
      throw new ApiError('invalid_params', {
        reason: `${name} must be a multiple of the minimum order size`,
        param: 'simulated_positions',
      });
    }
    return { instrumentId: instrument.id, sizeLots };
  });

const simulatePortfolio = defineMethod({
  name: 'private/simulate_portfolio',
  summary: 'Tells what the account would look like with other positions too, or instead.',
  ...read,
  rateClass: 'simulate',
  ...simulatePortfolioShape,
  handle: async (params, call) => {
    const answer = await call.context.queries.query('simulate-portfolio', {
      accountId: accountOf(call),
      currency: currencyNamed(params.currency),
      add: params.add_positions ?? true,
      positions: simulatedPositions(call, params.simulated_positions ?? {}),
    });
    return renderPortfolio(answered(answer));
  },
});

const pmeSimulate = defineMethod({
  name: 'private/pme/simulate',
  summary:
    'Tells the portfolio margin that the account would have with other positions too, or ' +
    'instead, and what it comes from; whatever margin model is in force.',
  ...read,
  rateClass: 'simulate',
  ...pmeSimulateShape,
  handle: async (params, call) => {
    const cross = params.currency.toUpperCase() === 'CROSS';
    const answer = await call.context.queries.query('simulate-margin', {
      accountId: accountOf(call),
      currency: cross ? null : currencyNamed(params.currency),
      add: params.add_positions ?? true,
      positions: simulatedPositions(call, params.simulated_positions ?? {}),
    });
    const { feeds, contractTables } = call.context;
    return renderSimulatedMargin(answered(answer), feeds, contractTables());
  },
});

const rateOf = (margin: number, marginBalance: number): number =>
  marginBalance > 0 ? margin / marginBalance : 0;

const changeMarginModel = defineMethod({
  name: 'private/change_margin_model',
  summary: 'Puts a margin model in force, or leaves it; dry_run only tells what it would do.',
  scope: 'account:read_write',
  transport: 'any',
  rateClass: 'plain',
  ...changeMarginModelShape,
  handle: async (params, call) => {
    const accountId = accountOrSubaccount(call, params.user_id, 'user_id');
    const model = parseMarginModel(params.margin_model) ?? 'segregated-standard';
    const rows = answered(await call.context.queries.query('margin-model', { accountId, model }));
    if (params.dry_run !== true) {
      const command = { type: 'change-margin-model', accountId, model } as const;
      const refusal = refusalOf(await call.context.commands.submit(command));
      // The model in force may be asked for again, as by whoever did not hear the answer.
      if (refusal !== null && refusal.code !== 'nothing-to-change') {
        throw errorOfReject(refusal.code, refusal.limit);
      }
    }
    const stateOf = (currency: Currency, of: MarginModelPreview['before']) => ({
      maintenance_margin_rate: rateOf(of.maintenanceMargin, of.equity),
      initial_margin_rate: rateOf(of.initialMargin, of.equity),
      available_balance: moneyOf((of.equity - of.initialMargin) as Cash, currency),
    });
    return rows.map(({ currency, before, after }) => ({
      currency,
      old_state: stateOf(currency, before),
      new_state: stateOf(currency, after),
    }));
  },
});

const setSelfTradingConfig = defineMethod({
  name: 'private/set_self_trading_config',
  summary: "Sets what happens when an order would meet one of its owner's own.",
  scope: 'account:read_write',
  transport: 'any',
  rateClass: 'plain',
  ...selfTradingConfigShape,
  handle: async (params, call) => {
    const accountId = accountOf(call);
    await submit(call, {
      type: 'configure-account',
      accountId,
      selfTradeMode: parseSelfTradeMode(params.mode) ?? 'cancel-maker',
      selfTradeAcrossSubaccounts: params.extended_to_subaccounts,
      access: call.context.feeds.account(accountId)?.access ?? 'normal',
    });
    return 'ok';
  },
});

const userLocks = defineMethod({
  name: 'private/get_user_locks',
  summary: 'Tells in which currencies the account is locked.',
  ...read,
  ...userLocksShape,
  handle: (_params, call) => {
    const access = call.context.feeds.account(accountOf(call))?.access ?? 'normal';
    const message = access === 'locked' ? 'locked by the operator' : 'only cancels are taken';
    return currencies.map((currency) =>
      access === 'normal'
        ? { currency, enabled: false }
        : { currency, enabled: access === 'locked', message },
    );
  },
});

/** Methods over one account's money, positions and settings. */
export const accountMethods: readonly Method[] = [
  ...summaryMethods,
  ...positionMethods,
  simulatePortfolio,
  pmeSimulate,
  changeMarginModel,
  setSelfTradingConfig,
  userLocks,
];
