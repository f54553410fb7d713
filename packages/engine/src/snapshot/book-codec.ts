// Book codec: which orders rest in each book, first in line first, with the state of their
// icebergs; and the lists and sums that follow from the open orders. A book rebuilt in this order
// behaves as the one that was saved.
import type { OrderId } from '@openstrike/domain';
import { assert } from '@openstrike/std';
import type { EngineState, OrderRecord } from '../state.ts';
import {
  countReduceOnly,
  countResting,
  enlistOrder,
  orderInSlot,
} from '../trading/order-records.ts';
import { pegOrder } from '../trading/pegged-list.ts';
import { watchOrder } from '../trading/trigger-watch.ts';
import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import { readOrder, writeOrder } from './order-codec.ts';

/** Writes every open order, by id. */
export const writeOrders = (writer: ByteWriter, state: EngineState): void => {
  writer.int(state.orders.size);
  for (const order of state.orders.sorted()) {
    writeOrder(writer, order);
  }
};

/** Reads every open order into the lists that know it; the books come after. */
export const readOrders = (reader: ByteReader, state: EngineState): void => {
  for (let count = reader.int(); count > 0; count--) {
    const order = readOrder(reader, state);
    enlistOrder(state, order);
    if (order.status === 'untriggered') {
      watchOrder(state, order);
    } else {
      pegOrder(order);
    }
  }
};

const writeSide = (
  writer: ByteWriter,
  state: EngineState,
  instrumentId: number,
  side: 0 | 1,
): void => {
  const { book } = state;
  let handle = book.firstOrder(instrumentId, side);
  while (handle !== 0) {
    const order = orderInSlot(state, book.orderUserRef(handle));
    writer.int(order.id);
    writer.int(book.orderVisibleLots(handle));
    writer.int(book.orderDisplayLots(handle));
    writer.int(book.orderOwnerRef(handle));
    handle = book.nextOrder(handle);
  }
  writer.int(0);
};

const putBack = (reader: ByteReader, state: EngineState, order: OrderRecord): void => {
  const visibleLots = reader.int();
  const displayLots = reader.int();
  const ownerRef = reader.int();
  const lots = order.sizeLots - order.filledLots;
  order.bookHandle = state.book.insertResting(
    order.holding.instrument.id,
    order.side,
    order.priceTicks,
    lots,
    visibleLots,
    displayLots,
    ownerRef,
    order.slot,
    order.holding.instrument.state === 'auction',
  );
  countResting(order, lots);
  countReduceOnly(order, 1);
};

const readSide = (reader: ByteReader, state: EngineState): void => {
  for (let id = reader.int(); id !== 0; id = reader.int()) {
    const order = state.orders.get(id as OrderId);
    assert(order !== undefined, 'what rests in a book is open');
    putBack(reader, state, order);
  }
};

/** Writes the books of all instruments that are not delivered, by id. */
export const writeBooks = (writer: ByteWriter, state: EngineState): void => {
  for (const instrument of state.instruments) {
    if (instrument !== undefined && instrument.state !== 'delivered') {
      writeSide(writer, state, instrument.id, 0);
      writeSide(writer, state, instrument.id, 1);
    }
  }
};

/** Reads the books. Holds: the orders and instruments are there. */
export const readBooks = (reader: ByteReader, state: EngineState): void => {
  for (const instrument of state.instruments) {
    if (instrument !== undefined && instrument.state !== 'delivered') {
      readSide(reader, state);
      readSide(reader, state);
    }
  }
};
