// Open recording: the files of a replay, told apart by what is in them, as one stream of chain
// snapshots in order of time, with the spot bars beside it.
import { basename } from 'node:path';
import { OperationalError, type TsUs, usPerSecond } from '@openstrike/domain';
import { readTickers, tickerFiles } from '../recording/read-parquet.ts';
import type { ChainSnapshot, Underlying } from './chain-snapshot.ts';
import { badRecording, csvColumns } from './csv-rows.ts';
import { chainColumns, readChainCsv } from './read-chain-csv.ts';
import { barColumns, readSpotBars, type SpotBars } from './spot-bars.ts';

export interface Recording {
  /** Whole seconds: from the first snapshot to the last. */
  readonly startUs: TsUs;
  readonly endUs: TsUs;
  readonly underlyings: readonly Underlying[];
  readonly bars: Readonly<Partial<Record<Underlying, SpotBars>>>;
  /** Begins anew at each call. */
  snapshots(): AsyncGenerator<ChainSnapshot, void, undefined>;
}

const underlyingOfBars = (path: string): Underlying => {
  const name = basename(path).toUpperCase();
  if (name.startsWith('BTC')) return 'BTC';
  if (name.startsWith('ETH')) return 'ETH';
  throw badRecording(path, 'the name of a file of bars begins with its underlying, BTC or ETH');
};

/** Streams of snapshots as one, by time; of two at one time and underlying, the first file's. */
async function* merged(
  streams: readonly AsyncGenerator<ChainSnapshot, void, undefined>[],
): AsyncGenerator<ChainSnapshot, void, undefined> {
  const heads = await Promise.all(streams.map((stream) => stream.next()));
  const told = new Map<Underlying, number>();
  try {
    for (;;) {
      let least = -1;
      for (const [at, { value }] of heads.entries()) {
        const known = heads[least]?.value;
        if (value !== undefined && (known === undefined || value.atUs < known.atUs)) least = at;
      }
      const snapshot = heads[least]?.value;
      if (snapshot === undefined) return;
      heads[least] = await (streams[least] as (typeof streams)[number]).next();
      if (snapshot.atUs <= (told.get(snapshot.underlying) ?? -1)) continue;
      told.set(snapshot.underlying, snapshot.atUs);
      yield snapshot;
    }
  } finally {
    await Promise.all(streams.map((stream) => stream.return()));
  }
}

/**
 * Opens files of chains and bars, and folders or files of our own recordings, in any order.
 * Throws OperationalError when one cannot be read, is none of these, or there is no chain.
 * Cost: reads everything once, to know the span.
 */
export const openRecording = async (paths: readonly string[]): Promise<Recording> => {
  const chains: string[] = [];
  const bars: Partial<Record<Underlying, SpotBars>> = {};
  const recorded: (readonly string[])[] = [];
  for (const path of paths) {
    const tickers = await tickerFiles(path);
    if (tickers !== null) {
      recorded.push(tickers);
      continue;
    }
    const columns = await csvColumns(path);
    const has = (wanted: readonly string[]): boolean =>
      wanted.every((name) => columns.includes(name));
    if (has(chainColumns)) chains.push(path);
    else if (has(barColumns)) bars[underlyingOfBars(path)] = await readSpotBars(path);
    else {
      const needs = `${chainColumns.join(', ')}; bars the columns ${barColumns.join(', ')}`;
      throw badRecording(path, `it is no recording: chains have the columns ${needs}`);
    }
  }
  if (chains.length + recorded.length === 0) {
    const sentence = 'A replay needs a file of option chains; see docs/guides/replay.md.';
    throw new OperationalError('no-chain', sentence);
  }
  const snapshots = () => merged([...chains.map(readChainCsv), ...recorded.map(readTickers)]);
  let startUs = Number.POSITIVE_INFINITY;
  let endUs = 0;
  const underlyings = new Set<Underlying>();
  for await (const { atUs, underlying } of snapshots()) {
    startUs = Math.min(startUs, atUs);
    endUs = Math.max(endUs, atUs);
    underlyings.add(underlying);
  }
  if (underlyings.size === 0) throw badRecording(paths[0] ?? '', 'it has no BTC or ETH option');
  return {
    startUs: (Math.ceil(startUs / usPerSecond) * usPerSecond) as TsUs,
    endUs: (Math.floor(endUs / usPerSecond) * usPerSecond) as TsUs,
    underlyings: [...underlyings],
    bars,
    snapshots,
  };
};
