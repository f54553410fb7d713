// Halt codec: call auctions, their samples and the trail, to bytes and back.
import type { CallAuctionTerms, HaltEntry } from '@openstrike/domain';
import type { PriceSample } from '@openstrike/risk';
import type { ByteReader } from '../snapshot/byte-reader.ts';
import type { ByteWriter } from '../snapshot/byte-writer.ts';
import { canonicalText } from '../snapshot/canonical-text.ts';
import type { EngineState } from '../state.ts';
import type { CallAuctionRecord } from './halt-state.ts';

type Kept = [
  CallAuctionTerms | null,
  CallAuctionRecord[],
  [string, (readonly PriceSample[])[]][],
  HaltEntry[],
];

/** Writes all that concerns halts. */
export const writeHalts = (writer: ByteWriter, { halts }: EngineState): void => {
  const samples = [...halts.samples].sort(([a], [b]) => (a < b ? -1 : 1));
  const kept: Kept = [halts.terms, halts.auctions, samples, halts.trail];
  writer.text(canonicalText(kept));
};

/** Reads it back. */
export const readHalts = (reader: ByteReader, { halts }: EngineState): void => {
  const [terms, auctions, samples, trail] = JSON.parse(reader.text()) as Kept;
  halts.terms = terms;
  // Snapshots of before have no list of those that came anew.
  halts.auctions = auctions.map((one) => ({ ...one, reentries: one.reentries ?? [] }));
  for (const [key, windows] of samples) halts.samples.set(key, windows);
  halts.trail.push(...trail);
};
