// Oracle tally: what an operator watches of a live oracle: which sources speak, how good each index
// is, how its surfaces fare. Counts only grow; states are those of the last word.
import type { ConnectorEvent, SourceName, SourceState } from '@openstrike/connectors';
import type { IndexName, IndexStatus } from '@openstrike/domain';
import type { IndexValue } from '../index-price/index-machine.ts';
import type { SurfaceStep } from '../surface/surface-machine.ts';

export interface SourceReport {
  readonly source: SourceName;
  /** Of the whole connection. */
  readonly state: SourceState;
  /** Updates taken from it. */
  readonly updates: number;
  /** When the last of them came; 0 before the first. Microseconds since the epoch. */
  readonly updatedUs: number;
}

export interface IndexReport {
  readonly indexName: IndexName;
  /** Null before the first value. */
  readonly status: IndexStatus | null;
  /** From 0 to 1; 0 before the first value. */
  readonly confidence: number;
  /** When the last value was told that was not frozen; 0 before the first. As `updatedUs`. */
  readonly valuedUs: number;
  /** Seconds whose move was cut by the limiter, and seconds that were frozen. */
  readonly limited: number;
  readonly frozen: number;
  readonly surfacesPublished: number;
  /** Of those published: went part of the way only. */
  readonly surfacesLimited: number;
  /** Seconds in which the surface before stayed, because there was no new one. */
  readonly surfacesKept: number;
  /** Seconds in which there was no new one, and none before to stay. */
  readonly surfacesFailed: number;
  /** Fits of single expiries that were refused. */
  readonly slicesRefused: number;
}

export interface OracleReport {
  readonly ticks: number;
  readonly sources: readonly SourceReport[];
  readonly indexes: readonly IndexReport[];
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

export class OracleTally {
  readonly #sources = new Map<SourceName, Writable<SourceReport>>();
  readonly #indexes = new Map<IndexName, Writable<IndexReport>>();
  #ticks = 0;

  constructor(sources: readonly SourceName[], indexNames: readonly IndexName[]) {
    for (const source of sources) this.#sourceOf(source);
    for (const indexName of indexNames) {
      this.#indexes.set(indexName, {
        indexName,
        status: null,
        confidence: 0,
        valuedUs: 0,
        limited: 0,
        frozen: 0,
        surfacesPublished: 0,
        surfacesLimited: 0,
        surfacesKept: 0,
        surfacesFailed: 0,
        slicesRefused: 0,
      });
    }
  }

  take(event: ConnectorEvent): void {
    const report = this.#sourceOf(event.source);
    if (event.type !== 'status') {
      report.updates += 1;
      report.updatedUs = event.receivedUs;
    } else if (event.venueSymbol === null) {
      report.state = event.state;
    }
  }

  tick(values: ReadonlyMap<IndexName, IndexValue>, nowUs: number): void {
    this.#ticks += 1;
    for (const [indexName, { status, confidence, limitedFrom }] of values) {
      const report = this.#indexes.get(indexName);
      if (report === undefined) continue;
      report.status = status;
      report.confidence = confidence;
      if (limitedFrom !== null) report.limited += 1;
      if (status === 'frozen') report.frozen += 1;
      else report.valuedUs = nowUs;
    }
  }

  surface(indexName: IndexName, { outcome, kept, fit }: SurfaceStep): void {
    const report = this.#indexes.get(indexName);
    if (report === undefined) return;
    if (outcome !== 'kept') report.surfacesPublished += 1;
    else if (kept.length > 0) report.surfacesKept += 1;
    else report.surfacesFailed += 1;
    if (outcome === 'limited') report.surfacesLimited += 1;
    report.slicesRefused += fit.expiries.filter(({ refusal }) => refusal !== null).length;
  }

  report(): OracleReport {
    return {
      ticks: this.#ticks,
      sources: [...this.#sources.values()].map((source) => ({ ...source })),
      indexes: [...this.#indexes.values()].map((index) => ({ ...index })),
    };
  }

  #sourceOf(source: SourceName): Writable<SourceReport> {
    let report = this.#sources.get(source);
    if (report === undefined) {
      report = { source, state: 'connecting', updates: 0, updatedUs: 0 };
      this.#sources.set(source, report);
    }
    return report;
  }
}
