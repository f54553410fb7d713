// Load client: the other process of the gateway's benchmark. It reads one job as JSON from its
// argument, loads the door with it on an open loop, and prints one line of JSON. Latencies run
// from when a request was due, not from when it was sent, so that a stall counts for all that it
// delays.
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build, type Histogram, initWebAssembly } from 'hdr-histogram-js';
import { machineMs } from './machine-time.ts';
import { PauseLog, type ProcessPauses } from './pause-log.ts';
import { RawSocket } from './raw-socket.ts';

export interface OrderJob {
  readonly kind: 'orders' | 'echo';
  readonly url: string;
  readonly sockets: number;
  readonly ratePerS: number;
  readonly warmUpS: number;
  readonly seconds: number;
  /** Login requests, one per socket in turn; none for the echo. */
  readonly logins: readonly string[];
  readonly instruments: readonly string[];
  /** Whether the times of each request are told, and not only their distribution. */
  readonly tellsTimes: boolean;
  /** Whether each request carries its number, for a stage clock. */
  readonly traced: boolean;
}

export interface FanOutJob {
  readonly kind: 'fan-out';
  readonly url: string;
  readonly sockets: number;
  readonly login: string;
  readonly channels: readonly string[];
  /** Change number k is due k / ratePerS after the start, and has k mod `cycle` + 1 lots. */
  readonly ratePerS: number;
  readonly cycle: number;
  readonly lotsPerUnit: number;
  readonly seconds: number;
}

export interface LoadResult {
  readonly sent: number;
  readonly answered: number;
  readonly refused: number;
  /** The first refusal; empty when there was none. */
  readonly refusal: string;
  readonly perS: number;
  /** Microseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  /** What the client's process spent. */
  readonly cpuMs: number;
  /** Where the job asks for it. */
  readonly seen: ClientTimes | null;
}

/** Machine time in milliseconds by request number; `heard` is zero where no answer came. */
export interface ClientTimes {
  /** The first that is measured. */
  readonly first: number;
  readonly due: readonly number[];
  readonly sent: readonly number[];
  readonly heard: readonly number[];
  /** Looked for where the job is traced only: to look costs a system call a turn. */
  readonly pauses: ProcessPauses;
}

const newHistogram = (): Histogram =>
  build({ highestTrackableValue: 60_000_000, numberOfSignificantValueDigits: 3 });

const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

const summary = (
  histogram: Histogram,
  counts: Pick<LoadResult, 'sent' | 'answered' | 'refused' | 'refusal' | 'perS' | 'seen'>,
): LoadResult => ({
  ...counts,
  cpuMs: cpuMs(),
  p50: histogram.getValueAtPercentile(50),
  p99: histogram.getValueAtPercentile(99),
  p999: histogram.getValueAtPercentile(99.9),
  max: histogram.maxValue,
});

/** The number after `"id":`, which stands at a fixed place in an answer. */
const idAt = 22;
const readId = (frame: Buffer, start: number): number => {
  let id = 0;
  for (let at = start + idAt; ; at++) {
    const digit = (frame[at] as number) - 48;
    if (!(digit >= 0 && digit <= 9)) return id;
    id = id * 10 + digit;
  }
};

/** The order's id in an answer that holds one. */
const orderIdMark = Buffer.from('"order_id":"');
const readOrderId = (frame: Buffer, start: number, end: number): string | null => {
  const at = frame.indexOf(orderIdMark, start);
  if (at < 0 || at >= end) return null;
  const from = at + orderIdMark.length;
  return frame.toString('latin1', from, frame.indexOf(0x22, from));
};

const nobody = new Int32Array(new SharedArrayBuffer(4));

/**
 * Leaves the core to the server for a moment: a spinning generator would starve what it measures.
 */
const breathe = (): void => {
  Atomics.wait(nobody, 0, 0, 0.1);
};

/** To the microsecond, which is fewer digits to send. */
const microseconds = (ms: Float64Array): number[] =>
  Array.from(ms, (each) => Math.round(each * 1000) / 1000);

class OrderLoad {
  readonly #job: OrderJob;
  readonly #histogram = newHistogram();
  readonly #sockets: RawSocket[] = [];
  /** Orders that rest and may be cancelled, by socket. */
  readonly #resting: string[][] = [];
  readonly #dueMs: Float64Array;
  readonly #sentMs: Float64Array;
  readonly #heardMs: Float64Array;
  readonly #pauses = new PauseLog();
  #answered = 0;
  #refused = 0;
  #refusal = '';
  #measured = 0;
  #firstMs = 0;
  #lastMs = 0;

  constructor(job: OrderJob) {
    this.#job = job;
    const total = Math.ceil((job.warmUpS + job.seconds) * job.ratePerS) + 1;
    this.#dueMs = new Float64Array(total);
    this.#sentMs = new Float64Array(total);
    this.#heardMs = new Float64Array(total);
  }

