/** A worker thread of Node that answers block requests, for the test of simulation over threads. */
import { parentPort } from 'node:worker_threads';
import { answerBlock, type BlockRequest } from '../parallel.ts';

parentPort?.on('message', (request: BlockRequest) => {
  parentPort?.postMessage(answerBlock(request));
});
