// Margins of Derive's managers as its own test suites publish them, through a thin adapter. The
// figures are not ours to copy: OPENSTRIKE_VECTORS names the folder that holds them; without it
// these tests are skipped.
import { black76 } from '@openstrike/pricing';
import { describe, expect, test } from 'vitest';
import { readVectors, wei } from '../testing/vectors.ts';
import {
  type DeriveExpiry,
  type DerivePortfolio,
  type DerivePortfolioParameters,
  type DeriveScenario,
  derivePortfolioMargin,
} from './derive-portfolio.ts';
import {
  type DeriveStandardMarket,
  type DeriveStandardParameters,
  deriveStandardMargin,
} from './derive-standard.ts';

const year = 31_536_000;

interface StandardCase {
  readonly id: string;
  readonly stable_price: number;
  readonly cash: number;
  readonly markets: Readonly<
    Record<
      string,
      {
        readonly spot: number;
        readonly spotConf: number;
        readonly perpConf: number;
        readonly perp: number;
        readonly perpPrice: number;
        readonly base: number;
        readonly perpPnl?: number;
        readonly options: readonly {
          readonly sec: number;
          readonly K: number;
          readonly call: boolean;
          readonly amt: number;
          readonly vol: number;
        }[];
        readonly fwd: readonly {
          readonly sec: number;
          readonly F: number;
          readonly conf: number;
          readonly volConf: number;
        }[];
      }
    >
  >;
  readonly expected?: { readonly IM: number; readonly MM: number; readonly MTM: number };
  readonly expected_truncated?: { readonly im: number; readonly mm: number };
}

const standardParameters = (baseShare: number): DeriveStandardParameters => ({
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
  baseShare,
  baseInitialScale: 1,
});

const standardMarkets = (row: StandardCase): DeriveStandardMarket[] =>
  Object.values(row.markets).map((market) => ({
    spot: market.spot,
    spotConfidence: market.spotConf,
    perp: market.perp,
    perpPrice: market.perpPrice,
    perpConfidence: market.perpConf,
    perpValue: market.perpPnl ?? 0,
    base: market.base,
    expiries: market.fwd.map(({ sec, F, conf, volConf }) => ({
      forward: F,
      confidence: Math.min(conf, volConf),
      options: market.options
        .filter((option) => option.sec === sec)
        .map(({ K, call, amt, vol }) => ({
          strike: K,
          sign: call ? (1 as const) : (-1 as const),
          amount: amt,
          mark: black76(F, K, sec / year, vol, call ? 1 : -1),
        })),
    })),
  }));

const exact = readVectors<{ cases: StandardCase[] }>('derive_srm_exact_28.json')?.cases ?? [];
const truncated =
  readVectors<{ cases: StandardCase[] }>('derive_srm_portfolio_42.json')?.cases ?? [];

describe.skipIf(exact.length === 0)('standard manager, exact', () => {
  test.each(exact.map((row) => [row.id, row] as const))('%s', (_, row) => {
    const { cash, stable_price: stable } = row;
    const margin = deriveStandardMargin(
      cash,
      stable,
      standardMarkets(row),
      standardParameters(0.1),
    );
    const wanted = row.expected as { IM: number; MM: number; MTM: number };
    near(margin.initial, wanted.IM, 1e-9);
    near(margin.maintenance, wanted.MM, 1e-9);
    near(margin.markToMarket, wanted.MTM, 1e-9);
  });
});

describe.skipIf(truncated.length === 0)('standard manager, truncated to dollars', () => {
  test.each(truncated.map((row) => [row.id, row] as const))('%s', (_, row) => {
    const { cash, stable_price: stable } = row;
    const margin = deriveStandardMargin(
      cash,
      stable,
      standardMarkets(row),
      standardParameters(0.8),
    );
    const { im, mm } = row.expected_truncated as { im: number; mm: number };
    expect(Math.abs(margin.initial - im)).toBeLessThanOrEqual(1);
    expect(Math.abs(margin.maintenance - mm)).toBeLessThanOrEqual(1);
  });
});

function near(actual: number, wanted: number, tolerance: number): void {
  const error = Math.abs(actual - wanted);
  if (!(error <= tolerance * Math.max(1, Math.abs(wanted)))) {
    expect(actual).toBe(wanted);
  }
}

