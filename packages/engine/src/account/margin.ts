// Margin before the trade: what an account holds in one currency, its positions and open orders
// together, and whether it can carry one order more. The rule is risk's margin sheet; premiums of
// open buys count in full beside it. Every number is a whole sum over holdings and sets, so that
// keeping it up step by step gives the same as computing it afresh. In an order's life: the last
// check before the point of no return.
import { type CoinLossParameters, minorPerUnit, type PerpetualTerms } from '@openstrike/domain';
import type { CoinFloors, FutureCover } from '@openstrike/risk';
import { fundingSince } from '../funding/funding.ts';
import type {
  CurrencyRecord,
  EngineState,
  Holding,
  InstrumentRecord,
  MarginSet,
  SideCode,
} from '../state.ts';
import { marginParametersOf } from '../tables-in-force.ts';
import { recordBalance } from './cash.ts';
import { releaseHolding, valueAtPrice } from './holdings.ts';
import { isCross, isPortfolio } from './margin-models.ts';

const isOption = (instrument: InstrumentRecord): boolean => instrument.kind === 'option';

/** What is asked about a holding beyond what it has: more lots, and more open orders. */
export interface WhatIf {
  readonly lots: number;
  readonly buyLots: number;
  readonly sellLots: number;
}

const asItIs: WhatIf = { lots: 0, buyLots: 0, sellLots: 0 };

const noHaircuts: CoinLossParameters = { initialHaircut: 0, maintenanceHaircut: 0 };

/** Where dollars lost count in coin at no less; see `CoinLossParameters`. */
const setFloors = (floors: CoinFloors, { instrument, account }: Holding, forward: number): void => {
  const coinLoss = instrument.family.options?.margin.coinLoss;
  const rule = isCross(account.marginModel) ? noHaircuts : (coinLoss ?? noHaircuts);
  floors.initial = forward * (1 - rule.initialHaircut);
  floors.maintenance = forward * (1 - rule.maintenanceHaircut);
};

const addOptionLeg = (state: EngineState, holding: Holding, more: WhatIf): void => {
  const { instrument } = holding;
  const { contract, id } = instrument;
  const { marks, desk } = state;
  const leg = desk.option;
  leg.sizeLots = holding.sizeLots + more.lots;
  leg.openBuyLots = holding.openBuyLots + more.buyLots;
  leg.openSellLots = holding.openSellLots + more.sellLots;
  leg.offset = holding.marginSet === null ? 'none' : contract.payoff;
  leg.strike = contract.strike as number;
  leg.callSign = contract.optionType === 'call' ? 1 : -1;
  leg.forward = marks.underlyingPrice[id] as number;
  setFloors(leg.floors, holding, leg.forward);
  leg.minorPerLot = instrument.fees.coinMinorPerLot;
  leg.shortInitial = marks.shortInitial[id] as number;
  leg.shortMaintenance = marks.shortMaintenance[id] as number;
  leg.unpaired = marginParametersOf(state, contract.underlying);
  desk.sheet.addOption(leg);
};

const addFutureLeg = (state: EngineState, holding: Holding, more: WhatIf): void => {
  const { instrument } = holding;
  const { lot, payoff, settlementCurrency } = instrument.contract;
  const { desk } = state;
  const mark = state.marks.markPrice[instrument.id] as number;
  const amount = lot.num / lot.den;
  const minor = minorPerUnit[settlementCurrency];
  const leg = desk.future;
  leg.sizeLots = holding.sizeLots + more.lots;
  leg.openBuyLots = holding.openBuyLots + more.buyLots;
  leg.openSellLots = holding.openSellLots + more.sellLots;
  leg.parameters = (instrument.terms as PerpetualTerms).margin;
  leg.coinsPerLot = payoff === 'inverse' ? amount / mark : amount;
  leg.notionalPerLot = (payoff === 'inverse' ? amount / mark : amount * mark) * minor;
  leg.cover = holding.marginSet === null ? null : coverOf(state, holding, mark, amount * minor);
  desk.sheet.addFuture(leg);
};

