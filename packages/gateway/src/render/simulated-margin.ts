// Render a simulated margin: the engine's certificate of a portfolio margin in the words of
// Deribit's pme/simulate. Invariant: nothing is computed here but names and units.
import {
  type CertifiedBinding,
  type ContractTable,
  fromSteps,
  type MarginCertificate,
  minorPerUnit,
  type SimulatedMargin,
} from '@openstrike/domain';
import type { Feeds } from '@openstrike/feeds';
import type { ApiSimulatedMargin } from '@openstrike/wire';

const pairOf = (underlying: string): string => `${underlying.toLowerCase()}_usd`;

const generalOf = ({ margin }: ContractTable): Record<string, number> => {
  const { grid, charges } = margin;
  const { volatility } = margin.revaluation;
  return {
    price_range: grid.range,
    prices: grid.prices,
    volatility_range_up: volatility.up,
    volatility_range_down: volatility.down,
    min_volatility_for_shock_up: volatility.upVolatilityMin,
    short_term_vega_power: volatility.shortPower,
    long_term_vega_power: volatility.longPower,
    max_delta_shock: charges.deltaRateMax,
    delta_total_liq_shock_threshold: charges.deltaThresholdUsd,
    m_inc: charges.deltaPerCoin,
    annualised_move_risk: charges.rollAnnual,
    min_annualised_move: charges.rollMin,
    mm_factor: charges.maintenanceShare,
  };
};

const sources = {
  none: 'none',
  'linear-skew': 'linear_skew',
  'absolute-skew': 'absolute_skew',
} as const;

const bucketOf = (binding: CertifiedBinding, underlying: string) => {
  const index = pairOf(underlying);
  if (binding.kind !== 'scenario') {
    return { bucket: 0, side: 'none', source: sources[binding.kind], index };
  }
  const { move, volatility: side, weight } = binding;
  return { bucket: move, side, source: weight === 1 ? 'standard' : 'extended', index } as const;
};

const detailsOf = ({ margin, binding, underlying }: MarginCertificate) => ({
  worst_case: margin.scan,
  worst_case_bucket: bucketOf(binding, underlying),
  delta_shock: margin.deltaLiquidity,
  roll_shock: margin.roll,
  vega_shock: margin.vegaLiquidity,
  naked_coins: margin.nakedCoins,
  closing_cost: margin.closingCost,
  correlation_contingency: 0,
});

const marginsOf = ({ certificate, summary }: SimulatedMargin): ApiSimulatedMargin['margins'] => {
  const units = (minor: number): number => minor / minorPerUnit[certificate.currency];
  const { initialMargin, maintenanceMargin } = certificate.figures;
  const orders = summary.openOrdersMargin;
  return {
    [certificate.currency]: {
      initial_margin: units(initialMargin),
      maintenance_margin: units(maintenanceMargin),
      initial_margin_details: {
        risk_matrix_margin: units(initialMargin - orders),
        risk_matrix_margin_details: Object.fromEntries(
          certificate.books.map((book) => [pairOf(book.underlying), detailsOf(book)]),
        ),
        spot_margin: 0,
        mmp_margin: 0,
        open_orders_margin: units(orders),
      },
    },
  };
};

/** The whole answer. */
export const renderSimulatedMargin = (
  simulated: SimulatedMargin,
  feeds: Feeds,
  tables: readonly ContractTable[],
): ApiSimulatedMargin => {
  const { books, indexes } = simulated.certificate;
  const names = new Set<string>(books.map(({ underlying }) => underlying));
  const legs = books.flatMap(({ inputs }) => inputs.legs);
  const vectors = simulated.vectors.flatMap((each) => each.legs);
  return {
    model_params: Object.fromEntries(
      tables
        .filter(({ underlying }) => names.has(underlying))
        .map((table) => {
          const { underlying } = table;
          const currency_pair = pairOf(underlying);
          return [underlying, { currency_pair, currency: underlying, general: generalOf(table) }];
        }),
    ),
    aggregated_risk_vectors: Object.fromEntries(
      simulated.vectors.map(({ standard, extended }, i) => [
        pairOf((books[i] as MarginCertificate).underlying),
        { standard: [...standard], extended: [...extended] },
      ]),
    ),
    initial_risk_vectors: Object.fromEntries(
      vectors.map(({ name, standard, extended }) => [
        name,
        { standard: [...standard], extended: [...extended] },
      ]),
    ),
    margins: marginsOf(simulated),
    portfolio: Object.fromEntries(
      legs.flatMap(({ name, lots }) => {
        const instrument = feeds.instrumentByName(name);
        return instrument === null ? [] : [[name, fromSteps(lots, instrument.lot)]];
      }),
    ),
    index_price: Object.fromEntries(indexes.map(({ indexName, price }) => [indexName, price])),
    ticker: Object.fromEntries(
      legs.flatMap(({ name }) => {
        const instrument = feeds.instrumentByName(name);
        const ticker = instrument && feeds.ticker(instrument.id);
        return ticker ? [[name, ticker.markPrice]] : [];
      }),
    ),
  };
};
