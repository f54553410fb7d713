/**
 * C++ order books on the same streams: built from their sources where those are at hand, under the
 * drivers in peers/.
 *
 * OPENSTRIKE_PEERS names a folder with clones of their repositories, each under its own name;
 * g++, Boost's intrusive containers (geseq) and fmt (CppTrader) are the system's. What is missing
 * is told and not an error; a peer that trades otherwise than the stream demands is one.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Stream } from './public-stream.ts';

interface PeerSource {
  readonly name: string;
  /** The repositories whose include folders it needs, its own first. */
  readonly repositories: readonly string[];
  /** Its sources, in its own repository. */
  readonly sources: string;
  readonly driver: string;
}

const PEER_SOURCES: readonly PeerSource[] = [
  {
    name: 'CppTrader',
    repositories: ['CppTrader', 'CppCommon'],
    sources: 'source/trader/matching/*.cpp',
    driver: 'cpptrader.cpp',
  },
  {
    name: 'geseq',
    repositories: ['cpp-orderbook', 'cpp-decimal', 'cpp-pool'],
    sources: 'src/*.cpp',
    driver: 'geseq.cpp',
  },
];

const FLAGS = ['-std=c++20', '-O3', '-march=native', '-flto', '-DFMT_HEADER_ONLY', '-w'];

/** A peer that is ready to run. */
export interface BuiltPeer {
  readonly name: string;
  readonly path: string;
}

/** How a peer's rounds begin: on a new book each, or on one that was emptied. */
export const PEER_ROUNDS = ['fresh', 'warm'] as const;

/** Builds the peers whose sources are at hand into a folder; `absent` says why others are not. */
export function buildPeers(into: string): { built: BuiltPeer[]; absent: string[] } {
  const folder = process.env['OPENSTRIKE_PEERS'];
  const built: BuiltPeer[] = [];
  const absent: string[] = [];
  for (const peer of PEER_SOURCES) {
    const path = join(into, peer.name);
    const reason = folder ? build(peer, folder, path) : 'OPENSTRIKE_PEERS names no folder';
    if (reason === undefined) built.push({ name: peer.name, path });
    else absent.push(`${peer.name} (${reason})`);
  }
  return { built, absent };
}

/** Compiles a peer; returns why that did not work. */
function build(peer: PeerSource, folder: string, into: string): string | undefined {
  const missing = peer.repositories.find((name) => !existsSync(join(folder, name, 'include')));
  if (missing !== undefined) return `no ${missing}/include in its folder`;
  const done = spawnSync(
    'g++',
    [
      ...FLAGS,
      ...peer.repositories.map((name) => `-I${join(folder, name, 'include')}`),
      fileURLToPath(new URL(`peers/${peer.driver}`, import.meta.url)),
      ...globSync(join(folder, peer.repositories[0] as string, peer.sources)),
      '-pthread',
      '-o',
      into,
    ],
    { encoding: 'utf8' },
  );
  if (done.status === 0) return undefined;
  const complaint = done.error?.message ?? done.stderr;
  return /.*error.*/.exec(complaint)?.[0] ?? complaint;
}

/**
 * A peer's figures, millions of messages a second, one a round; none when it cannot do the stream.
 * Holds: it makes the fills that hash to `fillHash`.
 */
export function runPeer(
  peer: BuiltPeer,
  streamFile: string,
  rounds: number,
  kind: (typeof PEER_ROUNDS)[number],
  fillHash: number,
): number[] {
  const done = spawnSync(peer.path, [streamFile, String(rounds), kind], { encoding: 'utf8' });
  if (done.status === 3) return [];
  if (done.status !== 0) throw new Error(`${peer.name} failed: ${done.stderr}`);
  const [fills, ...figures] = done.stdout.trim().split('\n');
  if (fills !== `fills ${fillHash}`) throw new Error(`${peer.name} trades otherwise: ${fills}`);
  return figures.map(Number);
}

/** Writes a stream as a peer reads it. */
export function writeStreamFile(stream: Stream, path: string): void {
  writeFileSync(path, new Uint8Array(stream.fields.buffer, 0, stream.fields.byteLength));
}