/** How a future covers options; a lot is so many minor units of a dollar (inverse) or a coin. */
const coverOf = (
  state: EngineState,
  holding: Holding,
  mark: number,
  minorPerLot: number,
): FutureCover => {
  const { payoff, underlying } = holding.instrument.contract;
  const { cover } = state.desk;
  cover.offset = payoff;
  cover.forward = mark;
  setFloors(cover.floors, holding, mark);
  cover.unpaired = marginParametersOf(state, underlying);
  cover.slopePerLot = payoff === 'inverse' ? minorPerLot / mark : minorPerLot;
  cover.worthPerLot = payoff === 'inverse' ? minorPerLot : minorPerLot * mark;
  return cover;
};

/** Whether there is anything of a leg; one that was closed may linger, and must not count. */
const isNothing = (
  { sizeLots, openBuyLots, openSellLots }: Holding,
  { lots, buyLots, sellLots }: WhatIf,
): boolean => sizeLots + lots === 0 && openBuyLots + buyLots === 0 && openSellLots + sellLots === 0;

const addLeg = (state: EngineState, holding: Holding, more: WhatIf): void => {
  if (isNothing(holding, more)) return;
  if (Number.isNaN(state.marks.markPrice[holding.instrument.id])) {
    return;
  }
  if (isOption(holding.instrument)) {
    addOptionLeg(state, holding, more);
  } else {
    addFutureLeg(state, holding, more);
  }
};

/** Premium that the open buys of a holding would pay, in minor units. */
export const openPremiumOf = (holding: Holding): number =>
  isOption(holding.instrument) ? holding.openBuyTickLots * holding.instrument.cashPerTickLot : 0;

/** The same of all holdings of a record. */
export const openPremiumsOf = ({ holdings, ordersMargin }: CurrencyRecord): number => {
  let sum = 0;
  if (ordersMargin === 0) return sum;
  for (const holding of holdings) sum += openPremiumOf(holding);
  return sum;
};

/** Premium that an order would pay, in minor units. */
export const orderPremiumOf = (
  instrument: InstrumentRecord,
  side: SideCode,
  lots: number,
  priceTicks: number,
): number =>
  side === 0 && isOption(instrument) ? lots * priceTicks * instrument.cashPerTickLot : 0;

/** Puts the legs that a holding's margin is netted with on the sheet, with one of them changed. */
const askSheet = (state: EngineState, holding: Holding, more: WhatIf): void => {
  const { sheet } = state.desk;
  sheet.reset();
  if (holding.marginSet === null) {
    addLeg(state, holding, more);
  } else {
    for (const leg of holding.marginSet.holdings) {
      addLeg(state, leg, leg === holding ? more : asItIs);
    }
  }
  sheet.finish();
};

const computeSet = (state: EngineState, set: MarginSet): void => {
  const [first] = set.holdings;
  if (first === undefined) {
    return;
  }
  if (isPortfolio(first.account.marginModel)) {
    set.initialMargin = 0;
    set.maintenanceMargin = 0;
    set.ordersMargin = 0;
    set.stale = false;
    return;
  }
  askSheet(state, first, asItIs);
  const { sheet } = state.desk;
  let premium = 0;
  for (const leg of set.holdings) {
    premium += openPremiumOf(leg);
  }
  set.initialMargin = sheet.initial - sheet.openOrders;
  set.maintenanceMargin = sheet.maintenance;
  set.ordersMargin = sheet.openOrders + premium;
  set.stale = false;
};

/**
 * Whether an option can only be held long: then its margin is its premium, without asking the
 * sheet.
 */
const isLongOnly = (holding: Holding): boolean =>
  holding.openSellLots <= holding.sizeLots && isOption(holding.instrument);

