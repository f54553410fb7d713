import type { Instrument, UsdMicros } from '@openstrike/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { futureDeliveryFee, optionDeliveryFee, optionPayoff } from './delivery.ts';

const option = (
  payoff: 'inverse' | 'linear',
  optionType: 'call' | 'put',
  strike: number,
): Instrument => ({ payoff, optionType, strike }) as Instrument;
const micros = (usd: number): UsdMicros => Math.round(usd * 1e6) as UsdMicros;
/** Lots of 0.1 coin. */
const coinLot = 1e7;
const dollarLot = 1e5;
const rate = 150_000;
const cap = 125_000_000;

describe('delivery of options', () => {
  test.each([
    ['inverse', 'call', 100_000, 125_000, 0.2e8],
    ['inverse', 'put', 10_000, 5_000, 1e8],
    ['inverse', 'call', 100_000, 100_000, 0],
    ['inverse', 'put', 100_000, 100_000.000001, 0],
    ['linear', 'call', 100_000, 125_000, 25_000e6],
    ['linear', 'put', 0.625, 0.5, 0.125e6],
  ] as const)(
    'a %s %s at %d delivered at %d pays %d a coin',
    (payoff, type, strike, price, paid) => {
      const lot = payoff === 'inverse' ? coinLot : dollarLot;
      expect(optionPayoff(option(payoff, type, strike), 10, lot, micros(price))).toBe(paid);
      expect(optionPayoff(option(payoff, type, strike), -10, lot, micros(price))).toBe(0 - paid);
    },
  );

  test('the fee is a share of the coin, and never above an eighth of the payoff', () => {
    const call = option('inverse', 'call', 100_000);
    const fee = (price: number): number =>
      optionDeliveryFee(call, -10, coinLot, micros(price), rate, cap);
    expect(fee(125_000)).toBe(15_000);
    expect(fee(100_050)).toBe(Math.floor(optionPayoff(call, 10, coinLot, micros(100_050)) / 8));
    expect(fee(100_000)).toBe(0);
    const linear = option('linear', 'call', 100_000);
    expect(optionDeliveryFee(linear, 10, dollarLot, micros(125_000), rate, cap)).toBe(18.75e6);
    expect(optionDeliveryFee(linear, 10, dollarLot, micros(90_000), rate, -1)).toBe(13.5e6);
  });

  test('futures pay a share of their value, rounded up', () => {
    expect(futureDeliveryFee(-1e8, 250_000)).toBe(25_000);
    expect(futureDeliveryFee(1, 250_000)).toBe(1);
    expect(futureDeliveryFee(1e8, 0)).toBe(0);
  });

  test('long and short are opposite, and the payoff is exact to half a unit', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('inverse' as const, 'linear' as const),
        fc.constantFrom('call' as const, 'put' as const),
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.integer({ min: 1_000, max: 1_000_000_000_000 }),
        fc.integer({ min: 1, max: 250_000 }),
        (payoff, type, strike, price, lots) => {
          const contract = option(payoff, type, strike);
          const lot = payoff === 'inverse' ? coinLot : 1e4;
          const inside = BigInt(price) - BigInt(strike) * 1_000_000n;
          const value = type === 'call' ? inside : -inside;
          const divisor = BigInt(payoff === 'inverse' ? price : 1_000_000);
          const exact = value > 0n ? BigInt(lots * lot) * value : 0n;
          fc.pre(exact / divisor < 2n ** 52n);
          const paid = optionPayoff(contract, lots, lot, price as UsdMicros);
          expect(optionPayoff(contract, -lots, lot, price as UsdMicros)).toBe(0 - paid);
          const twiceOff = 2n * (BigInt(paid) * divisor - exact);
          expect(twiceOff <= divisor && twiceOff >= -divisor).toBe(true);
        },
      ),
    );
  });
});
