// Common schemas: the words and small shapes that many methods share. A `title` is the name under
// which the API reference prints a shape; the checks never look at it.
import Type, { type TSchema } from 'typebox';

const words = <Word extends string>(title: string, ...list: readonly Word[]) =>
  Type.Enum([...list] as Word[], { title });

/** `T | null`. */
export const nullable = <Schema extends TSchema>(schema: Schema) =>
  Type.Union([schema, Type.Null()]);

export const optional = <Schema extends TSchema>(schema: Schema) => Type.Optional(schema);

/**
 * Settlement currency in any case, or `any`; one that the venue does not settle in finds nothing.
 */
export const currencyParam = Type.String({
  title: 'currency',
  description: '`BTC`, `ETH`, `USDC`, or `any`; a currency without contracts finds nothing',
});

export const kindWords = ['future', 'option', 'spot', 'future_combo', 'option_combo'] as const;
export const kindParam = words('kind', ...kindWords);
/** Where a filter over all kinds is allowed. */
export const kindOrAnyParam = words('kind or any', ...kindWords, 'combo', 'any');

export const sideWord = words('direction', 'buy', 'sell');
export const roleWord = words('role', 'maker', 'taker');
export const timeInForceWord = words(
  'time in force',
  'good_til_cancelled',
  'good_til_day',
  'immediate_or_cancel',
  'fill_or_kill',
);
export const orderTypeWord = words(
  'order type',
  'limit',
  'market',
  'market_limit',
  'stop_limit',
  'stop_market',
  'take_limit',
  'take_market',
  'trailing_stop',
);
export const triggerWord = words('trigger', 'index_price', 'mark_price', 'last_price');
export const advancedWord = words('advanced', 'usd', 'implv');
export const sortingWord = words('sorting', 'asc', 'desc', 'default');
export const settlementTypeWord = words('settlement type', 'settlement', 'delivery', 'bankruptcy');
export const bookStateWord = words(
  'book state',
  'open',
  'settlement',
  'delivered',
  'inactive',
  'locked',
  'halted',
  'archivized',
);
export const cancelTypeWord = words(
  'cancel type',
  'all',
  'limit',
  'trigger_all',
  'stop',
  'take',
  'trailing_stop',
);
export const openOrderTypeWord = words(
  'open order type',
  'all',
  'limit',
  'trigger_all',
  'stop_all',
  'stop_limit',
  'stop_market',
  'take_all',
  'take_limit',
  'take_market',
  'trailing_all',
  'trailing_stop',
);
export const marginModelWord = words(
  'margin model',
  'cross_pm',
  'cross_sm',
  'segregated_pm',
  'segregated_sm',
);
export const addressTypeWord = words('address type', 'transfer', 'withdrawal', 'deposit_source');

export const instrumentNameParam = Type.String({
  title: 'instrument name',
  description: 'such as `BTC-27DEC26-100000-C` or `BTC-PERPETUAL`',
});
export const indexNameParam = Type.String({
  title: 'index name',
  description: '`btc_usd`, `eth_usd`, `btc_usdc` or `eth_usdc`',
});
/** Milliseconds since the Unix epoch; a fraction is cut off. */
export const timestampMs = Type.Number({ title: 'timestamp', description: 'milliseconds' });
export const countParam = Type.Integer({ minimum: 1, maximum: 1000 });
export const offsetParam = Type.Integer({ minimum: 0 });
export const orderIdParam = Type.String({ title: 'order id' });
export const labelParam = Type.String({ maxLength: 64 });

export const okResult = Type.Literal('ok');
export const emptyParams = Type.Object({});
/** An object whose members depend on the account or the market. */
export const anyObject = Type.Record(Type.String(), Type.Unknown());
