// Market-maker protection: counts what an account's protected orders trade within an interval, and
// takes them all out when a limit is crossed. Invariant: fills of one match all stand, and before
// anything else meets the book every covered order is gone; until the protection thaws none is
// taken. A function of fills and marks alone, so that replay trips at the same fill. A protection
// of one expiry is there as long as contracts of it are.
import {
  type InstrumentId,
  indexNames,
  type MmpCause,
  type MmpScope,
  type MmpView,
  mmpCauses,
  type RejectCode,
  type ResetMmp,
  type SetMmp,
  type TsUs,
  usdMicrosPerUsd,
  usPerHour,
} from '@openstrike/domain';
import { findHolding } from '../account/holdings.ts';
import type {
  AccountRecord,
  EngineState,
  Holding,
  IndexRecord,
  InstrumentRecord,
  OrderRecord,
  SideCode,
} from '../state.ts';
import { endOrder } from '../trading/cancel-orders.ts';

/** Protections that one account may have. */
const protectionsMax = 64;
const timeMaxUs: number = usPerHour;
const NOT_FROZEN = -1;

/** One protection of one account, with what has traded in the present interval. */
export interface MmpRecord {
  readonly account: AccountRecord;
  readonly scope: MmpScope;
  readonly indexNo: number;
  intervalUs: number;
  frozenUs: number;
  limits: MmpView['limits'];
  /** When the interval's first fill was; 0 before it. */
  windowUs: number;
  quantity: number;
  delta: number;
  vega: number;
  gamma: number;
  trades: number;
  /** -1 when orders are taken; 0 until a reset. */
  frozenUntilUs: number;
  /** Crossed during the present match. */
  tripped: MmpCause | null;
}

/** A protection under which nothing has traded. */
export const createMmpRecord = (
  account: AccountRecord,
  scope: MmpScope,
  intervalUs: number,
  frozenUs: number,
  limits: MmpView['limits'],
): MmpRecord => ({
  account,
  scope,
  indexNo: indexNames.indexOf(scope.indexName),
  intervalUs,
  frozenUs,
  limits,
  windowUs: 0,
  quantity: 0,
  delta: 0,
  vega: 0,
  gamma: 0,
  trades: 0,
  frozenUntilUs: NOT_FROZEN,
  tripped: null,
});

const sameScope = (a: MmpScope, b: MmpScope): boolean =>
  a.indexName === b.indexName && a.group === b.group && a.expiryUs === b.expiryUs;

const findRecord = (account: AccountRecord, scope: MmpScope): MmpRecord | undefined =>
  account.mmp.find((record) => sameScope(record.scope, scope));

const covers = (record: MmpRecord, instrument: InstrumentRecord, group: string): boolean => {
  const { scope, indexNo } = record;
  return (
    indexNo === instrument.indexNo &&
    scope.group === group &&
    (scope.expiryUs === null || scope.expiryUs === instrument.expiryUs)
  );
};

const isFrozen = (state: EngineState, { frozenUntilUs }: MmpRecord): boolean =>
  frozenUntilUs !== NOT_FROZEN && (frozenUntilUs === 0 || state.nowUs < frozenUntilUs);

/** Whether an order marked for protection is taken: it needs one, and none that is frozen. */
export const checkMmp = (
  state: EngineState,
  account: AccountRecord,
  instrument: InstrumentRecord,
  group: string,
): RejectCode | null => {
  let covered = false;
  for (const record of account.mmp) {
    if (covers(record, instrument, group)) {
      if (isFrozen(state, record)) return 'mmp-frozen';
      covered = true;
    }
  }
  return covered ? null : 'mmp-required';
};

/** Lots that an account's protected orders of a group have open on one side, one order apart. */
const openLots = (
  holding: Holding | null,
  side: SideCode,
  group: string,
  except: OrderRecord | null,
): number => {
  let lots = 0;
  for (let order = holding?.firstOrder ?? null; order !== null; order = order.next) {
    if (order.mmp && order.side === side && order !== except) {
      lots += (order.quote?.group ?? '') === group ? order.sizeLots - order.filledLots : 0;
    }
  }
  return lots;
};

