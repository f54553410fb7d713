// Ledger: double entry in safe integers. An account is a dense small integer with one currency and
// one kind; a posting takes an amount from one account and gives it to another. Invariant: the
// balances of a currency sum to zero, always. In an order's life it stands after matching: it moves
// premium, fees and settled profit, and never judges whether the payer can afford it. Accounts are
// never closed; nothing is allocated by a posting.
import { type Cash, type Currency, currencies } from '@openstrike/domain';
import { AssertionError, assert, type Brand } from '@openstrike/std';

/** Number of an account in one ledger: 0, 1, 2 in the order of opening. */
export type LedgerAccountId = Brand<number, 'LedgerAccountId'>;

/**
 * What an account is for. `client`: a trader's cash in one currency; `clearing`: the counterparty
 * of every trade, which holds the premium between both sides; `fees`, `insurance`, `funding`: the
 * venue's own; `rounding`: residues of named roundings; `external`: the world outside, negative by
 * all that came in.
 */
export type LedgerAccountKind =
  | 'client'
  | 'clearing'
  | 'fees'
  | 'insurance'
  | 'rounding'
  | 'funding'
  | 'external';

/** The kinds in the order of their numbers in a saved ledger; only ever appended to. */
export const ledgerAccountKinds: readonly LedgerAccountKind[] = [
  'client',
  'clearing',
  'fees',
  'insurance',
  'rounding',
  'funding',
  'external',
];

/** A ledger at rest: three parallel arrays by account number. Equal ledgers give equal arrays. */
export interface LedgerState {
  /** Index into domain's `currencies`. */
  readonly currencies: readonly number[];
  /** Index into `ledgerAccountKinds`. */
  readonly kinds: readonly number[];
  readonly balances: readonly number[];
}

export interface Ledger {
  /** Opens an account with a balance of zero and returns its number. */
  openAccount(currency: Currency, kind: LedgerAccountKind): LedgerAccountId;
  /**
   * Takes `amount` from `debit` and gives it to `credit`.
   *
   * Holds: both accounts are open and of one currency, not the same, the amount is a positive safe
   * integer and both balances stay safe integers; anything else asserts and changes nothing.
   */
  post(debit: LedgerAccountId, credit: LedgerAccountId, amount: number): void;
  /**
   * Posts a signed amount to `account` against `counter`: a positive one is received by `account`,
   * a negative one paid by it, zero posts nothing.
   */
  postSigned(account: LedgerAccountId, counter: LedgerAccountId, amount: number): void;
  /** What the account has received less what it has paid. */
  balance(account: LedgerAccountId): Cash;
  currencyOf(account: LedgerAccountId): Currency;
  kindOf(account: LedgerAccountId): LedgerAccountKind;
  /** How many accounts are open; their numbers are 0 to this, exclusive. */
  size(): number;
  /**
   * Sum of all balances by currency, in the order of `currencies`: every one must be zero. Cost:
   * all accounts.
   */
  totals(): readonly { readonly currency: Currency; readonly total: bigint }[];
  save(): LedgerState;
}

const CAPACITY_FIRST = 64;

const indexIn = <T>(list: readonly T[], item: T): number => {
  const index = list.indexOf(item);
  assert(index >= 0, `not a known currency or account kind: ${String(item)}`);
  return index;
};

/** An empty ledger. */
export const createLedger = (): Ledger => new Books({ currencies: [], kinds: [], balances: [] });

/**
 * The ledger that `save` took down.
 *
 * Throws: an assertion when the state is not one that a ledger can be in, unequal totals included.
 */
export const restoreLedger = (state: LedgerState): Ledger => {
  const size = state.balances.length;
  assert(
    state.currencies.length === size && state.kinds.length === size,
    'a saved ledger has three arrays of one length',
  );
  for (let i = 0; i < size; i++) {
    assert(
      currencies[state.currencies[i] as number] !== undefined &&
        ledgerAccountKinds[state.kinds[i] as number] !== undefined &&
        Number.isSafeInteger(state.balances[i]),
      `saved ledger account ${i} has no known type or no safe balance`,
    );
  }
  const ledger = new Books(state);
  for (const { currency, total } of ledger.totals()) {
    assert(total === 0n, `a saved ledger's ${currency} balances sum to ${total}, not to zero`);
  }
  return ledger;
};

