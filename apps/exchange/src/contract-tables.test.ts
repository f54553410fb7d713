import { readFileSync } from 'node:fs';
import {
  type ContractFamily,
  checkContractTable,
  coinPriceMax,
  expiryOfCode,
  type InstrumentId,
  instrumentName,
  liveExpiries,
  parseInstrumentName,
  resolveInstrument,
  strikesToList,
  type TsUs,
} from '@openstrike/domain';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

const read = (underlying: 'BTC' | 'ETH'): unknown =>
  parse(readFileSync(new URL(`../contracts/${underlying}.yaml`, import.meta.url), 'utf8'));

describe.each(['BTC', 'ETH'] as const)('the contract table of %s', (underlying) => {
  const checked = checkContractTable(read(underlying));

  test('is sound', () => {
    expect(checked).toMatchObject({ ok: true });
  });

  test('holds accounts and all together to limits in every kind of contract', () => {
    const families = checked.ok ? checked.value.families : [];
    const terms = families.flatMap((family) => [family.options, family.futures, family.perpetual]);
    for (const { limits, amountMin } of terms.filter((each) => each !== null)) {
      const { positionPerInstrument, openInterestPerInstrument } = limits ?? {};
      expect(positionPerInstrument).toBeGreaterThan(amountMin);
      expect(openInterestPerInstrument).toBeGreaterThan(positionPerInstrument as number);
    }
    for (const { options } of families) {
      const { positionPerFamily, openInterestPerFamily } = options?.limits ?? {};
      expect(openInterestPerFamily).toBeGreaterThan(positionPerFamily as number);
    }
  });

  test('resolves to exact ticks, lots and cash for everything it would list', () => {
    const families = checked.ok ? checked.value.families : [];
    const nowUs = (expiryOfCode('24APR26') as number) - 1;
    const names = new Set<string>();
    for (const family of families) {
      for (const choice of choicesOf(family, coinPriceMax[underlying] / 10, nowUs as TsUs)) {
        const listed = resolveInstrument(
          underlying,
          family,
          choice,
          (names.size + 1) as InstrumentId,
          nowUs as TsUs,
        );
        expect(parseInstrumentName(listed.name)).toEqual({
          ...withoutTenor(choice),
          family: family.name,
        });
        const exact = family.payoff === 'inverse' && choice.kind !== 'option';
        expect(listed.cashPerTickLot === 0).toBe(exact);
        expect(Number.isSafeInteger(listed.cashPerTickLot * listed.sizeLotsMax)).toBe(true);
        expect(names.has(listed.name)).toBe(false);
        names.add(instrumentName({ ...choice, family: family.name }));
      }
    }
    expect(names.size).toBeGreaterThan(500);
    expect(names.size).toBeLessThan(2_000);
  });
});

type Choice = Parameters<typeof resolveInstrument>[2];

const withoutTenor = (choice: Choice): object =>
  Object.fromEntries(Object.entries(choice).filter(([key]) => key !== 'tenor'));

const choicesOf = (family: ContractFamily, forward: number, nowUs: TsUs): readonly Choice[] => {
  const choices: Choice[] = family.perpetual === null ? [] : [{ kind: 'perpetual' }];
  if (family.futures !== null) {
    for (const { expiryUs, tenor } of liveExpiries(family.futures.calendar, nowUs)) {
      choices.push({ kind: 'future', expiryUs, tenor });
    }
  }
  if (family.options !== null) {
    const { calendar, strikeGrid, deltaMin, atmNeighbours } = family.options;
    for (const { expiryUs, tenor } of liveExpiries(calendar, nowUs)) {
      const years = (expiryUs - nowUs) / (365 * 86_400e6);
      const inputs = { forward, volatility: 0.5, years, grid: strikeGrid, deltaMin, atmNeighbours };
      for (const strike of strikesToList(inputs)) {
        choices.push({ kind: 'option', expiryUs, tenor, strike, optionType: 'call' });
        choices.push({ kind: 'option', expiryUs, tenor, strike, optionType: 'put' });
      }
    }
  }
  return choices;
};