/** Whether so many lots more on a side stay within what the protections let be open there. */
export const checkMmpOpen = (
  state: EngineState,
  account: AccountRecord,
  instrument: InstrumentRecord,
  side: SideCode,
  group: string,
  lots: number,
  except: OrderRecord | null,
): RejectCode | null => {
  for (const record of account.mmp) {
    const { open } = record.limits;
    if (open > 0 && covers(record, instrument, group)) {
      const all = lots + openLots(findHolding(account, instrument), side, group, except);
      if (coinsOf(state, instrument, all) > open) {
        state.rejectLimit = open;
        return 'mmp-open-limit';
      }
    }
  }
  return null;
};

/** Coins of signed lots; of an inverse future at its mark. */
const coinsOf = (state: EngineState, instrument: InstrumentRecord, lots: number): number => {
  const { lot, payoff } = instrument.contract;
  const amount = (lots * lot.num) / lot.den;
  const dollars = payoff === 'inverse' && instrument.kind !== 'option';
  return dollars ? amount / (state.marks.markPrice[instrument.id] as number) : amount;
};

const addGreeks = (
  state: EngineState,
  record: MmpRecord,
  id: InstrumentId,
  coins: number,
): void => {
  const instrument = state.instruments[id] as InstrumentRecord;
  const { marks } = state;
  if (instrument.kind !== 'option') {
    record.delta += coins;
    return;
  }
  const { payoff } = instrument.contract;
  const own = payoff === 'inverse' ? (marks.markPrice[id] as number) : 0;
  const index = (state.indexes[instrument.indexNo] as IndexRecord).price / usdMicrosPerUsd;
  record.delta += coins * ((marks.delta[id] as number) - own);
  record.vega += coins * (marks.vega[id] as number);
  record.gamma += (coins * (marks.gamma[id] as number) * index) / 100;
};

const crossed = (record: MmpRecord): MmpCause | null => {
  for (const cause of mmpCauses) {
    const limit = record.limits[cause];
    if (limit > 0 && Math.abs(record[cause]) >= limit) {
      return cause;
    }
  }
  return null;
};

const beginInterval = (record: MmpRecord, atUs: number): void => {
  record.windowUs = atUs;
  record.quantity = 0;
  record.delta = 0;
  record.vega = 0;
  record.gamma = 0;
  record.trades = 0;
};

/** Counts a fill of a protected order under all that cover it. */
export const countMmpFill = (state: EngineState, order: OrderRecord, lots: number): void => {
  const { account, instrument } = order.holding;
  const signedLots = order.side === 0 ? lots : -lots;
  const coins = coinsOf(state, instrument, signedLots);
  for (const record of account.mmp) {
    if (!covers(record, instrument, order.quote?.group ?? '')) {
      continue;
    }
    if (record.windowUs === 0 || state.nowUs >= record.windowUs + record.intervalUs) {
      beginInterval(record, state.nowUs);
    }
    record.quantity += Math.abs(coins);
    record.trades += 1;
    addGreeks(state, record, instrument.id, coins);
    if (record.tripped === null && !isFrozen(state, record)) {
      record.tripped = crossed(record);
      if (record.tripped !== null) {
        state.mmpTripped.push(record);
      }
    }
  }
};

const byId = (a: OrderRecord, b: OrderRecord): number => a.id - b.id;

const takeOut = (state: EngineState, record: MmpRecord): void => {
  const covered: OrderRecord[] = [];
  for (const currency of record.account.currencies) {
    for (const holding of currency?.holdings ?? []) {
      for (let order = holding.firstOrder; order !== null; order = order.next) {
        if (order.mmp && covers(record, holding.instrument, order.quote?.group ?? '')) {
          covered.push(order);
        }
      }
    }
  }
  for (const order of covered.sort(byId)) {
    endOrder(state, order, 'mmp');
  }
};