class Books implements Ledger {
  #count: number;
  #balances: Float64Array<ArrayBuffer>;
  #currencies: Uint8Array<ArrayBuffer>;
  #kinds: Uint8Array<ArrayBuffer>;

  constructor(saved: LedgerState) {
    this.#count = saved.balances.length;
    let capacity = CAPACITY_FIRST;
    while (capacity < this.#count) {
      capacity *= 2;
    }
    this.#balances = new Float64Array(capacity);
    this.#currencies = new Uint8Array(capacity);
    this.#kinds = new Uint8Array(capacity);
    this.#balances.set(saved.balances);
    this.#currencies.set(saved.currencies);
    this.#kinds.set(saved.kinds);
  }

  openAccount(currency: Currency, kind: LedgerAccountKind): LedgerAccountId {
    if (this.#count === this.#balances.length) {
      this.#grow();
    }
    const account = this.#count;
    this.#currencies[account] = indexIn(currencies, currency);
    this.#kinds[account] = indexIn(ledgerAccountKinds, kind);
    this.#count += 1;
    return account as LedgerAccountId;
  }

  post(debit: LedgerAccountId, credit: LedgerAccountId, amount: number): void {
    this.#check(debit);
    this.#check(credit);
    if (debit === credit || this.#currencies[debit] !== this.#currencies[credit]) {
      throw new AssertionError(`accounts ${debit} and ${credit} are one, or of two currencies`);
    }
    if (!(amount > 0 && Number.isSafeInteger(amount))) {
      throw new AssertionError(`not a positive safe integer: ${amount}`);
    }
    const paid = (this.#balances[debit] as number) - amount;
    const received = (this.#balances[credit] as number) + amount;
    if (paid < Number.MIN_SAFE_INTEGER || received > Number.MAX_SAFE_INTEGER) {
      throw new AssertionError(`a balance would leave the safe range: ${paid}, ${received}`);
    }
    this.#balances[debit] = paid;
    this.#balances[credit] = received;
  }

  postSigned(account: LedgerAccountId, counter: LedgerAccountId, amount: number): void {
    if (amount > 0) {
      this.post(counter, account, amount);
    } else if (amount !== 0) {
      this.post(account, counter, -amount);
    }
  }

  balance(account: LedgerAccountId): Cash {
    this.#check(account);
    return this.#balances[account] as Cash;
  }

  currencyOf(account: LedgerAccountId): Currency {
    this.#check(account);
    return currencies[this.#currencies[account] as number] as Currency;
  }

  kindOf(account: LedgerAccountId): LedgerAccountKind {
    this.#check(account);
    return ledgerAccountKinds[this.#kinds[account] as number] as LedgerAccountKind;
  }

  size(): number {
    return this.#count;
  }

  totals(): readonly { readonly currency: Currency; readonly total: bigint }[] {
    const sums = currencies.map(() => 0n);
    for (let i = 0; i < this.#count; i++) {
      const at = this.#currencies[i] as number;
      sums[at] = (sums[at] as bigint) + BigInt(this.#balances[i] as number);
    }
    return currencies.map((currency, at) => ({ currency, total: sums[at] as bigint }));
  }

  save(): LedgerState {
    return {
      currencies: Array.from(this.#currencies.subarray(0, this.#count)),
      kinds: Array.from(this.#kinds.subarray(0, this.#count)),
      balances: Array.from(this.#balances.subarray(0, this.#count)),
    };
  }

  #check(account: number): void {
    if (!(account >= 0 && account < this.#count && Number.isInteger(account))) {
      throw new AssertionError(`there is no ledger account ${account}`);
    }
  }

  #grow(): void {
    const capacity = 2 * this.#balances.length;
    const balances = new Float64Array(capacity);
    const currencyNumbers = new Uint8Array(capacity);
    const kinds = new Uint8Array(capacity);
    balances.set(this.#balances);
    currencyNumbers.set(this.#currencies);
    kinds.set(this.#kinds);
    this.#balances = balances;
    this.#currencies = currencyNumbers;
    this.#kinds = kinds;
  }
}
