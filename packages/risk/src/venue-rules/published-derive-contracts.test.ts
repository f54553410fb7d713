// The standard manager's cases as its contracts' own suite writes them: whole amounts of 18 places,
// one row an option. OPENSTRIKE_VECTORS names the folder that holds them; skipped without it.
import { black76 } from '@openstrike/pricing';
import { describe, expect, test } from 'vitest';
import { readVectors, wei } from '../testing/vectors.ts';
import { type DeriveStandardMarket, deriveStandardMargin } from './derive-standard.ts';

type Texts = readonly string[];
interface ContractCase {
  readonly Scenario: Readonly<
    Record<
      | 'OptionUnderlying'
      | 'OptionExpiries'
      | 'OptionStrikes'
      | 'OptionIsCall'
      | 'OptionAmounts'
      | 'OptionVols'
      | 'OptionVolConfidences'
      | 'FeedExpiries'
      | 'Forwards'
      | 'ForwardConfidences'
      | 'PerpPrice',
      Texts
    > &
      Record<
        | 'Cash'
        | 'Perps_ETH'
        | 'Perps_BTC'
        | 'wETH'
        | 'wBTC'
        | 'ETHSpotPrice'
        | 'BTCSpotPrice'
        | 'USDCValue'
        | 'SettlementPriceETH'
        | 'SettlementPriceBTC',
        string
      >
  > & { readonly SpotPerpConfidences: readonly Texts[] };
  readonly Result: Readonly<
    Record<'realIM' | 'realMM' | 'PortfolioMtM' | 'UnrealizedPNL' | 'UnsettledFunding', string>
  >;
}

const parameters = {
  optionInitialMax: 0.15,
  optionInitialMin: 0.1,
  callMaintenance: 0.075,
  putMaintenance: 0.075,
  putMaintenanceOfMark: 0.075,
  unpairedInitial: 1.2,
  unpairedMaintenance: 1.1,
  putInitialOverMaintenance: 1.05,
  perpInitial: 0.065,
  perpMaintenance: 0.05,
  perpConfidenceMin: 0.4,
  optionConfidenceMin: 0.4,
  baseConfidenceMin: 0.4,
  confidenceFactor: 0.4,
  pegMin: 0.98,
  pegFactor: 1.2,
  baseShare: 0.1,
  baseInitialScale: 1,
};

const marketOf = (
  { Scenario: row, Result: result }: ContractCase,
  coin: 'ETH' | 'BTC',
): DeriveStandardMarket => {
  const at = (list: Texts, i: number): number => wei(list[i] as string);
  const place = coin === 'ETH' ? 0 : 1;
  const own = row.OptionUnderlying.flatMap((each, i) => (each === coin ? [i] : []));
  const [spotConfidence, perpConfidence] = row.SpotPerpConfidences[place] as readonly string[];
  return {
    spot: wei(coin === 'ETH' ? row.ETHSpotPrice : row.BTCSpotPrice),
    spotConfidence: wei(spotConfidence as string),
    perpConfidence: wei(perpConfidence as string),
    perp: wei(coin === 'ETH' ? row.Perps_ETH : row.Perps_BTC),
    perpPrice: at(row.PerpPrice, place),
    // Published for both coins together.
    perpValue: coin === 'ETH' ? wei(result.UnrealizedPNL) + wei(result.UnsettledFunding) : 0,
    base: wei(coin === 'ETH' ? row.wETH : row.wBTC),
    expiries: [...new Set(own.map((i) => row.OptionExpiries[i] as string))].map((seconds) => {
      const legs = own.filter((i) => row.OptionExpiries[i] === seconds);
      // Feeds stand beside the options that use them; in the last half hour the price that is
      // partly averaged stands for the forward.
      const averaged = wei(coin === 'ETH' ? row.SettlementPriceETH : row.SettlementPriceBTC);
      const forward = Number(seconds) < 1800 ? averaged : at(row.Forwards, legs[0] as number);
      return {
        forward,
        confidence: Math.min(
          ...legs.map((i) => at(row.ForwardConfidences, i)),
          ...legs.map((i) => at(row.OptionVolConfidences, i)),
        ),
        options: legs.map((i) => {
          const sign = row.OptionIsCall[i] === '1' ? (1 as const) : (-1 as const);
          const strike = at(row.OptionStrikes, i);
          const years = Number(seconds) / 31_536_000;
          const mark = black76(forward, strike, years, at(row.OptionVols, i), sign);
          return { strike, sign, amount: at(row.OptionAmounts, i), mark };
        }),
      };
    }),
  };
};

const file = readVectors<{ readonly cases: Readonly<Record<string, ContractCase>> }>(
  'derive_v2_srm.json',
);

describe.skipIf(file === null)('standard manager, as its contracts write it', () => {
  test.each(Object.entries(file?.cases ?? {}))('%s', (_, row) => {
    const markets = [marketOf(row, 'ETH'), marketOf(row, 'BTC')];
    const { Cash, USDCValue } = row.Scenario;
    const margin = deriveStandardMargin(wei(Cash), wei(USDCValue), markets, parameters);
    const near = (actual: number, text: string): void => {
      const wanted = wei(text);
      expect(Math.abs(actual - wanted)).toBeLessThanOrEqual(1e-8 * Math.max(1, Math.abs(wanted)));
    };
    near(margin.initial, row.Result.realIM);
    near(margin.maintenance, row.Result.realMM);
    near(margin.markToMarket, row.Result.PortfolioMtM);
  });
});
