/**
 * Drives a matcher through a stream and writes the reports the public benchmark asks for, and every change of a
 * level beside them, into a ring of fixed records.
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

/** One matcher behind order ids, which are dense and looked up in a flat array as in the benchmark's own adapters. */
export class PublicAdapter implements FillSink {
  readonly #handles: Int32Array;
  readonly #reports: Int32Array;
  readonly #drain: Drain | undefined;
  readonly #matcher: Matcher;
  #used = 0;
  #sequence = 0;
  #taker = 0;
  #levelSide = 0;
  #levelTicks = 0;
  /** How many reports were written. */
  reportCount = 0;

  /** `drain` is called whenever the ring of 8,192 reports is full, and by `flush`. */
  constructor(make: (sink: FillSink) => Matcher, stream: Stream, drain?: Drain) {
    this.#reports = new Int32Array(RING_FIELDS);
    this.#handles = new Int32Array(stream.orderIds + 1);
    this.#drain = drain;
    this.#matcher = make(this);
    for (let book = 0; book < stream.books; book++) this.#matcher.openBook(book);
  }

  /** Writes all of a report but its maker and taker, and returns where it begins. */
  #report(kind: number, order: number, side: number, ticks: number, lots: number): number {
    const reports = this.#reports;
    if (this.#used === RING_FIELDS) this.flush();
    const at = this.#used;
    reports[at] = kind;
    reports[at | 1] = this.#sequence;
    reports[at | 2] = order;
    reports[at | 3] = side;
    reports[at | 4] = ticks;
    reports[at | 5] = lots;
    this.#used = at + REPORT_STRIDE;
    return at;
  }

  flush(): void {
    const count = this.#used / REPORT_STRIDE;
    this.reportCount += count;
    this.#drain?.(this.#reports, count);
    this.#used = 0;
  }

  fill(_maker: number, makerId: number, ticks: number, lots: number, remaining: number): void {
    const at = this.#report(TRADE, 0, 0, ticks, lots);
    this.#reports[at | 6] = makerId;
    this.#reports[at | 7] = this.#taker;
    if (remaining === 0) this.#handles[makerId] = 0;
  }

  selfTradeCancelled(): void {}

  levelChanged(book: number, side: Side, ticks: number, lots: number): void {
    this.#levelSide = side;
    this.#levelTicks = ticks;
    this.#report(LEVEL, book, side, ticks, lots);
  }

  /** Takes every order that still rests off the books. */
  clear(): void {
    for (const [id, handle] of this.#handles.entries()) {
      if (handle !== 0) this.#cancel(id);
    }
    this.flush();
  }

  /** Works through the messages from `first` up to `end`. */
  run(stream: Stream, first: number, end: number): void {
    const { fields } = stream;
    for (let i = first; i < end; i++) {
      const at = i * MESSAGE_STRIDE;
      const kind = fields[at] as number;
      const side = fields[at + 1] as Side;
      const id = fields[at + 2] as number;
      const ticks = fields[at + 3] as number;
      const lots = fields[at + 4] as number;
      this.#sequence = i;
      if (kind === CANCEL) {
        this.#cancel(id);
      } else if (kind === MODIFY) {
        this.#modify(id, side, ticks, lots, fields[at + 5] as number);
      } else {
        this.#report(ACK, id, side, ticks, lots);
        const left = this.#place(id, side, ticks, lots, fields[at + 5] as number, kind !== NEW_IOC);
        if (kind === NEW_IOC && left > 0) this.#report(CANCEL_ACK, id, side, ticks, left);
      }
    }
  }

  #place(id: number, side: Side, ticks: number, lots: number, book: number, rest: boolean): number {
    this.#taker = id;
    const handle = this.#matcher.submit(book, side, ticks, lots, 0, 0, id, rest, 0);
    this.#handles[id] = handle;
    return this.#matcher.lotsLeft();
  }

  #cancel(id: number): void {
    const handle = this.#handles[id] as number;
    if (handle === 0) {
      this.#report(CANCEL_REJECT, id, 0, 0, 0);
      return;
    }
    this.#handles[id] = 0;
    const lots = this.#matcher.cancel(handle);
    // The level that the cancel has just changed is the order's.
    this.#report(CANCEL_ACK, id, this.#levelSide, this.#levelTicks, lots);
  }

  #modify(id: number, side: Side, ticks: number, lots: number, book: number): void {
    const handle = this.#handles[id] as number;
    if (handle === 0) {
      this.#report(MODIFY_REJECT, id, 0, 0, 0);
      return;
    }
    this.#matcher.cancel(handle);
    this.#report(MODIFY_ACK, id, side, ticks, lots);
    this.#place(id, side, ticks, lots, book, true);
  }
}

/** The benchmark's SHA-256 over the reports of a stream, ordered by message and kind, one line each. */
export function reportHash(make: (sink: FillSink) => Matcher, stream: Stream): string {
  const hash = createHash('sha256');
  const message: { kind: number; line: string }[] = [];
  let sequence = -1;
  let first = true;
  const finishMessage = (): void => {
    message.sort((a, b) => a.kind - b.kind);
    for (const { line } of message) {
      hash.update(first ? line : `\n${line}`);
      first = false;
    }
    message.length = 0;
  };
  const adapter = new PublicAdapter(make, stream, (reports, count) => {
    for (let at = 0; at < count * REPORT_STRIDE; at += REPORT_STRIDE) {
      if (reports[at] === LEVEL) continue;
      if (reports[at + 1] !== sequence) finishMessage();
      sequence = reports[at + 1] as number;
      message.push({ kind: reports[at] as number, line: reportLine(reports, at) });
    }
  });
  adapter.run(stream, 0, stream.count);
  adapter.flush();
  finishMessage();
  return hash.digest('hex');
}

function reportLine(reports: Int32Array, at: number): string {
  const [kind, seq, id, side, ticks, lots, maker, taker] = reports.subarray(at, at + REPORT_STRIDE);
  switch (kind) {
    case TRADE:
      return `1,${seq},${ticks},${lots},${maker},${taker}`;
    case CANCEL_ACK:
      return `2,${seq},${side},${id},${ticks}`;
    case CANCEL_REJECT:
    case MODIFY_REJECT:
      return `${kind},${seq},${id}`;
    default:
      return `${kind},${seq},${side},${id},${ticks},${lots}`;
  }
}
