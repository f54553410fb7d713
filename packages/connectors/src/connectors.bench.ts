// Bench: recorded frames of every venue, from their text to normalised updates, one after another
// on one thread: protocol, book and symbol board, as behind a socket. Beside it ccxt, where it
// reads the same frames: its client takes the same text, in the same run, in turns. Every round
// begins with a connection that stands anew and must give the updates that are recorded; each frame
// is timed by itself, and the clock's own cost is taken off. Rates are those of the median round,
// so that others at work on the machine count little; the percentiles of frames show them.
import { availableParallelism, cpus, loadavg } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { build, type Histogram } from 'hdr-histogram-js';
import { type Peer, peerOf, peerVersion } from './bench/ccxt-peer.ts';
import type { Link, VenueProtocol } from './core/link.ts';
import { usualSettings } from './core/session-settings.ts';
import { SymbolBoard } from './core/symbol-board.ts';
import {
  answersOf,
  framesOf,
  loadRecordings,
  type NamedRecording,
  type RecordedFrame,
  sessionPlansOf,
  socketsOf,
} from './testing/recordings.ts';

const receivedUs = 1_764_230_400_600_000;

/** What a side of the comparison does in a round, and how long frames and rounds took it. */
class Tally {
  readonly #frameNs: Histogram = build({ highestTrackableValue: 1e10 });
  readonly #rounds: number[] = [];
  /** Of the last round. */
  #frames = 0;
  #bytes = 0;
  #updates = 0;

  begin(): void {
    this.#rounds.push(0);
    this.#frames = 0;
    this.#bytes = 0;
    this.#updates = 0;
  }

  add(text: string, updates: number, nanoseconds: number): void {
    this.#frames += 1;
    this.#bytes += text.length;
    this.#updates += updates;
    this.#rounds[this.#rounds.length - 1] = (this.#rounds.at(-1) ?? 0) + nanoseconds;
    this.#frameNs.recordValue(Math.max(1, nanoseconds));
  }

  /** Goes on as if what the other did came in the same round; it has had as many. */
  include(other: Tally): void {
    this.#frames += other.#frames;
    this.#bytes += other.#bytes;
    this.#updates += other.#updates;
    other.#rounds.forEach((ns, round) => {
      this.#rounds[round] = (this.#rounds[round] ?? 0) + ns;
    });
    this.#frameNs.add(other.#frameNs);
  }

  line(name: string): string {
    const seconds = medianOf(this.#rounds) / 1e9;
    const thousands = (count: number): string => `${(count / seconds / 1e3).toFixed(0)}k`;
    const at = [50, 90, 99, 99.9].map((percentile) => {
      const us = this.#frameNs.getValueAtPercentile(percentile) / 1e3;
      return `p${percentile} ${us.toFixed(1)}`;
    });
    const rates =
      `${thousands(this.#frames)} frames/s, ${thousands(this.#updates)} updates/s, ` +
      `${(this.#bytes / seconds / 1e6).toFixed(1)} MB/s`;
    return `  ${name.padEnd(10)} ${rates}; a frame in us: ${at.join(', ')}`;
  }
}

const medianOf = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
};

/** One connection of ours to what was recorded, without a socket. */
class Connection {
  readonly #protocols = new Map<string, VenueProtocol>();
  readonly #only: VenueProtocol | undefined;
  told = 0;

