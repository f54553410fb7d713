// Market methods: params and results of the public market data methods, one entry a method.
import Type from 'typebox';
import {
  countParam,
  currencyParam,
  indexNameParam,
  instrumentNameParam,
  kindOrAnyParam,
  kindParam,
  nullable,
  offsetParam,
  optional,
  settlementTypeWord,
  sortingWord,
  timestampMs,
} from './common.ts';
import {
  bookSummarySchema,
  currencySchema,
  instrumentSchema,
  orderBookSchema,
  settlementsResult,
  tickerSchema,
  tradesResult,
} from './market-types.ts';

const timePointSchema = Type.Tuple([Type.Integer(), Type.Number()], {
  title: '[timestamp, value]',
});

const depthParam = Type.Integer({ minimum: 1, maximum: 10_000, default: 20 });

const tradeFilters = {
  count: optional(countParam),
  sorting: optional(sortingWord),
};

const settlementFilters = {
  type: optional(settlementTypeWord),
  count: optional(countParam),
  continuation: optional(Type.String()),
  search_start_timestamp: optional(timestampMs),
};

const indexNamesResult = Type.Array(
  Type.Object({
    name: Type.String(),
    future_combo_creation_enabled: Type.Boolean(),
    option_combo_creation_enabled: Type.Boolean(),
  }),
);

const fundingRowSchema = Type.Object({
  timestamp: Type.Integer(),
  index_price: Type.Number(),
  prev_index_price: Type.Number(),
  interest_1h: Type.Number(),
  interest_8h: Type.Number(),
});

const expirationsSchema = Type.Object({
  future: optional(Type.Array(Type.String())),
  option: optional(Type.Array(Type.String())),
});

export const chartResolutions = [
  '1',
  '3',
  '5',
  '10',
  '15',
  '30',
  '60',
  '120',
  '180',
  '360',
  '720',
  '1D',
] as const;
/** Clients write minutes as texts or as numbers. */
const chartResolutionParam = Type.Enum([
  ...chartResolutions,
  ...([1, 3, 5, 10, 15, 30, 60, 120, 180, 360, 720] as const),
]);

const chartSchema = Type.Object({
  status: Type.Enum(['ok', 'no_data']),
  ticks: Type.Array(Type.Integer()),
  open: Type.Array(Type.Number()),
  high: Type.Array(Type.Number()),
  low: Type.Array(Type.Number()),
  close: Type.Array(Type.Number()),
  volume: Type.Array(Type.Number()),
  cost: Type.Array(Type.Number()),
});

export const tickerShape = {
  params: Type.Object({ instrument_name: instrumentNameParam }),
  result: tickerSchema,
};

export const orderBookShape = {
  params: Type.Object({ instrument_name: instrumentNameParam, depth: optional(depthParam) }),
  result: orderBookSchema,
};

export const orderBookByIdShape = {
  params: Type.Object({ instrument_id: Type.Integer(), depth: optional(depthParam) }),
  result: orderBookSchema,
};

export const bookSummaryByCurrencyShape = {
  params: Type.Object({ currency: currencyParam, kind: optional(kindParam) }),
  result: Type.Array(bookSummarySchema),
};

export const bookSummaryByInstrumentShape = {
  params: Type.Object({ instrument_name: instrumentNameParam }),
  result: Type.Array(bookSummarySchema),
};

export const instrumentShape = {
  params: Type.Object({ instrument_name: instrumentNameParam }),
  result: instrumentSchema,
};

export const instrumentsShape = {
  params: Type.Object({
    currency: optional(currencyParam),
    kind: optional(kindParam),
    expired: optional(Type.Boolean({ default: false })),
  }),
  result: Type.Array(instrumentSchema),
};

export const currenciesShape = { params: Type.Object({}), result: Type.Array(currencySchema) };

export const contractSizeShape = {
  params: Type.Object({ instrument_name: instrumentNameParam }),
  result: Type.Object({ contract_size: Type.Number() }),
};

export const expirationsShape = {
  params: Type.Object({
    currency: Type.String({ description: 'a currency, `any` or `grouped`' }),
    kind: Type.Enum(['future', 'option', 'any']),
    currency_pair: optional(indexNameParam),
  }),
  result: Type.Union([expirationsSchema, Type.Record(Type.String(), expirationsSchema)]),
};

export const aprHistoryShape = {
  params: Type.Object({
    currency: Type.String(),
    limit: optional(Type.Integer()),
    before: optional(Type.Integer()),
  }),
  result: Type.Object({
    data: Type.Array(Type.Object({ day: Type.Integer(), apr: Type.Number() })),
    continuation: nullable(Type.String()),
  }),
};

export const deliveryPricesShape = {
  params: Type.Object({
    index_name: indexNameParam,
    offset: optional(offsetParam),
    count: optional(countParam),
  }),
  result: Type.Object({
    records_total: Type.Integer(),
    data: Type.Array(Type.Object({ date: Type.String(), delivery_price: Type.Number() })),
  }),
};

