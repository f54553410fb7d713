// Foresee: reads what the next commands will read, one step of all of them at a time. Thousands of
// accounts and orders do not fit a processor's cache, and each step of a command needs what the one
// before it found: its order, the holding, the account, the margin. Alone a command waits for
// memory at every step; the reads of one step for many commands do not depend on each other, and
// the processor waits for them together. Invariant: nothing is changed and nothing decided; what
// has come or gone when a command is applied costs a cache miss and no more.
import type { Command, PlaceOrder } from '@openstrike/domain';
import type { HoldingRecord } from './account/holding-record.ts';
import type { MarginRecord } from './account/margin-record.ts';
import type { AccountRecord, EngineState, InstrumentRecord } from './state.ts';
import type { OrderRow } from './trading/order-row.ts';

/** Doubles in a cache line. */
const LINE = 8;

/** The steps, with what they found for each command of a group and each order it would meet. */
export class Foresight {
  readonly #orders: (OrderRow | null)[] = [];
  readonly #holdings: (HoldingRecord | null)[] = [];
  readonly #records: (MarginRecord | null)[] = [];
  #count = 0;
  /** What was read, added up: without a use the compiler would leave the reads out. */
  seen = 0;

  foresee(state: EngineState, commands: readonly Command[]): void {
    this.seen = 0;
    this.#count = 0;
    for (let i = 0; i < commands.length; i++) {
      const command = commands[i] as Command;
      if (command.type === 'place-order') {
        this.#findPlaced(state, command);
      } else if (command.type === 'cancel-order' || command.type === 'edit-order') {
        this.#add((state.orders.get(command.orderId) ?? null) as OrderRow | null, null, null);
      }
    }
    this.#readOrders();
    this.#readHoldings(state);
    this.#readMargins(state);
  }

  /** Puts down what is known of a command so far; the steps find the rest. */
  #add(order: OrderRow | null, holding: HoldingRecord | null, record: MarginRecord | null): void {
    const at = this.#count;
    this.#orders[at] = order;
    this.#holdings[at] = holding;
    this.#records[at] = record;
    this.#count = at + 1;
  }

  /** A new order reads its holding, or only its account's record where it opens one. */
  #findPlaced(state: EngineState, { accountId, instrumentId, side, priceTicks }: PlaceOrder): void {
    const instrument = state.instruments[instrumentId];
    if (instrument === undefined) return;
    const holding = state.store.table.find(accountId, instrumentId) as HoldingRecord | null;
    const account = state.accounts[accountId];
    const record = account?.currencies[instrument.currencyNo] ?? null;
    this.#add(null, holding, record as MarginRecord | null);
    this.seen += readInstrument(state, instrument);
    if (instrument.state === 'open') this.#findMet(state, instrumentId, side, priceTicks);
  }

  /** The first order that one at this price would trade with. */
  #findMet(
    { book, orderPool }: EngineState,
    instrumentId: number,
    side: PlaceOrder['side'],
    priceTicks: number,
  ): void {
    const facing = side === 'buy' ? 1 : 0;
    const best = book.bestTicks(instrumentId, facing);
    if (best === 0 || (side === 'buy' ? best > priceTicks : best < priceTicks)) return;
    this.#add(orderPool.at(book.orderUserRef(book.firstOrder(instrumentId, facing))), null, null);
  }

  #readOrders(): void {
    let seen = 0;
    for (let i = 0; i < this.#count; i++) {
      const order = this.#orders[i] as OrderRow | null;
      if (order === null) continue;
      const { chunk, at } = order;
      seen += (chunk[at] as number) + (order.replaced ? 1 : 0);
      this.#holdings[i] = order.holding as HoldingRecord;
    }
    this.seen += seen;
  }

  #readHoldings(state: EngineState): void {
    const { book } = state;
    let seen = 0;
    for (let i = 0; i < this.#count; i++) {
      const holding = this.#holdings[i] as HoldingRecord | null;
      if (holding === null) continue;
      const { chunk, at, account } = holding;
      seen += (chunk[at] as number) + (chunk[at + LINE] as number) + readAccount(account);
      this.#records[i] = holding.record as MarginRecord;
      const order = this.#orders[i] as OrderRow | null;
      if (order === null) {
        seen += holding.lastOrder?.side ?? 0;
        continue;
      }
      seen += readInstrument(state, holding.instrument);
      seen += (order.previous?.side ?? 0) + (order.next?.side ?? 0);
      const handle = order.bookHandle;
      if (handle !== 0) seen += book.nextOrder(handle);
    }
    this.seen += seen;
  }

  #readMargins({ ledger }: EngineState): void {
    let seen = 0;
    for (let i = 0; i < this.#count; i++) {
      const record = this.#records[i] as MarginRecord | null;
      if (record === null) continue;
      seen += (record.chunk[record.at] as number) + record.marginSets.length;
      if (record.ledgerId !== null) seen += ledger.balance(record.ledgerId);
      if (this.#holdings[i] === null) seen += readAccount(record.account) + readLast(record);
    }
    this.seen += seen;
  }
}

/** The end of a record's holdings, where the one that opens will be put. */
const readLast = ({ holdings }: MarginRecord): number => {
  const { length } = holdings;
  return length > 0 && holdings[length - 1] !== undefined ? 1 : 0;
};

const readAccount = ({ openOrderCount, killed }: AccountRecord): number =>
  killed ? 1 : openOrderCount;

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
