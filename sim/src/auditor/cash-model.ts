// Cash model: every account's cash as the sum of its cash-changed events, and what the venue must
// have by conservation. Invariant after each command: what trades took from one side they gave to
// the other or to the fees; transfers sum to zero; only deposits and withdrawals cross the border.
import type { AccountId, Applied, CashChanged, Currency, TradeParty } from '@openstrike/domain';
import { hold, show } from './violation.ts';

/** What a fill must post: consumed by the cash-changed events that follow it. */
interface Owed {
  readonly what: string;
  change: number;
}

export class CashModel {
  readonly #balances = new Map<string, number>();
  readonly #owed = new Map<string, Owed>();
  /** By currency: what came in from outside, what the fund was given, and what fees took. */
  readonly external = new Map<Currency, number>();
  readonly insurance = new Map<Currency, number>();
  readonly clients = new Map<Currency, number>();
  /** By currency: all that settlement, delivery and funding gave to clients. */
  readonly #settled = new Map<Currency, number>();
  readonly fees = new Map<Currency, number>();
  #premium = 0;
  #transferred = 0;
  #crossed = 0;

  balance(accountId: AccountId, currency: Currency): number {
    return this.#balances.get(`${accountId}:${currency}`) ?? 0;
  }

  /** Every balance in a currency, by account. */
  *balancesIn(currency: Currency): Iterable<readonly [AccountId, number]> {
    for (const [key, balance] of this.#balances) {
      const [accountId, name] = key.split(':');
      if (name === currency) yield [Number(accountId) as AccountId, balance];
    }
  }

  /** A side of a trade owes its fee and is due its premium. */
  owe(party: TradeParty, tradeId: number, premium: number): void {
    const key = `${tradeId}:${party.side}:${party.accountId}`;
    if (party.fee !== 0) this.#owed.set(`${key}:fee`, { what: 'fee', change: 0 - party.fee });
    if (premium !== 0) this.#owed.set(`${key}:premium`, { what: 'premium', change: premium });
  }

  /** Takes one event in; `side` is that of the order it is for. */
  change(event: CashChanged, applied: Applied): void {
    const { accountId, currency, reason, change, balance } = event;
    const key = `${accountId}:${currency}`;
    const before = this.#balances.get(key) ?? 0;
    hold(Number.isSafeInteger(change) && change !== 0, 'cash moves in whole units', () =>
      show(event),
    );
    hold(
      before + change === balance,
      'cash is the sum of its changes',
      () => `account ${key} had ${before}: ${show(event)}`,
    );
    this.#balances.set(key, balance);
    this.#add(this.clients, currency, change);
    switch (reason) {
      case 'premium':
        this.#premium += change;
        return this.#consume(event);
      case 'fee':
        this.#add(this.fees, currency, -change);
        return this.#consume(event);
      case 'transfer':
        this.#transferred += change;
        return;
      case 'deposit':
      case 'withdrawal':
        return this.#cross(event, applied);
      case 'delivery-fee':
        this.#add(this.fees, currency, -change);
        return;
      default:
        this.#add(this.#settled, currency, change);
    }
  }

  /** Holds what must hold between two commands. */
  close(applied: Applied): void {
    const { command } = applied;
    hold(this.#premium === 0, 'premiums sum to zero', () => `${this.#premium}`);
    hold(this.#transferred === 0, 'transfers sum to zero', () => `${this.#transferred}`);
    hold(this.#owed.size === 0, 'fills are paid for', () => show([...this.#owed]));
    const crossing = command.type === 'deposit' || command.type === 'withdraw';
    const refused = applied.events.some(({ type }) => type === 'command-rejected');
    const due = crossing && !refused ? command.amount : 0;
    hold(
      Math.abs(this.#crossed) === due,
      'deposits and withdrawals are as asked',
      () => `${this.#crossed} of ${due}`,
    );
    this.#crossed = 0;
  }

  /**
   * What roundings of settlement and delivery have made in a currency since the beginning: what
   * clients and fees have beyond what came in.
   */
  residue(currency: Currency): number {
    const at = (map: Map<Currency, number>): number => map.get(currency) ?? 0;
    const made = at(this.clients) + at(this.fees) - at(this.external);
    hold(
      made === at(this.#settled),
      'cash is conserved',
      () => `${currency}: ${made} made, ${at(this.#settled)} settled`,
    );
    return made;
  }

  balances(): Iterable<readonly [string, number]> {
    return this.#balances;
  }

  #cross({ accountId, currency, change, reference }: CashChanged, { command }: Applied): void {
    hold(
      (command.type === 'deposit' || command.type === 'withdraw') &&
        command.accountId === accountId &&
        command.currency === currency &&
        command.reference === reference &&
        (command.type === 'deposit') === change > 0,
      'only deposits and withdrawals cross the border',
      () => show(command),
    );
    this.#crossed += change;
    this.#add(this.external, currency, change);
  }

  #consume({ tradeId, accountId, reason, change }: CashChanged): void {
    for (const side of ['buy', 'sell']) {
      const key = `${tradeId}:${side}:${accountId}:${reason}`;
      if (this.#owed.get(key)?.change === change) {
        this.#owed.delete(key);
        return;
      }
    }
    hold(
      false,
      'premium and fee are those of a fill',
      () => `${reason} ${change} of account ${accountId} for trade ${tradeId}`,
    );
  }

  #add(map: Map<Currency, number>, currency: Currency, change: number): void {
    map.set(currency, (map.get(currency) ?? 0) + change);
  }
}
