import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { OrderBook } from '../../core/order-book.ts';
import { krakenBook, krakenChecksum, krakenFrame } from './kraken-messages.ts';

const file = new URL('../../../../../testdata/connectors/kraken/frames.json', import.meta.url);
const { frames } = JSON.parse(readFileSync(file, 'utf8')) as { frames: string[] };

test('the checksum is the one of the worked example in the venue’s guide', () => {
  const { bids, asks, checksum } = krakenBook(krakenFrame(frames[2] as string));
  expect(checksum).toBe(3_310_070_434);
  const book = new OrderBook();
  book.bids.load(bids);
  book.asks.load(asks);
  expect(krakenChecksum(book)).toBe(checksum);
});