interface SecondCase {
  readonly id: string;
  readonly params_override: Readonly<Record<string, unknown>>;
  readonly market: {
    readonly spot: number;
    readonly spot_conf: number;
    readonly stable_price: number;
    readonly perp_price: number;
    readonly perp_conf: number;
    readonly expiries: readonly {
      readonly sec_to_expiry: number;
      readonly forward: number;
      readonly fwd_conf: number;
      readonly rate: number;
      readonly rate_conf: number;
      readonly vol_conf: number;
      readonly svi: Readonly<Record<'a' | 'b' | 'rho' | 'm' | 'sigma' | 'fwd' | 'tau', number>>;
    }[];
  };
  readonly portfolio: {
    readonly cash: number;
    readonly perp: number;
    readonly perp_unrealised_pnl: number;
    readonly perp_unrealised_funding: number;
    readonly collateral: readonly {
      readonly amount: number;
      readonly price: number;
      readonly conf: number;
      readonly risk_cancelling: boolean;
      readonly mm_haircut: number;
      readonly im_haircut_addon: number;
    }[];
    readonly options: readonly {
      readonly sec_to_expiry: number;
      readonly strike: number;
      readonly call: boolean;
      readonly amount: number;
    }[];
  };
  readonly expected: {
    readonly IM: number;
    readonly MM: number;
    readonly scenario_pnl: readonly number[];
    readonly option_mark_vols: readonly number[];
  };
}

const secondParameters = (values: Readonly<Record<string, unknown>>): DerivePortfolioParameters => {
  const of = (name: string): number => values[name] as number;
  const kinds: Readonly<Record<string, DeriveScenario['volatility']>> = {
    Up: 'up',
    None: 'none',
    Down: 'down',
    LINEAR: 'linear',
    ABS: 'absolute',
  };
  return {
    scenarios: (values.Scenarios as [number, string, number][]).map(
      ([spot, kind, damping]): DeriveScenario => ({
        spot,
        volatility: kinds[kind] as DeriveScenario['volatility'],
        damping,
      }),
    ),
    volatility: {
      up: of('VolShock.VOLRANGEUP'),
      down: of('VolShock.VOLRANGEDOWN'),
      shortPower: of('VolShock.SHORTTERMPOWER'),
      longPower: of('VolShock.LONGTERMPOWER'),
      daysMin: of('VolShock.DTE_FLOOR'),
      upVolatilityMin: of('VolShock.MIN_VOL_EVAL_SHOCKED'),
    },
    skew: {
      linearCap: of('SkewShock.LINEAR_SCALE_CAP'),
      linearCapSlope: of('SkewShock.LINEAR_CBASE'),
      absoluteCap: of('SkewShock.ABS_SCALE_CAP'),
      absoluteCapSlope: of('SkewShock.ABS_CBASE'),
      kMin: of('SkewShock.MIN_K_STAR'),
      width: of('SkewShock.MIN_WIDTH_SCALE'),
      widthVolatility: of('SkewShock.VOL_PARAM_STATIC'),
      widthVolatilitySlope: of('SkewShock.VOL_PARAM_SCALE'),
    },
    long: {
      base: of('Margin.BASE_STATIC_DISCOUNT'),
      rateScale: of('Margin.LONG_RATE_MULTSCALE'),
      rateAdd: of('Margin.LONG_RATE_ADDSCALE'),
    },
    short: {
      base: of('Margin.BASE_STATIC_DISCOUNT_NEG'),
      rateScale: of('Margin.SHORT_RATE_MULTSCALE'),
      rateAdd: of('Margin.SHORT_RATE_ADDSCALE'),
    },
    discounted: true,
    initialFactor: of('Margin.IM_LOSS_FACTOR'),
    maintenanceFactor: of('Margin.MM_LOSS_FACTOR'),
    contingenciesScaled: false,
    basisUp: of('BasisContingency.SCENARIO_SPOT_UP'),
    basisDown: of('BasisContingency.SCENARIO_SPOT_DOWN'),
    basisAdd: of('BasisContingency.BASIS_CONT_ADD_FACTOR'),
    basisPerYear: of('BasisContingency.BASIS_CONT_MULT_FACTOR'),
    pegMin: of('OtherContingency.PEG_LOSS_THRESHOLD'),
    pegFactor: of('OtherContingency.PEG_LOSS_FACTOR'),
    confidenceMin: of('OtherContingency.CONF_THRESHOLD'),
    confidenceRate: of('OtherContingency.CONF_MARGIN'),
    perpMaintenance: of('OtherContingency.MM_PERP_PERCENT'),
    perpInitial: of('OtherContingency.IM_PERP_PERCENT'),
    optionMaintenance: of('OtherContingency.MM_OPTION_PERCENT'),
    optionInitial: of('OtherContingency.IM_OPTION_PERCENT'),
  };
};

