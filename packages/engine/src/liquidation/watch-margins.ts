// Watch margins: finds accounts that lack maintenance margin without looking at every account at
// every tick. With each change of a currency's marks it looks at all accounts that are near (warned
// at least once) and at the next part of all others in turn: so many that everybody is seen in
// `watchRounds` changes, and at least `watchMin`. So whoever lacks margin is found at the latest
// after `watchRounds` changes of marks, and who was warned before it at the next one. Invariant:
// whoever is found, and can be liquidated, is from then on.
import {
  type Currency,
  currencies,
  type LiquidationParameters,
  type TsUs,
  usPerSecond,
} from '@openstrike/domain';
import { type AccountFigures, lacksMargin, warningLevel } from '@openstrike/risk';
import { compareNumbers } from '@openstrike/std';
import { recordBalance } from '../account/cash.ts';
import { marginBalanceOf, staleLossOf } from '../account/margin.ts';
import { valueOf } from '../portfolio/account-margin.ts';
import type { CurrencyRecord, EngineState, Holding, OrderRecord } from '../state.ts';
import { liquidationParametersOf } from '../tables-in-force.ts';
import { schedule } from '../timers.ts';
import { endOrder } from '../trading/cancel-orders.ts';
import { leadOf } from './cover-debts.ts';
import { fundOf } from './insurance-fund.ts';
import {
  canLiquidate,
  holdPositions,
  holdsPositions,
  liquidationOf,
  marginedWith,
  marginStateOf,
} from './margin-states.ts';
import { figuresOf } from './sketch.ts';

/** The orders of a holding that may add risk: all but those that can only shrink its position. */
const riskyOrders = (holding: Holding): OrderRecord[] => {
  const { sizeLots } = holding;
  const reducing = sizeLots > 0 ? 1 : 0;
  const risky: OrderRecord[] = [];
  let room = Math.abs(sizeLots);
  for (let order = holding.firstOrder; order !== null; order = order.next) {
    const lots = order.sizeLots - order.filledLots;
    if (order.reduceOnly) continue;
    if (order.bookHandle !== 0 && order.side === reducing && lots <= room) {
      room -= lots;
    } else {
      risky.push(order);
    }
  }
  return risky;
};

/** Orders that a liquidation cancels at once, by id. */
export const risksOf = (record: CurrencyRecord): readonly OrderRecord[] =>
  marginedWith(record)
    .flatMap(({ holdings }) => holdings)
    .filter(({ orderCount }) => orderCount > 0)
    .flatMap(riskyOrders)
    .sort((a, b) => a.id - b.id);

/** Opens the liquidation of all that is margined with a record. */
const start = (state: EngineState, found: CurrencyRecord): void => {
  const { liquidation } = state;
  const record = leadOf(state, found);
  liquidation.lastId += 1;
  const id = liquidation.lastId;
  liquidation.open.push({ id, record, stage: 'hedge', seconds: 0, hedgeSteps: 0, answers: [] });
  state.emit({
    type: 'liquidation-started',
    liquidationId: id,
    accountId: record.account.id,
    currency: currencies[record.currencyNo] as Currency,
    state: marginStateOf(figuresOf(state, record)),
  });
  for (const order of risksOf(record)) endOrder(state, order, 'liquidation');
  const running = state.timers.some(({ kind }) => kind === 'liquidation');
  const nextUs = (state.nowUs + usPerSecond) as TsUs;
  if (!running) schedule(state, 'liquidation', nextUs, nextUs);
};

/** Whether there is nothing to look at in a record; holdings that are empty are no part of it. */
const isIdle = (state: EngineState, record: CurrencyRecord): boolean =>
  !holdsPositions(record) && recordBalance(state, record) >= 0;

const debtsIn = (state: EngineState, { currencyNo }: CurrencyRecord): Set<number> =>
  state.liquidation.debts[currencyNo] as Set<number>;

/** Whether a liquidation of the account ended with a debt that still stands. */
const owes = (state: EngineState, record: CurrencyRecord): boolean =>
  marginedWith(record).some((each) => debtsIn(state, each).has(record.account.id));

/** Whether a fund has something in a currency that the account owes in. */
const fundHelps = (state: EngineState, record: CurrencyRecord): boolean =>
  marginedWith(record).some(
    (each) => valueOf(state, each) < 0 && fundOf(state, each.currencyNo) > 0,
  );

const atWorst: { -readonly [Key in keyof AccountFigures]: AccountFigures[Key] } = {
  marginEquity: 0,
  maintenance: 0,
  netEquity: 0,
};

/**
 * Whether a record that was computed some marks ago would reach no warning even if all that marks
 * have moved since had gone against it.
 */
const isFar = (
  state: EngineState,
  record: CurrencyRecord,
  parameters: LiquidationParameters,
): boolean => {
  const loss = staleLossOf(state, record);
  if (!(loss >= 0)) return false;
  atWorst.marginEquity = marginBalanceOf(state, record) - loss;
  atWorst.maintenance = record.maintenanceMargin + loss;
  atWorst.netEquity = atWorst.marginEquity;
  return !lacksMargin(atWorst) && warningLevel(atWorst, 0, parameters) === 0;
};

const look = (
  state: EngineState,
  accountId: number,
  currencyNo: number,
  parameters: LiquidationParameters,
): void => {
  const record = state.accounts[accountId]?.currencies[currencyNo];
  const levels = state.liquidation.levels[currencyNo] as Map<number, number>;
  const known = levels.get(accountId) ?? 0;
  if (!record) return;
  // What is far costs no look at its holdings, so it is asked before what has nothing at all.
  if (known === 0 && !owes(state, record) && isFar(state, record, parameters)) return;
  if (known === 0 && isIdle(state, record)) return;
  const figures = figuresOf(state, record);
  const level = warningLevel(figures, known, parameters);
  if (level !== known) {
    if (level === 0) levels.delete(accountId);
    else levels.set(accountId, level);
    state.emit({
      type: 'margin-warned',
      accountId: record.account.id,
      currency: currencies[currencyNo] as Currency,
      level,
      state: marginStateOf(figures),
    });
  }
  if (!lacksMargin(figures)) {
    for (const each of marginedWith(record)) debtsIn(state, each).delete(accountId);
    return;
  }
  // A debt that nobody could bear waits until the fund has something again.
  if (owes(state, record) && !holdPositions(record) && !fundHelps(state, record)) return;
  if (liquidationOf(state, record) === undefined && canLiquidate(state, record)) {
    start(state, record);
  }
};

/** Looks at the accounts whose turn it is, after marks of a currency have changed. */
export const watchMargins = (state: EngineState, currencyNo: number): void => {
  const { liquidation, accounts } = state;
  const size = accounts.length - 1;
  const parameters = liquidationParametersOf(state, currencyNo);
  const { watchMin, watchRounds } = parameters;
  const near = liquidation.levels[currencyNo] as Map<number, number>;
  const turns = Math.min(size, Math.max(watchMin, Math.ceil(size / watchRounds)));
  const last = liquidation.cursors[currencyNo] as number;
  const end = last + turns;
  // Accounts 1 to size in turn; past the last they go on from the first.
  const due: number[] = [];
  for (let id = 1; id <= end - size; id++) due.push(id);
  for (let id = last + 1; id <= Math.min(end, size); id++) due.push(id);
  liquidation.cursors[currencyNo] = end > size ? end - size : end;
  const all = near.size === 0 ? due : [...new Set([...near.keys(), ...due])].sort(compareNumbers);
  for (const accountId of all) look(state, accountId, currencyNo, parameters);
};
