/**
 * Drives a matcher through a stream and writes the reports the public benchmark asks for, and every
 * change of a level beside them, into a ring of fixed records.
 */
import { createHash } from 'node:crypto';
import type { FillSink, Matcher, Side } from '../src/matcher.ts';
import { fixedArray } from './fixed-array.ts';
import { createOrderIndex } from './order-index.ts';
import { CANCEL, MESSAGE_STRIDE, MODIFY, NEW_IOC, type Stream } from './public-stream.ts';

/** Kinds of report; the numbers are the benchmark's, except the last. */
const ACK = 0;
const TRADE = 1;
const CANCEL_ACK = 2;
const MODIFY_ACK = 3;
const CANCEL_REJECT = 4;
const MODIFY_REJECT = 5;
const LEVEL = 6;

/** A report: kind, sequence number, order id, side, ticks, lots, maker's id, taker's id. */
const REPORT_STRIDE = 8;
const RING_FIELDS = 8192 * REPORT_STRIDE;

/** Receives a full ring of reports and how many of them are new. */
export type Drain = (reports: Int32Array, count: number) => void;

/** One matcher behind order ids. Its functions may be called without it. */
export interface PublicAdapter {
  /** Works through the stream's messages from `first` up to `end`. */
  run(first: number, end: number): void;
  /** Takes every order that still rests off the books. */
  clear(): void;
  /** Calls the drain whenever the ring is full, from now on. */
  drainTo(drain: Drain): void;
  /** Hands what is in the ring to the drain. */
  flush(): void;
}

/** A ring of reports, filled a record at a time. */
interface ReportRing {
  /** Writes a report without its maker and taker, and returns where it begins. */
  write(
    kind: number,
    sequence: number,
    order: number,
    side: number,
    ticks: number,
    lots: number,
  ): number;
  readonly fields: Int32Array;
  drainTo(drain: Drain): void;
  flush(): void;
}

function createRing(): ReportRing {
  const fields = new Int32Array(RING_FIELDS);
  let drain: Drain = () => {};
  const used = fixedArray();
  const flush = (): void => {
    drain(fields, (used[0] as number) / REPORT_STRIDE);
    used[0] = 0;
  };
  return {
    fields,
    flush,
    drainTo(to) {
      drain = to;
    },
    write(kind, sequence, order, side, ticks, lots) {
      if (used[0] === RING_FIELDS) flush();
      const at = used[0] as number;
      fields[at] = kind;
      fields[at | 1] = sequence;
      fields[at | 2] = order;
      fields[at | 3] = side;
      fields[at | 4] = ticks;
      fields[at | 5] = lots;
      used[0] = at + REPORT_STRIDE;
      return at;
    },
  };
}

// Fields of what the message at work has set.
const SEQUENCE = 0;
const TAKER = 1;
const LEVEL_SIDE = 2;
const LEVEL_TICKS = 3;

/** Twice as many as rest at once in the streams, in bits. */
const LIVE_ORDERS_BITS = 17;

/**
 * Puts a matcher behind order ids. A closure over constants: as long as it is the only one of its
 * isolate, V8 knows the matcher and its arrays.
 */
