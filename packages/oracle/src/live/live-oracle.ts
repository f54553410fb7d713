// Live oracle: runs a desk on the connectors of outside venues by the wall clock: index values and
// forwards at every second, surfaces one by one in the time between, fitted elsewhere so that none
// delays a second. It is made to run in a thread of its own; what it says are commands, what it
// notices are notes. Invariant: every second is told once; a failure of one surface or source stops
// nothing else; surfaces of one index are told in the order they were asked for.
import type { Connector, ConnectorEvent } from '@openstrike/connectors';
import type { Command, IndexName, SetSurface } from '@openstrike/domain';
import { usPerMs, usPerSecond } from '@openstrike/domain';
import type { OracleDefinition } from '../desk/oracle-definition.ts';
import { OracleDesk } from '../desk/oracle-desk.ts';
import type { OwnBooks } from '../desk/own-books.ts';
import type { IndexValue } from '../index-price/index-machine.ts';
import {
  createSurfaceMachine,
  type SurfaceMachine,
  type SurfaceStep,
} from '../surface/surface-machine.ts';
import type { SurfaceStepper } from '../surface/surface-thread.ts';
import { type OracleReport, OracleTally } from './oracle-tally.ts';
import { sleepMs, sleepUntil } from './sleep-until.ts';

/** Something that an operator should see. */
export interface OracleNote {
  readonly level: 'info' | 'warn';
  readonly sentence: string;
}

export interface LiveOracleOptions {
  readonly definition: OracleDefinition;
  readonly connectors: readonly Connector[];
  /** Expiries that need a forward and a slice at a time, ascending. */
  readonly expiriesOf: (indexName: IndexName, nowUs: number) => readonly number[];
  /** Surfaces are numbered on from here, so that versions do not repeat after a restart. */
  readonly surfaceVersion: number;
  /** Where surfaces are fitted; it is stopped with the oracle. */
  readonly surfaces: SurfaceStepper;
  /** Wall time in microseconds since the epoch. */
  readonly nowUs: () => number;
  readonly onCommands: (commands: readonly Command[], atUs: number) => void;
  readonly onNote: (note: OracleNote) => void;
}

/** From the second's tick to the first surface of it, and from each to the next. */
const surfaceAfterMs = 100;
const surfaceEveryMs = 100;
/** A sentence that would be told again within this time is not. */
const repeatAfterUs = 60 * usPerSecond;

export class LiveOracle {
  readonly #options: LiveOracleOptions;
  readonly #desk: OracleDesk;
  /** Null while a step is under way: then the machine is elsewhere. */
  readonly #surfaces = new Map<IndexName, SurfaceMachine | null>();
  readonly #statuses = new Map<IndexName, string>();
  /** When each sentence was last told. */
  readonly #told = new Map<string, number>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #tally: OracleTally;
  #stopped = false;

