/**
 * The order books of npm on the same streams, in this process.
 */
import { createRequire } from 'node:module';
import { performance } from 'node:perf_hooks';
import { CANCEL, MESSAGE_STRIDE, MODIFY, NEW_IOC, type Stream } from './public-stream.ts';

/** What is used of the npm books, which ship no usable types. */
interface NpmBook {
  limit(order: {
    id: string;
    side: 'buy' | 'sell';
    size: number;
    price: number;
    timeInForce: 'GTC' | 'IOC';
  }): unknown;
  modify(id: string, order: { side: 'buy' | 'sell'; size: number; price: number }): unknown;
  cancel(id: string): unknown;
  depth(): [[number, number][], [number, number][]];
}

export const NPM_BOOKS = ['nodejs-order-book', 'hft-limit-order-book'] as const;

/**
 * Millions of messages a second of an npm book over a stream's first messages, and the lots then
 * resting.
 */
export function runNpmBook(
  name: (typeof NPM_BOOKS)[number],
  stream: Stream,
  messages: number,
): { rate: number; restingLots: number } {
  const library = createRequire(import.meta.url)(name) as { OrderBook: new () => NpmBook };
  const books = Array.from({ length: stream.books }, () => new library.OrderBook());
  const { fields } = stream;
  const start = performance.now();
  for (let at = 0; at < messages * MESSAGE_STRIDE; at += MESSAGE_STRIDE) {
    const kind = fields[at] as number;
    const side = fields[at + 1] === 0 ? 'buy' : 'sell';
    const id = String(fields[at + 2]);
    const price = fields[at + 3] as number;
    const size = fields[at + 4] as number;
    const book = books[fields[at + 5] as number] as NpmBook;
    if (kind === CANCEL) book.cancel(id);
    else if (kind === MODIFY) book.modify(id, { side, size, price });
    else book.limit({ id, side, size, price, timeInForce: kind === NEW_IOC ? 'IOC' : 'GTC' });
  }
  const rate = messages / (performance.now() - start) / 1000;
  let restingLots = 0;
  for (const book of books) {
    for (const [, lots] of book.depth().flat()) restingLots += lots;
  }
  return { rate, restingLots };
}
