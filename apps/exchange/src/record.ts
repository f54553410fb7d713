// Record: follows outside venues, and this exchange itself through its own door, and writes what
// they tell into Parquet until it is stopped. A recorder that lags leaves rows out and says how
// many; it never slows a source down.
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ConnectorOptions,
  createConnector,
  type SourceName,
  sourceDefaults,
  type VenueConnector,
} from '@openstrike/connectors';
import { OperationalError } from '@openstrike/domain';
import { createRecorder, type Recorder } from '@openstrike/oracle';

export interface RecordTask {
  readonly folder: string;
  /** Names of sources; `openstrike` is the exchange at `own`. */
  readonly sources: readonly string[];
  readonly underlyings: readonly ('BTC' | 'ETH')[];
  /** Base address of a running exchange, such as http://127.0.0.1:8080. */
  readonly own: string;
  readonly say: (line: string) => void;
}

const ownName = 'openstrike';
const tellMs = 60_000;

/** Our exchange speaks Deribit's protocol, so Deribit's connector follows it. */
const ownAddresses = (own: string) => {
  const base = own.replace(/\/+$/, '');
  return { rest: `${base}/api/v2`, socket: `${base.replace(/^http/, 'ws')}/ws/api/v2` };
};

const connectorOf = (name: string, task: RecordTask): VenueConnector => {
  const { underlyings, say } = task;
  const onProblem: ConnectorOptions['onProblem'] = ({ sentence }) => say(`${name}: ${sentence}`);
  if (name === ownName) {
    const addresses = ownAddresses(task.own);
    return createConnector('deribit', { chains: underlyings, addresses, onProblem });
  }
  const defaults = sourceDefaults.get(name as SourceName);
  if (defaults === undefined) {
    const known = [ownName, ...sourceDefaults.keys()].join(', ');
    const sentence = `There is no source ${name} to record; choose some of ${known}.`;
    throw new OperationalError('unknown-source', sentence);
  }
  const followed = defaults.hasChains ? { chains: underlyings, symbols: defaults.symbols } : {};
  return createConnector(name as SourceName, { ...followed, onProblem });
};

const progressOf = (recorder: Recorder): string => {
  const { rows, dropped, files } = recorder.counts();
  const left = dropped === 0 ? '' : `, ${dropped} left out because the disk was too slow`;
  return `${rows} rows recorded, ${files} files closed${left}`;
};

const throwFailure = (folder: string, cause: Error | null): void => {
  if (cause === null) return;
  const sentence = `Recording into ${folder} stopped: ${cause.message}. Is the disk full?`;
  throw new OperationalError('recording-failed', sentence, { cause });
};

/**
 * Records until the signal comes, or the disk fails.
 * Throws OperationalError for an unknown source, and when the disk failed.
 */
export const recordMarkets = async (task: RecordTask, signal: AbortSignal): Promise<void> => {
  if (task.sources.length === 0) {
    throw new OperationalError('no-source', 'Name what to record: --source deribit,coinbase.');
  }
  const connectors = task.sources.map((name) => [name, connectorOf(name, task)] as const);
  const failed = new AbortController();
  let failure: Error | null = null;
  const recorder = await createRecorder({
    folder: task.folder,
    onFailure: (error) => {
      failure = error instanceof Error ? error : new Error(String(error));
      failed.abort();
    },
  });
  for (const [name, connector] of connectors) {
    connector.start((event) => {
      recorder.record(event, name);
      if (event.type === 'status' && event.venueSymbol === null) {
        task.say(`${name} is ${event.state}: ${event.reason}`);
      }
    });
  }
  const ended = AbortSignal.any([signal, failed.signal]);
  while (!ended.aborted) {
    await sleep(tellMs, undefined, { signal: ended }).catch(() => undefined);
    if (!ended.aborted) task.say(progressOf(recorder));
  }
  await Promise.all(connectors.map(([, connector]) => connector.stop()));
  await recorder.stop();
  task.say(progressOf(recorder));
  throwFailure(task.folder, failure);
};
