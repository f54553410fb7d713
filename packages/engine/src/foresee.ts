// Foresee: reads what the next commands will read, one step of all of them at a time. Thousands of
// accounts and orders do not fit a processor's cache, and each step of a command needs what the one
// before it found: its order, the holding, the account, the margin. Alone a command waits for
// memory at every step; the reads of one step for many commands do not depend on each other, and
// the processor waits for them together. It looks some hundred instructions ahead, so a step is
// short. Invariant: nothing is changed and nothing decided; what has come or gone when a command is
// applied costs a cache miss and no more.
import type { Command, PlaceOrder } from '@openstrike/domain';
import type { Ledger } from '@openstrike/ledger';
import type { HoldingRecord } from './account/holding-record.ts';
import type { MarginRecord } from './account/margin-record.ts';
import type { EngineState, InstrumentRecord } from './state.ts';

/** Doubles in a cache line. */
const LINE = 8;

/**
 * The steps, with what they found for the commands of a group. Orders and holdings are noted by
 * number, not by reference: a reference that is stored is looked at for the collector's sake, in
 * the header of its page, and that is one more place in memory.
 */
export class Foresight {
  readonly #placed: PlaceOrder[] = [];
  readonly #ids: number[] = [];
  readonly #slots: number[] = [];
  readonly #places: number[] = [];
  /** How many of each there are: behind them lies what earlier groups left. */
  #placedCount = 0;
  #idCount = 0;
  #slotCount = 0;
  #placeCount = 0;
  /** What was read, added up: without a use the compiler would leave the reads out. */
  seen = 0;

  foresee(state: EngineState, commands: readonly Command[]): void {
    this.seen = 0;
    this.#sort(commands);
    this.#readTables(state);
    this.#findOrders(state);
    this.#findHoldings(state);
    this.#readOrders(state);
    this.#readBesideOrders(state);
    this.#readHoldings(state);
    this.#readRecords(state);
    this.#readContracts(state);
  }