export const fundingChartShape = {
  params: Type.Object({
    instrument_name: instrumentNameParam,
    length: Type.Enum(['8h', '24h', '1m']),
  }),
  result: Type.Object({
    current_interest: Type.Number(),
    interest_8h: Type.Number(),
    data: Type.Array(
      Type.Object({
        timestamp: Type.Integer(),
        index_price: Type.Number(),
        interest_8h: Type.Number(),
      }),
    ),
  }),
};

export const instrumentRangeParams = Type.Object({
  instrument_name: instrumentNameParam,
  start_timestamp: timestampMs,
  end_timestamp: timestampMs,
});

export const fundingHistoryShape = {
  params: instrumentRangeParams,
  result: Type.Array(fundingRowSchema),
};

export const fundingValueShape = { params: instrumentRangeParams, result: Type.Number() };

export const markPriceHistoryShape = {
  params: instrumentRangeParams,
  result: Type.Array(timePointSchema),
};

export const historicalVolatilityShape = {
  params: Type.Object({ currency: currencyParam }),
  result: Type.Array(timePointSchema),
};

export const volatilityIndexShape = {
  params: Type.Object({
    currency: currencyParam,
    start_timestamp: timestampMs,
    end_timestamp: timestampMs,
    resolution: Type.Enum(['1', '60', '3600', '43200', '1D', 1, 60, 3600, 43200]),
  }),
  result: Type.Object({
    data: Type.Array(
      Type.Tuple([Type.Integer(), Type.Number(), Type.Number(), Type.Number(), Type.Number()], {
        title: '[timestamp, open, high, low, close]',
      }),
    ),
    errors: Type.Array(nullable(Type.Number()), {
      description:
        'by candle: how far its close is left open by spreads and missing wings, half of the ' +
        'width in percentage points; null where that was not stored',
    }),
    continuation: nullable(Type.Integer()),
  }),
};

export const indexShape = {
  params: Type.Object({ currency: currencyParam }),
  result: Type.Record(Type.String(), Type.Number()),
};

export const indexChartShape = {
  params: Type.Object({
    index_name: indexNameParam,
    range: Type.Enum(['1h', '1d', '2d', '1m', '1y', 'all']),
  }),
  result: Type.Array(timePointSchema),
};

export const indexPriceShape = {
  params: Type.Object({ index_name: indexNameParam }),
  result: Type.Object({ index_price: Type.Number(), estimated_delivery_price: Type.Number() }),
};

export const indexPriceNamesShape = {
  params: Type.Object({ extended: optional(Type.Boolean({ default: false })) }),
  result: Type.Union([Type.Array(Type.String()), indexNamesResult]),
};

export const supportedIndexNamesShape = {
  params: Type.Object({ type: optional(Type.Enum(['all', 'spot', 'derivative'])) }),
  result: indexNamesResult,
};

export const settlementsByCurrencyShape = {
  params: Type.Object({ currency: currencyParam, ...settlementFilters }),
  result: settlementsResult,
};

export const settlementsByInstrumentShape = {
  params: Type.Object({ instrument_name: instrumentNameParam, ...settlementFilters }),
  result: settlementsResult,
};

export const tradesByCurrencyParams = Type.Object({
  currency: currencyParam,
  kind: optional(kindOrAnyParam),
  start_id: optional(Type.String()),
  end_id: optional(Type.String()),
  start_timestamp: optional(timestampMs),
  end_timestamp: optional(timestampMs),
  ...tradeFilters,
});

export const tradesByCurrencyAndTimeParams = Type.Object({
  currency: currencyParam,
  kind: optional(kindOrAnyParam),
  start_timestamp: optional(timestampMs),
  end_timestamp: optional(timestampMs),
  ...tradeFilters,
});

export const tradesByInstrumentParams = Type.Object({
  instrument_name: instrumentNameParam,
  start_seq: optional(Type.Integer()),
  end_seq: optional(Type.Integer()),
  start_timestamp: optional(timestampMs),
  end_timestamp: optional(timestampMs),
  ...tradeFilters,
});

export const tradesByInstrumentAndTimeParams = Type.Object({
  instrument_name: instrumentNameParam,
  start_timestamp: optional(timestampMs),
  end_timestamp: optional(timestampMs),
  ...tradeFilters,
});

export const tradesShapeResult = tradesResult;

export const tradeVolumesShape = {
  params: Type.Object({ extended: optional(Type.Boolean({ default: false })) }),
  result: Type.Array(
    Type.Object({
      currency: Type.String(),
      calls_volume: Type.Number(),
      puts_volume: Type.Number(),
      futures_volume: Type.Number(),
      spot_volume: Type.Number(),
      calls_volume_7d: optional(Type.Number()),
      puts_volume_7d: optional(Type.Number()),
      futures_volume_7d: optional(Type.Number()),
      spot_volume_7d: optional(Type.Number()),
      calls_volume_30d: optional(Type.Number()),
      puts_volume_30d: optional(Type.Number()),
      futures_volume_30d: optional(Type.Number()),
      spot_volume_30d: optional(Type.Number()),
    }),
  ),
};

export const chartShape = {
  params: Type.Object({
    instrument_name: instrumentNameParam,
    start_timestamp: timestampMs,
    end_timestamp: timestampMs,
    resolution: chartResolutionParam,
  }),
  result: chartSchema,
};
