/**
 * The order streams of the public matching-engine benchmark, generated anew: a shuffled flow of
 * passive, amended, cancelled and immediate-or-cancel orders around a geometric random walk, the
 * same bits for the same seed.
 *
 * Source: Yoon (2026), github.com/flash1-dev/matching-engine-benchmark, docs/METHODOLOGY.md and
 * workload/scenarios.json at 41656c8 (constants, order of the random draws).
 */
import { MersenneTwister } from './mersenne-twister.ts';

/**
 * The five scenarios: annualised volatility of the middle price and its target swing over the run.
 */
export const SCENARIOS = {
  static: { volatility: 0, swing: 0 },
  normal: { volatility: 0.15, swing: 0.02 },
  'swing-25': { volatility: 0.5, swing: 0.25 },
  'swing-40': { volatility: 0.5, swing: 0.4 },
  'flash-crash': { volatility: 0.5, swing: 0.6 },
} as const;

export type Scenario = keyof typeof SCENARIOS;

/** Kinds of message in a stream. */
export const NEW = 0;
export const CANCEL = 1;
export const MODIFY = 2;
/** A new order of which nothing may rest. */
export const NEW_IOC = 3;

/** Each message takes this many Int32 fields: kind, side, order id, ticks, lots, book. */
export const MESSAGE_STRIDE = 6;

/** Messages in arrival order; a message's sequence number is its index. */
export interface Stream {
  readonly fields: Int32Array;
  readonly count: number;
  /** Order ids are 1 to this. */
  readonly orderIds: number;
  readonly books: number;
}

const TICK_SIZE = 0.005;
const START_MID = 167.52;
const DEEPEST_LEVEL = 799;
const DEPTH_EXPONENT = 2.23;
const HUMP_AMPLITUDE = 5;
const HUMP_CENTER = 8;
const IOC_SHARE = 0.15;
const MODIFY_SHARE = 0.2;
const REPRICE_SHARE = 0.8;
const CANCEL_SHARE = 0.95;
const DUPLICATE_SHARE = 0.02;

/** Generates a scenario's stream of `orders` new orders and all that follows from them. */
export function publicStream(scenario: Scenario, orders = 1_000_000, seed = 23): Stream {
  const twister = new MersenneTwister(seed);
  const placed = placeOrders(SCENARIOS[scenario], orders, twister);
  const arrival = shuffled(orders, twister);
  const writer = new StreamWriter(orders * 3);
  for (const index of arrival) {
    const side = index < Math.floor(orders / 2) ? 0 : 1;
    const ticks = placed.ticks[index] as number;
    const lots = placed.lots[index] as number;
    writeLife(writer, twister, index + 1, side, ticks, lots);
  }
  return { ...writer.finish(), orderIds: orders, books: 1 };
}

/**
 * Prices and sizes of all new orders in order of their ids: bids on the path's first half, asks on
 * its second.
 */
function placeOrders(
  { volatility, swing }: { volatility: number; swing: number },
  orders: number,
  twister: MersenneTwister,
): { ticks: Int32Array; lots: Int32Array } {
  const depth = cumulatedDepth();
  const step = volatility > 0 ? (swing / volatility) ** 2 / orders : 0;
  const sigma = volatility * Math.sqrt(step);
  const ticks = new Int32Array(orders);
  const lots = new Int32Array(orders);
  let mid = START_MID;
  for (let i = 0; i < orders; i++) {
    mid *= Math.exp(-0.5 * sigma * sigma + sigma * twister.normal());
    const midTicks = Math.round((Math.round(mid / TICK_SIZE) * TICK_SIZE) / TICK_SIZE);
    const away = 1 + sampleDepth(depth, twister);
    const at = i < Math.floor(orders / 2) ? midTicks - away : midTicks + away;
    ticks[i] = at < 1 ? 1 : at;
    lots[i] = twister.integer(1, 100);
  }
  return { ticks, lots };
}

/** Cumulated weights of the distance from the middle: a power law with a hump near the touch. */
function cumulatedDepth(): Float64Array {
  const cumulated = new Float64Array(DEEPEST_LEVEL + 1);
  let sum = 0;
  for (let k = 0; k <= DEEPEST_LEVEL; k++) {
    const z = k - HUMP_CENTER;
    sum += 1 / (k + 1) ** DEPTH_EXPONENT + HUMP_AMPLITUDE * Math.exp(-0.5 * z * z);
    cumulated[k] = sum;
  }
  return cumulated;
}

function sampleDepth(cumulated: Float64Array, twister: MersenneTwister): number {
  const x = twister.uniform() * (cumulated[DEEPEST_LEVEL] as number);
  let low = 0;
  let high = DEEPEST_LEVEL + 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((cumulated[middle] as number) < x) low = middle + 1;
    else high = middle;
  }
  return Math.min(low, DEEPEST_LEVEL);
}

function shuffled(count: number, twister: MersenneTwister): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = twister.integer(0, i);
    const swapped = order[i] as number;
    order[i] = order[j] as number;
    order[j] = swapped;
  }
  return order;
}

/**
 * One order's messages. In the published model every message of an order comes before the next
 * order's first: its clock only moves forward, so the draws that only set times are made and
 * dropped.
 */
function writeLife(
  writer: StreamWriter,
  twister: MersenneTwister,
  id: number,
  side: number,
  ticks: number,
  lots: number,
): void {
  if (twister.uniform() < IOC_SHARE) {
    writer.write(NEW_IOC, side, id, ticks, lots);
    return;
  }
  writer.write(NEW, side, id, ticks, lots);
  const modified = twister.uniform() < MODIFY_SHARE;
  let newTicks = ticks;
  if (modified) {
    twister.uniform();
    if (twister.uniform() < REPRICE_SHARE) newTicks += side === 0 ? 1 : -1;
    writer.write(MODIFY, side, id, newTicks, lots + 1);
  }
  if (twister.uniform() >= CANCEL_SHARE) return;
  twister.uniform();
  writer.write(CANCEL, side, id, ticks, lots);
  if (twister.uniform() < DUPLICATE_SHARE) {
    twister.uniform();
    writer.write(CANCEL, side, id, ticks, lots);
  }
  if (modified && twister.uniform() < DUPLICATE_SHARE) {
    twister.uniform();
    writer.write(MODIFY, side, id, newTicks, lots + 1);
  }
}

/** Collects messages into one array. */
export class StreamWriter {
  #fields: Int32Array;
  #count = 0;

  constructor(messages: number) {
    this.#fields = new Int32Array(messages * MESSAGE_STRIDE);
  }

  write(kind: number, side: number, id: number, ticks: number, lots: number, book = 0): void {
    const at = this.#count * MESSAGE_STRIDE;
    if (at + MESSAGE_STRIDE > this.#fields.length) {
      const larger = new Int32Array(this.#fields.length * 2);
      larger.set(this.#fields);
      this.#fields = larger;
    }
    const fields = this.#fields;
    fields[at] = kind;
    fields[at + 1] = side;
    fields[at + 2] = id;
    fields[at + 3] = ticks;
    fields[at + 4] = lots;
    fields[at + 5] = book;
    this.#count += 1;
  }

  finish(): { fields: Int32Array; count: number } {
    return { fields: this.#fields.subarray(0, this.#count * MESSAGE_STRIDE), count: this.#count };
  }
}
