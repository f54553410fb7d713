// Derive's portfolio managers, first and second, as one rule with explicit parameters: scenarios
// over expiries whose values are discounted against the holder, a basis charge that competes as one
// more scenario, and contingencies. Figures are net: equity less requirement. Invariant: the worst
// of the list is at most zero, since some scenario moves nothing or the basis charge does not.
// Source: Derive (Lyra) v2, PMRM and PMRM 2; risk reference 1.12 and 1.13.
import type { SkewShock, VolatilityShock } from '@openstrike/domain';
import { black76 } from '@openstrike/pricing';
import { exp, log } from '@openstrike/std';
import { downFactor, skewShift, upFactor } from '../scenarios/volatility-shock.ts';

export interface DeriveScenario {
  /** Multiple of the price. */
  readonly spot: number;
  readonly volatility: 'up' | 'none' | 'down' | 'linear' | 'absolute';
  readonly damping: number;
}

/** Discount of a value: base * exp(-years * (rate * rateScale + rateAdd)), or over it. */
export interface DeriveDiscount {
  readonly base: number;
  readonly rateScale: number;
  readonly rateAdd: number;
}

export interface DerivePortfolioParameters {
  readonly scenarios: readonly DeriveScenario[];
  readonly volatility: VolatilityShock;
  readonly skew: SkewShock | null;
  readonly long: DeriveDiscount;
  /** Null: short values are not marked up. */
  readonly short: DeriveDiscount | null;
  /** Marks discounted at the rate; else at zero. */
  readonly discounted: boolean;
  readonly initialFactor: number;
  readonly maintenanceFactor: number;
  /** The first manager scales its contingencies with the loss; the second adds them after. */
  readonly contingenciesScaled: boolean;
  readonly basisUp: number;
  readonly basisDown: number;
  readonly basisAdd: number;
  readonly basisPerYear: number;
  readonly pegMin: number;
  readonly pegFactor: number;
  readonly confidenceMin: number;
  readonly confidenceRate: number;
  readonly perpMaintenance: number;
  readonly perpInitial: number;
  readonly optionMaintenance: number;
  readonly optionInitial: number;
}

export interface DeriveOption {
  readonly strike: number;
  readonly sign: 1 | -1;
  readonly amount: number;
  readonly volatility: number;
}

export interface DeriveExpiry {
  readonly seconds: number;
  /** The parts of the forward already averaged and not: only the latter is shocked. */
  readonly forwardFixed: number;
  readonly forwardVariable: number;
  /** The least of forward, rate and volatility feeds. */
  readonly confidence: number;
  readonly rate: number;
  readonly options: readonly DeriveOption[];
}

export interface DeriveCollateral {
  /** In units of settlement currency. */
  readonly value: number;
  /** The least of its feed and the spot feed. */
  readonly confidence: number;
  /** Whether it moves with the underlying. */
  readonly cancelsRisk: boolean;
  readonly maintenanceHaircut: number;
  readonly initialHaircut: number;
}

export interface DerivePortfolio {
  readonly spot: number;
  /** The least of the spot feed and, with a perp, its feed. */
  readonly confidence: number;
  readonly stablePrice: number;
  readonly perpPrice: number;
  readonly perp: number;
  /** Unsettled profit and funding. */
  readonly perpValue: number;
  readonly cash: number;
  readonly collateral: readonly DeriveCollateral[];
  readonly expiries: readonly DeriveExpiry[];
}

export interface DeriveMargin {
  readonly initial: number;
  readonly maintenance: number;
  readonly markToMarket: number;
  readonly scenarioProfits: readonly number[];
  readonly basisLoss: number;
  /** The number of scenarios where the basis charge is the worst. */
  readonly worstScenario: number;
}

const secondsPerYear = 31_536_000;

/** The net margins of a portfolio. */
export const derivePortfolioMargin = (
  portfolio: DerivePortfolio,
  parameters: DerivePortfolioParameters,
): DeriveMargin => {
  const valued = portfolio.expiries.map((expiry) => valueExpiry(expiry, parameters));
  const scenarioProfits = parameters.scenarios.map((scenario) =>
    scenarioProfit(portfolio, valued, scenario, parameters),
  );
  const basisLoss = valued.reduce((sum, { basisLoss: loss }) => sum + loss, 0);
  let worst = basisLoss;
  let worstScenario = scenarioProfits.length;
  for (const [i, profit] of scenarioProfits.entries()) {
    if (profit < worst) {
      worst = profit;
      worstScenario = i;
    }
  }
  const markToMarket =
    portfolio.cash +
    portfolio.perpValue +
    valued.reduce((sum, { mark }) => sum + mark, 0) +
    portfolio.collateral.reduce((sum, { value }) => sum + value, 0);
  const charges = contingencies(portfolio, parameters);
  const peg = Math.max(0, parameters.pegMin - portfolio.stablePrice) * parameters.pegFactor;
  const { contingenciesScaled: scaled, initialFactor, maintenanceFactor } = parameters;
  const base = scaled ? worst - charges.maintenance : worst;
  const after = scaled ? 0 : charges.maintenance;
  return {
    initial: base * (initialFactor + peg) - after - charges.initial + markToMarket,
    maintenance: base * maintenanceFactor - after + markToMarket,
    markToMarket,
    scenarioProfits,
    basisLoss,
    worstScenario,
  };
};

