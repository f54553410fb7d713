/**
 * A stream over a thousand thin books, the usual state of an options venue: a handful of levels a
 * side, most of them of one order, quotes that move with a wandering middle, and now and then a
 * taker.
 */
import { MersenneTwister } from './mersenne-twister.ts';
import { CANCEL, MODIFY, NEW, NEW_IOC, type Stream, StreamWriter } from './public-stream.ts';

const LIVE_ORDERS_MAX = 16;
const TAKER_SHARE = 0.08;
const MODIFY_SHARE = 0.2;
const WANDER_SHARE = 0.1;

interface ThinBook {
  midTicks: number;
  readonly liveIds: number[];
  readonly liveSides: number[];
}

/** Generates `messages` messages for `books` books. */
export function thinStream(messages = 2_000_000, books = 1000, seed = 23): Stream {
  const twister = new MersenneTwister(seed);
  const writer = new StreamWriter(messages);
  const states: ThinBook[] = Array.from({ length: books }, () => ({
    midTicks: twister.integer(100, 10_000),
    liveIds: [],
    liveSides: [],
  }));
  let orderIds = 0;
  for (let i = 0; i < messages; i++) {
    const book = twister.integer(0, books - 1);
    const state = states[book] as ThinBook;
    if (twister.uniform() < WANDER_SHARE) {
      state.midTicks = Math.max(20, state.midTicks + twister.integer(0, 2) - 1);
    }
    if (twister.uniform() * LIVE_ORDERS_MAX * 2 < state.liveIds.length) {
      withdraw(writer, twister, state, book);
    } else {
      orderIds += 1;
      arrive(writer, twister, state, book, orderIds);
    }
  }
  return { ...writer.finish(), orderIds, books };
}

/** Cancels one of the book's orders, or moves it by a tick. */
function withdraw(
  writer: StreamWriter,
  twister: MersenneTwister,
  state: ThinBook,
  book: number,
): void {
  const at = twister.integer(0, state.liveIds.length - 1);
  const id = state.liveIds[at] as number;
  const side = state.liveSides[at] as number;
  const ticks = state.midTicks + (side === 0 ? -1 : 1) * twister.integer(1, 8);
  if (twister.uniform() < MODIFY_SHARE) {
    writer.write(MODIFY, side, id, ticks, twister.integer(1, 100), book);
    return;
  }
  writer.write(CANCEL, side, id, ticks, 0, book);
  state.liveIds[at] = state.liveIds.at(-1) as number;
  state.liveSides[at] = state.liveSides.at(-1) as number;
  state.liveIds.pop();
  state.liveSides.pop();
}

/** A new quote on its side of the middle, or a taker that reaches over it. */
function arrive(
  writer: StreamWriter,
  twister: MersenneTwister,
  state: ThinBook,
  book: number,
  id: number,
): void {
  const side = twister.integer(0, 1);
  const away = side === 0 ? -1 : 1;
  if (twister.uniform() < TAKER_SHARE) {
    const ticks = state.midTicks - away * twister.integer(1, 4);
    writer.write(NEW_IOC, side, id, ticks, twister.integer(1, 150), book);
    return;
  }
  writer.write(
    NEW,
    side,
    id,
    state.midTicks + away * twister.integer(1, 8),
    twister.integer(1, 100),
    book,
  );
  state.liveIds.push(id);
  state.liveSides.push(side);
}
