// Resolving: a row of a contract table and a place in the calendar become an instrument, its
// decimals turned into exact integers once. Invariant: ticks, lots and cash per tick and lot are
// exact; a decimal that is not a whole number of minor units is refused by `checkContractTable`
// before it comes here.
import { assert, gcd, type OptionType } from '@openstrike/std';
import type { ContractFamily, ContractTable } from './contract-table.ts';
import type { Instrument, Tenor, TickStep } from './instrument.ts';
import { instrumentName } from './instrument-name.ts';
import {
  type Currency,
  type InstrumentId,
  minorPerUnit,
  priceTicks,
  type Step,
  sizeLots,
  type TsUs,
} from './units.ts';

/**
 * A positive decimal as a fraction in lowest terms, read from its shortest text, so that 0.0005 is
 * 1/2000.
 *
 * Refuses: null when either part would leave the safe range, or the value is not positive and
 * finite.
 */
export const decimalStep = (value: number): Step | null => {
  const match = /^([0-9]+)(?:\.([0-9]+))?(?:e([+-][0-9]+))?$/.exec(String(value));
  if (match === null || !(value > 0)) {
    return null;
  }
  const fraction = match[2] ?? '';
  const exponent = Number(match[3] ?? '0') - fraction.length;
  const digits = Number((match[1] as string) + fraction);
  const num = exponent > 0 ? digits * Number(`1e${exponent}`) : digits;
  const den = exponent < 0 ? Number(`1e${-exponent}`) : 1;
  if (!Number.isSafeInteger(num) || !Number.isSafeInteger(den)) {
    return null;
  }
  const divisor = gcd(num, den);
  return { num: num / divisor, den: den / divisor };
};

/** How many steps a decimal is; null when it is not a whole number of them. */
export const countSteps = (value: number, step: Step): number | null => {
  const fraction = decimalStep(value);
  if (fraction === null) {
    return null;
  }
  const top = BigInt(fraction.num) * BigInt(step.den);
  const bottom = BigInt(fraction.den) * BigInt(step.num);
  const count = Number(top / bottom);
  return top % bottom === 0n && Number.isSafeInteger(count) ? count : null;
};

/**
 * Minor units in one tick times one lot of a contract whose value is price times size; null when it
 * is not a positive whole number.
 */
export const cashPerTickLotOf = (tick: Step, lot: Step, currency: Currency): number | null => {
  const top = BigInt(minorPerUnit[currency]) * BigInt(tick.num) * BigInt(lot.num);
  const bottom = BigInt(tick.den) * BigInt(lot.den);
  const cash = Number(top / bottom);
  return top % bottom === 0n && cash > 0 && Number.isSafeInteger(cash) ? cash : null;
};

/** Which contract of a family: a perpetual, the future of an expiry, or an option on it. */
export type ContractChoice =
  | { readonly kind: 'perpetual' }
  | { readonly kind: 'future'; readonly expiryUs: TsUs; readonly tenor: Tenor }
  | {
      readonly kind: 'option';
      readonly expiryUs: TsUs;
      readonly tenor: Tenor;
      /** USD per coin. */
      readonly strike: number;
      readonly optionType: OptionType;
    };

const stepOf = (value: number, what: string): Step => {
  const step = decimalStep(value);
  assert(step !== null, `${what} is not a decimal that was checked: ${value}`);
  return step;
};

/**
 * The instrument that a family lists for a choice.
 *
 * Holds: the table was checked and the family has terms for that kind of contract; anything else
 * asserts.
 */
export const resolveInstrument = (
  underlying: ContractTable['underlying'],
  family: ContractFamily,
  choice: ContractChoice,
  id: InstrumentId,
  listedUs: TsUs,
): Instrument => {
  const termsKey =
    choice.kind === 'option' ? 'options' : choice.kind === 'future' ? 'futures' : 'perpetual';
  const terms = family[termsKey];
  assert(terms !== null, `family ${family.name} has no ${termsKey}`);
  const tick = stepOf(terms.tickSize, 'tickSize');
  const lot = stepOf(terms.amountMin, 'amountMin');
  const inverseFuture = family.payoff === 'inverse' && choice.kind !== 'option';
  const cash = inverseFuture ? 0 : cashPerTickLotOf(tick, lot, family.settlementCurrency);
  const lotsMax = countSteps(terms.amountMax, lot);
  assert(cash !== null && lotsMax !== null, `terms of ${family.name} ${termsKey} were not checked`);
  return {
    id,
    name: instrumentName({ ...choice, family: family.name }),
    kind: choice.kind,
    family: family.name,
    underlying,
    indexName: family.indexName,
    payoff: family.payoff,
    settlementCurrency: family.settlementCurrency,
    tenor: choice.kind === 'perpetual' ? 'perpetual' : choice.tenor,
    listedUs,
    expiryUs: choice.kind === 'perpetual' ? null : choice.expiryUs,
    strike: choice.kind === 'option' ? choice.strike : null,
    optionType: choice.kind === 'option' ? choice.optionType : null,
    tick,
    tickSteps: 'tickSteps' in terms ? terms.tickSteps.map((row) => resolveTickStep(row, tick)) : [],
    lot,
    contractSize: terms.contractSize,
    sizeLotsMin: sizeLots(1),
    sizeLotsMax: sizeLots(lotsMax),
    cashPerTickLot: cash,
    termsKey,
  };
};

const resolveTickStep = (
  row: { readonly abovePrice: number; readonly tickSize: number },
  tick: Step,
): TickStep => {
  const above = countSteps(row.abovePrice, tick);
  const multiple = countSteps(row.tickSize, tick);
  assert(above !== null && multiple !== null, 'tick steps were not checked');
  return { aboveTicks: priceTicks(above), multiple };
};