const computeHolding = (state: EngineState, holding: Holding): void => {
  const { instrument, sizeLots } = holding;
  holding.weight = state.drift.weightOf(state, holding);
  const portfolio = isPortfolio(holding.account.marginModel);
  if (portfolio || isLongOnly(holding)) {
    holding.initialMargin = 0;
    holding.maintenanceMargin = 0;
    holding.ordersMargin = portfolio || holding.marginSet !== null ? 0 : openPremiumOf(holding);
    if (sizeLots === 0 && isOption(instrument)) {
      holding.optionsValue = 0;
      return;
    }
  } else if (holding.marginSet === null) {
    askSheet(state, holding, asItIs);
    const { sheet } = state.desk;
    holding.initialMargin = sheet.initial - sheet.openOrders;
    holding.maintenanceMargin = sheet.maintenance;
    holding.ordersMargin = sheet.openOrders + openPremiumOf(holding);
  }
  const mark = state.marks.markPrice[instrument.id] as number;
  // Without a mark a holding is worth nothing, whatever it was worth when somebody last asked.
  const unmarked = Number.isNaN(mark);
  if (isOption(instrument)) {
    const empty = unmarked || sizeLots === 0;
    holding.optionsValue = empty ? 0 : valueAtPrice(instrument, sizeLots, mark);
  } else {
    holding.sessionProfit =
      (unmarked ? 0 : unrealisedOf(state, holding)) +
      holding.sessionRealised +
      holding.sessionFunding +
      pendingFunding(holding);
  }
};

/** Funding of a perpetual since it was last charged, up to the last mark. */
export const pendingFunding = (holding: Holding): number => {
  const { instrument } = holding;
  return instrument.funding === null
    ? 0
    : fundingSince(holding.sizeLots, holding.fundingMark, instrument.fundingMarked);
};

/** Profit of the open lots since entry or the last daily settlement, at the mark. */
export const unrealisedOf = (state: EngineState, holding: Holding): number => {
  const mark = state.marks.markPrice[holding.instrument.id] as number;
  return holding.sizeLots === 0
    ? 0
    : valueAtPrice(holding.instrument, holding.sizeLots, mark) - holding.sessionCost;
};

/** Whether a holding has nothing in it and nothing to tell, so that it may be forgotten. */
const isEmpty = (holding: Holding): boolean =>
  holding.orderCount === 0 &&
  holding.sizeLots === 0 &&
  holding.realised === 0 &&
  holding.sessionRealised === 0 &&
  holding.sessionFunding === 0;

/** Lets the sums over a record's holdings be made anew when they are next asked for. */
const voidPools = ({ account, currencyNo }: CurrencyRecord): void => {
  for (const pool of account.pools) {
    if (pool === null || (pool.currencyNo ?? currencyNo) !== currencyNo) continue;
    for (const book of pool.books) book.stamp = -1;
  }
};

const recompute = (state: EngineState, record: CurrencyRecord, keep: Holding | null): void => {
  // Of marks the pools know by themselves; what else was changed nobody has told them.
  if (record.marginVersion < 0) voidPools(record);
  record.initialMargin = 0;
  record.maintenanceMargin = 0;
  record.ordersMargin = 0;
  record.sessionProfit = 0;
  record.optionsValue = 0;
  record.weight = 0;
  const { holdings } = record;
  let kept = 0;
  for (let at = 0; at < holdings.length; at++) {
    const holding = holdings[at] as Holding;
    if (isEmpty(holding) && holding !== keep && holding.marginSet === null) {
      releaseHolding(holding);
      continue;
    }
    holdings[kept] = holding;
    kept += 1;
    computeHolding(state, holding);
    record.initialMargin += holding.initialMargin;
    record.maintenanceMargin += holding.maintenanceMargin;
    record.ordersMargin += holding.ordersMargin;
    record.sessionProfit += holding.sessionProfit;
    record.optionsValue += holding.optionsValue;
    record.weight += holding.weight;
  }
  holdings.length = kept;
  for (const set of record.marginSets) {
    computeSet(state, set);
    record.initialMargin += set.initialMargin;
    record.maintenanceMargin += set.maintenanceMargin;
    record.ordersMargin += set.ordersMargin;
  }
};

