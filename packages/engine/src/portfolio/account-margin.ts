// Account margin: equity and margins of an account in one currency by the margin model in force.
// Segregated models count that currency alone. Cross models count all currencies together, after
// haircuts, and say the whole in the currency asked about, as Deribit does: the ratio of equity to
// margin is then the same whatever the currency. Invariant: maintenance never exceeds initial
// margin. Whatever judges an account's solvency asks here.
import {
  type CollateralParameters,
  type Currency,
  currencies,
  minorPerUnit,
} from '@openstrike/domain';
import { collateralValue } from '@openstrike/risk';
import { marginBalanceOf, openPremiumsOf, refreshMargin } from '../account/margin.ts';
import { isCross, isPortfolio } from '../account/margin-models.ts';
import type {
  AccountRecord,
  CurrencyRecord,
  EngineState,
  InstrumentRecord,
  SideCode,
} from '../state.ts';
import { marginParametersOf, stableParametersOf } from '../tables-in-force.ts';
import { createPool, type MarginPool } from './margin-pool.ts';
import { type PoolMargin, poolMargin } from './pool-margin.ts';
import type { RiskMarket } from './risk-market.ts';
import { currencyPriceOf, underlyings } from './risk-outline.ts';

/** Minor units of the currency asked about. */
export interface AccountMargin {
  /**
   * What counts against the margins: standard margin leaves out the value of options, cross models
   * count every currency.
   */
  readonly equity: number;
  /** Open orders included. */
  readonly initialMargin: number;
  readonly maintenanceMargin: number;
  /** The part of the initial margin that open orders hold. */
  readonly ordersMargin: number;
}

/** Cash that an account is asked about beside its own, by number of the currency. */
export type ExtraCash = readonly number[];

const noCash: ExtraCash = currencies.map(() => 0);

/** So much more of one currency. */
export const extraCash = (currencyNo: number, cash: number): ExtraCash =>
  noCash.with(currencyNo, cash);

/** An order that an account might place. */
export interface AskedOrder {
  readonly instrument: InstrumentRecord;
  readonly side: SideCode;
  readonly lots: number;
}

/** The pool that a record is margined in; made at first use. */
export const poolOf = (state: EngineState, record: CurrencyRecord): MarginPool => {
  const { account, currencyNo } = record;
  const cross = isCross(account.marginModel);
  const at = cross ? 0 : currencyNo;
  const known = account.pools[at];
  if (known) return known;
  const pool = createPool(state, account, cross ? null : currencyNo);
  account.pools = account.pools.with(at, pool);
  return pool;
};

const unitsOf = (no: number): number => minorPerUnit[currencies[no] as Currency];

export const toUsd = (state: EngineState, no: number, minor: number): number =>
  minor === 0 ? 0 : (minor / unitsOf(no)) * currencyPriceOf(state, no);

/** What exceeds a whole unit by 2^-40 of itself is noise. */
const NOISE = 9.094947017729282e-13;

const toMinorUp = (state: EngineState, no: number, usd: number): number => {
  const price = currencyPriceOf(state, no);
  return usd <= 0 || price === 0 ? 0 : Math.ceil((usd / price) * unitsOf(no) * (1 - NOISE));
};

const toMinorDown = (state: EngineState, no: number, usd: number): number => {
  const price = currencyPriceOf(state, no);
  return price === 0 ? 0 : Math.floor((usd / price) * unitsOf(no)) + 0;
};

/** What a currency counts for as collateral. */
export const collateralOf = (state: EngineState, no: number): CollateralParameters => {
  const underlying = underlyings[no];
  if (underlying !== undefined) {
    return marginParametersOf(state, underlying).collateral;
  }
  return stableParametersOf(state).stableCollateral;
};

/** What a record has that counts against margins, in its minor units. */
const countedOf = (
  state: EngineState,
  record: CurrencyRecord,
  cash: ExtraCash,
  withOptions: boolean,
): number => {
  const options = withOptions ? record.optionsValue : 0;
  return marginBalanceOf(state, record) + options + (cash[record.currencyNo] as number);
};

/**
 * What paying so much out of a record takes beyond the payment itself, in its minor units: under
 * cross models a debt counts for more than it is.
 *
 * Holds: the record is fresh.
 */
export const owingCost = (
  state: EngineState,
  record: CurrencyRecord,
  paid: number,
  cash: ExtraCash = noCash,
): number => {
  const { marginModel } = record.account;
  const { debtMarkup } = collateralOf(state, record.currencyNo);
  if (!isCross(marginModel) || debtMarkup === 0) return 0;
  const has = countedOf(state, record, cash, isPortfolio(marginModel));
  return debtMarkup * Math.max(0, paid - Math.max(0, has));
};

const margins: PoolMargin = { initial: 0, initialAlone: 0, maintenance: 0 };

const segregatedStandard = (
  state: EngineState,
  record: CurrencyRecord,
  cash: ExtraCash,
): AccountMargin => ({
  equity: marginBalanceOf(state, record) + (cash[record.currencyNo] as number),
  initialMargin: record.initialMargin + record.ordersMargin,
  maintenanceMargin: record.maintenanceMargin,
  ordersMargin: record.ordersMargin,
});

