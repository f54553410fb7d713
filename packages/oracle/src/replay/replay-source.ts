// Replay source: recorded chains and bars as the oracle's word, second by second. Every index second
// is told; forwards and surfaces are thinned. Invariant: the same files, span and thinning give the
// same commands, whose hash it keeps; nothing depends on the speed of the replay.
import { createHash } from 'node:crypto';
import {
  type Command,
  type IndexName,
  type TsUs,
  type UsdMicros,
  usPerSecond,
} from '@openstrike/domain';
import { exp } from '@openstrike/std';
import { type Underlying, underlyings } from './chain-snapshot.ts';
import { type FittedSnapshot, fitSnapshot } from './fit-snapshot.ts';
import { basisAt, surfaceAt } from './interpolate.ts';
import type { Recording } from './open-recording.ts';
import { createSnapshotWindow } from './snapshot-window.ts';
import { spotAt } from './spot-path.ts';

export interface ReplaySourceOptions {
  readonly recording: Recording;
  /** The indexes to speak of; those of an underlying that is not recorded stay silent. */
  readonly indexNames: readonly IndexName[];
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
  readonly surfacesTold: number;
  /** Surfaces between snapshots that failed the certificate: the previous one stayed. */
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
  const { recording, indexNames, forwardsEverySeconds, surfaceEverySeconds } = options;
  const hash = createHash('sha256');
  const fitsRefused: ReplayReport['fitsRefused'][number][] = [];
  const count = {
    seconds: 0,
    commands: 0,
    snapshots: 0,
    slicesFitted: 0,
    surfacesTold: 0,
    surfacesHeld: 0,
    slicesRepaired: 0,
  };
  let version = 0;

  const prepare = (snapshot: Parameters<typeof fitSnapshot>[0]): FittedSnapshot => {
    const fitted = fitSnapshot(snapshot);
    const { underlying, atUs: snapshotUs } = snapshot;
    count.snapshots += 1;
    for (const { expiryUs, refusal } of fitted.expiries) {
      if (refusal === null) count.slicesFitted += 1;
      else if (fitsRefused.length < refusalsKept) {
        fitsRefused.push({ underlying, snapshotUs, expiryUs, reason: refusal });
      }
    }
    return fitted;
  };
  const window = createSnapshotWindow(recording.snapshots(), prepare);

  const commandsOf = (underlying: Underlying, atUs: TsUs, first: boolean): Command[] => {
    const pair = window.pair(underlying);
    const spot = spotAt(pair, recording.bars[underlying] ?? null, atUs);
    if (!(spot > 0)) return [];
    const second = Math.floor(atUs / usPerSecond);
    const names = indexesOf[underlying].filter((name) => indexNames.includes(name));
    const withForwards = first || second % forwardsEverySeconds === 0;
    const withSurface = first || second % surfaceEverySeconds === 0;
    const price = toIndexMicros(spot);
    const forwards = withForwards
      ? basisAt(pair, atUs).map(({ expiryUs, logBasis }) => ({
          expiryUs,
          price: toIndexMicros((price / 1e6) * exp(logBasis)),
        }))
      : [];
    const surface = withSurface ? surfaceAt(pair, atUs) : null;
    if (withSurface) count[surface === null ? 'surfacesHeld' : 'surfacesTold'] += 1;
    count.slicesRepaired += surface?.repaired ?? 0;
    const commands: Command[] = [];
    for (const indexName of names) {
      commands.push({ type: 'set-index', indexName, price });
      if (withForwards) commands.push({ type: 'set-forwards', indexName, forwards });
      if (surface === null) continue;
      commands.push({ type: 'set-surface', indexName, version, slices: surface.slices });
    }
    return commands;
  };

  return {
    ready: (atUs) => window.advance(atUs),
    commandsAt: (atUs) => {
      const first = count.seconds === 0;
      const withSurface = first || Math.floor(atUs / usPerSecond) % surfaceEverySeconds === 0;
      // A version is a venue second: a replay that goes on after a restart never repeats one.
      if (withSurface) version = Math.floor(atUs / usPerSecond);
      const commands = underlyings.flatMap((each) => commandsOf(each, atUs, first));
      count.seconds += 1;
      count.commands += commands.length;
      hash.update(`${atUs}${JSON.stringify(commands)}\n`);
      return commands;
    },
    report: () => ({ ...count, fitsRefused, hash: hash.copy().digest('hex') }),
    close: () => window.close(),
  };
};
