// Network: what lies between a client and the venue. A message is delayed, and may be lost or come
// twice; delays differ, so messages overtake each other; a connection that breaks loses what was
// under way in both directions.
import type { Random } from '@openstrike/std';
import type { Coverage } from './coverage.ts';
import type { Schedule } from './schedule.ts';
import type { SimOptions } from './sim-options.ts';

/** One client's connection. */
export interface Connection {
  readonly id: number;
  /** Grows when it breaks; what was sent before is lost. */
  epoch: number;
}

export class Network {
  readonly #schedule: Schedule;
  readonly #random: Random;
  readonly #options: SimOptions['network'];
  readonly #coverage: Coverage;
  readonly connections: Connection[] = [];
  /** Off: every message arrives, once, soon. */
  faults = true;
  /** Called when a connection has broken. */
  onBreak: (connection: Connection) => void = () => {};

  constructor(
    schedule: Schedule,
    random: Random,
    options: SimOptions['network'],
    coverage: Coverage,
  ) {
    this.#schedule = schedule;
    this.#random = random;
    this.#options = options;
    this.#coverage = coverage;
  }

  connect(): Connection {
    const connection = { id: this.connections.length + 1, epoch: 0 };
    this.connections.push(connection);
    return connection;
  }

  /** Carries a message to the other end of a connection. */
  send(connection: Connection, deliver: () => void): void {
    const { dropShare, duplicateShare } = this.#options;
    if (this.faults && this.#random.nextFloat() < dropShare) {
      this.#coverage.count('network', 'dropped');
      return;
    }
    this.#carry(connection, deliver);
    if (this.faults && this.#random.nextFloat() < duplicateShare) {
      this.#coverage.count('network', 'duplicated');
      this.#carry(connection, deliver);
    }
  }

  #carry(connection: Connection, deliver: () => void): void {
    const { epoch } = connection;
    const meanUs = this.faults ? this.#options.delayMs * 1_000 : 100;
    this.#schedule.after(Math.ceil(this.#random.nextExponential() * meanUs), () => {
      if (connection.epoch === epoch) deliver();
      else this.#coverage.count('network', 'lost with its connection');
    });
  }

  break(connection: Connection): void {
    connection.epoch += 1;
    this.#coverage.count('network', 'disconnected');
    this.onBreak(connection);
  }

  breakAll(): void {
    for (const connection of this.connections) this.break(connection);
  }
}
