// Replay source: recorded chains and bars as the oracle's word, second by second. Every index
// second is told; forwards and surfaces are thinned. Invariant: the same files, span and thinning
// give the same commands, whose hash it keeps; nothing depends on the speed of the replay.
import { createHash } from 'node:crypto';
import {
  type Command,
  goodIndex,
  type IndexName,
  isListable,
  type ListOptions,
  type SetSurface,
  type TsUs,
  type UsdMicros,
  usPerSecond,
} from '@openstrike/domain';
import { exp } from '@openstrike/std';
import { type ChainSnapshot, type Underlying, underlyings } from './chain-snapshot.ts';
import { type FittedSnapshot, fitSnapshot } from './fit-snapshot.ts';
import { basisAt, type FittedPair, surfaceAt } from './interpolate.ts';
import type { Recording } from './open-recording.ts';
import { createSnapshotWindow, type SnapshotWindow } from './snapshot-window.ts';
import { spotAt } from './spot-path.ts';

export interface ReplaySourceOptions {
  readonly recording: Recording;
  /** The indexes to speak of; those of an underlying that is not recorded stay silent. */
  readonly indexNames: readonly IndexName[];
  /** The family in which the recorded options of an underlying are listed; none: they are not. */
  readonly families?: Readonly<Partial<Record<Underlying, string>>>;
  readonly forwardsEverySeconds: number;
  readonly surfaceEverySeconds: number;
}

/** What a replay did so far. */
export interface ReplayReport {
  readonly seconds: number;
  readonly commands: number;
  readonly snapshots: number;
  readonly slicesFitted: number;
  /** Slices that could not be fitted: expiry, snapshot and reason. */
  readonly fitsRefused: readonly {
    readonly underlying: Underlying;
    readonly snapshotUs: TsUs;
    readonly expiryUs: TsUs;
    readonly reason: string;
  }[];
  /** Recorded places (a call and a put each) that were listed, and that no venue could list. */
  readonly placesListed: number;
  readonly placesRefused: number;
  readonly surfacesTold: number;
  /** Surfaces between snapshots that failed the certificate: the previous one stayed, named so. */
  readonly surfacesHeld: number;
  /** Slices between snapshots that were moved to leave no room for arbitrage. */
  readonly slicesRepaired: number;
  /** Hex SHA-256 of all commands with their times. */
  readonly hash: string;
}

export interface ReplaySource {
  /** Reads on to an instant; null when there is nothing to wait for. */
  ready(atUs: TsUs): Promise<void> | null;
  /** What the oracle says at that second. At most one call a second, `ready` before it. */
  commandsAt(atUs: TsUs): Command[];
  report(): ReplayReport;
  close(): Promise<void>;
}

const indexesOf: Readonly<Record<Underlying, readonly IndexName[]>> = {
  BTC: ['btc_usd', 'btc_usdc'],
  ETH: ['eth_usd', 'eth_usdc'],
};

/** Published indexes have two decimals. */
const toIndexMicros = (usd: number): UsdMicros => (Math.round(usd * 100) * 10_000) as UsdMicros;

const refusalsKept = 1_000;

export const createReplaySource = (options: ReplaySourceOptions): ReplaySource => {
  const source = new Source(options);
  return {
    ready: (atUs) => source.window.advance(atUs),
    commandsAt: (atUs) => source.commandsAt(atUs),
    report: () => source.report(),
    close: () => source.window.close(),
  };
};

