// Oracle worker: connectors, index and forwards of a live market in a thread of their own, so that
// no burst of quotes ever delays the engine; surfaces are fitted in a further one. It posts
// commands and notes, and is sent our own books.
import { parentPort, workerData } from 'node:worker_threads';
import { createConnector } from '@openstrike/connectors';
import type { Command, ContractTable, IndexName, TsUs } from '@openstrike/domain';
import {
  LiveOracle,
  type OracleNote,
  type OracleReport,
  type OwnBooks,
  SurfaceThread,
  usualDefinition,
} from '@openstrike/oracle';
import { expiriesToQuote, listedIndexes, rememberByHour } from './expiries-to-quote.ts';
import type { OracleSource } from './oracle-sources.ts';

export interface OracleTask {
  readonly sources: readonly OracleSource[];
  readonly tables: readonly ContractTable[];
  readonly surfaceVersion: number;
}

export type OracleMessage =
  | { readonly type: 'commands'; readonly commands: readonly Command[] }
  | { readonly type: 'note'; readonly note: OracleNote }
  | { readonly type: 'report'; readonly report: OracleReport }
  | { readonly type: 'stopped' };

const task = workerData as OracleTask;
const post = (message: OracleMessage): void => parentPort?.postMessage(message);
const warn = (sentence: string): void => post({ type: 'note', note: { level: 'warn', sentence } });

const expiriesOf = rememberByHour(expiriesToQuote(task.tables));
const listed = new Set(listedIndexes(task.tables));
const usual = usualDefinition(task.sources.map(({ source }) => source));

const oracle = new LiveOracle({
  definition: {
    ...usual,
    indexes: usual.indexes.filter(({ indexName }) => listed.has(indexName)),
  },
  connectors: task.sources.map(({ source, ...follow }) =>
    createConnector(source, {
      ...follow,
      onProblem: ({ sentence }) => warn(`${source}: ${sentence}`),
    }),
  ),
  expiriesOf: (indexName: IndexName, nowUs: number) => expiriesOf(indexName, nowUs as TsUs),
  surfaceVersion: task.surfaceVersion,
  surfaces: new SurfaceThread(),
  nowUs: () => Date.now() * 1_000,
  onCommands: (commands) => post({ type: 'commands', commands }),
  onNote: (note) => post({ type: 'note', note }),
});

const reporting = setInterval(() => post({ type: 'report', report: oracle.report() }), 1_000);

const stop = async (): Promise<void> => {
  clearInterval(reporting);
  await oracle.stop();
  post({ type: 'stopped' });
  parentPort?.close();
};

parentPort?.on('message', (message: readonly OwnBooks[] | 'stop') => {
  if (message === 'stop') {
    stop().catch((error: unknown) => warn(`the oracle did not stop cleanly: ${String(error)}`));
    return;
  }
  for (const books of message) oracle.takeOwn(books);
});

oracle.start();
