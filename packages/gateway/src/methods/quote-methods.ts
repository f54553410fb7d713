// Quote methods: many quotes in one request, and their cancels. Invariant: a request is one
// command, so its quotes take effect together and in order; what is refused of one is told beside
// the rest.
import {
  type Applied,
  type Instrument,
  type MassQuote,
  type OrderId,
  type OrderState,
  type Quote,
  type QuoteFilter,
  type QuoteRefused,
  type QuoteSide,
  type SizeLots,
  usPerSecond,
} from '@openstrike/domain';
import {
  apiErrorCodes,
  quoteShapes,
  renderOrder,
  renderReject,
  renderUserTrade,
} from '@openstrike/wire';
import type { Static } from 'typebox';
import { ApiError, type Call, defineMethod, type Method } from '../method.ts';
import { accountOf, connectionOf, grantOf } from './caller.ts';
import {
  currencyNamed,
  indexNamed,
  instrumentNamed,
  instrumentOf,
  kindFilterOf,
} from './lookups.ts';
import { amountLotsOf, postOnlyOf, priceTicksOf, validUntilOf } from './order-terms.ts';
import { submit } from './submit.ts';

type MassQuoteParams = Static<typeof quoteShapes.massQuote.params>;
type CancelParams = Static<typeof quoteShapes.cancelQuotes.params>;
type SideParams = NonNullable<MassQuoteParams['quotes'][number]['bid']>;

const sideOf = (side: SideParams | undefined, instrument: Instrument): QuoteSide | null => {
  if (side === undefined) {
    return null;
  }
  const { price, amount } = side;
  if (amount === undefined) {
    throw new ApiError('invalid_params', { reason: 'value required', param: 'amount' });
  }
  const sizeLots = amount === 0 ? (0 as SizeLots) : amountLotsOf(amount, instrument);
  if (sizeLots > 0 && price === undefined) {
    throw new ApiError('invalid_params', { reason: 'value required', param: 'price' });
  }
  return {
    priceTicks: priceTicksOf(price ?? 0, instrument),
    sizeLots,
    postOnly: postOnlyOf(side.post_only, side.reject_post_only),
  };
};

const commandOf = (params: MassQuoteParams, call: Call): MassQuote => ({
  type: 'mass-quote',
  accountId: accountOf(call),
  group: params.mmp_group,
  quoteId: params.quote_id,
  quotes: params.quotes.map((quote): Quote => {
    const instrument = instrumentNamed(call, quote.instrument_name);
    return {
      instrumentId: instrument.id,
      setId: quote.quote_set_id ?? '',
      bid: sideOf(quote.bid, instrument),
      ask: sideOf(quote.ask, instrument),
    };
  }),
  validUntilUs: validUntilOf(params.valid_until),
  connectionId: connectionOf(call),
  clientId: grantOf(call).clientId,
});

/** The last state of each quote that a command touched, in the order of their ids. */
const ordersOf = ({ events }: Applied, accountId: number): readonly OrderState[] => {
  const last = new Map<OrderId, OrderState>();
  for (const event of events) {
    if (event.type === 'order-changed' && event.order.accountId === accountId) {
      if (event.order.quote !== undefined) last.set(event.order.orderId, event.order);
    }
  }
  return [...last.values()].sort((a, b) => a.orderId - b.orderId);
};

const renderOrders = (orders: readonly OrderState[], call: Call): readonly unknown[] =>
  orders.flatMap((order) => {
    const instrument = instrumentOf(call, order.instrumentId);
    return instrument === null ? [] : [renderOrder(order, instrument)];
  });

const renderTrades = ({ events }: Applied, accountId: number, call: Call): readonly unknown[] =>
  events.flatMap((event) => {
    const instrument = event.type === 'trade' ? instrumentOf(call, event.instrumentId) : null;
    if (event.type !== 'trade' || instrument === null) return [];
    return (['taker', 'maker'] as const)
      .filter((role) => event[role].accountId === accountId)
      .map((role) => renderUserTrade(event, role, instrument));
  });

const renderError = (event: QuoteRefused, call: Call): unknown => {
  const { name, message } = renderReject(event.code, event.limit);
  return {
    instrument_name: instrumentOf(call, event.instrumentId)?.name ?? '',
    side: event.side,
    quote_set_id: event.tag.setId,
    error: { code: apiErrorCodes[name], message },
  };
};

const massQuote = defineMethod({
  name: 'private/mass_quote',
  summary:
    'Replaces many quotes at once: one bid and one ask for each instrument and group; a side ' +
    'that is refused leaves no quote behind.',
  scope: 'trade:read_write',
  transport: 'any',
  rateClass: 'matching',
  ...quoteShapes.massQuote,
  handle: async (params, call) => {
    const command = commandOf(params, call);
    const applied = await submit(call, command);
    const refused = applied.events.filter((event) => event.type === 'quote-refused');
    const count = { errors_count: refused.length };
    if (params.detailed !== true) {
      return count;
    }
    return {
      orders: renderOrders(ordersOf(applied, command.accountId), call),
      trades: renderTrades(applied, command.accountId, call),
      errors: refused.map((event) => renderError(event, call)),
      ...count,
    };
  },
});

const required = <Value>(value: Value | undefined, param: string): Value => {
  if (value === undefined) {
    throw new ApiError('invalid_params', { reason: 'value required', param });
  }
  return value;
};

const every: QuoteFilter = {
  instrumentId: null,
  currency: null,
  indexName: null,
  kind: null,
  setId: null,
  delta: null,
};

const filterOf = (params: CancelParams, call: Call): QuoteFilter => {
  switch (params.cancel_type) {
    case 'all':
      return every;
    case 'delta': {
      const min = required(params.min_delta, 'min_delta');
      return { ...every, delta: { min, max: required(params.max_delta, 'max_delta') } };
    }
    case 'quote_set_id':
      return { ...every, setId: required(params.quote_set_id, 'quote_set_id') };
    case 'instrument': {
      const name = required(params.instrument_name, 'instrument_name');
      return { ...every, instrumentId: instrumentNamed(call, name).id };
    }
    case 'instrument_kind': {
      const kind = kindFilterOf(required(params.kind, 'kind'));
      if (kind === 'none') throw new ApiError('invalid_params', { param: 'kind' });
      return { ...every, kind: kind === 'any' ? null : kind };
    }
    case 'currency':
      return { ...every, currency: currencyNamed(required(params.currency, 'currency')) };
    case 'currency_pair': {
      const pair = required(params.currency_pair, 'currency_pair');
      return { ...every, indexName: indexNamed(pair, 'currency_pair') };
    }
  }
};

const cancelQuotes = defineMethod({
  name: 'private/cancel_quotes',
  summary: 'Takes quotes out by delta, set, instrument, kind, currency, index, or all of them.',
  scope: 'trade:read_write',
  transport: 'any',
  rateClass: 'cancel-all',
  ...quoteShapes.cancelQuotes,
  handle: async (params, call) => {
    const accountId = accountOf(call);
    const applied = await submit(call, {
      type: 'cancel-quotes',
      accountId,
      filter: filterOf(params, call),
      freezeUs: params.freeze_quotes === true ? usPerSecond : 0,
    });
    const orders = ordersOf(applied, accountId);
    return params.detailed === true ? renderOrders(orders, call) : orders.length;
  },
});

/** Mass quotes. */
export const quoteMethods: readonly Method[] = [massQuote, cancelQuotes];
