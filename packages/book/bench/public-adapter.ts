/**
 * Drives a matcher through a stream and writes the reports the public benchmark asks for, and every
 * change of a level beside them, into a ring of fixed records.
 */
import { createHash } from 'node:crypto';
import type { FillSink, Matcher, Side } from '../src/matcher.ts';
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

/** One matcher behind order ids. */
export interface PublicAdapter {
  /** Works through the messages from `first` up to `end`. */
  run(stream: Stream, first: number, end: number): void;
  /** Takes every order that still rests off the books. */
  clear(): void;
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
  flush(): void;
}

function createRing(drain: Drain | undefined): ReportRing {
  const fields = new Int32Array(RING_FIELDS);
  let used = 0;
  const flush = (): void => {
    drain?.(fields, used / REPORT_STRIDE);
    used = 0;
  };
  return {
    fields,
    flush,
    write(kind, sequence, order, side, ticks, lots) {
      if (used === RING_FIELDS) flush();
      const at = used;
      fields[at] = kind;
      fields[at | 1] = sequence;
      fields[at | 2] = order;
      fields[at | 3] = side;
      fields[at | 4] = ticks;
      fields[at | 5] = lots;
      used = (at + REPORT_STRIDE) | 0;
      return at;
    },
  };
}

/**
 * Puts a matcher behind order ids, which are dense and looked up in a flat array, as in the public
 * benchmark's own adapters. A closure over constants: V8 then knows the matcher and its arrays.
 * `drain` is called whenever the ring of 8,192 reports is full, and by `flush`.
 */
export function createPublicAdapter(
  make: (sink: FillSink) => Matcher,
  stream: Stream,
  drain?: Drain,
): PublicAdapter {
  const ring = createRing(drain);
  const handles = new Int32Array(stream.orderIds + 1);
  let sequence = 0;
  let taker = 0;
  let levelSide = 0;
  let levelTicks = 0;
  const matcher = make({
    fill(_maker, makerId, ticks, lots, remaining) {
      const at = ring.write(TRADE, sequence, 0, 0, ticks, lots);
      ring.fields[at | 6] = makerId;
      ring.fields[at | 7] = taker;
      if (remaining === 0) handles[makerId] = 0;
    },
    selfTradeCancelled() {},
    levelChanged(book, side, ticks, lots) {
      levelSide = side;
      levelTicks = ticks;
      ring.write(LEVEL, sequence, book, side, ticks, lots);
    },
  });
  for (let book = 0; book < stream.books; book++) matcher.openBook(book);

  function place(id: number, side: Side, ticks: number, lots: number, book: number, rest: boolean) {
    taker = id;
    handles[id] = matcher.submit(book, side, ticks, lots, 0, 0, id, rest, 0);
    return matcher.lotsLeft();
  }

  function cancel(id: number): void {
    const handle = handles[id] as number;
    if (handle === 0) {
      ring.write(CANCEL_REJECT, sequence, id, 0, 0, 0);
      return;
    }
    handles[id] = 0;
    const lots = matcher.cancel(handle);
    // The level that the cancel has just changed is the order's.
    ring.write(CANCEL_ACK, sequence, id, levelSide, levelTicks, lots);
  }

  function modify(id: number, side: Side, ticks: number, lots: number, book: number): void {
    const handle = handles[id] as number;
    if (handle === 0) {
      ring.write(MODIFY_REJECT, sequence, id, 0, 0, 0);
      return;
    }
    matcher.cancel(handle);
    ring.write(MODIFY_ACK, sequence, id, side, ticks, lots);
    place(id, side, ticks, lots, book, true);
  }

  return {
    flush: ring.flush,
    clear() {
      for (let id = 1; id < handles.length; id++) if (handles[id] !== 0) cancel(id);
      ring.flush();
    },
    run({ fields }, first, end) {
      for (let i = first; i < end; i++) {
        const at = i * MESSAGE_STRIDE;
        const kind = fields[at] as number;
        const side = fields[at + 1] as Side;
        const id = fields[at + 2] as number;
        const ticks = fields[at + 3] as number;
        const lots = fields[at + 4] as number;
        sequence = i;
        if (kind === CANCEL) {
          cancel(id);
        } else if (kind === MODIFY) {
          modify(id, side, ticks, lots, fields[at + 5] as number);
        } else {
          ring.write(ACK, i, id, side, ticks, lots);
          const left = place(id, side, ticks, lots, fields[at + 5] as number, kind !== NEW_IOC);
          if (kind === NEW_IOC && left > 0) ring.write(CANCEL_ACK, i, id, side, ticks, left);
        }
      }
    },
  };
}

/**
 * The benchmark's SHA-256 over the reports of a stream, ordered by message and kind, one line each.
 */
export function reportHash(make: (sink: FillSink) => Matcher, stream: Stream): string {
  const hash = createHash('sha256');
  const message: { kind: number; line: string }[] = [];
  let sequence = -1;
  let text = '';
  const finishMessage = (): void => {
    if (message.length > 1) message.sort((a, b) => a.kind - b.kind);
    for (const { line } of message) text += line;
    message.length = 0;
  };
  const adapter = createPublicAdapter(make, stream, (reports, count) => {
    for (let at = 0; at < count * REPORT_STRIDE; at += REPORT_STRIDE) {
      const kind = reports[at] as number;
      if (kind === LEVEL) continue;
      if (reports[at + 1] !== sequence) finishMessage();
      sequence = reports[at + 1] as number;
      message.push({ kind, line: reportLine(reports, at) });
    }
    // The last line's end waits for the next line: the text has none at its end.
    hash.update(text.slice(0, -1));
    text = text.slice(-1);
  });
  adapter.run(stream, 0, stream.count);
  adapter.flush();
  finishMessage();
  hash.update(text.slice(0, -1));
  return hash.digest('hex');
}

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
