// Oracle metrics: a live oracle's report as Prometheus series, labelled by source and index.
import { indexStatuses } from '@openstrike/domain';
import type { IndexReport, OracleReport, SourceReport } from '@openstrike/oracle';
import { Counter, Gauge, type Registry } from 'prom-client';

interface Series<Row> {
  readonly name: string;
  readonly help: string;
  readonly kind: 'counter' | 'gauge';
  readonly read: (row: Row, nowMs: number) => number;
}

/** In the order of their codes, from best to worst. */
const sourceStates = ['live', 'resyncing', 'stale', 'connecting', 'down'] as const;

/** Infinite for what never was. */
const secondsSince = (us: number, nowMs: number): number =>
  us === 0 ? Number.POSITIVE_INFINITY : Math.max(0, nowMs / 1e3 - us / 1e6);

const bySource: readonly Series<SourceReport>[] = [
  {
    name: 'oracle_source_live',
    help: '1 while the connection to the source is live',
    kind: 'gauge',
    read: ({ state }) => Number(state === 'live'),
  },
  {
    name: 'oracle_source_state',
    help: '0 live, 1 resyncing after a gap, 2 stale (connected and silent), 3 connecting, 4 down',
    kind: 'gauge',
    read: ({ state }) => sourceStates.indexOf(state),
  },
  {
    name: 'oracle_source_updates',
    help: 'updates taken from the source',
    kind: 'counter',
    read: ({ updates }) => updates,
  },
  {
    name: 'oracle_source_age_seconds',
    help: 'time since the last update of the source; infinite before the first',
    kind: 'gauge',
    read: ({ updatedUs }, nowMs) => secondsSince(updatedUs, nowMs),
  },
];

const byIndex: readonly Series<IndexReport>[] = [
  {
    name: 'oracle_index_status',
    help: '0 good, 1 flagged, 2 frozen, -1 before the first value',
    kind: 'gauge',
    read: ({ status }) => (status === null ? -1 : indexStatuses.indexOf(status)),
  },
  {
    name: 'oracle_index_confidence',
    help: 'from 0 to 1',
    kind: 'gauge',
    read: ({ confidence }) => confidence,
  },
  {
    name: 'oracle_index_age_seconds',
    help: 'time since the last value that was not frozen; infinite before the first',
    kind: 'gauge',
    read: ({ valuedUs }, nowMs) => secondsSince(valuedUs, nowMs),
  },
  {
    name: 'oracle_index_frozen_seconds',
    help: 'seconds in which the last value stood for want of sources',
    kind: 'counter',
    read: ({ frozen }) => frozen,
  },
  {
    name: 'oracle_index_limited_seconds',
    help: 'seconds whose move was cut by the limiter',
    kind: 'counter',
    read: ({ limited }) => limited,
  },
  {
    name: 'oracle_surfaces_published',
    help: 'surfaces published',
    kind: 'counter',
    read: ({ surfacesPublished }) => surfacesPublished,
  },
  {
    name: 'oracle_surfaces_limited',
    help: 'surfaces published that went part of the way only',
    kind: 'counter',
    read: ({ surfacesLimited }) => surfacesLimited,
  },
  {
    name: 'oracle_surfaces_kept',
    help: 'seconds in which the surface before stayed',
    kind: 'counter',
    read: ({ surfacesKept }) => surfacesKept,
  },
  {
    name: 'oracle_surfaces_failed',
    help: 'seconds without a new surface in which there was none before to stay',
    kind: 'counter',
    read: ({ surfacesFailed }) => surfacesFailed,
  },
  {
    name: 'oracle_slices_refused',
    help: 'fits of single expiries that were refused',
    kind: 'counter',
    read: ({ slicesRefused }) => slicesRefused,
  },
];

/** What `registerSeries` needs to know of rows of one kind. */
interface Rows<Row> {
  readonly label: string;
  readonly nameOf: (row: Row) => string;
  readonly rows: () => readonly Row[];
  readonly nowMs: () => number;
}

const registerSeries = <Row>(
  registry: Registry,
  { name, help, kind, read }: Series<Row>,
  { label, nameOf, rows, nowMs }: Rows<Row>,
): void => {
  const settings = { help, labelNames: [label], registers: [registry] };
  if (kind === 'gauge') {
    new Gauge({
      ...settings,
      name: `openstrike_${name}`,
      collect() {
        for (const row of rows()) this.set({ [label]: nameOf(row) }, read(row, nowMs()));
      },
    });
    return;
  }
  new Counter({
    ...settings,
    name: `openstrike_${name}_total`,
    collect() {
      // The worker's counts are the truth; they begin anew when it does, as counters may.
      this.reset();
      for (const row of rows()) this.inc({ [label]: nameOf(row) }, read(row, nowMs()));
    },
  });
};

/** Adds the series of an oracle to a registry; they are empty while there is no report. */
export const registerOracleMetrics = (
  registry: Registry,
  report: () => OracleReport | null,
  nowMs: () => number,
): void => {
  for (const series of bySource) {
    registerSeries(registry, series, {
      label: 'source',
      nameOf: ({ source }) => source,
      rows: () => report()?.sources ?? [],
      nowMs,
    });
  }
  for (const series of byIndex) {
    registerSeries(registry, series, {
      label: 'index',
      nameOf: ({ indexName }) => indexName,
      rows: () => report()?.indexes ?? [],
      nowMs,
    });
  }
};

/**
 * The oracle in a few words, for `/health`; null where the market has none of its own. An oracle
 * that fell silent shows in the ages: its last states stand.
 */
export const oracleHealth = (
  report: OracleReport | null,
  nowMs: number,
): Record<string, unknown> | null =>
  report && {
    sources: Object.fromEntries(report.sources.map(({ source, state }) => [source, state])),
    indexes: Object.fromEntries(report.indexes.map(({ indexName, status }) => [indexName, status])),
    indexAgeSeconds: Object.fromEntries(
      report.indexes.map(({ indexName, valuedUs }) => [
        indexName,
        valuedUs === 0 ? null : secondsSince(valuedUs, nowMs),
      ]),
    ),
  };
