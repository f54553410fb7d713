// Place methods: buy, sell, edit and close: from checked parameters to a command, and from its
// events to the answer. Invariant: the command is submitted before the handler first waits, so a
// socket's orders keep their order.
import {
  type ClosePosition,
  type Instrument,
  type OrderState,
  type PriceTicks,
  type Side,
} from '@openstrike/domain';
import {
  closePositionShape,
  editByLabelShape,
  editShape,
  placeOrderShape,
  renderOrder,
} from '@openstrike/wire';
import { ApiError, type Call, defineMethod, type Method } from '../method.ts';
import { answerOf, type OrderAnswer, placedAnswer } from '../render/order-answer.ts';
import { accountOf, connectionOf, grantOf } from './caller.ts';
import { findOrder, isGone, openOrderOf, refuseUnknown } from './find-order.ts';
import { instrumentNamed } from './lookups.ts';
import {
  type EditParams,
  editOrderOf,
  type PlaceParams,
  placeOrderOf,
  priceTicksOf,
} from './order-terms.ts';
import { errorOfPlacing } from './refuse-placing.ts';
import { errorOfReject, refusalOf, submit } from './submit.ts';

const place = async (params: PlaceParams, side: Side, call: Call): Promise<OrderAnswer> => {
  const command = placeOrderOf(params, side, call);
  const applied = await call.context.commands.submit(command);
  const refusal = refusalOf(applied);
  if (refusal !== null) {
    throw await errorOfPlacing(call, command, refusal);
  }
  return placedAnswer(applied, instrumentNamed(call, params.instrument_name));
};

const orderEntry = { scope: 'trade:read_write', transport: 'any', rateClass: 'matching' } as const;

const buy = defineMethod({
  name: 'private/buy',
  summary: 'Places a buy order.',
  ...orderEntry,
  ...placeOrderShape,
  handle: (params, call) => place(params, 'buy', call),
});

const sell = defineMethod({
  name: 'private/sell',
  summary: 'Places a sell order.',
  ...orderEntry,
  ...placeOrderShape,
  handle: (params, call) => place(params, 'sell', call),
});

/**
 * Edits an order that is known to be open; an edit that changes nothing answers the order as it
 * stands.
 */
const editOpen = async (
  params: EditParams,
  order: OrderState,
  instrument: Instrument,
  call: Call,
): Promise<OrderAnswer> => {
  const applied = await call.context.commands.submit(editOrderOf(params, order, instrument, call));
  const refusal = refusalOf(applied);
  if (refusal === null) {
    return answerOf(applied, order.orderId, instrument);
  }
  if (refusal.code === 'nothing-to-change') {
    return { order: renderOrder(order, instrument), trades: [] };
  }
  if (isGone(refusal.code)) {
    return refuseUnknown(call, {
      id: order.orderId,
      currency: instrument.settlementCurrency,
    });
  }
  throw errorOfReject(refusal.code, refusal.limit);
};

const instrumentOfOrder = (order: OrderState, call: Call): Instrument => {
  const instrument = call.context.feeds.instrument(order.instrumentId);
  if (instrument === null) {
    throw new ApiError('book_closed');
  }
  return instrument;
};

const edit = defineMethod({
  name: 'private/edit',
  summary: 'Changes an open order; what is not given stays as it is.',
  ...orderEntry,
  ...editShape,
  handle: (params, call) => {
    const open = openOrderOf(call, params.order_id);
    if (open !== null) {
      return editOpen(params, open, instrumentOfOrder(open, call), call);
    }
    return findOrder(call, params.order_id).then((order) =>
      editOpen(params, order, instrumentOfOrder(order, call), call),
    );
  },
});

const editByLabel = defineMethod({
  name: 'private/edit_by_label',
  summary: 'Changes the one open order of an instrument that has a label.',
  ...orderEntry,
  ...editByLabelShape,
  handle: (params, call) => {
    if (params.label === undefined) {
      throw new ApiError('invalid_params', { reason: 'value required', param: 'label' });
    }
    const instrument = instrumentNamed(call, params.instrument_name);
    const orders = call.context.feeds
      .openOrdersByLabel(accountOf(call), params.label)
      .filter((order) => order.instrumentId === instrument.id);
    const [order] = orders;
    if (order === undefined) {
      throw new ApiError('order_not_found', { param: 'label' });
    }
    if (orders.length > 1) {
      throw new ApiError('non_unique_order_label', { param: 'label' });
    }
    return editOpen(params, order, instrument, call);
  },
});

const closePosition = defineMethod({
  name: 'private/close_position',
  summary: 'Closes a position with a reduce-only order.',
  ...orderEntry,
  ...closePositionShape,
  handle: async (params, call) => {
    const instrument = instrumentNamed(call, params.instrument_name);
    if (params.type === 'limit' && params.price === undefined) {
      throw new ApiError('invalid_params', { reason: 'value required', param: 'price' });
    }
    const priceTicks =
      params.type === 'limit' && params.price !== undefined
        ? priceTicksOf(params.price, instrument)
        : (0 as PriceTicks);
    const command: ClosePosition = {
      type: 'close-position',
      accountId: accountOf(call),
      instrumentId: instrument.id,
      orderType: params.type,
      priceTicks,
      connectionId: connectionOf(call),
      clientId: grantOf(call).clientId,
    };
    return placedAnswer(await submit(call, command), instrument);
  },
});

/** Methods that place and change orders. */
export const placeMethods: readonly Method[] = [buy, sell, edit, editByLabel, closePosition];
