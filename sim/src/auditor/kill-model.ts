// Kill model: which accounts and API keys are out by a kill switch, from its events and from the
// accounts they are told of. Invariant: after each command nothing is open that an engaged switch
// covers; a switch says how many orders it takes out.
import type {
  AccountChanged,
  AccountId,
  Command,
  KillSwitchChanged,
  OrderId,
  OrderState,
} from '@openstrike/domain';
import { hold, show } from './violation.ts';

export class KillModel {
  #venue = false;
  readonly #accounts = new Set<AccountId>();
  readonly #keys = new Set<string>();
  readonly #parents = new Map<AccountId, AccountId | null>();
  /** The API key that an order came with. */
  readonly #clientOf = new Map<OrderId, string>();
  readonly #placed: OrderState[] = [];
  /** Orders that the last switch must still take out, beside what it said. */
  #due: { readonly event: KillSwitchChanged; left: number } | null = null;

  /** Whether the whole venue is out. */
  get venue(): boolean {
    return this.#venue;
  }

  account({ accountId, parentId }: AccountChanged): void {
    const known = this.#parents.has(accountId);
    if (!known && parentId !== null && this.#accounts.has(parentId)) this.#accounts.add(accountId);
    this.#parents.set(accountId, parentId);
  }

  placed(order: OrderState): void {
    this.#placed.push(order);
  }

  cancelled({ orderId }: OrderState): void {
    if (this.#due !== null) this.#due.left -= 1;
    this.#clientOf.delete(orderId);
  }

  switched(event: KillSwitchChanged): void {
    const { accountId, clientId, engaged } = event;
    if (accountId === null) {
      this.#venue = engaged;
    } else if (clientId !== null) {
      this.#set(this.#keys, `${accountId}:${clientId}`, engaged);
    } else {
      for (const [id, parentId] of this.#parents) {
        if (id === accountId || parentId === accountId) this.#set(this.#accounts, id, engaged);
      }
    }
    if (engaged) this.#due = { event, left: event.orders };
  }

  #set<T>(all: Set<T>, one: T, engaged: boolean): void {
    if (engaged) all.add(one);
    else all.delete(one);
  }

  /** Holds what must hold between two commands. */
  close(command: Command, open: ReadonlyMap<OrderId, OrderState>): void {
    const clientId = 'clientId' in command ? (command.clientId ?? null) : null;
    for (const { orderId, accountId, triggerOrderId } of this.#placed) {
      const inherited = triggerOrderId === null ? undefined : this.#clientOf.get(triggerOrderId);
      const own = 'accountId' in command && command.accountId === accountId ? clientId : null;
      const client = inherited ?? own;
      if (client !== null && client !== undefined) this.#clientOf.set(orderId, client);
      const order = open.get(orderId);
      hold(order === undefined || !this.#covers(order), 'a kill switch keeps orders out', () =>
        show(order),
      );
    }
    this.#placed.length = 0;
    const due = this.#due;
    if (due === null) return;
    this.#due = null;
    hold(due.left === 0, 'a kill switch takes out what it says', () => show(due));
    for (const order of open.values()) {
      hold(!this.#covers(order), 'a kill switch takes all orders out', () => show(order));
    }
  }

  #covers({ accountId, orderId }: OrderState): boolean {
    if (this.#venue || this.#accounts.has(accountId)) return true;
    return this.#keys.has(`${accountId}:${this.#clientOf.get(orderId) ?? ''}`);
  }
}
