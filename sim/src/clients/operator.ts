// Operator: halts and resumes trading, locks accounts and lets them go, changes contract tables.
// When faults end it puts everything back as it should be.
import type { AccountId, Command, SetTrading } from '@openstrike/domain';
import { contractTables } from '../contracts.ts';
import { chance, pick } from '../world.ts';
import { Client } from './client.ts';

export class Operator extends Client {
  #version = 1;

  act(): void {
    const { random, world } = this;
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

  /** Puts everything back: trading open, accounts free. */
  putBack(): void {
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
