// Command group: stamped commands that are applied one after another, named to the machine together
// before the first: what they need it then fetches from memory for all of them at once. Invariant:
// each is applied once, in order, with its own stamps.
import type { Command, Seq, StateMachine, TsUs } from '@openstrike/domain';

/** So many commands are named to the machine before the first of them is applied. */
const most = 16;

export class CommandGroup {
  #commands: Command[] = [];
  readonly #times: TsUs[] = [];
  #firstSeq = 0;

  get isEmpty(): boolean {
    return this.#commands.length === 0;
  }

  get isFull(): boolean {
    return this.#commands.length >= most;
  }

  /** Adds the command that follows the last. */
  add(command: Command, seq: Seq, tsUs: TsUs): void {
    if (this.isEmpty) this.#firstSeq = seq;
    this.#times[this.#commands.length] = tsUs;
    this.#commands.push(command);
  }

  /** Hands each command to `apply` and holds none any more, also where `apply` throws. */
  apply(machine: StateMachine, apply: (command: Command, seq: Seq, tsUs: TsUs) => void): void {
    const commands = this.#commands;
    this.#commands = [];
    if (commands.length > 1) machine.foresee?.(commands);
    for (let i = 0; i < commands.length; i++) {
      apply(commands[i] as Command, (this.#firstSeq + i) as Seq, this.#times[i] as TsUs);
    }
  }
}
