// Cover debts: who covers what an account owes when nothing is left of it. A segregated account
// owes in its one currency. Of a cross account the insurance fund first changes the cash that it
// has in one currency into what it owes in another, at the index less the table's haircut: for what
// the cash counted. Only what the whole account lacks after that is for others to bear; the rest of
// what a currency owes stands against the account's own means in the others. Invariants: no
// conversion lowers what the account counts for; the fund gives no more than it has and the account
// no more cash than is there; with what it lacks paid, the account has nothing and owes nothing, to
// a unit.
import { type Cash, type Currency, type CurrencyConversion, currencies } from '@openstrike/domain';
import { recordBalance } from '../account/cash.ts';
import { isCross } from '../account/margin-models.ts';
import { collateralOf, netEquityOf, toUsd, valueOf } from '../portfolio/account-margin.ts';
import type { CurrencyRecord, EngineState } from '../state.ts';
import { marginedWith } from './margin-states.ts';
import { pay, type Sketch } from './sketch.ts';

/** Cash of one currency that the fund takes for cash of another. Numbers are of currencies. */
export interface Conversion {
  readonly fromNo: number;
  readonly fromAmount: number;
  readonly toNo: number;
  readonly toAmount: number;
}

/** A conversion as events and plans carry it. */
export const toldConversion = (conversion: Conversion): CurrencyConversion => ({
  from: currencies[conversion.fromNo] as Currency,
  fromAmount: conversion.fromAmount as Cash,
  to: currencies[conversion.toNo] as Currency,
  toAmount: conversion.toAmount as Cash,
});

/** What others are to bear in a currency. */
export interface Lack {
  readonly currencyNo: number;
  readonly amount: number;
}

const value = (state: EngineState, { cash }: Sketch, record: CurrencyRecord): number =>
  valueOf(state, record, cash);

/** Cash that could be given away: it is there, and no loss stands against it. */
const spareCash = (state: EngineState, sketch: Sketch, record: CurrencyRecord): number => {
  const balance = recordBalance(state, record) + (sketch.cash[record.currencyNo] as number);
  return Math.max(0, Math.min(balance, value(state, sketch, record)));
};

/** The most of a debt that the fund may change spare cash into, and what it takes for it. */
const conversionOf = (
  state: EngineState,
  from: { readonly no: number; readonly spare: number },
  to: { readonly no: number; readonly owed: number; readonly fund: number },
): Conversion | null => {
  const unitFrom = toUsd(state, from.no, 1) * (1 - collateralOf(state, from.no).haircut);
  const unitTo = toUsd(state, to.no, 1);
  if (!(unitFrom > 0 && unitTo > 0)) return null;
  const worth = Math.floor((from.spare * unitFrom) / unitTo);
  const toAmount = Math.min(to.owed, to.fund, worth);
  const fromAmount = Math.min(from.spare, Math.ceil((toAmount * unitTo) / unitFrom));
  return toAmount <= 0 || fromAmount <= 0
    ? null
    : { fromNo: from.no, fromAmount, toNo: to.no, toAmount };
};

/** Changes a sketch's cash as conversions say. */
export const convertOn = (sketch: Sketch, conversions: readonly Conversion[]): void => {
  for (const { fromNo, fromAmount, toNo, toAmount } of conversions) {
    pay(sketch, fromNo, 0 - fromAmount);
    pay(sketch, toNo, toAmount);
  }
};

/** What the funds have after conversions, by number of the currency. */
export const fundsAfter = (
  funds: readonly number[],
  conversions: readonly Conversion[],
): readonly number[] => {
  const left = [...funds];
  for (const { fromNo, fromAmount, toNo, toAmount } of conversions) {
    left[fromNo] = (left[fromNo] as number) + fromAmount;
    left[toNo] = (left[toNo] as number) - toAmount;
  }
  return left;
};

/** The conversions that come before anybody pays for a sketch; it is as they leave it. */
export const convert = (
  state: EngineState,
  sketch: Sketch,
  funds: readonly number[],
): readonly Conversion[] => {
  const { record } = sketch;
  if (!isCross(record.account.marginModel)) return [];
  if (netEquityOf(state, record, sketch.cash) >= 0) return [];
  const made: Conversion[] = [];
  const records = marginedWith(record);
  for (const debtor of records) {
    for (const creditor of records) {
      const owed = 0 - value(state, sketch, debtor);
      if (creditor === debtor || owed <= 0) continue;
      const fund = fundsAfter(funds, made)[debtor.currencyNo] as number;
      const from = { no: creditor.currencyNo, spare: spareCash(state, sketch, creditor) };
      const conversion = conversionOf(state, from, { no: debtor.currencyNo, owed, fund });
      if (conversion === null) continue;
      convertOn(sketch, [conversion]);
      made.push(conversion);
    }
  }
  return made;
};

/** Dollars that a unit of a debt counts for. */
const debtUnit = (state: EngineState, no: number): number =>
  toUsd(state, no, 1) * (1 + collateralOf(state, no).debtMarkup);

/** What an account lacks over all that is margined together, by the currencies that owe. */
export const lacksOf = (state: EngineState, sketch: Sketch): readonly Lack[] => {
  const { record, cash } = sketch;
  const { currencyNo, account } = record;
  const lacking = 0 - netEquityOf(state, record, cash);
  if (lacking <= 0) return [];
  if (!isCross(account.marginModel)) return [{ currencyNo, amount: lacking }];
  const lacks: Lack[] = [];
  let usd = toUsd(state, currencyNo, lacking);
  for (const each of marginedWith(record)) {
    const owed = 0 - value(state, sketch, each);
    const unit = debtUnit(state, each.currencyNo);
    if (owed <= 0 || unit === 0 || usd <= 0) continue;
    const amount = Math.min(owed, Math.ceil(usd / unit));
    lacks.push({ currencyNo: each.currencyNo, amount });
    usd -= amount * unit;
  }
  return lacks;
};

/**
 * The least that has to be paid into a record so that its account counts for so much more.
 *
 * Units: minor units of the record's currency, both; a debt's own units count for its markup too.
 */
export const paymentFor = (state: EngineState, sketch: Sketch, more: number): number => {
  const { record } = sketch;
  if (!isCross(record.account.marginModel)) return Math.ceil(more);
  const { debtMarkup, haircut } = collateralOf(state, record.currencyNo);
  const owed = Math.max(0, 0 - value(state, sketch, record));
  const againstDebt = Math.min(owed, more / (1 + debtMarkup));
  const rest = Math.max(0, more - againstDebt * (1 + debtMarkup));
  return Math.ceil(againstDebt + (rest === 0 ? 0 : rest / (1 - haircut)));
};

/** An amount of one currency in another, at the indexes. */
export const inCurrency = (
  state: EngineState,
  fromNo: number,
  toNo: number,
  amount: number,
): number => {
  if (fromNo === toNo) return amount;
  const unit = toUsd(state, toNo, 1);
  return unit === 0 ? 0 : toUsd(state, fromNo, amount) / unit;
};

/**
 * The record in which an account is liquidated: of a cross account that of the currency in which it
 * owes the most, among those that have a price.
 */
export const leadOf = (state: EngineState, record: CurrencyRecord): CurrencyRecord => {
  let lead = record;
  let least = Number.POSITIVE_INFINITY;
  for (const each of marginedWith(record)) {
    const priced = toUsd(state, each.currencyNo, 1) > 0;
    const usd = toUsd(state, each.currencyNo, valueOf(state, each));
    if (priced && usd < least) {
      least = usd;
      lead = each;
    }
  }
  return lead;
};
