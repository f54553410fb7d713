// Order codec: an open order's own fields to bytes and back. What follows from them, or from the
// books, is not written: slots, handles, lists, sums.
import {
  type InstrumentId,
  type OrderId,
  type OrderStatus,
  type OrderType,
  type PostOnly,
  type PriceMode,
  type QuoteTag,
  type TimeInForce,
  type Trigger,
  type TriggerSource,
} from '@openstrike/domain';
import { assert } from '@openstrike/std';
import { holdingOf } from '../account/holdings.ts';
import type { EngineState, OrderRecord, SideCode } from '../state.ts';
import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';

const types: readonly OrderType[] = [
  'limit',
  'market',
  'market-limit',
  'stop-limit',
  'stop-market',
  'take-limit',
  'take-market',
  'trailing-stop',
];
const timesInForce: readonly TimeInForce[] = ['gtc', 'day', 'ioc', 'fok'];
const statuses: readonly OrderStatus[] = ['open', 'untriggered'];
const postOnlys: readonly PostOnly[] = ['off', 'slide', 'reject'];
const priceModes: readonly PriceMode[] = ['price', 'usd', 'iv'];
const sources: readonly TriggerSource[] = ['index', 'mark', 'last'];

const numberIn = <T>(list: readonly T[], item: T): number => {
  const at = list.indexOf(item);
  assert(at >= 0, 'every alternative has a number');
  return at;
};

const itemIn = <T>(list: readonly T[], at: number): T => {
  const item = list[at];
  assert(item !== undefined, 'the snapshot has a number of no alternative');
  return item;
};

const writeOptionalReal = (writer: ByteWriter, value: number | null): void => {
  writer.flag(value !== null);
  if (value !== null) {
    writer.real(value);
  }
};

const readOptionalReal = (reader: ByteReader): number | null =>
  reader.flag() ? reader.real() : null;

const writeTrigger = (writer: ByteWriter, trigger: Trigger | null): void => {
  writer.flag(trigger !== null);
  if (trigger !== null) {
    writer.byte(numberIn(sources, trigger.source));
    writeOptionalReal(writer, trigger.price);
    writeOptionalReal(writer, trigger.offset);
  }
};

const readTrigger = (reader: ByteReader): Trigger | null =>
  reader.flag()
    ? {
        source: itemIn(sources, reader.byte()),
        price: readOptionalReal(reader),
        offset: readOptionalReal(reader),
      }
    : null;

const writeQuote = (writer: ByteWriter, quote: QuoteTag | null): void => {
  writer.flag(quote !== null);
  if (quote !== null) {
    writer.text(quote.group);
    writer.text(quote.quoteId);
    writer.text(quote.setId);
  }
};

const readQuote = (reader: ByteReader): QuoteTag | null =>
  reader.flag() ? { group: reader.text(), quoteId: reader.text(), setId: reader.text() } : null;

/** Writes an open order. */
export const writeOrder = (writer: ByteWriter, order: OrderRecord): void => {
  writer.int(order.id);
  writer.int(order.holding.account.id);
  writer.int(order.holding.instrument.id);
  writer.byte(order.side);
  writer.byte(numberIn(types, order.type));
  writer.byte(order.originalType === null ? 255 : numberIn(types, order.originalType));
  writer.byte(numberIn(timesInForce, order.timeInForce));
  writer.byte(numberIn(statuses, order.status));
  writer.byte(numberIn(postOnlys, order.postOnly));
  writer.byte(numberIn(priceModes, order.priceMode));
  writeTrigger(writer, order.trigger);
  writer.text(order.label);
  writer.flag(order.clientKey !== null);
  writer.text(order.clientKey ?? '');
  writeQuote(writer, order.quote);
  writer.text(order.clientId);
  writer.int(order.triggerOrderId ?? 0);
  writer.int(order.priceTicks);
  writer.int(order.sizeLots);
  writer.int(order.filledLots);
  writer.int(order.filledTickLots);
  writer.int(order.displayLots);
  writer.flag(order.reduceOnly);
  writer.real(order.priceModeValue);
  writer.real(order.triggerReference);
  writer.int(order.connectionId);
  writer.flag(order.replaced);
  writer.flag(order.mmp);
  writer.int(order.createdUs);
  writer.int(order.updatedUs);
  writer.int(order.fee);
};

/** Reads an open order; it is in no list and no book yet. */
export const readOrder = (reader: ByteReader, state: EngineState): OrderRecord => {
  const id = reader.int() as OrderId;
  const account = state.accounts[reader.int()];
  const instrument = state.instruments[reader.int() as InstrumentId];
  assert(account !== undefined && instrument !== undefined, 'an order belongs to an account');
  const side = reader.byte() as SideCode;
  const type = itemIn(types, reader.byte());
  const original = reader.byte();
  const orderType = original === 255 ? type : itemIn(types, original);
  const timeInForce = itemIn(timesInForce, reader.byte());
  const status = itemIn(statuses, reader.byte());
  const words = {
    orderType,
    timeInForce,
    postOnly: itemIn(postOnlys, reader.byte()),
    priceMode: itemIn(priceModes, reader.byte()),
    trigger: readTrigger(reader),
    label: reader.text(),
    clientKey: readClientKey(reader),
    quote: readQuote(reader),
    clientId: reader.text(),
  };
  const triggerOrderId = (reader.int() || null) as OrderId | null;
  const priceTicks = reader.int();
  const sizeLots = reader.int();
  const filledLots = reader.int();
  const filledTickLots = reader.int();
  const displayLots = reader.int();
  const reduceOnly = reader.flag();
  const priceModeValue = reader.real();
  const triggerReference = reader.real();
  const connectionId = reader.int();
  const replaced = reader.flag();
  const terms = { ...words, reduceOnly, priceModeValue, connectionId, mmp: reader.flag() };
  const holding = holdingOf(account, instrument);
  const order = state.orderPool.take(id, holding, side, terms, triggerOrderId);
  assert(order.type === type, 'only an order of another type came to be what it is');
  order.createdUs = reader.int();
  order.status = status;
  order.priceTicks = priceTicks;
  order.sizeLots = sizeLots;
  order.filledLots = filledLots;
  order.filledTickLots = filledTickLots;
  order.displayLots = displayLots;
  order.triggerReference = triggerReference;
  order.replaced = replaced;
  order.updatedUs = reader.int();
  order.fee = reader.int();
  return order;
};

const readClientKey = (reader: ByteReader): string | null => {
  const present = reader.flag();
  const text = reader.text();
  return present ? text : null;
};