  constructor(options: LiveOracleOptions) {
    this.#options = options;
    const { definition, expiriesOf } = options;
    this.#desk = new OracleDesk({ definition, expiriesOf });
    this.#tally = new OracleTally(
      options.connectors.map(({ source }) => source),
      definition.indexes.map(({ indexName }) => indexName),
    );
    for (const { indexName } of definition.indexes) {
      const machine = createSurfaceMachine(options.surfaceVersion, definition.surface);
      this.#surfaces.set(indexName, machine);
    }
  }

  /** Connects to every source and begins to tell. */
  start(): void {
    for (const connector of this.#options.connectors) {
      connector.start((event) => this.take(event));
    }
    this.#schedule();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
    const { connectors, surfaces } = this.#options;
    await Promise.all([surfaces.stop(), ...connectors.map((connector) => connector.stop())]);
  }

  /** Takes one event of a connector. */
  take(event: ConnectorEvent): void {
    this.#tally.take(event);
    this.#desk.take(event);
    if (event.type === 'status' && event.venueSymbol === null) {
      const { source, state, reason } = event;
      const usual = state === 'live' || state === 'connecting';
      this.#note(usual ? 'info' : 'warn', `${source} is ${state}: ${reason}`);
    }
  }

  takeOwn(books: OwnBooks): void {
    this.#desk.takeOwn(books);
  }

  /** Tells one second: all index values and forwards. */
  tick(nowUs: number): void {
    const { commands, values } = this.#desk.tick(nowUs);
    if (commands.length > 0) this.#options.onCommands(commands, nowUs);
    this.#tally.tick(values, nowUs);
    for (const [indexName, value] of values) this.#watch(indexName, value);
  }

  /** Has the surface of one index fitted and tells it if there is a new one. */
  async fit(indexName: IndexName, nowUs: number): Promise<SurfaceStep | null> {
    const machine = this.#surfaces.get(indexName) ?? null;
    if (machine === null) {
      this.#note('warn', `the surface of ${indexName} is late: its last fit is still under way`);
      return null;
    }
    const quotes = this.#desk.gather(indexName, nowUs);
    if (quotes === null || quotes.expiries.length === 0) return null;
    const { index, expiries } = quotes;
    this.#surfaces.set(indexName, null);
    try {
      const stepped = await this.#options.surfaces.step(machine, { nowUs, index, expiries });
      this.#surfaces.set(indexName, stepped.machine);
      if (!this.#stopped) this.#tell(indexName, stepped.step, nowUs);
      return stepped.step;
    } catch (error) {
      this.#surfaces.set(indexName, machine);
      if (!this.#stopped)
        this.#note('warn', `the surface of ${indexName} failed: ${String(error)}`);
      return null;
    }
  }

  #tell(indexName: IndexName, step: SurfaceStep, nowUs: number): void {
    const { slices, version, kept, reason } = step;
    if (reason !== null) this.#note('warn', `the surface of ${indexName}: ${reason}`);
    this.#tally.surface(indexName, step);
    // Before the first surface nothing can stay.
    if (slices === null && kept.length === 0) return;
    const surface: SetSurface = {
      type: 'set-surface',
      indexName,
      version,
      slices: slices ?? [],
      ...(kept.length > 0 && { kept }),
    };
    this.#options.onCommands([surface], nowUs);
  }

  report(): OracleReport {
    return this.#tally.report();
  }

  #schedule(): void {
    if (this.#stopped) return;
    const { nowUs } = this.#options;
    const secondUs = (Math.floor(nowUs() / usPerSecond) + 1) * usPerSecond;
    const leftMs = Math.floor((secondUs - nowUs()) / usPerMs);
    this.#after(Math.max(1, leftMs - sleepMs), () => {
      // Where the clock has not come to it, the second is still to be told.
      if (!sleepUntil(secondUs, nowUs)) return this.#schedule();
      this.#schedule();
      this.tick(nowUs());
      let waitMs = surfaceAfterMs;
      for (const { indexName } of this.#options.definition.indexes) {
        this.#after(waitMs, () => void this.fit(indexName, nowUs()));
        waitMs += surfaceEveryMs;
      }
    });
  }

  #after(waitMs: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (!this.#stopped) run();
    }, waitMs);
    this.#timers.add(timer);
  }

  /** Notes what became of an index when it changes. */
  #watch(indexName: IndexName, value: IndexValue): void {
    const { status, price, limitedFrom, confidence } = value;
    if (this.#statuses.get(indexName) === status) return;
    this.#statuses.set(indexName, status);
    const out = value.constituents
      .filter(({ use }) => use !== 'whole')
      .map(({ source, use }) => `${source} ${use}`);
    const why = [
      ...(limitedFrom === null ? [] : [`limited on its way to ${limitedFrom.toFixed(2)}`]),
      `confidence ${confidence.toFixed(2)}`,
      ...out,
    ].join(', ');
    const level = status === 'good' ? 'info' : 'warn';
    this.#options.onNote({
      level,
      sentence: `${indexName} is ${status} at ${price.toFixed(2)}: ${why}`,
    });
  }

  #note(level: OracleNote['level'], sentence: string): void {
    const nowUs = this.#options.nowUs();
    const lastUs = this.#told.get(sentence);
    if (lastUs !== undefined && nowUs - lastUs < repeatAfterUs) return;
    if (this.#told.size > 1_000) this.#told.clear();
    this.#told.set(sentence, nowUs);
    this.#options.onNote({ level, sentence });
  }
}
