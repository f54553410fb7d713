// A maker on a venue that is made of the test and takes one request at a time: prices move faster
// than it can follow, which is when it matters whose turn it is.
import {
  type Venue,
  type VenueOrder,
  type VenueOrderRequest,
  VenueRefusal,
} from '@openstrike/venues';
import { expect, test } from 'vitest';
import { createMarketMaker } from './market-maker.ts';
import { quoteParameters as parameters, perpetual } from './testing/samples.ts';

type Book = Map<string, { readonly side: string; readonly price: number }>;

interface Waiting {
  readonly answer: () => void;
  readonly fail: (error: Error) => void;
}

/** A venue whose requests wait until the test lets one through. */
class SlowVenue {
  readonly book: Book = new Map();
  readonly waiting: Waiting[] = [];
  tell: (markPrice: number) => void = () => undefined;
  #nowMs = 1_790_000_000_000;
  #orders = 0;

  readonly venue = {
    status: () => 'live',
    connect: async () => undefined,
    close: async () => undefined,
    cancelAll: async () => 0,
    positions: async () => [],
    instruments: async () => [perpetual],
    onStatus: () => () => undefined,
    watchOwnOrders: () => () => undefined,
    watchOwnTrades: () => () => undefined,
    watchListing: () => () => undefined,
    watchOptionMarks: () => () => undefined,
    watchIndex: (_name: string, listener: (price: number) => void) => {
      listener(80_000);
      return () => undefined;
    },
    watchTicker: (_name: string, listener: (ticker: object) => void) => {
      this.tell = (markPrice) => listener({ markPrice, timestampMs: (this.#nowMs += 10_000) });
      return () => undefined;
    },
    place: ({ side, price }: VenueOrderRequest) =>
      this.#ask(String((this.#orders += 1)), side, price ?? 0),
    edit: (orderId: string, _amount: number, price: number) =>
      this.#ask(orderId, this.book.get(orderId)?.side ?? 'gone', price),
    cancel: (orderId: string) => this.#ask(orderId, this.book.get(orderId)?.side ?? 'gone', null),
  } as unknown as Venue;

  async next(then: 'answer' | 'lose' | 'refuse' = 'answer'): Promise<void> {
    const asked = this.waiting.shift();
    if (then === 'answer') asked?.answer();
    else if (then === 'refuse') asked?.fail(new VenueRefusal(10_009, 'not enough funds', false));
    else asked?.fail(new Error('no answer'));
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  }

  #ask(orderId: string, side: string, price: number | null): Promise<Partial<VenueOrder>> {
    return new Promise((resolve, fail) => {
      const answer = (): void => {
        if (price === null) this.book.delete(orderId);
        else this.book.set(orderId, { side, price });
        const status = price === null ? 'cancelled' : 'open';
        const order = { orderId, status, price: price ?? 0, amount: 1e9, filledAmount: 0 } as const;
        resolve(order);
      };
      this.waiting.push({ answer, fail });
    });
  }
}

const start = async (inFlightMax: number): Promise<SlowVenue> => {
  const slow = new SlowVenue();
  const log = { debug: () => undefined, warn: () => undefined };
  const maker = createMarketMaker({ venue: slow.venue, parameters, inFlightMax, log } as never);
  await maker.start();
  return slow;
};

test('orders take turns when the price runs away from them', async () => {
  const slow = await start(1);
  slow.tell(80_000);
  for (let request = 0; request < 10; request++) await slow.next();
  expect(slow.book.size).toBe(10);
  // The price falls before every answer, so the touch is off again whenever a place is free.
  let mark = 80_000;
  for (let request = 0; request < 20; request++) {
    slow.tell((mark -= 100));
    await slow.next();
  }
  expect(slow.waiting).toHaveLength(1);
  for (const { price } of slow.book.values()) expect(price).toBeLessThan(79_500);
});

test('an order that could not be cancelled is kept in mind until it is', async () => {
  const slow = await start(64);
  slow.tell(80_000);
  for (let request = 0; request < 10; request++) await slow.next();
  slow.tell(81_000);
  expect(slow.waiting).toHaveLength(10);
  // The first edit is lost, and so is the cancel after it.
  await slow.next('lose');
  for (let request = 0; request < 9; request++) await slow.next();
  await slow.next('lose');
  slow.tell(82_000);
  for (let request = 0; request < 10; request++) await slow.next();
  expect(slow.book.size).toBe(10);
  for (const { price } of slow.book.values()) expect(price).toBeGreaterThan(81_900);
});

test('an order that the venue says is gone is placed anew', async () => {
  const slow = await start(64);
  slow.tell(80_000);
  for (let request = 0; request < 10; request++) await slow.next();
  slow.book.delete('1');
  slow.tell(81_000);
  await slow.next('refuse');
  for (let request = 0; request < 9; request++) await slow.next();
  await slow.next('refuse');
  slow.tell(82_000);
  for (let request = 0; request < 10; request++) await slow.next();
  expect([...slow.book.keys()]).toEqual(['2', '3', '4', '5', '6', '7', '8', '9', '10', '11']);
});
