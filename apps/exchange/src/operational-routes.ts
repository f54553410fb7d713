// Operational routes: `/health` for supervisors and `/metrics` for Prometheus, beside the API.
import type { Feeds } from '@openstrike/feeds';
import type { Gateway } from '@openstrike/gateway';
import type { History, HistoryState } from '@openstrike/history';
import type { OracleReport } from '@openstrike/oracle';
import type { Sequencer } from '@openstrike/sequencer';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { oracleHealth, registerOracleMetrics } from './oracle-metrics.ts';
import type { Participants } from './participants.ts';

export interface OperationalParts {
  readonly gateway: Gateway;
  readonly sequencer: Sequencer;
  readonly history: Pick<History, 'state' | 'failure' | 'lastSeq' | 'pendingRows'>;
  readonly feeds: Feeds;
  readonly participants: () => Participants | null;
  /** How a live market's oracle fares; null where there is none. */
  readonly oracle: () => OracleReport | null;
  readonly wallNowMs: () => number;
}

interface Reading {
  readonly name: string;
  readonly help: string;
  readonly kind: 'counter' | 'gauge';
  readonly read: () => number;
}

const sequencerReadings = ({ sequencer }: OperationalParts): Reading[] => {
  const { metrics } = sequencer;
  return [
    { name: 'commands_applied', help: 'commands applied', read: () => metrics.commandsApplied },
    {
      name: 'commands_durable',
      help: 'commands made durable',
      read: () => metrics.commandsDurable,
    },
    { name: 'commands_refused', help: 'refused: queue full', read: () => metrics.commandsRefused },
    { name: 'journal_batches', help: 'group commits', read: () => metrics.batches },
    { name: 'journal_bytes', help: 'bytes journaled', read: () => metrics.bytes },
    {
      name: 'journal_commit_seconds',
      help: 'time spent making batches durable',
      read: () => metrics.commitMsTotal / 1_000,
    },
    { name: 'snapshots', help: 'snapshots written', read: () => metrics.snapshots },
    {
      name: 'snapshots_failed',
      help: 'snapshots that failed',
      read: () => metrics.snapshotsFailed,
    },
  ].map((reading) => ({ ...reading, kind: 'counter' }));
};

const gatewayReadings = ({ gateway }: OperationalParts): Reading[] => {
  const { metrics } = gateway;
  const counters = [
    'socketsOpened',
    'socketsRefused',
    'framesIn',
    'bytesIn',
    'framesOut',
    'bytesOut',
    'httpRequests',
    'notifications',
    'conflated',
    'slowConsumersClosed',
    'idleClosed',
    'heartbeatsMissed',
    'cancelsOnDisconnect',
    'rateLimited',
    'loginFailures',
    'internalErrors',
  ] as const;
  return counters.map((key) => ({
    name: `gateway_${key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`,
    help: key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`),
    kind: 'counter',
    read: () => metrics[key],
  }));
};

const gauges = ({ gateway, sequencer, feeds }: OperationalParts): Reading[] =>
  [
    { name: 'sockets_open', help: 'open sockets', read: () => gateway.metrics.socketsOpen },
    {
      name: 'socket_backlog_bytes',
      help: 'bytes written to sockets and not taken by their clients',
      read: () => gateway.backlog().bytes,
    },
    {
      name: 'socket_backlog_bytes_max',
      help: 'of the socket that has the most',
      read: () => gateway.backlog().bytesMax,
    },
    {
      name: 'sockets_behind',
      help: 'sockets whose market data waits until they have caught up',
      read: () => gateway.backlog().socketsBehind,
    },
    { name: 'calls_in_flight', help: 'calls in flight', read: () => gateway.metrics.inFlight },
    {
      name: 'queue_commands',
      help: 'commands applied and not yet durable',
      read: () => sequencer.metrics.queueCommands,
    },
    {
      name: 'commit_seconds_max',
      help: 'longest group commit',
      read: () => sequencer.metrics.commitMsMax / 1_000,
    },
    { name: 'durable_seq', help: 'last durable command', read: () => sequencer.durableSeq() },
    {
      name: 'accepting',
      help: '1 while commands are taken',
      read: () => Number(sequencer.state() === 'running'),
    },
    {
      name: 'instruments',
      help: 'live instruments',
      read: () => feeds.instruments({ currency: null, kind: null, expired: false }).length,
    },
  ].map((reading) => ({ ...reading, kind: 'gauge' }));

/** In the order of their codes, from best to worst. */
const historyStates: readonly HistoryState[] = ['storing', 'waiting', 'failed'];

const historyReadings = ({ history }: OperationalParts): Reading[] =>
  [
    {
      name: 'history_state',
      help: '0 storing, 1 waiting for a disk that refused a write, 2 failed: restart',
      read: () => historyStates.indexOf(history.state()),
    },
    { name: 'history_seq', help: 'last command stored', read: () => history.lastSeq() },
    {
      name: 'history_pending_rows',
      help: 'rows not yet stored',
      read: () => history.pendingRows(),
    },
  ].map((reading) => ({ ...reading, kind: 'gauge' }));

const register = (registry: Registry, reading: Reading): void => {
  const name = `openstrike_${reading.name}${reading.kind === 'counter' ? '_total' : ''}`;
  const settings = { name, help: reading.help, registers: [registry] };
  if (reading.kind === 'gauge') {
    new Gauge({
      ...settings,
      collect() {
        this.set(reading.read());
      },
    });
    return;
  }
  let told = 0;
  new Counter({
    ...settings,
    collect() {
      const now = reading.read();
      this.inc(now - told);
      told = now;
    },
  });
};

/** What `/health` and the operator's `status` say. */
export const healthOf = (parts: OperationalParts): Record<string, unknown> => ({
  state: parts.sequencer.state(),
  durableSeq: parts.sequencer.durableSeq(),
  queueCommands: parts.sequencer.metrics.queueCommands,
  history: {
    state: parts.history.state(),
    cause: parts.history.failure()?.message ?? null,
    seq: parts.history.lastSeq(),
    pendingRows: parts.history.pendingRows(),
  },
  socketsOpen: parts.gateway.metrics.socketsOpen,
  instruments: parts.feeds.instruments({ currency: null, kind: null, expired: false }).length,
  participants: parts.participants()?.report() ?? null,
  oracle: oracleHealth(parts.oracle(), parts.wallNowMs()),
});

/** 200 while orders are taken, else 503: a supervisor restarts or waits by that. */
export const addOperationalRoutes = (parts: OperationalParts): void => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const readings = [
    ...sequencerReadings(parts),
    ...gatewayReadings(parts),
    ...gauges(parts),
    ...historyReadings(parts),
  ];
  for (const reading of readings) register(registry, reading);
  registerOracleMetrics(registry, parts.oracle, parts.wallNowMs);
  parts.gateway.addRoute({
    path: '/health',
    handle: () => ({
      status: parts.sequencer.state() === 'running' ? 200 : 503,
      contentType: 'application/json',
      body: JSON.stringify(healthOf(parts)),
    }),
  });
  parts.gateway.addRoute({
    path: '/metrics',
    handle: async () => ({
      status: 200,
      contentType: registry.contentType,
      body: await registry.metrics(),
    }),
  });
};