const segregatedPortfolio = (
  state: EngineState,
  record: CurrencyRecord,
  cash: ExtraCash,
  more: AskedOrder | null,
): AccountMargin => {
  const no = record.currencyNo;
  poolMargin(state, poolOf(state, record), more, margins);
  const initialMargin = toMinorUp(state, no, margins.initial);
  return {
    equity: marginBalanceOf(state, record) + record.optionsValue + (cash[no] as number),
    initialMargin,
    maintenanceMargin: toMinorUp(state, no, margins.maintenance),
    ordersMargin: initialMargin - toMinorUp(state, no, margins.initialAlone),
  };
};

/** The equity of all currencies after haircuts, in dollars, and what the initial ones take more. */
const crossEquity = (
  state: EngineState,
  account: AccountRecord,
  cash: ExtraCash,
  withOptions: boolean,
): { readonly equity: number; readonly initialHaircut: number } => {
  let equity = 0;
  let initialHaircut = 0;
  for (const record of account.currencies) {
    if (record === null) continue;
    const no = record.currencyNo;
    refreshMargin(state, record);
    const usd = toUsd(state, no, countedOf(state, record, cash, withOptions));
    const parameters = collateralOf(state, no);
    const counted = collateralValue(parameters, usd, false);
    equity += counted;
    initialHaircut += counted - collateralValue(parameters, usd, true);
  }
  return { equity, initialHaircut };
};

const crossMargins = (
  state: EngineState,
  record: CurrencyRecord,
  cash: ExtraCash,
  more: AskedOrder | null,
): PoolMargin => {
  const { account } = record;
  if (isPortfolio(account.marginModel)) {
    return poolMargin(state, poolOf(state, record), more, margins);
  }
  margins.initial = 0;
  margins.initialAlone = 0;
  margins.maintenance = 0;
  for (const each of account.currencies) {
    if (each === null) continue;
    const no = each.currencyNo;
    const owing = owingCost(state, each, openPremiumsOf(each), cash);
    margins.initial += toUsd(state, no, each.initialMargin + each.ordersMargin + owing);
    margins.initialAlone += toUsd(state, no, each.initialMargin);
    margins.maintenance += toUsd(state, no, each.maintenanceMargin);
  }
  return margins;
};

const cross = (
  state: EngineState,
  record: CurrencyRecord,
  cash: ExtraCash,
  more: AskedOrder | null,
): AccountMargin => {
  const no = record.currencyNo;
  const { account } = record;
  const portfolio = isPortfolio(account.marginModel);
  const { equity, initialHaircut } = crossEquity(state, account, cash, portfolio);
  const { initial, initialAlone, maintenance } = crossMargins(state, record, cash, more);
  const initialMargin = toMinorUp(state, no, initial + initialHaircut);
  return {
    equity: toMinorDown(state, no, equity),
    initialMargin,
    maintenanceMargin: toMinorUp(state, no, maintenance),
    ordersMargin: initialMargin - toMinorUp(state, no, initialAlone + initialHaircut),
  };
};

/**
 * Equity and margins of a record, perhaps with so much more cash in it and, of portfolio margin,
 * one order more.
 *
 * Cost: what changed since they were last asked for; all holdings when marks moved.
 */
export const accountMarginOf = (
  state: EngineState,
  record: CurrencyRecord,
  cash: ExtraCash = noCash,
  more: AskedOrder | null = null,
): AccountMargin => {
  refreshMargin(state, record);
  switch (record.account.marginModel) {
    case 'segregated-standard':
      return segregatedStandard(state, record, cash);
    case 'segregated-portfolio':
      return segregatedPortfolio(state, record, cash, more);
    default:
      return cross(state, record, cash, more);
  }
};

/** What an account has in one currency with everything at its mark. */
export const valueOf = (
  state: EngineState,
  record: CurrencyRecord,
  cash: ExtraCash = noCash,
): number => {
  refreshMargin(state, record);
  return marginBalanceOf(state, record) + record.optionsValue + (cash[record.currencyNo] as number);
};

/**
 * What would be left of all that is margined with a record, with everything at its mark. Of a cross
 * account that is what its currencies count for together after haircuts, in the record's currency.
 */
export const netEquityOf = (
  state: EngineState,
  record: CurrencyRecord,
  cash: ExtraCash = noCash,
): number => {
  const { account, currencyNo } = record;
  if (!isCross(account.marginModel)) return valueOf(state, record, cash);
  return toMinorDown(state, currencyNo, crossEquity(state, account, cash, true).equity);
};

/** Funds free for new risk, in minor units of the record's currency. */
export const availableFundsOf = (state: EngineState, record: CurrencyRecord): number => {
  const { equity, initialMargin } = accountMarginOf(state, record);
  return equity - initialMargin;
};

/** The risk markets of an account's pool, for telling what its margin came from. */
export const marketsOf = (state: EngineState, record: CurrencyRecord): readonly RiskMarket[] =>
  poolOf(state, record).books.map(({ market }) => market);
