// Tally machine: a small deterministic state machine for this package's tests. It tallies commands
// and deposits and mixes every field of every command, its seq and its time into one word, so that
// no difference can hide.
import { createHash } from 'node:crypto';
import type { CashChanged, Command, Event, Seq, StateMachine, TsUs } from '@openstrike/domain';
import { canonicalJson } from '../canonical-json.ts';

interface Tally {
  seq: number;
  tsUs: number;
  mixed: string;
  balances: Record<string, number>;
}

export class TallyMachine implements StateMachine {
  #tally: Tally = { seq: 0, tsUs: 0, mixed: '', balances: {} };

  apply(command: Command, seq: Seq, tsUs: TsUs): readonly Event[] {
    const tally = this.#tally;
    tally.seq = seq;
    tally.tsUs = tsUs;
    const text = `${tally.mixed} ${seq} ${tsUs} ${exactText(command)}`;
    tally.mixed = createHash('sha256').update(text).digest('base64');
    if (command.type !== 'deposit') {
      return [];
    }
    const key = `${command.accountId} ${command.currency}`;
    const balance = (tally.balances[key] ?? 0) + command.amount;
    tally.balances[key] = balance;
    const changed: CashChanged = {
      type: 'cash-changed',
      accountId: command.accountId,
      currency: command.currency,
      reason: 'deposit',
      change: command.amount,
      balance: balance as CashChanged['balance'],
      instrumentId: null,
      orderId: null,
      tradeId: null,
      reference: command.reference,
    };
    return [changed];
  }

  /** Answers every question with the time of the last command. */
  query(): never {
    return this.#tally.tsUs as never;
  }

  snapshot(): Uint8Array {
    return new TextEncoder().encode(canonicalJson(this.#tally));
  }

  restore(snapshot: Uint8Array): void {
    this.#tally = JSON.parse(new TextDecoder().decode(snapshot)) as Tally;
  }

  stateHash(): string {
    return createHash('sha256').update(this.snapshot()).digest('hex');
  }
}

export const createTallyMachine = (): StateMachine => new TallyMachine();

/**
 * Distinguishes everything that two commands can differ in, numbers that are not finite included.
 */
function exactText(command: Command): string {
  return JSON.stringify(command, (_, value: unknown) =>
    typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))
      ? `number ${Object.is(value, -0) ? '-0' : value}`
      : typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
        : value,
  );
}
