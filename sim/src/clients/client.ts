// Client: somebody who sends commands over a network that loses them. A request that gets no answer
// in time is sent again if sending it twice does no harm (it has a client key, a reference, or asks
// for what is so already); the others are given up with their outcome unknown.
import { type AccountId, type Applied, type Command, OperationalError } from '@openstrike/domain';
import type { Random } from '@openstrike/std';
import { hold, show } from '../auditor/violation.ts';
import type { Connection } from '../network.ts';
import type { World } from '../world.ts';

interface Pending {
  readonly id: number;
  readonly command: Command;
  tries: number;
}

/** Whether a command may be sent again without doing twice what should be done once. */
export const isRepeatable = (command: Command): boolean => {
  switch (command.type) {
    case 'place-order':
      return command.clientKey !== null;
    case 'transfer':
    case 'edit-order':
    case 'close-position':
      return false;
    default:
      return true;
  }
};

export abstract class Client {
  readonly world: World;
  readonly random: Random;
  readonly accountId: AccountId;
  readonly connection: Connection;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  /** In the liveness phase nothing new is begun. */
  resting = false;

  constructor(world: World, random: Random, accountId: AccountId) {
    this.world = world;
    this.random = random;
    this.accountId = accountId;
    this.connection = world.network.connect();
  }

  /** Begins something. */
  abstract act(): void;

  /** Told of each answer. */
  answered(_applied: Applied): void {}

  /** Requests without an answer that will be sent again. */
  waiting(): number {
    return this.#pending.size;
  }

  send(command: Command): void {
    this.#lastId += 1;
    const pending = { id: this.#lastId, command, tries: 0 };
    this.#pending.set(pending.id, pending);
    this.#try(pending);
  }

  #try(pending: Pending): void {
    pending.tries += 1;
    const { world, connection } = this;
    const { command } = pending;
    if (pending.tries > 1) world.coverage.count('client', 'retry');
    world.network.send(connection, () => {
      world.venue.submit(command).then(
        (applied) => world.network.send(connection, () => this.#answer(pending, applied)),
        (error: Error) => world.network.send(connection, () => this.#refuse(pending, error)),
      );
    });
    const timeoutUs = world.options.clients.timeoutMs * 1_000;
    world.schedule.after(timeoutUs, () => this.#giveUp(pending));
  }

  #answer(pending: Pending, applied: Applied): void {
    const { auditor, coverage, fail } = this.world;
    try {
      auditor.acknowledged(applied);
      hold(applied.command === pending.command, 'an answer is to its request', () =>
        show(applied.command),
      );
    } catch (error) {
      fail(error as Error);
    }
    if (this.#pending.delete(pending.id)) {
      coverage.count('client', 'answered');
      this.answered(applied);
    } else {
      coverage.count('client', 'answered again');
    }
  }

  #refuse(pending: Pending, error: Error): void {
    const code = 'code' in error ? String(error.code) : error.name;
    this.world.coverage.count('refused', code);
    // What cannot be journaled never will be.
    const hopeless = !(error instanceof OperationalError) || error.code === 'record-too-large';
    if (hopeless || !isRepeatable(pending.command)) this.#pending.delete(pending.id);
  }

  /** No answer in time. */
  #giveUp(pending: Pending): void {
    if (!this.#pending.has(pending.id)) return;
    this.world.coverage.count('client', 'timeout');
    if (isRepeatable(pending.command)) this.#try(pending);
    else this.#pending.delete(pending.id);
  }
}
