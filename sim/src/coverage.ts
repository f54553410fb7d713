// Coverage: counts of everything a run has exercised, by kind and name, so that a simulation that
// never met a fault or a refusal cannot pass for one that did.
import type { Applied } from '@openstrike/domain';

/** Counts by kind and name. */
export type CoverageCounts = ReadonlyMap<string, ReadonlyMap<string, number>>;

export class Coverage {
  readonly #kinds = new Map<string, Map<string, number>>();

  /** With what was counted before, perhaps by another thread. */
  constructor(counts: CoverageCounts = new Map()) {
    for (const [kind, names] of counts) this.#kinds.set(kind, new Map(names));
  }

  counts(): CoverageCounts {
    return this.#kinds;
  }

  count(kind: string, name: string, by = 1): void {
    let names = this.#kinds.get(kind);
    if (names === undefined) {
      names = new Map();
      this.#kinds.set(kind, names);
    }
    names.set(name, (names.get(name) ?? 0) + by);
  }

  /** Counts a published command, its refusal and its events. */
  countApplied({ command, events }: Applied): void {
    this.count('command', command.type);
    for (const event of events) {
      this.count('event', event.type);
      if (event.type === 'command-rejected') this.count('reject', event.code);
      if (event.type === 'order-changed') {
        this.count('order', event.cause);
        const { cancelReason } = event.order;
        if (cancelReason !== null) this.count('cancel', cancelReason);
      }
      if (event.type === 'position-settled') this.count('settled', event.kind);
    }
  }

  of(kind: string, name: string): number {
    return this.#kinds.get(kind)?.get(name) ?? 0;
  }

  names(kind: string): readonly string[] {
    return [...(this.#kinds.get(kind)?.keys() ?? [])].sort();
  }

  /** Adds another run's counts. */
  add(other: Coverage): void {
    for (const [kind, names] of other.#kinds) {
      for (const [name, count] of names) this.count(kind, name, count);
    }
  }

  /** One line a kind, names in order. */
  lines(): readonly string[] {
    return [...this.#kinds.keys()].sort().map((kind) => {
      const names = this.names(kind).map((name) => `${name} ${this.of(kind, name)}`);
      return `${kind}: ${names.join(', ')}`;
    });
  }
}
