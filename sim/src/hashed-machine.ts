// Hashed machine: a state machine whose snapshot and state hash are made once for each state that
// they are asked of. The hash is SHA-256 of the snapshot by the platform's own code, many times as
// fast as the one that runs everywhere: equal states have equal snapshots, byte by byte, so it
// tells as much, and at the end of a run the machine's own hash is compared with it.
import { createHash } from 'node:crypto';
import type {
  Command,
  Event,
  Queries,
  QueryName,
  Seq,
  StateMachine,
  TsUs,
} from '@openstrike/domain';

export class HashedMachine implements StateMachine {
  readonly #inner: StateMachine;
  /** Of the present state, once asked for. */
  #snapshot: Uint8Array | null = null;
  #hash: string | null = null;

  constructor(inner: StateMachine) {
    this.#inner = inner;
  }

  apply(command: Command, seq: Seq, tsUs: TsUs): readonly Event[] {
    this.#forget();
    return this.#inner.apply(command, seq, tsUs);
  }

  replay(command: Command, seq: Seq, tsUs: TsUs): void {
    this.#forget();
    if (this.#inner.replay === undefined) this.#inner.apply(command, seq, tsUs);
    else this.#inner.replay(command, seq, tsUs);
  }

  foresee(commands: readonly Command[]): void {
    this.#inner.foresee?.(commands);
  }

  /** Forgets as well: a query that changed the state would be seen. */
  query<Name extends QueryName>(name: Name, parameters: Queries[Name]['in']): Queries[Name]['out'] {
    this.#forget();
    return this.#inner.query(name, parameters);
  }

  snapshot(): Uint8Array {
    this.#snapshot ??= this.#inner.snapshot();
    return this.#snapshot;
  }

  restore(bytes: Uint8Array): void {
    this.#forget();
    this.#inner.restore(bytes);
  }

  stateHash(): string {
    this.#hash ??= createHash('sha256').update(this.snapshot()).digest('hex');
    return this.#hash;
  }

  /** By the machine's own code. */
  ownHash(): string {
    return this.#inner.stateHash();
  }

  #forget(): void {
    this.#snapshot = null;
    this.#hash = null;
  }
}