  #sort(commands: readonly Command[]): void {
    let placed = 0;
    let ids = 0;
    for (let i = 0; i < commands.length; i++) {
      const command = commands[i] as Command;
      if (command.type === 'place-order') {
        this.#placed[placed] = command;
        placed += 1;
      } else if (command.type === 'cancel-order' || command.type === 'edit-order') {
        this.#ids[ids] = command.orderId;
        ids += 1;
      }
    }
    this.#placedCount = placed;
    this.#idCount = ids;
  }

  #readTables({ store, orders, accounts }: EngineState): void {
    let seen = 0;
    for (let i = 0; i < this.#idCount; i++) seen += orders.peek(this.#ids[i] as number);
    for (let i = 0; i < this.#placedCount; i++) {
      const { accountId, instrumentId } = this.#placed[i] as PlaceOrder;
      seen += store.table.peek(accountId, instrumentId);
      seen += accounts[accountId]?.openOrderCount ?? 0;
    }
    this.seen += seen;
  }

  /** The orders that are named, and those that new ones would meet first. */
  #findOrders(state: EngineState): void {
    let count = 0;
    for (let i = 0; i < this.#idCount; i++) {
      const slot = state.orders.slotOf(this.#ids[i] as number);
      if (slot === 0) continue;
      this.#slots[count] = slot;
      count += 1;
    }
    for (let i = 0; i < this.#placedCount; i++) {
      const slot = slotMet(state, this.#placed[i] as PlaceOrder);
      if (slot === 0) continue;
      this.#slots[count] = slot;
      count += 1;
    }
    this.#slotCount = count;
  }

  /** The holdings of new orders; one that opens a holding reads its account's record instead. */
  #findHoldings({ store, accounts, instruments }: EngineState): void {
    let seen = 0;
    let count = 0;
    for (let i = 0; i < this.#placedCount; i++) {
      const { accountId, instrumentId } = this.#placed[i] as PlaceOrder;
      const place = store.table.placeOf(accountId, instrumentId);
      if (place >= 0) {
        this.#places[count] = place;
        count += 1;
      } else {
        const currencyNo = instruments[instrumentId]?.currencyNo ?? 0;
        seen += accounts[accountId]?.currencies[currencyNo]?.currencyNo ?? 0;
      }
    }
    this.#placeCount = count;
    this.seen += seen;
  }

  #readOrders({ orderPool, store }: EngineState): void {
    let seen = 0;
    for (let i = 0; i < this.#slotCount; i++) {
      const order = orderPool.at(this.#slots[i] as number);
      seen += order.at + order.bookHandle + order.slot;
    }
    for (let i = 0; i < this.#placeCount; i++) {
      seen += store.table.at(this.#places[i] as number).at;
    }
    this.seen += seen;
  }

  /** Of each order its numbers, its holding, and its neighbours in holding and queue. */
  #readBesideOrders({ orderPool, book }: EngineState): void {
    let seen = 0;
    for (let i = 0; i < this.#slotCount; i++) {
      const { chunk, at, bookHandle, holding } = orderPool.at(this.#slots[i] as number);
      seen += (chunk[at] as number) + holding.at;
      if (bookHandle !== 0) seen += book.nextOrder(bookHandle);
    }
    for (let i = 0; i < this.#slotCount; i++) {
      const { previous, next } = orderPool.at(this.#slots[i] as number);
      seen += (previous?.bookHandle ?? 0) + (next?.bookHandle ?? 0);
    }
    this.seen += seen;
  }

  #readHoldings({ orderPool, store }: EngineState): void {
    let seen = 0;
    for (let i = 0; i < this.#slotCount; i++) {
      seen += readHolding(orderPool.at(this.#slots[i] as number).holding as HoldingRecord);
    }
    for (let i = 0; i < this.#placeCount; i++) {
      const holding = store.table.at(this.#places[i] as number) as HoldingRecord;
      seen += readHolding(holding) + (holding.lastOrder?.bookHandle ?? 0);
    }
    this.seen += seen;
  }

  #readRecords({ orderPool, store, ledger }: EngineState): void {
    let seen = 0;
    for (let i = 0; i < this.#slotCount; i++) {
      const { record } = orderPool.at(this.#slots[i] as number).holding;
      seen += readRecord(ledger, record as MarginRecord);
    }
    for (let i = 0; i < this.#placeCount; i++) {
      const { record } = store.table.at(this.#places[i] as number);
      seen += readRecord(ledger, record as MarginRecord);
    }
    this.seen += seen;
  }

  #readContracts(state: EngineState): void {
    let seen = 0;
    for (let i = 0; i < this.#slotCount; i++) {
      const { holding } = state.orderPool.at(this.#slots[i] as number);
      seen += readInstrument(state, holding.instrument);
    }
    for (let i = 0; i < this.#placedCount; i++) {
      const instrument = state.instruments[(this.#placed[i] as PlaceOrder).instrumentId];
      if (instrument !== undefined) seen += readInstrument(state, instrument);
    }
    this.seen += seen;
  }
}

const readHolding = ({ chunk, at, account, record }: HoldingRecord): number =>
  (chunk[at] as number) + (chunk[at + LINE] as number) + account.openOrderCount + record.currencyNo;

const readRecord = (ledger: Ledger, { chunk, at, ledgerId }: MarginRecord): number =>
  (chunk[at] as number) + (ledgerId === null ? 0 : ledger.balance(ledgerId));

/** The slot of the first order that a new one would trade with; 0 for none. */
const slotMet = (
  { book, instruments }: EngineState,
  { instrumentId, side, priceTicks }: PlaceOrder,
): number => {
  if (instruments[instrumentId]?.state !== 'open') return 0;
  const facing = side === 'buy' ? 1 : 0;
  const best = book.bestTicks(instrumentId, facing);
  if (best === 0 || (side === 'buy' ? best > priceTicks : best < priceTicks)) return 0;
  return book.orderUserRef(book.firstOrder(instrumentId, facing));
};

/** What every order reads of its contract: a thousand of them fit no second-level cache. */
const readInstrument = ({ marks, book }: EngineState, instrument: InstrumentRecord): number => {
  const { id, contract, fees } = instrument;
  const best = instrument.state === 'open' ? book.bestTicks(id, 0) + book.bestTicks(id, 1) : 0;
  return (
    best +
    (marks.markPrice[id] as number) +
    (marks.bandMinTicks[id] as number) +
    (marks.bandMaxTicks[id] as number) +
    instrument.cashPerTickLot +
    instrument.reduceOnlyCount +
    contract.sizeLotsMin +
    contract.tick.den +
    fees.taker
  );
};
