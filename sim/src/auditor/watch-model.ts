// Watch model: nobody who lacks maintenance margin stays unnoticed for longer than the table in
// force says, in changes of the currency's marks. Every account is looked at now and then; who
// lacks margin then is looked at with every change until it is noticed, has recovered, or cannot be
// liquidated because something is halted, frozen or being settled.
import {
  type AccountId,
  type AccountSummary,
  type Applied,
  type Currency,
  currencies,
  type StateMachine,
} from '@openstrike/domain';
import { hold, show } from './violation.ts';

const lookEvery = 8;

export class WatchModel {
  readonly #suspects = new Map<string, number>();
  readonly #rounds = new Map<Currency, number>();
  /** Whether the currency can be liquidated in now, as far as events tell. */
  readonly #quiet: (currency: Currency) => boolean;
  readonly #handled: (accountId: AccountId, currency: Currency) => boolean;
  readonly #holds: (accountId: AccountId, currency: Currency) => boolean;
  readonly #shadow: StateMachine;
  /** Changes of marks that an account may stay unnoticed for. */
  readonly #roundsMax: (currency: Currency) => number;

  constructor(
    shadow: StateMachine,
    holds: (accountId: AccountId, currency: Currency) => boolean,
    quiet: (currency: Currency) => boolean,
    handled: (accountId: AccountId, currency: Currency) => boolean,
    roundsMax: (currency: Currency) => number,
  ) {
    this.#roundsMax = roundsMax;
    this.#shadow = shadow;
    this.#holds = holds;
    this.#quiet = quiet;
    this.#handled = handled;
  }

  /** Counts anew: other tables are in force. */
  restart(): void {
    for (const key of this.#suspects.keys()) this.#suspects.set(key, 0);
  }

  /** Called after each command, with how often its events changed the marks of each currency. */
  close({ command }: Applied, changes: ReadonlyMap<Currency, number>): void {
    for (const [currency, count] of changes) {
      if (this.#quiet(currency)) {
        this.#forget(currency);
        continue;
      }
      const before = this.#rounds.get(currency) ?? 0;
      this.#rounds.set(currency, before + count);
      for (const key of this.#suspects.keys()) this.#look(key, currency, count, command);
      if (Math.floor(before / lookEvery) !== Math.floor((before + count) / lookEvery)) {
        this.#lookAtAll(currency);
      }
    }
  }

  #forget(currency: Currency): void {
    for (const key of this.#suspects.keys()) {
      if (key.endsWith(`:${currency}`)) this.#suspects.delete(key);
    }
  }

  #lookAtAll(currency: Currency): void {
    for (const { accountId } of this.#shadow.query('accounts', {})) {
      const key = `${accountId}:${currency}`;
      if (!this.#suspects.has(key) && this.#lacks(accountId, currency)) this.#suspects.set(key, 0);
    }
  }

  #look(key: string, currency: Currency, count: number, command: Applied['command']): void {
    const [id, of] = key.split(':');
    if (of !== currency) return;
    const accountId = Number(id) as AccountId;
    if (!this.#lacks(accountId, currency)) {
      this.#suspects.delete(key);
      return;
    }
    const rounds = (this.#suspects.get(key) ?? 0) + count;
    this.#suspects.set(key, rounds);
    hold(
      rounds <= this.#roundsMax(currency),
      'nobody below maintenance margin stays unnoticed',
      () =>
        `account ${key} for ${rounds} changes of marks, ` +
        `${show(this.#shadow.query('account-summary', { accountId, currency }))} ` +
        `at ${show(command)}`,
    );
  }

  #lacks(accountId: AccountId, currency: Currency): boolean {
    if (this.#handled(accountId, currency)) return false;
    const summary = this.#shadow.query('account-summary', { accountId, currency });
    const { marginBalance, maintenanceMargin, marginModel } = summary as AccountSummary;
    if (marginBalance >= maintenanceMargin) return false;
    // All currencies lack together: where something is held, it is noticed.
    const cross = marginModel === 'cross-standard' || marginModel === 'cross-portfolio';
    return !cross || (this.#holds(accountId, currency) && !this.#waits(accountId));
  }

  /** Whether a cross account is handled, or cannot be because of what it has in some currency. */
  #waits(accountId: AccountId): boolean {
    return currencies.some((currency) => {
      if (this.#handled(accountId, currency)) return true;
      const summary = this.#shadow.query('account-summary', { accountId, currency });
      const has = this.#holds(accountId, currency) || (summary as AccountSummary).balance !== 0;
      return has && this.#quiet(currency);
    });
  }
}