/** Takes out what the protections that tripped during a match cover. */
export const enforceMmp = (state: EngineState): void => {
  const { mmpTripped } = state;
  for (let record = mmpTripped.shift(); record !== undefined; record = mmpTripped.shift()) {
    const cause = record.tripped as MmpCause;
    record.tripped = null;
    record.frozenUntilUs = record.frozenUs === 0 ? 0 : state.nowUs + record.frozenUs;
    beginInterval(record, 0);
    state.emit({
      type: 'mmp-triggered',
      accountId: record.account.id,
      scope: record.scope,
      cause,
      frozenUntilUs: record.frozenUntilUs as TsUs,
    });
    takeOut(state, record);
  }
};

/** A protection as others see it. */
export const mmpViewOf = (state: EngineState, record: MmpRecord): MmpView => ({
  scope: record.scope,
  intervalUs: record.intervalUs,
  frozenUs: record.frozenUs,
  limits: record.limits,
  frozenUntilUs: isFrozen(state, record) ? (record.frozenUntilUs as TsUs) : null,
});

const isTime = (us: number): boolean => Number.isSafeInteger(us) && us >= 0 && us <= timeMaxUs;

const areLimits = ({ limits }: SetMmp): boolean => {
  const all = mmpCauses.map((cause) => limits[cause]);
  return (
    [...all, limits.open].every((limit) => Number.isFinite(limit) && limit >= 0) &&
    all.some((limit) => limit > 0) &&
    (limits.delta === 0 || limits.quantity === 0 || limits.delta < limits.quantity)
  );
};

const isLive = (state: EngineState, { indexName, expiryUs }: MmpScope): boolean => {
  if (expiryUs === null) return true;
  const index = state.indexes[indexNames.indexOf(indexName)];
  const expiry = index?.expiries.find((each) => each.expiryUs === expiryUs);
  return expiry !== undefined && expiry.instruments.length > 0;
};

/** Sets or removes a protection. What is frozen stays frozen; a new interval begins. */
export const setMmp = (state: EngineState, command: SetMmp): RejectCode | null => {
  const account = state.accounts[command.accountId];
  if (account === undefined) return 'unknown-account';
  const { scope, intervalUs, frozenUs, limits } = command;
  const known = findRecord(account, scope);
  const removes = intervalUs === 0;
  if (!isTime(intervalUs) || !isTime(frozenUs)) return 'mmp-limits';
  if (!removes && !isLive(state, scope)) return 'unknown-expiry';
  if (!removes && !areLimits(command)) return 'mmp-limits';
  if (!removes && known === undefined && account.mmp.length >= protectionsMax) return 'mmp-limits';

  // Point of no return.
  if (removes) {
    if (known !== undefined) account.mmp.splice(account.mmp.indexOf(known), 1);
  } else if (known === undefined) {
    account.mmp.push(createMmpRecord(account, scope, intervalUs, frozenUs, limits));
  } else {
    known.intervalUs = intervalUs;
    known.frozenUs = frozenUs;
    known.limits = limits;
    beginInterval(known, 0);
  }
  state.emit({ type: 'mmp-changed', accountId: account.id, scope, intervalUs, frozenUs, limits });
  return null;
};

/** Removes what protected an expiry that has ended. */
export const endProtections = (state: EngineState, { name }: IndexRecord, expiryUs: number) => {
  for (const account of state.accounts) {
    const ended = account?.mmp.filter(
      ({ scope }) => scope.indexName === name && scope.expiryUs === expiryUs,
    );
    for (const record of ended ?? []) {
      const { scope, frozenUs, limits } = record;
      record.account.mmp.splice(record.account.mmp.indexOf(record), 1);
      const accountId = record.account.id;
      state.emit({ type: 'mmp-changed', accountId, scope, intervalUs: 0, frozenUs, limits });
    }
  }
};

/** Thaws a protection. */
export const resetMmp = (state: EngineState, command: ResetMmp): RejectCode | null => {
  const account = state.accounts[command.accountId];
  if (account === undefined) return 'unknown-account';
  const record = findRecord(account, command.scope);
  if (record === undefined) return 'mmp-required';

  // Point of no return.
  record.frozenUntilUs = NOT_FROZEN;
  beginInterval(record, 0);
  state.emit({ type: 'mmp-reset', accountId: account.id, scope: record.scope });
  return null;
};