const freshenSets = (state: EngineState, record: CurrencyRecord): void => {
  for (const set of record.marginSets) {
    if (set.stale) {
      const { initialMargin, maintenanceMargin, ordersMargin } = set;
      computeSet(state, set);
      record.initialMargin += set.initialMargin - initialMargin;
      record.maintenanceMargin += set.maintenanceMargin - maintenanceMargin;
      record.ordersMargin += set.ordersMargin - ordersMargin;
    }
  }
};

/**
 * Brings a record's sums up to the present marks, and forgets empty holdings but `keep`, which the
 * caller goes on with.
 *
 * Cost: the record's holdings, when marks have moved.
 */
export const refreshMargin = (
  state: EngineState,
  record: CurrencyRecord,
  keep: Holding | null = null,
): void => {
  const version = state.marksVersion[record.currencyNo] as number;
  if (record.marginVersion === version) {
    freshenSets(state, record);
  } else {
    recompute(state, record, keep);
    record.marginVersion = version;
    record.driftMark = state.drift.total(record.currencyNo);
  }
};

/**
 * The most that marks may have taken from the record's equity over its initial margin since its
 * sums were computed: 0 when they are fresh, NaN when they tell nothing. Brings sets that changed
 * up to date.
 */
export const staleLossOf = (state: EngineState, record: CurrencyRecord): number => {
  const { account, currencyNo, marginVersion } = record;
  if (account.marginModel !== 'segregated-standard' || marginVersion < 0) return Number.NaN;
  freshenSets(state, record);
  if (marginVersion === state.marksVersion[currencyNo]) return 0;
  return state.drift.lossOf(currencyNo, record.weight, record.driftMark, record.holdings.length);
};

/** Call after any change of a holding's lots, costs or open orders. */
export const marginChanged = (state: EngineState, holding: Holding): void => {
  const no = holding.record.currencyNo;
  for (const pool of holding.account.pools) {
    const covers = pool !== null && (pool.currencyNo ?? no) === no;
    if (covers) pool.changed.add(holding);
  }
  const { record, marginSet } = holding;
  if (record.marginVersion < 0) {
    return;
  }
  if (marginSet !== null) {
    marginSet.stale = true;
  }
  const { initialMargin, maintenanceMargin, ordersMargin, sessionProfit, optionsValue, weight } =
    holding;
  computeHolding(state, holding);
  record.initialMargin += holding.initialMargin - initialMargin;
  record.maintenanceMargin += holding.maintenanceMargin - maintenanceMargin;
  record.ordersMargin += holding.ordersMargin - ordersMargin;
  record.sessionProfit += holding.sessionProfit - sessionProfit;
  record.optionsValue += holding.optionsValue - optionsValue;
  record.weight += holding.weight - weight;
};

/** Equity that counts for margin: cash and session profit, without the value of options. */
export const marginBalanceOf = (state: EngineState, record: CurrencyRecord): number =>
  recordBalance(state, record) + record.sessionProfit;

/**
 * Initial margin that one order more would hold beyond what is held now, its premium included.
 *
 * Holds: the currency record is fresh; where it is stale, what it lacks is in `staleLossOf`.
 */
export const extraOrderMargin = (
  state: EngineState,
  holding: Holding,
  side: SideCode,
  lots: number,
  priceTicks: number,
): number => {
  const buyLots = side === 0 ? lots : 0;
  const premium = orderPremiumOf(holding.instrument, side, lots, priceTicks);
  // The order only buys an option that is not short: it holds its premium and nothing else.
  if (side === 0 && isOption(holding.instrument)) {
    return premium;
  }
  askSheet(state, holding, { lots: 0, buyLots, sellLots: lots - buyLots });
  const { marginSet } = holding;
  const held =
    marginSet === null
      ? holding.initialMargin + holding.ordersMargin - openPremiumOf(holding)
      : marginSet.initialMargin + marginSet.ordersMargin - setPremium(marginSet);
  return state.desk.sheet.initial - held + premium;
};

const setPremium = (set: MarginSet): number => {
  let premium = 0;
  for (const leg of set.holdings) {
    premium += openPremiumOf(leg);
  }
  return premium;
};