interface ValuedExpiry {
  readonly expiry: DeriveExpiry;
  readonly years: number;
  readonly discount: number;
  readonly mark: number;
  readonly longFactor: number;
  readonly shortFactor: number;
  readonly basisLoss: number;
}

const valueExpiry = (expiry: DeriveExpiry, parameters: DerivePortfolioParameters): ValuedExpiry => {
  const years = expiry.seconds / secondsPerYear;
  const rate = Math.max(0, expiry.rate);
  const discount = parameters.discounted ? exp(-rate * years) : 1;
  const valueAt = (spot: number): number =>
    expiryValue(expiry, years, discount, spot, (volatility) => volatility);
  const mark = valueAt(1);
  const loss = Math.min(
    0,
    valueAt(parameters.basisUp) - mark,
    valueAt(parameters.basisDown) - mark,
  );
  const { long, short } = parameters;
  return {
    expiry,
    years,
    discount,
    mark,
    longFactor: long.base * exp(-years * (rate * long.rateScale + long.rateAdd)),
    shortFactor:
      short === null
        ? 1
        : Math.min(
            1 / discount,
            short.base * exp(years * (rate * short.rateScale + short.rateAdd)),
          ),
    basisLoss: loss * (parameters.basisAdd + parameters.basisPerYear * years),
  };
};

const expiryValue = (
  expiry: DeriveExpiry,
  years: number,
  discount: number,
  spot: number,
  volatilityOf: (volatility: number, k: number) => number,
): number => {
  const forward = expiry.forwardVariable * spot + expiry.forwardFixed;
  let sum = 0;
  for (const { strike, sign, amount, volatility } of expiry.options) {
    const shocked = volatilityOf(volatility, log(strike / forward));
    sum += black76(forward, strike, years, shocked, sign) * discount * amount;
  }
  return sum;
};

const shockedValue = (
  { expiry, years, discount }: ValuedExpiry,
  scenario: DeriveScenario,
  { volatility: shock, skew }: DerivePortfolioParameters,
): number => {
  const { spot } = scenario;
  switch (scenario.volatility) {
    case 'none':
      return expiryValue(expiry, years, discount, spot, (volatility) => volatility);
    case 'up': {
      const factor = upFactor(shock, years);
      return expiryValue(expiry, years, discount, spot, (volatility) =>
        Math.max(shock.upVolatilityMin, volatility * factor),
      );
    }
    case 'down': {
      const factor = downFactor(shock, years);
      return expiryValue(expiry, years, discount, spot, (volatility) => volatility * factor);
    }
    default: {
      const form = scenario.volatility;
      return expiryValue(expiry, years, discount, spot, (volatility, k) =>
        skew === null ? volatility : volatility * Math.max(0, 1 + skewShift(skew, form, k, years)),
      );
    }
  }
};

const scenarioProfit = (
  portfolio: DerivePortfolio,
  valued: readonly ValuedExpiry[],
  scenario: DeriveScenario,
  parameters: DerivePortfolioParameters,
): number => {
  const { spot, damping } = scenario;
  let sum = portfolio.perp * (spot - 1) * portfolio.perpPrice * damping;
  const isSkew = scenario.volatility === 'linear' || scenario.volatility === 'absolute';
  for (const each of valued) {
    const value = shockedValue(each, scenario, parameters);
    const discounted = value * (value >= 0 ? each.longFactor : each.shortFactor);
    const profit = (discounted - each.mark) * damping;
    sum += isSkew ? -Math.abs(profit) : profit;
  }
  for (const { value, cancelsRisk } of portfolio.collateral) {
    if (cancelsRisk) sum += value * (spot - 1) * damping;
  }
  return sum;
};

const contingencies = (
  portfolio: DerivePortfolio,
  parameters: DerivePortfolioParameters,
): { readonly maintenance: number; readonly initial: number } => {
  const { spot } = portfolio;
  const unsure = (confidence: number, notional: number): number =>
    confidence < parameters.confidenceMin
      ? (1 - confidence) * parameters.confidenceRate * notional
      : 0;
  const perp = Math.abs(portfolio.perp) * spot;
  let maintenance = perp * parameters.perpMaintenance;
  let initial = perp * parameters.perpInitial + unsure(portfolio.confidence, perp);
  for (const { options, confidence } of portfolio.expiries) {
    const naked = nakedShorts(options) * spot;
    maintenance += naked * parameters.optionMaintenance;
    initial += naked * parameters.optionInitial;
    const gross = options.reduce((sum, { amount }) => sum + Math.abs(amount), 0) * spot;
    initial += unsure(Math.min(portfolio.confidence, confidence), gross);
  }
  for (const collateral of portfolio.collateral) {
    maintenance += collateral.value * collateral.maintenanceHaircut;
    initial += collateral.value * collateral.initialHaircut;
    initial += unsure(collateral.confidence, collateral.value);
  }
  return { maintenance, initial };
};

/** Options of one expiry sold beyond those held, strike by strike, calls and puts together. */
export const nakedShorts = (
  options: readonly Pick<DeriveOption, 'strike' | 'amount'>[],
): number => {
  const net = new Map<number, number>();
  for (const { strike, amount } of options) {
    net.set(strike, (net.get(strike) ?? 0) + amount);
  }
  let sum = 0;
  for (const amount of net.values()) sum += Math.max(0, -amount);
  return sum;
};