class Source {
  readonly window: SnapshotWindow<FittedSnapshot>;
  readonly #options: ReplaySourceOptions;
  readonly #hash = createHash('sha256');
  readonly #fitsRefused: ReplayReport['fitsRefused'][number][] = [];
  /** By underlying: the snapshot whose places were looked at last, and all places told. */
  readonly #placed = new Map<Underlying, FittedSnapshot>();
  readonly #places = new Set<string>();
  /** By underlying: the version told last, and every expiry that was told a slice. */
  readonly #told = new Map<Underlying, { version: number; readonly expiries: Set<TsUs> }>();
  readonly #count = {
    seconds: 0,
    commands: 0,
    snapshots: 0,
    slicesFitted: 0,
    placesListed: 0,
    placesRefused: 0,
    surfacesTold: 0,
    surfacesHeld: 0,
    slicesRepaired: 0,
  };

  constructor(options: ReplaySourceOptions) {
    this.#options = options;
    this.window = createSnapshotWindow(options.recording.snapshots(), (each) => this.#fit(each));
  }

  commandsAt(atUs: TsUs): Command[] {
    const commands = underlyings.flatMap((each) => this.#commandsOf(each, atUs));
    this.#count.seconds += 1;
    this.#count.commands += commands.length;
    this.#hash.update(`${atUs}${JSON.stringify(commands)}\n`);
    return commands;
  }

  report(): ReplayReport {
    const hash = this.#hash.copy().digest('hex');
    return { ...this.#count, fitsRefused: this.#fitsRefused, hash };
  }

  #fit(snapshot: ChainSnapshot): FittedSnapshot {
    const fitted = fitSnapshot(snapshot);
    const { underlying, atUs: snapshotUs } = snapshot;
    this.#count.snapshots += 1;
    for (const { expiryUs, slice, refusal } of fitted.expiries) {
      if (slice !== null) this.#count.slicesFitted += 1;
      else if (this.#fitsRefused.length < refusalsKept) {
        this.#fitsRefused.push({ underlying, snapshotUs, expiryUs, reason: refusal ?? 'no-slice' });
      }
    }
    return fitted;
  }

  #commandsOf(underlying: Underlying, atUs: TsUs): Command[] {
    const { recording, indexNames, forwardsEverySeconds, surfaceEverySeconds } = this.#options;
    const pair = this.window.pair(underlying);
    const spot = spotAt(pair, recording.bars[underlying] ?? null, atUs);
    if (!(spot > 0)) return [];
    const second = Math.floor(atUs / usPerSecond);
    const first = this.#count.seconds === 0;
    const price = toIndexMicros(spot);
    const forwards =
      first || second % forwardsEverySeconds === 0
        ? basisAt(pair, atUs).map(({ expiryUs, logBasis }) => ({
            expiryUs,
            price: toIndexMicros((price / 1e6) * exp(logBasis)),
          }))
        : undefined;
    const surface =
      first || second % surfaceEverySeconds === 0 ? this.#surface(underlying, pair, atUs) : null;
    const commands: Command[] = this.#list(underlying, pair, atUs);
    for (const indexName of indexesOf[underlying]) {
      if (!indexNames.includes(indexName)) continue;
      commands.push(goodIndex(indexName, price, forwards));
      if (surface !== null) commands.push({ type: 'set-surface', indexName, ...surface });
    }
    return commands;
  }

  /** The recorded options that nobody was told of yet, with the first second of their snapshot. */
  #list(underlying: Underlying, { before }: FittedPair, atUs: TsUs): ListOptions[] {
    const family = this.#options.families?.[underlying];
    if (family === undefined || before === null) return [];
    if (this.#placed.get(underlying) === before) return [];
    this.#placed.set(underlying, before);
    const options = before.places.filter((place) => {
      const key = `${underlying} ${place.expiryUs} ${place.strike}`;
      if (place.expiryUs <= atUs || this.#places.has(key)) return false;
      this.#places.add(key);
      const sound = isListable(underlying, place);
      this.#count[sound ? 'placesListed' : 'placesRefused'] += 1;
      return sound;
    });
    return options.length === 0 ? [] : [{ type: 'list-options', family, options }];
  }

  /** The surface of a second; null when nothing is to be told of it. */
  #surface(
    underlying: Underlying,
    pair: FittedPair,
    atUs: TsUs,
  ): Omit<SetSurface, 'type' | 'indexName'> | null {
    const { slices, unfitted, repaired } = surfaceAt(pair, atUs);
    this.#count[slices === null ? 'surfacesHeld' : 'surfacesTold'] += 1;
    this.#count.slicesRepaired += repaired;
    const told = this.#told.get(underlying) ?? { version: 0, expiries: new Set() };
    this.#told.set(underlying, told);
    const given = slices ?? [];
    // A version is a venue second: a replay that goes on after a restart never repeats one.
    if (given.length > 0) told.version = Math.floor(atUs / usPerSecond);
    for (const { expiryUs } of given) told.expiries.add(expiryUs);
    const kept = unfitted.filter((expiryUs) => told.expiries.has(expiryUs));
    if (given.length === 0 && kept.length === 0) return null;
    return { version: told.version, slices: given, ...(kept.length > 0 && { kept }) };
  }
}