const secondPortfolio = ({ market, portfolio, expected }: SecondCase): DerivePortfolio => {
  const confidence =
    portfolio.perp === 0 ? market.spot_conf : Math.min(market.spot_conf, market.perp_conf);
  return {
    spot: market.spot,
    confidence,
    stablePrice: market.stable_price,
    perpPrice: market.perp_price,
    perp: portfolio.perp,
    perpValue: portfolio.perp_unrealised_pnl + portfolio.perp_unrealised_funding,
    cash: portfolio.cash,
    collateral: portfolio.collateral.map((each) => ({
      value: (each.amount * each.price) / market.stable_price,
      confidence: Math.min(each.conf, market.spot_conf),
      cancelsRisk: each.risk_cancelling,
      maintenanceHaircut: each.mm_haircut,
      initialHaircut: each.im_haircut_addon,
    })),
    expiries: market.expiries.map((expiry): DeriveExpiry => {
      const share = Math.max(0, 1800 - expiry.sec_to_expiry) / 1800;
      return {
        seconds: expiry.sec_to_expiry,
        forwardFixed: expiry.forward * share,
        forwardVariable: expiry.forward * (1 - share),
        confidence: Math.min(expiry.fwd_conf, expiry.rate_conf, expiry.vol_conf),
        rate: expiry.rate,
        options: portfolio.options.flatMap((option, i) =>
          option.sec_to_expiry === expiry.sec_to_expiry
            ? [
                {
                  strike: option.strike,
                  sign: option.call ? (1 as const) : (-1 as const),
                  amount: option.amount,
                  volatility: expected.option_mark_vols[i] as number,
                },
              ]
            : [],
        ),
      };
    }),
  };
};

const second = readVectors<{
  default_params: Readonly<Record<string, unknown>>;
  cases: SecondCase[];
}>('derive_pmrm2_138.json');

describe.skipIf(second === null)('second portfolio manager', () => {
  test.each((second?.cases ?? []).map((row) => [row.id, row] as const))('%s', (_, row) => {
    const parameters = secondParameters({ ...second?.default_params, ...row.params_override });
    const margin = derivePortfolioMargin(secondPortfolio(row), parameters);
    const { IM, MM, scenario_pnl: profits } = row.expected;
    const scale = Math.max(1, ...profits.map(Math.abs));
    for (const [i, profit] of profits.entries()) {
      const error = Math.abs((margin.scenarioProfits[i] as number) - profit);
      expect(error, `scenario ${i}`).toBeLessThanOrEqual(1e-8 * scale);
    }
    near(margin.initial, IM, 1e-8);
    near(margin.maintenance, MM, 1e-8);
  });
});

type Strings = readonly string[];
interface FirstCase {
  readonly Scenario: Readonly<
    Record<
      | 'OptionExpiries'
      | 'OptionStrikes'
      | 'OptionIsCall'
      | 'OptionAmounts'
      | 'OptionVols'
      | 'OptionVolConfidences'
      | 'FeedExpiries'
      | 'ForwardConfidences'
      | 'Rates'
      | 'RateConfidences'
      | 'ForwardsFixed'
      | 'ForwardsVariable',
      Strings
    > &
      Record<
        | 'Cash'
        | 'Perps'
        | 'Base'
        | 'SpotPrice'
        | 'SpotConfidence'
        | 'PerpPrice'
        | 'PerpConfidence'
        | 'StablePrice'
        | 'UnrealisedPerpPNL'
        | 'UnrealisedFunding',
        string
      >
  >;
  readonly Result: Readonly<Record<string, string>>;
}

export const firstParameters: DerivePortfolioParameters = {
  scenarios: [1.15, 1.1, 1.05, 1, 0.95, 0.9, 0.85].flatMap((spot) =>
    (['up', 'none', 'down'] as const).map((volatility) => ({ spot, volatility, damping: 1 })),
  ),
  volatility: {
    up: 0.45,
    down: 0.3,
    shortPower: 0.3,
    longPower: 0.13,
    daysMin: 1,
    upVolatilityMin: 0,
  },
  skew: null,
  long: { base: 0.95, rateScale: 4, rateAdd: 0.05 },
  short: null,
  discounted: false,
  initialFactor: 1.3,
  maintenanceFactor: 1,
  contingenciesScaled: true,
  basisUp: 1.05,
  basisDown: 0.95,
  basisAdd: 0.25,
  basisPerYear: 0.01,
  pegMin: 0.98,
  pegFactor: 2,
  confidenceMin: 0.6,
  confidenceRate: 0.5,
  perpMaintenance: 0.02,
  perpInitial: 0,
  optionMaintenance: 0.01,
  optionInitial: 0,
};

