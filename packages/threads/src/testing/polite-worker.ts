// Polite worker: gives way and tells whether it could; stays until it is ended.
import { parentPort } from 'node:worker_threads';
import { giveWay } from '../give-way.ts';

parentPort?.on('message', () => undefined);
parentPort?.postMessage(giveWay());
