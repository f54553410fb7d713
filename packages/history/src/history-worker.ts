// History worker: the entry of the thread that owns the database. It only joins the server to the
// port, and gives way to the threads that trade.

import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '@openstrike/std';
import { giveWay } from '@openstrike/threads';
import { operationalErrorOf } from './history-database.ts';
import { type FromServer, failureOf, HistoryServer, type ToServer } from './history-server.ts';
import { StoredGauge } from './stored-gauge.ts';

giveWay();
const { folder, gauge: shared } = workerData as {
  readonly folder: string;
  readonly gauge: SharedArrayBuffer;
};
const gauge = new StoredGauge(shared);
assert(parentPort !== null, 'the history worker runs in a worker thread');
const port = parentPort;
const send = (message: FromServer): void => {
  port.postMessage(message);
  gauge.note(message);
};

try {
  const server = new HistoryServer(folder, send);
  port.on('message', (message: ToServer) => {
    server.handle(message);
    if (message.type === 'close') {
      port.close();
    }
  });
} catch (cause) {
  const error = operationalErrorOf(cause, join(folder, 'history.db'));
  send({ type: 'failed', failure: failureOf(error) });
}
