import {
  type Instrument,
  type InstrumentId,
  type PerpetualTerms,
  type SizeLots,
  type TsUs,
  type UsdMicros,
  usPerHour,
  usPerSecond,
} from '@openstrike/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  accrueFunding,
  chargeFunding,
  closeFundingHour,
  type FundedPosition,
  fundingChanged,
  fundingRate,
  fundingSince,
  setFundingRate,
} from './funding.ts';
import { createFundingState, restoreFundingState, saveFundingState } from './funding-state.ts';

const contract = (payoff: 'inverse' | 'linear'): Instrument => ({
  id: 1 as InstrumentId,
  name: payoff === 'inverse' ? 'BTC-PERPETUAL' : 'BTC_USDC-PERPETUAL',
  kind: 'perpetual',
  family: payoff === 'inverse' ? 'BTC' : 'BTC_USDC',
  underlying: 'BTC',
  indexName: payoff === 'inverse' ? 'btc_usd' : 'btc_usdc',
  payoff,
  settlementCurrency: payoff === 'inverse' ? 'BTC' : 'USDC',
  tenor: 'perpetual',
  listedUs: 0 as TsUs,
  expiryUs: null,
  strike: null,
  optionType: null,
  tick: { num: 1, den: 2 },
  tickSteps: [],
  lot: payoff === 'inverse' ? { num: 10, den: 1 } : { num: 1, den: 1000 },
  contractSize: payoff === 'inverse' ? 10 : 0.001,
  sizeLotsMin: 1 as SizeLots,
  sizeLotsMax: 1_000_000 as SizeLots,
  cashPerTickLot: payoff === 'inverse' ? 0 : 500,
  termsKey: 'perpetual',
});

const terms = { fundingDeadband: 0.00025, fundingRateMax: 0.005 } as PerpetualTerms;
const hour = 480_000 * usPerHour;

describe('funding', () => {
  test('the rate is what exceeds the deadband, bounded', () => {
    expect(fundingRate(0, 0.00025, 0.005)).toBe(0);
    expect(fundingRate(0.0002, 0.00025, 0.005)).toBe(0);
    expect(fundingRate(-0.00025, 0.00025, 0.005)).toBe(0);
    expect(fundingRate(0.001, 0.00025, 0.005)).toBeCloseTo(0.00075, 15);
    expect(fundingRate(-0.001, 0.00025, 0.005)).toBeCloseTo(-0.00075, 15);
    expect(fundingRate(0.2, 0.00025, 0.005)).toBe(0.005);
    expect(fundingRate(-0.2, 0.00025, 0.005)).toBe(-0.005);
  });

  test('eight hours at 0.1 % cost a long 0.1 % of its notional, in both payoffs', () => {
    for (const payoff of ['inverse', 'linear'] as const) {
      const state = createFundingState();
      const instrument = contract(payoff);
      setFundingRate(state, instrument, terms, 100_125, 100_000, hour);
      accrueFunding(state, hour + 8 * usPerHour);
      // 1,000,000 USD is 10 BTC; 10,000 lots of 0.001 are 10 BTC too.
      const lots = payoff === 'inverse' ? 100_000 : 10_000;
      const expected = payoff === 'inverse' ? 0.01 * 1e8 : 1_000 * 1e6;
      expect(fundingSince(lots, 0, state.accruedPerLot)).toBe(-expected);
      expect(fundingSince(-lots, 0, state.accruedPerLot)).toBe(expected);
      const { accrued, currentFunding } = fundingChanged(state, instrument, hour + 8 * usPerHour);
      expect(currentFunding).toBeCloseTo(0.001, 12);
      expect(accrued).toBeCloseTo(payoff === 'inverse' ? 0.001 / 100_000 : 0.001 * 100_000, 12);
    }
  });

  test('hours close with their interest, and eight of them make the period', () => {
    const state = createFundingState();
    const instrument = contract('inverse');
    const index = 100_000_000_000 as UsdMicros;
    setFundingRate(state, instrument, terms, 100_125, 100_000, hour);
    for (let i = 1; i <= 9; i++) {
      const row = closeFundingHour(state, instrument, (hour + i * usPerHour) as TsUs, index);
      expect(row.interest1h).toBeCloseTo(0.001 / 8, 15);
      expect(row.interest8h).toBeCloseTo((0.001 * Math.min(8, i)) / 8, 15);
      expect(row.previousIndexPrice).toBe(index);
    }
    accrueFunding(state, hour + 9.5 * usPerHour);
    const { funding8h } = fundingChanged(state, instrument, hour + 9.5 * usPerHour);
    expect(funding8h).toBeCloseTo(0.001, 15);
    expect(restoreFundingState(saveFundingState(state))).toEqual(state);
  });

  test('charges over all accounts sum to zero but for half a unit a charge', () => {
    const step = fc.record({
      seconds: fc.integer({ min: 1, max: 5_000 }),
      mark: fc.double({ min: 97_000, max: 103_000, noNaN: true }),
      from: fc.nat(4),
      to: fc.nat(4),
      lots: fc.integer({ min: 1, max: 500_000 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const state = createFundingState();
        const instrument = contract('inverse');
        const positions = Array.from({ length: 5 }, () => ({
          sizeLots: 0,
          sessionFunding: 0,
          fundingMark: 0,
        }));
        let nowUs = hour;
        let charges = 0;
        const charge = (position: FundedPosition): void => {
          chargeFunding(position, state);
          charges += 1;
        };
        for (const { seconds, mark, from, to, lots } of steps) {
          setFundingRate(state, instrument, terms, mark, 100_000, nowUs);
          nowUs += seconds * usPerSecond;
          accrueFunding(state, nowUs);
          const seller = positions[from] as { sizeLots: number } & FundedPosition;
          const buyer = positions[to] as { sizeLots: number } & FundedPosition;
          charge(seller);
          charge(buyer);
          seller.sizeLots -= lots;
          buyer.sizeLots += lots;
        }
        positions.forEach(charge);
        const sum = positions.reduce((total, position) => total + position.sessionFunding, 0);
        expect(Math.abs(sum)).toBeLessThanOrEqual(charges / 2 + 1e-6);
        expect(positions.every((position) => Number.isSafeInteger(position.sessionFunding))).toBe(
          true,
        );
      }),
    );
  });
});