/** Base collateral of the first manager: its rates are of the spot, not of the stablecoin value. */
const baseOf = (
  base: number,
  spot: number,
  stable: number,
  confidence: number,
  rate: number,
  parameters: DerivePortfolioParameters,
) => ({
  value: (base * spot) / stable,
  confidence: 1,
  cancelsRisk: true,
  maintenanceHaircut: rate * stable,
  initialHaircut:
    confidence < parameters.confidenceMin
      ? (1 - confidence) * parameters.confidenceRate * stable
      : 0,
});

const firstPortfolio = ({ Scenario: row }: FirstCase): DerivePortfolio => {
  const perp = wei(row.Perps);
  const spotConfidence = wei(row.SpotConfidence);
  const confidence =
    perp === 0 ? spotConfidence : Math.min(spotConfidence, wei(row.PerpConfidence));
  const spot = wei(row.SpotPrice);
  const stable = wei(row.StablePrice);
  const at = (list: Strings, i: number): number => wei(list[i] as string);
  return {
    spot,
    confidence,
    stablePrice: stable,
    perpPrice: wei(row.PerpPrice),
    perp,
    perpValue: wei(row.UnrealisedPerpPNL) + wei(row.UnrealisedFunding),
    cash: wei(row.Cash),
    collateral: [baseOf(wei(row.Base), spot, stable, confidence, 0.02, firstParameters)],
    expiries: [...new Set(row.FeedExpiries)].map((seconds) => {
      // A feed is listed once per option that uses it.
      const e = row.FeedExpiries.indexOf(seconds);
      const own = row.OptionExpiries.flatMap((expiry, i) => (expiry === seconds ? [i] : []));
      return {
        seconds: Number(seconds),
        forwardFixed: at(row.ForwardsFixed, e),
        forwardVariable: at(row.ForwardsVariable, e),
        confidence: Math.min(
          at(row.ForwardConfidences, e),
          at(row.RateConfidences, e),
          ...own.map((i) => at(row.OptionVolConfidences, i)),
        ),
        rate: at(row.Rates, e),
        options: own.map((i) => ({
          strike: at(row.OptionStrikes, i),
          sign: row.OptionIsCall[i] === '1' ? (1 as const) : (-1 as const),
          amount: at(row.OptionAmounts, i),
          volatility: at(row.OptionVols, i),
        })),
      };
    }),
  };
};

const first = readVectors<{ cases: Readonly<Record<string, FirstCase>> }>('derive_v2_pmrm.json');

describe.skipIf(first === null)('first portfolio manager', () => {
  test.each(Object.entries(first?.cases ?? {}))('%s', (_, row) => {
    const margin = derivePortfolioMargin(firstPortfolio(row), firstParameters);
    near(margin.initial, wei(row.Result.InitialMarginCalc as string), 1e-10);
    near(margin.maintenance, wei(row.Result.MaintenanceMarginCalc as string), 1e-10);
  });
});

interface BookCase {
  readonly cash: string;
  readonly bases: readonly { readonly amount: string }[];
  readonly perps: readonly { readonly amount: string; readonly entryPrice: string }[];
  readonly options: readonly {
    readonly amount: string;
    readonly expiry: string;
    readonly strike: string;
    readonly type: string;
  }[];
  readonly results: { readonly im: string; readonly mm: string };
}

/** Days of each listed expiry and its forward over the spot of 2,000. */
const bookExpiries: Readonly<Record<string, readonly [days: number, forward: number]>> = {
  '20230104': [3 + 1 / 3, 2000.91345],
  '20230111': [10 + 1 / 3, 2002.83305],
  '20230118': [17 + 1 / 3, 2004.7545],
  '20230227': [57 + 1 / 3, 2015.7696],
};

