// Foresee: reads what the next commands will read, one step of all of them at a time. Thousands of
// accounts and orders do not fit a processor's cache, and each step of a command needs what the one
// before it found: its order, the holding, the account, the margin. Alone a command waits for
// memory at every step; the reads of one step for many commands do not depend on each other, and
// the processor waits for them together. Invariant: nothing is changed and nothing decided; what
// has come or gone when a command is applied costs a cache miss and no more.
import type { Command } from '@openstrike/domain';
import type { HoldingRecord } from './account/holding-record.ts';
import type { MarginRecord } from './account/margin-record.ts';
import type { EngineState } from './state.ts';
import type { OrderRow } from './trading/order-row.ts';

/** Doubles in a cache line. */
const LINE = 8;

/** The steps, with what they found for each command of a group. */
export class Foresight {
  readonly #orders: (OrderRow | null)[] = [];
  readonly #holdings: (HoldingRecord | null)[] = [];
  /** What was read, added up: without a use the compiler would leave the reads out. */
  seen = 0;

  foresee(state: EngineState, commands: readonly Command[]): void {
    this.seen = 0;
    this.#find(state, commands);
    this.#readOrders(commands.length);
    this.#readHoldings(state, commands.length);
    this.#readMargins(state, commands.length);
  }

  #find({ orders, store }: EngineState, commands: readonly Command[]): void {
    for (let i = 0; i < commands.length; i++) {
      const command = commands[i] as Command;
      let order: OrderRow | null = null;
      let holding: HoldingRecord | null = null;
      if (command.type === 'place-order') {
        const { accountId, instrumentId } = command;
        holding = store.table.find(accountId, instrumentId) as HoldingRecord | null;
      } else if (command.type === 'cancel-order' || command.type === 'edit-order') {
        order = (orders.get(command.orderId) ?? null) as OrderRow | null;
      }
      this.#orders[i] = order;
      this.#holdings[i] = holding;
    }
  }

  #readOrders(count: number): void {
    let seen = 0;
    for (let i = 0; i < count; i++) {
      const order = this.#orders[i] as OrderRow | null;
      if (order === null) continue;
      const { chunk, at } = order;
      seen += (chunk[at] as number) + (chunk[at + LINE] as number);
      this.#holdings[i] = order.holding as HoldingRecord;
    }
    this.seen += seen;
  }

  #readHoldings({ book }: EngineState, count: number): void {
    let seen = 0;
    for (let i = 0; i < count; i++) {
      const holding = this.#holdings[i] as HoldingRecord | null;
      if (holding === null) continue;
      const { chunk, at, account, instrument } = holding;
      seen += (chunk[at] as number) + (chunk[at + LINE] as number) + account.openOrderCount;
      const handle = this.#orders[i]?.bookHandle ?? 0;
      if (handle !== 0) seen += book.orderTicks(handle);
      else if (instrument.state === 'open') seen += book.bestTicks(instrument.id, 0);
    }
    this.seen += seen;
  }

  #readMargins({ ledger }: EngineState, count: number): void {
    let seen = 0;
    for (let i = 0; i < count; i++) {
      const record = (this.#holdings[i]?.record ?? null) as MarginRecord | null;
      if (record === null) continue;
      seen += (record.chunk[record.at] as number) + record.marginSets.length;
      if (record.ledgerId !== null) seen += ledger.balance(record.ledgerId);
    }
    this.seen += seen;
  }
}