export function createPublicAdapter(
  make: (sink: FillSink) => Matcher,
  stream: Stream,
): PublicAdapter {
  const { fields } = stream;
  const ring = createRing();
  const index = createOrderIndex(LIVE_ORDERS_BITS);
  const now = fixedArray();
  const matcher = make({
    fill(_maker, makerId, ticks, lots, remaining) {
      const at = ring.write(TRADE, now[SEQUENCE] as number, 0, 0, ticks, lots);
      ring.fields[at | 6] = makerId;
      ring.fields[at | 7] = now[TAKER] as number;
      if (remaining === 0) index.remove(makerId);
    },
    selfTradeCancelled() {},
    levelChanged(book, side, ticks, lots) {
      now[LEVEL_SIDE] = side;
      now[LEVEL_TICKS] = ticks;
      ring.write(LEVEL, now[SEQUENCE] as number, book, side, ticks, lots);
    },
  });
  for (let book = 0; book < stream.books; book++) matcher.openBook(book);

  /** Takes an order that rests off its book, and its id out of the index; its lots, 0 for none. */
  function withdraw(id: number): number {
    const handle = index.remove(id);
    return handle === 0 ? 0 : matcher.cancel(handle);
  }

  /** Works a message. Each operation of the matcher is called in one place: V8 inlines it once. */
  function work(i: number): void {
    const at = i * MESSAGE_STRIDE;
    const kind = fields[at] as number;
    const side = fields[at + 1] as Side;
    const id = fields[at + 2] as number;
    const ticks = fields[at + 3] as number;
    const lots = fields[at + 4] as number;
    now[SEQUENCE] = i;
    now[TAKER] = id;
    if (kind === CANCEL || kind === MODIFY) {
      const withdrawn = withdraw(id);
      if (withdrawn === 0) {
        ring.write(kind === CANCEL ? CANCEL_REJECT : MODIFY_REJECT, i, id, 0, 0, 0);
        return;
      }
      if (kind === CANCEL) {
        // The level that has just changed is the order's.
        const levelTicks = now[LEVEL_TICKS] as number;
        ring.write(CANCEL_ACK, i, id, now[LEVEL_SIDE] as number, levelTicks, withdrawn);
        return;
      }
    }
    ring.write(kind === MODIFY ? MODIFY_ACK : ACK, i, id, side, ticks, lots);
    const book = fields[at + 5] as number;
    const handle = matcher.submit(book, side, ticks, lots, 0, 0, id, kind !== NEW_IOC, 0);
    if (handle !== 0) index.insert(id, handle);
    const left = matcher.lotsLeft();
    if (kind === NEW_IOC && left > 0) ring.write(CANCEL_ACK, i, id, side, ticks, left);
  }

  return {
    flush: ring.flush,
    drainTo: ring.drainTo,
    clear() {
      for (const id of index.ids()) withdraw(id);
      ring.flush();
    },
    run(first, end) {
      for (let i = first; i < end; i++) work(i);
    },
  };
}

/** What an adapter's reports of a stream hash to. */
export interface ReportHashes {
  /** The benchmark's SHA-256 over all reports, ordered by message and kind, one line each. */
  readonly reports: string;
  /** FNV-1a over the fields of all fills, which C++ peers work out too. */
  readonly fills: number;
}

/** Runs an adapter over a stream and hashes its reports. */
export function hashReports(adapter: PublicAdapter, stream: Stream): ReportHashes {
  const hash = createHash('sha256');
  const message: { kind: number; line: string }[] = [];
  let sequence = -1;
  let fills = 0x811c_9dc5;
  let text = '';
  const finishMessage = (): void => {
    if (message.length > 1) message.sort((a, b) => a.kind - b.kind);
    for (const { line } of message) text += line;
    message.length = 0;
  };
  adapter.drainTo((reports, count) => {
    for (let at = 0; at < count * REPORT_STRIDE; at += REPORT_STRIDE) {
      const kind = reports[at] as number;
      if (kind === LEVEL) continue;
      if (reports[at + 1] !== sequence) finishMessage();
      sequence = reports[at + 1] as number;
      message.push({ kind, line: reportLine(reports, at) });
      if (kind !== TRADE) continue;
      for (const field of FILL_FIELDS) {
        fills = Math.imul(fills ^ (reports[at + field] as number), 0x0100_0193);
      }
    }
    // The last line's end waits for the next line: the text has none at its end.
    hash.update(text.slice(0, -1));
    text = text.slice(-1);
  });
  adapter.run(0, stream.count);
  adapter.flush();
  adapter.drainTo(() => {});
  finishMessage();
  hash.update(text.slice(0, -1));
  return { reports: hash.digest('hex'), fills: fills >>> 0 };
}

/** Sequence number, ticks, lots, maker and taker. */
const FILL_FIELDS = [1, 4, 5, 6, 7];

function reportLine(reports: Int32Array, at: number): string {
  const kind = reports[at] as number;
  const seq = reports[at + 1];
  const id = reports[at + 2];
  const side = reports[at + 3];
  const ticks = reports[at + 4];
  const lots = reports[at + 5];
  switch (kind) {
    case TRADE:
      return `1,${seq},${ticks},${lots},${reports[at + 6]},${reports[at + 7]}\n`;
    case CANCEL_ACK:
      return `2,${seq},${side},${id},${ticks}\n`;
    case CANCEL_REJECT:
    case MODIFY_REJECT:
      return `${kind},${seq},${id}\n`;
    default:
      return `${kind},${seq},${side},${id},${ticks},${lots}\n`;
  }
}
