// Units: the branded integers that the house computes with. A price is a count of the instrument's
// finest tick, a size a count of its lot, cash a count of the currency's minor unit, time the
// sequencer's microseconds. The brands exist at compile time only; the constructors here check and
// are the only casts.
import { assert, type Brand } from '@openstrike/std';

/** Price as a count of the instrument's finest tick; an int32 in the book. */
export type PriceTicks = Brand<number, 'PriceTicks'>;
/** Size as a count of the instrument's lot; signed where it is a position. */
export type SizeLots = Brand<number, 'SizeLots'>;
/** Cash as a count of the currency's minor unit (1e-8 BTC, 1e-8 ETH, 1e-6 USDC); a safe integer. */
export type Cash = Brand<number, 'Cash'>;
/** An index, forward or settlement price in millionths of a dollar; a safe integer. */
export type UsdMicros = Brand<number, 'UsdMicros'>;
/**
 * Venue time: microseconds since the Unix epoch, stamped by the sequencer. The engine's only
 * "now".
 */
export type TsUs = Brand<number, 'TsUs'>;
/** Position of a command in the journal; the first is 1. */
export type Seq = Brand<number, 'Seq'>;

export type AccountId = Brand<number, 'AccountId'>;
export type InstrumentId = Brand<number, 'InstrumentId'>;
export type OrderId = Brand<number, 'OrderId'>;
export type TradeId = Brand<number, 'TradeId'>;

export type Currency = 'BTC' | 'ETH' | 'USDC';
export const currencies: readonly Currency[] = ['BTC', 'ETH', 'USDC'];

/** Minor units in one unit of each currency. */
export const minorPerUnit: Readonly<Record<Currency, number>> = { BTC: 1e8, ETH: 1e8, USDC: 1e6 };

export const usdMicrosPerUsd = 1_000_000;
export const usPerMs = 1_000;
export const usPerSecond = 1_000_000;
export const usPerMinute: number = 60 * usPerSecond;
export const usPerHour: number = 60 * usPerMinute;
export const usPerDay: number = 24 * usPerHour;
/** Options accrue on a 365-day clock. */
export const usPerYear: number = 365 * usPerDay;

const safe = (value: number, what: string): number => {
  assert(Number.isSafeInteger(value), `${what} must be a safe integer`);
  return value;
};

export const priceTicks = (value: number): PriceTicks =>
  safe(value, 'a price in ticks') as PriceTicks;
export const sizeLots = (value: number): SizeLots => safe(value, 'a size in lots') as SizeLots;
export const cash = (value: number): Cash => safe(value, 'cash') as Cash;
export const usdMicros = (value: number): UsdMicros => safe(value, 'a dollar price') as UsdMicros;
export const tsUs = (value: number): TsUs => safe(value, 'a time') as TsUs;
export const seq = (value: number): Seq => safe(value, 'a sequence number') as Seq;
export const accountId = (value: number): AccountId => safe(value, 'an account id') as AccountId;
export const instrumentId = (value: number): InstrumentId =>
  safe(value, 'an instrument id') as InstrumentId;
export const orderId = (value: number): OrderId => safe(value, 'an order id') as OrderId;
export const tradeId = (value: number): TradeId => safe(value, 'a trade id') as TradeId;

/**
 * A positive rational step such as a tick of 0.0005 or a lot of 10, kept as two integers so that
 * `count * num / den` is one exact product and one correctly rounded division.
 */
export interface Step {
  readonly num: number;
  readonly den: number;
}

/** The decimal value of `count` steps, correctly rounded. */
export const fromSteps = (count: number, step: Step): number => (count * step.num) / step.den;