  constructor(named: NamedRecording) {
    const plans = sessionPlansOf(named);
    const answers = answersOf(named.recording);
    const board = new SymbolBoard({
      source: named.venue,
      listener: ({ type }) => {
        if (type !== 'status') this.told += 1;
      },
      nowMs: usualSettings.nowMs,
      nowUs: () => receivedUs,
    });
    for (const [name, path] of Object.entries(socketsOf(named.recording))) {
      const plan = plans.get(name);
      if (plan === undefined) continue;
      for (const market of plan.markets) {
        if (board.market(market.venueSymbol) === undefined) board.add(market);
      }
      this.#protocols.set(path, plan.createProtocol(linkTo(board, answers)));
    }
    board.connecting('connected');
    for (const [name, path] of Object.entries(socketsOf(named.recording))) {
      this.#protocols.get(path)?.open(plans.get(name)?.markets ?? []);
    }
    [this.#only] = this.#protocols.values();
  }

  hear({ on, text }: RecordedFrame): void {
    const protocol = on === null ? this.#only : this.#protocols.get(on);
    protocol?.hear(text, receivedUs);
  }

  /** What the venue is asked now and then over HTTP. */
  tick(): void {
    for (const protocol of this.#protocols.values()) protocol.tick?.(usualSettings.nowMs());
  }
}

const linkTo = (board: SymbolBoard, answers: Readonly<Record<string, unknown>>): Link => {
  const fail = (reason: string): void => {
    throw new Error(`a recorded frame was not taken: ${reason}`);
  };
  return {
    bookDepth: usualSettings.bookDepth,
    send: () => undefined,
    sendNow: () => undefined,
    tell: (event) => void board.tell(event),
    live: (venueSymbol) => board.inSequence(venueSymbol),
    lose: (venueSymbol, reason) => fail(`${venueSymbol}: ${reason}`),
    refuse: (venueSymbol, reason) => fail(`${venueSymbol}: ${reason}`),
    count: () => undefined,
    unparsed: fail,
    reconnect: fail,
    get: async (path) => answers[path],
  };
};

const timed = (act: () => void): number => {
  const startMs = performance.now();
  act();
  return (performance.now() - startMs) * 1e6;
};

/** The usual cost of reading the clock twice, in nanoseconds. */
const clockNs = (): number =>
  medianOf(Array.from({ length: 10_001 }, () => timed(() => undefined)));

/** One round of ours. What comes of answers over HTTP is checked, and neither timed nor counted. */
const hearAll = async (
  named: NamedRecording,
  frames: readonly RecordedFrame[],
  tally: Tally,
  overheadNs: number,
): Promise<void> => {
  const connection = new Connection(named);
  const asks = named.recording.rest !== undefined;
  tally.begin();
  let settled = !asks;
  for (const frame of frames) {
    if (frame.later && !settled) {
      settled = true;
      await setImmediate();
      connection.tick();
      await setImmediate();
    }
    const before = connection.told;
    const tookNs = timed(() => connection.hear(frame)) - overheadNs;
    tally.add(frame.text, connection.told - before, tookNs);
  }
  const { events } = named.recording;
  if (connection.told !== events.length) {
    throw new Error(`${named.name} gave ${connection.told} updates instead of ${events.length}`);
  }
};

const hearPeer = (
  peer: Peer,
  frames: readonly RecordedFrame[],
  tally: Tally,
  overheadNs: number,
): void => {
  peer.open();
  tally.begin();
  for (const { text } of frames) {
    const before = peer.told();
    const tookNs = timed(() => peer.hear(text)) - overheadNs;
    tally.add(text, peer.told() - before, tookNs);
  }
};

interface Compared {
  readonly ours: Tally;
  readonly peer: Tally | null;
}

const compare = async (
  named: NamedRecording,
  size: { readonly warm: number; readonly rounds: number },
  overheadNs: number,
): Promise<Compared> => {
  const frames = framesOf(named.recording);
  const peer = peerOf(named.name);
  const tallies = { ours: new Tally(), peer: new Tally() };
  const turn = async (rounds: number, ours: Tally, theirs: Tally): Promise<void> => {
    for (let round = 0; round < rounds; round += 1) {
      await hearAll(named, frames, ours, overheadNs);
    }
    for (let round = 0; peer !== null && round < rounds; round += 1) {
      hearPeer(peer, frames, theirs, overheadNs);
    }
  };
  await turn(size.warm, new Tally(), new Tally());
  for (let block = 0; block < 10; block += 1) {
    await turn(size.rounds / 10, tallies.ours, tallies.peer);
  }
  return { ours: tallies.ours, peer: peer === null ? null : tallies.peer };
};

export const run = async ({ smoke }: { readonly smoke: boolean }): Promise<void> => {
  const size = smoke ? { warm: 1, rounds: 10 } : { warm: 2_000, rounds: 10_000 };
  const { model } = cpus()[0] ?? { model: 'unknown' };
  const load = `load ${(loadavg()[0] ?? 0).toFixed(1)}`;
  const machine = `${model}, ${availableParallelism()} threads, ${load}`;
  console.log(
    `Recorded frames to normalised updates, on one thread; ${machine}, Node ${process.version}`,
  );
  console.log(
    `${size.rounds} rounds of each recording, after ${size.warm} to warm up; ccxt ${peerVersion}`,
  );
  const overheadNs = clockNs();
  const all = new Tally();
  const shared = { ours: new Tally(), peer: new Tally() };
  for (const named of loadRecordings()) {
    const { ours, peer } = await compare(named, size, overheadNs);
    const frames = framesOf(named.recording);
    const bytes = frames.reduce((sum, { text }) => sum + text.length, 0);
    console.log(`${named.name}: ${frames.length} frames of ${bytes} bytes`);
    console.log(ours.line('connector'));
    all.include(ours);
    if (peer === null) continue;
    console.log(peer.line('ccxt'));
    shared.ours.include(ours);
    shared.peer.include(peer);
  }
  console.log('all recordings');
  console.log(all.line('connector'));
  console.log('recordings that both read');
  console.log(shared.ours.line('connector'));
  console.log(shared.peer.line('ccxt'));
};

if (import.meta.main) {
  await run({ smoke: false });
}