/** Feeds that single tests of that suite set: see its cases 39 to 44. */
interface BookFeeds {
  readonly spot?: number;
  readonly spotConfidence?: number;
  readonly stable?: number;
  readonly perpPrice?: number;
  readonly perpConfidence?: number;
  readonly forwards?: Readonly<Record<string, readonly [forward: number, confidence: number]>>;
  readonly volConfidence?: Readonly<Record<string, number>>;
  readonly vols?: Readonly<Record<string, number>>;
}

const bookFeeds: Readonly<Record<string, BookFeeds>> = {
  test_depeg_contingency_pm: { stable: 0.2 },
  test_oracle_cont_long_call_pm: {
    spotConfidence: 0.1,
    forwards: { '20230118': [2004.75, 0.4] },
    volConfidence: { '20230118': 0.3 },
  },
  test_oracle_cont_short_call_pm: {
    spotConfidence: 0.1,
    forwards: { '20230118': [2004.75, 0.4] },
    volConfidence: { '20230118': 0.1 },
  },
  test_oracle_cont_base_asset_pm: { spotConfidence: 0.1 },
  test_oracle_cont_long_perp_asset_pm: {
    spotConfidence: 0.3,
    perpPrice: 2001,
    perpConfidence: 0.1,
  },
  test_general_portfolio_pm: {
    spot: 2004,
    spotConfidence: 0.3,
    perpPrice: 2017,
    perpConfidence: 0.3,
    forwards: { '20230227': [2014.7545, 0.2] },
    volConfidence: { '20230118': 0.1 },
    vols: { '20230118-1700': 0.15, '20230118-2100': 1.01, '20230118-1000': 0.33 },
  },
};

const bookParameters: DerivePortfolioParameters = {
  ...firstParameters,
  long: { base: 0.95, rateScale: 4, rateAdd: 0.12 },
  confidenceRate: 0.4,
  perpMaintenance: 0.025,
};

const bookPortfolio = (row: BookCase, feeds: BookFeeds): DerivePortfolio => {
  const units = (text: string): number => Number(text) / 1e8;
  const spot = feeds.spot ?? 2000;
  const stable = feeds.stable ?? 1;
  const perpPrice = feeds.perpPrice ?? 2001;
  const perp = row.perps.reduce((sum, { amount }) => sum + units(amount), 0);
  const base = row.bases.reduce((sum, { amount }) => sum + units(amount), 0);
  const spotConfidence = feeds.spotConfidence ?? 1;
  const confidence =
    perp === 0 ? spotConfidence : Math.min(spotConfidence, feeds.perpConfidence ?? 1);
  return {
    spot,
    confidence,
    stablePrice: stable,
    perpPrice,
    perp,
    perpValue: row.perps.reduce(
      (sum, { amount, entryPrice }) => sum + units(amount) * (perpPrice - units(entryPrice)),
      0,
    ),
    cash: Number(row.cash) / 1e8,
    collateral: [baseOf(base, spot, stable, confidence, 0.025, bookParameters)],
    expiries: [...new Set(row.options.map(({ expiry }) => expiry))].map((code) => {
      const [days, usual] = bookExpiries[code] as readonly [number, number];
      const [forward, sure] = feeds.forwards?.[code] ?? [usual, 1];
      return {
        seconds: days * 86_400,
        forwardFixed: 0,
        forwardVariable: forward,
        confidence: Math.min(sure, feeds.volConfidence?.[code] ?? 1),
        rate: bookRate,
        options: row.options
          .filter(({ expiry }) => expiry === code)
          .map(({ strike, amount, type }) => ({
            strike: Number(strike),
            sign: type === 'call' ? (1 as const) : (-1 as const),
            amount: units(amount),
            volatility: feeds.vols?.[`${code}-${strike}`] ?? 0.5,
          })),
      };
    }),
  };
};

const bookRate = 0.02;

/** Toward zero, but for the noise of doubles. */
const wholeOf = (value: number): number => Math.trunc(value * (1 + 1e-12)) + 0;

const books = readVectors<{ cases: Readonly<Record<string, BookCase>> }>(
  'derive_v2_portfolio_pm.json',
);

describe.skipIf(books === null)('first portfolio manager, books truncated to dollars', () => {
  test.each(Object.entries(books?.cases ?? {}))('%s', (name, row) => {
    const margin = derivePortfolioMargin(bookPortfolio(row, bookFeeds[name] ?? {}), bookParameters);
    expect([wholeOf(margin.initial), wholeOf(margin.maintenance)].join()).toBe(
      [Number(row.results.im), Number(row.results.mm)].join(),
    );
  });
});
