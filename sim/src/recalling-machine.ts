// Recalling machine: one that replays at a start of the venue. Of commands that an earlier start
// has replayed already it takes the state that this led to, which was compared with the replica's
// then: each must be what was published, so they would lead there again. Whatever is asked of it on
// the way it works out after all. At the end of a run the whole journal is replayed from zero by a
// machine that recalls nothing.
import type {
  Command,
  Event,
  Queries,
  QueryName,
  Seq,
  StateMachine,
  TsUs,
} from '@openstrike/domain';
import { sameValue } from './auditor/same-value.ts';
import { hold, show } from './auditor/violation.ts';
import { HashedMachine } from './hashed-machine.ts';

/** What was published, by seq. */
export interface Published {
  readonly commands: readonly Command[];
  readonly stamps: readonly TsUs[];
}

/** Holds that a command of the journal is the one that was published. */
export const holdPublished = (
  { commands, stamps }: Published,
  command: Command,
  seq: Seq,
  tsUs: TsUs,
): void =>
  hold(
    tsUs === stamps[seq] && sameValue(command, commands[seq]),
    'the journal is what was published',
    () =>
      `${seq}: ${show(command)} at ${tsUs}, ` +
      `published ${show(commands[seq])} at ${stamps[seq]}`,
  );

/** Where the last start got to. */
export interface Recollection {
  seq: Seq;
  snapshot: Uint8Array;
}

interface Stamped {
  readonly command: Command;
  readonly seq: Seq;
  readonly tsUs: TsUs;
}

export class RecallingMachine extends HashedMachine {
  readonly #published: Published;
  readonly #recollection: Recollection;
  /** Replayed but not worked out. */
  #passed: Stamped[] = [];

  constructor(inner: StateMachine, published: Published, recollection: Recollection) {
    super(inner);
    this.#published = published;
    this.#recollection = recollection;
  }

  override apply(command: Command, seq: Seq, tsUs: TsUs): readonly Event[] {
    this.#workOut();
    return super.apply(command, seq, tsUs);
  }

  override replay(command: Command, seq: Seq, tsUs: TsUs): void {
    const known = this.#recollection;
    if (seq > known.seq) {
      this.#workOut();
      super.replay(command, seq, tsUs);
      return;
    }
    holdPublished(this.#published, command, seq, tsUs);
    this.#passed.push({ command, seq, tsUs });
    if (seq === known.seq) this.restore(known.snapshot);
  }

  override query<Name extends QueryName>(
    name: Name,
    parameters: Queries[Name]['in'],
  ): Queries[Name]['out'] {
    this.#workOut();
    return super.query(name, parameters);
  }

  override snapshot(): Uint8Array {
    this.#workOut();
    return super.snapshot();
  }

  override restore(bytes: Uint8Array): void {
    this.#passed = [];
    super.restore(bytes);
  }

  override ownHash(): string {
    this.#workOut();
    return super.ownHash();
  }

  #workOut(): void {
    if (this.#passed.length === 0) return;
    const passed = this.#passed;
    this.#passed = [];
    for (const { command, seq, tsUs } of passed) super.replay(command, seq, tsUs);
  }
}
