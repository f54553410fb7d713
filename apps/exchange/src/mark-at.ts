// Mark at: what an instrument was marked at a past moment, replayed from the journal, with the
// commands that made it: index, forward, slice with its version and pins. Invariant: the figures
// are the engine's own, and those of an option outside a fixing window are computed again from the
// commands shown alone, so that nobody has to believe them.
import {
  type Command,
  type Event,
  type IndexName,
  type Instrument,
  type MarksChanged,
  OperationalError,
  type OptionTerms,
  type Seq,
  type SetForwards,
  type SetIndex,
  type StateMachine,
  type SviSlice,
  type TsUs,
  usPerDay,
  usPerHour,
  usPerMinute,
} from '@openstrike/domain';
import { createMarkColumns, createMarkPlan, markAll } from '@openstrike/marks';
import { verifyJournal } from '@openstrike/sequencer';
import { requireReplayed } from './require-replayed.ts';
import { createStateMachine, rulesVersion } from './state-machine.ts';

interface Stamped<T> {
  readonly seq: number;
  readonly tsUs: number;
  readonly value: T;
}

export interface MarkAtReport {
  readonly instrument: string;
  /** The command after which the mark stood at the moment asked for. */
  readonly seq: number;
  readonly at: string;
  readonly markPrice: number;
  readonly markIv: number | null;
  readonly underlyingPrice: number;
  readonly index: Stamped<
    Pick<SetIndex, 'price' | 'status' | 'confidence' | 'constituents'>
  > | null;
  readonly forward: Stamped<number> | null;
  readonly surface: Stamped<{ readonly version: number; readonly slice: SviSlice }> | null;
  /**
   * The mark computed from the three above; null for what they do not decide: futures that a book
   * moves, expiries without a slice of their own, fixing windows.
   */
  readonly recomputed: number | null;
}

/** Ends a replay that has seen enough. */
class Reached extends Error {}

/** An engine that is watched: what the last commands were and what they made of the marks. */
class WatchedMachine implements StateMachine {
  readonly #inner: StateMachine = createStateMachine();
  readonly #name: string;
  readonly #untilUs: number;
  readonly #indexes = new Map<IndexName, Stamped<SetIndex>>();
  readonly #forwards = new Map<string, Stamped<number>>();
  readonly #slices = new Map<string, Stamped<{ version: number; slice: SviSlice }>>();
  instrument: Instrument | null = null;
  marks: Stamped<MarksChanged> | null = null;

  constructor(name: string, untilUs: number) {
    this.#name = name;
    this.#untilUs = untilUs;
  }

  apply(command: Command, seq: Seq, tsUs: TsUs): readonly Event[] {
    if (tsUs > this.#untilUs) throw new Reached();
    const events = this.#inner.apply(command, seq, tsUs);
    if (!events.some(({ type }) => type === 'command-rejected')) this.#note(command, seq, tsUs);
    for (const event of events) {
      if (event.type === 'instrument-listed' && event.instrument.name === this.#name) {
        this.instrument = event.instrument;
      }
      if (event.type === 'marks-changed' && this.#rowOf(event) >= 0) {
        this.marks = { seq, tsUs, value: event };
      }
    }
    return events;
  }

  #note(command: Command, seq: number, tsUs: number): void {
    switch (command.type) {
      case 'set-index':
        this.#indexes.set(command.indexName, { seq, tsUs, value: command });
        this.#noteForwards(command, seq, tsUs);
        break;
      case 'set-forwards':
        this.#noteForwards(command, seq, tsUs);
        break;
      case 'set-surface':
        for (const slice of command.slices) {
          const value = { version: command.version, slice };
          this.#slices.set(`${command.indexName} ${slice.expiryUs}`, { seq, tsUs, value });
        }
        break;
      default:
    }
  }

