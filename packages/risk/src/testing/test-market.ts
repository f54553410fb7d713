// A market of one underlying for tests and benchmarks: expiries, options around the money and a
// perpetual, all from plain numbers.
import {
  addRiskExpiry,
  addRiskInstrument,
  createRiskExpiries,
  createRiskInstruments,
  type RiskExpiries,
  type RiskInstruments,
} from '../scenarios/risk-instruments.ts';

export interface TestMarket {
  readonly index: number;
  readonly instruments: RiskInstruments;
  readonly expiries: RiskExpiries;
}

/** The perpetual is instrument 0; of each expiry and strike the call and then the put follow. */
export const createTestMarket = (
  days: readonly number[],
  strikes: readonly number[],
  perLot = 0.1,
): TestMarket => {
  const index = 100_000;
  const expiries = createRiskExpiries(days.length + 1);
  const instruments = createRiskInstruments(1 + 2 * days.length * strikes.length);
  addRiskExpiry(expiries, { years: 0, forward: index, fixed: 0, confidence: 1 });
  addRiskInstrument(instruments, {
    kind: 'linear',
    expiry: 0,
    sign: 0,
    strike: 0,
    volatility: 0,
    perLot,
    closingCost: 1,
  });
  for (const each of days) {
    const years = each / 365;
    const forward = index * (1 + 0.05 * years);
    const expiry = addRiskExpiry(expiries, { years, forward, fixed: 0, confidence: 1 });
    for (const strike of strikes) {
      const distance = strike / forward - 1;
      const volatility = 0.5 + 0.4 * distance * distance - 0.1 * distance;
      for (const sign of [1, -1] as const) {
        addRiskInstrument(instruments, {
          kind: 'option',
          expiry,
          sign,
          strike,
          volatility,
          perLot,
          closingCost: 5,
        });
      }
    }
  }
  return { index, instruments, expiries };
};

/** So many strikes of one spacing around 100,000. */
export const evenStrikes = (count: number, spacing: number): number[] =>
  Array.from({ length: count }, (_, i) => 100_000 + spacing * (i - (count >> 1)));
