import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dayNumberOf, expiryOfDay } from './calendar.ts';
import {
  expiryCode,
  expiryOfCode,
  type InstrumentNameParts,
  instrumentName,
  parseInstrumentName,
} from './instrument-name.ts';

describe('instrument names', () => {
  test.each([
    ['BTC-PERPETUAL', { kind: 'perpetual', family: 'BTC' }],
    ['BTC_USDC-PERPETUAL', { kind: 'perpetual', family: 'BTC_USDC' }],
    [
      'BTC-25DEC26',
      { kind: 'future', family: 'BTC', expiryUs: expiryOfDay(dayNumberOf(2026, 12, 25)) },
    ],
    [
      'BTC-27DEC26-100000-C',
      {
        kind: 'option',
        family: 'BTC',
        expiryUs: expiryOfDay(dayNumberOf(2026, 12, 27)),
        strike: 100_000,
        optionType: 'call',
      },
    ],
    [
      'XRP_USDC-30JUN23-0d625-C',
      {
        kind: 'option',
        family: 'XRP_USDC',
        expiryUs: expiryOfDay(dayNumberOf(2023, 6, 30)),
        strike: 0.625,
        optionType: 'call',
      },
    ],
    [
      'ETH-1MAY26-2300-P',
      {
        kind: 'option',
        family: 'ETH',
        expiryUs: expiryOfDay(dayNumberOf(2026, 5, 1)),
        strike: 2300,
        optionType: 'put',
      },
    ],
  ] as const)('%s', (name, parts) => {
    expect(parseInstrumentName(name)).toEqual(parts);
    expect(instrumentName(parts)).toBe(name);
  });

  test.each([
    '',
    'BTC',
    'BTC-',
    'BTC-PERP',
    'BTC-PERPETUAL-1',
    'btc-PERPETUAL',
    'BTC-01MAY26',
    'BTC-31APR26',
    'BTC-29FEB26',
    'BTC-1may26',
    'BTC-1MAY2026',
    'BTC-1MAY26-2300',
    'BTC-1MAY26-2300-X',
    'BTC-1MAY26-02300-C',
    'BTC-1MAY26-0-C',
    'BTC-1MAY26--5-C',
    'BTC-1MAY26-1e5-C',
    'BTC-1MAY26-2.5-C',
    'BTC-1MAY26-2d50-C',
    'BTC-1MAY26-d5-C',
    'BTC-1MAY26-2300-C-',
    'BTC_USDC_-PERPETUAL',
  ])('"%s" is not a name', (name) => {
    expect(parseInstrumentName(name)).toBeNull();
  });

  test('reading a written name gives the same parts back', () => {
    const expiry = fc.integer({ min: 10_957, max: 47_481 }).map(expiryOfDay);
    const family = fc.constantFrom('BTC', 'ETH', 'BTC_USDC', 'ETH_USDC', 'SOL_USDC');
    const strike = fc.oneof(
      fc.integer({ min: 1, max: 10_000_000 }),
      fc.integer({ min: 1, max: 999_999 }).map((thousandths) => thousandths / 1000),
    );
    const parts: fc.Arbitrary<InstrumentNameParts> = fc.oneof(
      fc.record({ kind: fc.constant('perpetual' as const), family }),
      fc.record({ kind: fc.constant('future' as const), family, expiryUs: expiry }),
      fc.record({
        kind: fc.constant('option' as const),
        family,
        expiryUs: expiry,
        strike,
        optionType: fc.constantFrom('call' as const, 'put' as const),
      }),
    );
    fc.assert(
      fc.property(parts, (given) => {
        expect(parseInstrumentName(instrumentName(given))).toEqual(given);
      }),
    );
    fc.assert(
      fc.property(expiry, (expiryUs) => {
        expect(expiryOfCode(expiryCode(expiryUs))).toBe(expiryUs);
      }),
    );
  });
});