  #noteForwards(command: SetForwards | SetIndex, seq: number, tsUs: number): void {
    for (const { expiryUs, price } of command.forwards ?? []) {
      this.#forwards.set(`${command.indexName} ${expiryUs}`, { seq, tsUs, value: price });
    }
  }

  #rowOf(marks: MarksChanged): number {
    return this.instrument === null ? -1 : marks.instrumentIds.indexOf(this.instrument.id);
  }

  report(): MarkAtReport | null {
    const { instrument, marks } = this;
    if (instrument === null || marks === null) return null;
    const row = this.#rowOf(marks.value);
    const key = `${instrument.indexName} ${instrument.expiryUs}`;
    const index = this.#indexes.get(instrument.indexName) ?? null;
    const forward = this.#forwards.get(key) ?? null;
    const surface = instrument.kind === 'option' ? (this.#slices.get(key) ?? null) : null;
    const markIv = marks.value.markIv[row] as number;
    return {
      instrument: instrument.name,
      seq: marks.seq,
      at: new Date(marks.tsUs / 1_000).toISOString(),
      markPrice: marks.value.markPrice[row] as number,
      markIv: Number.isNaN(markIv) ? null : markIv,
      underlyingPrice: marks.value.underlyingPrice[row] as number,
      index: index && { ...index, value: qualityOf(index.value) },
      forward: forward && { ...forward, value: forward.value / 1e6 },
      surface,
      recomputed: recompute(instrument, marks.tsUs, index, forward, surface),
    };
  }

  restore(bytes: Uint8Array): void {
    this.#inner.restore(bytes);
    const found = this.#inner
      .query('instruments', {})
      .find(({ instrument }) => instrument.name === this.#name);
    this.instrument = found?.instrument ?? null;
  }

  query: StateMachine['query'] = (name, parameters) => this.#inner.query(name, parameters);
  snapshot = (): Uint8Array => this.#inner.snapshot();
  stateHash = (): string => this.#inner.stateHash();
}

const qualityOf = ({ price, status, confidence, constituents }: SetIndex) => ({
  price,
  status,
  confidence,
  constituents,
});

/** The half hour before 08:00, in which part of the delivery price is known. */
const inFixingWindow = (expiryUs: number, nowUs: number): boolean =>
  nowUs > expiryUs - 30 * usPerMinute && expiryUs % usPerDay === 8 * usPerHour;

const noBands: Pick<OptionTerms, 'bandMin' | 'bandPerDelta'> = { bandMin: 0, bandPerDelta: 0 };

const recompute = (
  instrument: Instrument,
  nowUs: number,
  index: Stamped<SetIndex> | null,
  forward: Stamped<number> | null,
  surface: Stamped<{ readonly slice: SviSlice }> | null,
): number | null => {
  const { expiryUs } = instrument;
  if (index === null || forward === null || surface === null || expiryUs === null) return null;
  if (inFixingWindow(expiryUs, nowUs)) return null;
  const plan = createMarkPlan([{ contract: instrument, terms: noBands as OptionTerms }]);
  const columns = createMarkColumns(1);
  const expiry = { expiryUs, forward: forward.value / 1e6, slice: surface.value.slice };
  const inputs = {
    nowUs,
    index: index.value.price / 1e6,
    expiries: [expiry],
    fixingEndUs: 0,
    fixingSeconds: 0,
    fixingSum: 0,
  };
  markAll(plan, inputs, new Float64Array(1), columns);
  return columns.markPrice[0] as number;
};

/**
 * What an instrument was marked at a moment, from the journal in a folder.
 * Throws OperationalError where the journal does not tell. Cost: a replay up to the moment.
 */
export const markAt = async (
  journal: string,
  name: string,
  untilUs: number,
): Promise<MarkAtReport> => {
  let machine = new WatchedMachine(name, untilUs);
  try {
    const report = await verifyJournal(journal, {
      createStateMachine: () => {
        machine = new WatchedMachine(name, untilUs);
        return machine;
      },
      rulesVersion,
    });
    requireReplayed(report);
  } catch (error) {
    if (!(error instanceof Reached)) throw error;
  }
  const found = machine.report();
  if (found === null) {
    const moment = new Date(untilUs / 1_000).toISOString();
    const sentence = `${name} had no mark by ${moment} in this journal; see "openstrike chain".`;
    throw new OperationalError('no-mark', sentence);
  }
  return found;
};
