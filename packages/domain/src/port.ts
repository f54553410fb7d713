// Ports: the three ways into the engine for everybody outside: submit a command, subscribe to
// events, query. Declared here, implemented by the sequencer, wired in the app. Nothing calls back
// up.
import type { Command } from './command.ts';
import type { Event } from './event.ts';
import type { Seq, TsUs } from './units.ts';
import type { Queries, QueryName } from './view.ts';

/** One command as it was stamped, with all that it caused. */
export interface Applied {
  readonly seq: Seq;
  readonly tsUs: TsUs;
  readonly command: Command;
  readonly events: readonly Event[];
}

export interface CommandPort {
  /**
   * Stamps, applies and journals a command. Resolves once the command is durable; its refusal by
   * the engine is an event, not a rejection. Rejects with an OperationalError when the venue takes
   * no commands (disk failure).
   */
  submit(command: Command): Promise<Applied>;
}

export interface EventPort {
  /** Durable commands in order, one call per group commit. Returns the function that ends it. */
  subscribe(listener: (batch: readonly Applied[]) => void): () => void;
}

export interface QueryPort {
  /** Answers from the engine's state; resolves when all that the answer rests on is durable. */
  query<Name extends QueryName>(
    name: Name,
    parameters: Queries[Name]['in'],
  ): Promise<Queries[Name]['out']>;
}

/** The deterministic state machine as the sequencer sees it. */
export interface StateMachine {
  /** Applies a stamped command; the events are fresh objects that nobody changes afterwards. */
  apply(command: Command, seq: Seq, tsUs: TsUs): readonly Event[];
  /**
   * Applies a stamped command whose events nobody waits for: the same state, without the cost of
   * telling. A machine that has no quicker way leaves it out.
   */
  replay?(command: Command, seq: Seq, tsUs: TsUs): void;
  /**
   * Names the commands that will be applied next, so that a machine can fetch what they need from
   * memory for all of them at once. It changes nothing, and nothing may rest on it.
   */
  foresee?(commands: readonly Command[]): void;
  query<Name extends QueryName>(name: Name, parameters: Queries[Name]['in']): Queries[Name]['out'];
  /** Canonical bytes of the whole state: equal states give equal bytes on every machine. */
  snapshot(): Uint8Array;
  /** Replaces the state; throws when the bytes are not a snapshot of this version. */
  restore(snapshot: Uint8Array): void;
  /** Hex SHA-256 of the canonical bytes. */
  stateHash(): string;
}

/** Source of venue time. May run faster than wall time; never goes back. */
export interface VenueClock {
  nowUs(): TsUs;
}
