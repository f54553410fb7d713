// Operator: halts and resumes trading, pulls kill switches, locks accounts and frees them, changes
// contract tables at once or announces them, and everything else that only an operator may do. When
// faults end it puts everything back as it should be.
import {
  type AccountId,
  type Cash,
  type Command,
  currencies,
  marginModels,
  type SetKillSwitch,
  type SetTrading,
  type TsUs,
} from '@openstrike/domain';
import { contractTables } from '../contracts.ts';
import { chance, pick } from '../world.ts';
import { Client } from './client.ts';
import { apiKeys } from './order-form.ts';

export class Operator extends Client {
  #version = 1;
  /** All that were ever engaged: what is sent again may arrive after its release. */
  readonly #switches = new Map<string, SetKillSwitch>();

  act(): void {
    const { random, world } = this;
    if (chance(random, 0.8)) {
      this.#govern();
      return;
    }
    const drawn = random.nextInt(0, 10);
    if (drawn < 4) {
      const scope = pick(random, ['all', 'BTC', 'USDC'] as const);
      this.send({ type: 'set-trading', scope, state: 'halted', reason: 'a drill' });
      world.schedule.after(random.nextInt(1, 4_000_000), () => this.#resume(scope));
    } else if (drawn < 9) {
      const accounts = world.venue.feeds.accounts();
      const account = pick(random, accounts);
      this.send(this.#accountCommand(account.accountId));
    } else {
      this.#version += 1;
      const tables = contractTables(world.options, this.#version);
      this.send({ type: 'configure', tables });
    }
  }

  /** What is done now and then, and changes who may do what, or by which terms. */
  #govern(): void {
    const { random, world } = this;
    const accounts = world.venue.feeds.accounts();
    const { accountId } = pick(random, accounts);
    const command = pick<() => Command>(random, [
      () => this.#kill(this.#busyAccount() ?? accountId),
      () => this.#kill(this.#busyAccount() ?? accountId),
      () => this.#kill(accountId),
      () => this.#announce(),
      () => this.#announce(),
      () => ({ type: 'change-margin-model', accountId, model: pick(random, marginModels) }),
      () => ({ type: 'change-margin-model', accountId, model: pick(random, marginModels) }),
      () => ({ type: 'set-provider', accountId, provider: chance(random, 0.7) }),
      () => this.#callAuctions(),
      () => this.#seed(),
      () => ({ type: 'pass-time' }),
    ])();
    this.send(command);
  }

  /** One that has orders in the books. */
  #busyAccount(): AccountId | null {
    const orders = [...this.world.auditor.orders.open.values()];
    return orders.length === 0 ? null : pick(this.random, orders).accountId;
  }

  #kill(accountId: AccountId): Command {
    const { random, world } = this;
    const drawn = random.nextInt(0, 10);
    const command: SetKillSwitch = {
      type: 'set-kill-switch',
      accountId: drawn === 0 ? null : accountId,
      clientId: drawn > 5 ? pick(random, apiKeys) : null,
      engaged: true,
      reason: 'a drill',
    };
    const key = `${command.accountId}:${command.clientId}`;
    this.#switches.set(key, command);
    world.schedule.after(random.nextInt(1, 3_000_000), () => this.#release(key));
    return command;
  }

  #release(key: string): void {
    const command = this.#switches.get(key);
    if (command !== undefined) this.send({ ...command, engaged: false });
  }

  #announce(): Command {
    const { random, world } = this;
    this.#version += 1;
    const withdrawn = chance(random, 0.2);
    const tables = withdrawn ? [] : contractTables(world.options, this.#version);
    const effectiveUs = (world.venue.nowUs() + random.nextInt(-100_000, 4_000_000)) as TsUs;
    return { type: 'announce-tables', tables, effectiveUs };
  }

  #callAuctions(): Command {
    const { callAuctionSeconds } = this.world.options;
    const windows = [{ seconds: 10, move: 0.02, everySeconds: 1 }];
    const terms = { windows, auctionSeconds: callAuctionSeconds ?? 3 };
    return { type: 'set-call-auctions', terms: chance(this.random, 0.5) ? terms : null };
  }

  #seed(): Command {
    const amount = this.random.nextInt(0, 1e6) as Cash;
    const seed = {
      type: 'seed-insurance',
      currency: pick(this.random, currencies),
      amount,
    } as const;
    // A payment of a name is booked once; of none, where the fund is empty.
    const named = chance(this.random, 0.3);
    return named ? { ...seed, reference: `seed ${this.random.nextInt(1, 20)}` } : seed;
  }

  /** Puts everything back: trading open, switches released, accounts free. */
  putBack(): void {
    for (const key of this.#switches.keys()) this.#release(key);
    for (const scope of ['all', 'BTC', 'ETH', 'USDC'] as const) this.#resume(scope);
    for (const { accountId, access } of this.world.venue.feeds.accounts()) {
      if (access !== 'normal') this.send({ ...this.#accountCommand(accountId), access: 'normal' });
    }
  }

  #resume(scope: SetTrading['scope']): void {
    this.send({ type: 'set-trading', scope, state: 'open', reason: '' });
  }

  #accountCommand(accountId: AccountId): Extract<Command, { type: 'configure-account' }> {
    const { random } = this;
    return {
      type: 'configure-account',
      accountId,
      selfTradeMode: pick(random, ['reject-taker', 'cancel-maker'] as const),
      selfTradeAcrossSubaccounts: chance(random, 0.5),
      access: pick(random, ['normal', 'normal', 'normal', 'cancel-only', 'locked'] as const),
    };
  }
}
