// Account record: one account's open orders and positions as its owner may read them.
import type { AccountChanged, AccountId, InstrumentId, PositionChanged } from '@openstrike/domain';
import { OrdersOfAccount } from './open-orders.ts';

export class AccountRecord {
  readonly accountId: AccountId;
  account: AccountChanged | null = null;
  readonly subaccounts: AccountId[] = [];
  readonly orders: OrdersOfAccount = new OrdersOfAccount();
  readonly #positions = new Map<InstrumentId, PositionChanged>();
  /** Bits of the currencies that the batch at hand touched; kept by the change set. */
  touchedCurrencies = 0;

  constructor(accountId: AccountId) {
    this.accountId = accountId;
  }

  /** Takes a position's new state; returns the signed lots it had. */
  changePosition(position: PositionChanged): number {
    const before = this.#positions.get(position.instrumentId)?.sizeLots ?? 0;
    if (
      position.sizeLots === 0 &&
      position.sessionRealised === 0 &&
      position.sessionFunding === 0
    ) {
      this.#positions.delete(position.instrumentId);
    } else {
      this.#positions.set(position.instrumentId, position);
    }
    return before;
  }

  /** Forgets the position of an instrument that left the venue. */
  dropPosition(instrumentId: InstrumentId): void {
    this.#positions.delete(instrumentId);
  }

  position(instrumentId: InstrumentId): PositionChanged | null {
    return this.#positions.get(instrumentId) ?? null;
  }

  /** All positions, ascending by instrument id. */
  positions(): PositionChanged[] {
    return [...this.#positions.values()].sort((a, b) => a.instrumentId - b.instrumentId);
  }
}