  async run(): Promise<LoadResult> {
    const { url, sockets, logins, ratePerS, warmUpS, traced } = this.#job;
    for (let index = 0; index < sockets; index++) {
      const socket = await RawSocket.open(url);
      const login = logins[index % Math.max(1, logins.length)];
      if (login !== undefined) await socket.ask(login);
      this.#resting.push([]);
      socket.onFrame((frame, start, end) => this.#take(index, frame, start, end));
      this.#sockets.push(socket);
    }
    const total = this.#dueMs.length;
    const startMs = machineMs() + 50;
    this.#firstMs = startMs + warmUpS * 1000;
    for (let i = 0; i < total; i++) this.#dueMs[i] = startMs + (i * 1000) / ratePerS;
    if (traced) this.#pauses.start();
    let next = 0;
    while (next < total) {
      next = this.#sendDue(next);
      breathe();
      await new Promise((resolve) => setImmediate(resolve));
      if (traced) this.#pauses.look();
    }
    const patienceMs = performance.now() + 10_000;
    while (this.#answered < total && performance.now() < patienceMs) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    for (const socket of this.#sockets) socket.close();
    return summary(this.#histogram, {
      seen: this.#job.tellsTimes ? this.#seen() : null,
      sent: total,
      answered: this.#answered,
      refused: this.#refused,
      refusal: this.#refusal,
      perS: Math.round((this.#measured * 1000) / Math.max(1, this.#lastMs - this.#firstMs)),
    });
  }

  #seen(): ClientTimes {
    return {
      first: this.#dueMs.findIndex((dueMs) => dueMs >= this.#firstMs),
      due: microseconds(this.#dueMs),
      sent: microseconds(this.#sentMs),
      heard: microseconds(this.#heardMs),
      pauses: this.#pauses.stop(),
    };
  }

  /** Sends all that is due by now; answers the number of the next. */
  #sendDue(from: number): number {
    const nowMs = machineMs();
    let next = from;
    while (next < this.#dueMs.length && (this.#dueMs[next] as number) <= nowMs) {
      this.#send(next);
      next += 1;
    }
    for (const socket of this.#sockets) socket.flush();
    if (next > from) this.#sentMs.fill(machineMs(), from, next);
    return next;
  }

  #send(number: number): void {
    const index = number % this.#sockets.length;
    const resting = this.#resting[index] as string[];
    const { instruments, kind, traced } = this.#job;
    const trace = traced ? `,"trace":${number}` : '';
    const orderId = resting.length > 20 && kind === 'orders' ? resting.shift() : undefined;
    const instrument = instruments[number % instruments.length];
    const params =
      orderId === undefined
        ? `"private/buy","params":{"instrument_name":"${instrument}","amount":1,"price":0.001,` +
          `"type":"limit","time_in_force":"good_til_cancelled","label":"load"${trace}}`
        : `"private/cancel","params":{"order_id":"${orderId}"${trace}}`;
    const socket = this.#sockets[index] as RawSocket;
    socket.push(`{"jsonrpc":"2.0","id":${number},"method":${params}}`);
  }

  #take(index: number, frame: Buffer, start: number, end: number): void {
    const nowMs = machineMs();
    const number = readId(frame, start);
    const dueMs = this.#dueMs[number] as number;
    this.#heardMs[number] = nowMs;
    this.#answered += 1;
    if (dueMs >= this.#firstMs) {
      this.#histogram.recordValue(Math.max(1, Math.round((nowMs - dueMs) * 1000)));
      this.#measured += 1;
      this.#lastMs = nowMs;
    }
    if (this.#job.kind === 'echo') return;
    const head = frame.toString('latin1', start + idAt, start + idAt + 24);
    if (head.includes('"error"')) {
      this.#refused += 1;
      this.#refusal ||= frame.toString('utf8', start, end);
      return;
    }
    const isOpen = frame.indexOf('"order_state":"open"', start);
    const orderId = isOpen > 0 && isOpen < end ? readOrderId(frame, start, end) : null;
    if (orderId !== null) (this.#resting[index] as string[]).push(orderId);
  }
}

const amountPattern = /\["new",[\d.]+,([\d.]+)\]/;

/**
 * Every tenth socket reads what it hears; the others only count, as their cost is not what is
 * measured.
 */
const runFanOut = async (job: FanOutJob): Promise<LoadResult> => {
  const histogram = newHistogram();
  let heard = 0;
  let inTime = 0;
  let startMs = Number.POSITIVE_INFINITY;
  const sockets: RawSocket[] = [];
  let endMs = Number.POSITIVE_INFINITY;
  const subscription = JSON.stringify({
    jsonrpc: '2.0',
    id: 2,
    method: 'private/subscribe',
    params: { channels: job.channels },
  });
  const measure = (frame: Buffer, start: number, end: number): void => {
    const nowMs = machineMs();
    const amount = amountPattern.exec(frame.toString('latin1', start, end))?.[1];
    if (amount === undefined || nowMs < startMs) return;
    const place = Math.round(Number(amount) * job.lotsPerUnit) - 1;
    const newest = Math.floor(((nowMs - startMs) / 1000) * job.ratePerS);
    const number = newest - ((((newest - place) % job.cycle) + job.cycle) % job.cycle);
    const dueMs = startMs + (number * 1000) / job.ratePerS;
    histogram.recordValue(Math.max(1, Math.round((nowMs - dueMs) * 1000)));
  };
  for (let index = 0; index < job.sockets; index++) {
    const socket = await RawSocket.open(job.url);
    await socket.ask(job.login);
    await socket.ask(subscription);
    const measures = index % 10 === 0;
    socket.onFrame((frame, start, end) => {
      const nowMs = machineMs();
      if (nowMs < startMs) return;
      heard += 1;
      if (nowMs < endMs) inTime += 1;
      if (measures) measure(frame, start, end);
    });
    sockets.push(socket);
  }
  process.stdout.write('ready\n');
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  startMs = Number((await lines.next()).value);
  endMs = startMs + job.seconds * 1000;
  process.stdout.write('set\n');
  await lines.next();
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, endMs - machineMs()) + 500));
  for (const socket of sockets) socket.close();
  const perS = Math.round(inTime / job.seconds);
  return summary(histogram, {
    sent: 0,
    answered: heard,
    refused: 0,
    refusal: '',
    perS,
    seen: null,
  });
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await initWebAssembly();
  const job = JSON.parse(process.argv[2] ?? '{}') as OrderJob | FanOutJob;
  const result = job.kind === 'fan-out' ? await runFanOut(job) : await new OrderLoad(job).run();
  process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
}
