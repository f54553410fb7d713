// Retention: what of a journal may go. The newest N snapshots stay, and one from which the readers
// of events can still be served; every segment from the oldest of these on stays. Snapshots go
// before the segments they rest on, so a crash in between leaves nothing that points into the void.
import type { Seq } from '@openstrike/domain';
import type { JournalStorage } from './journal-storage.ts';
import { listSegments, type Segment } from './segment.ts';
import { listSnapshots, type SnapshotHeader } from './snapshot-file.ts';

/** `all` keeps every segment and snapshot, so that the journal can be recomputed from zero. */
export type Retention = 'all' | { readonly snapshots: number };

/** The names of files that may be removed, in the order to remove them. */
export function chooseRemovable(
  segments: readonly Segment[],
  snapshots: readonly SnapshotHeader[],
  retention: Retention,
  neededAfterSeq: Seq,
): string[] {
  if (retention === 'all') {
    return [];
  }
  const servesReaders = snapshots.findIndex((s) => s.position.seq <= neededAfterSeq);
  if (servesReaders < 0) {
    return [];
  }
  const newest = snapshots.slice(0, Math.max(1, retention.snapshots));
  const kept = new Set([...newest, snapshots[servesReaders] as SnapshotHeader]);
  const oldestSegment = Math.min(...[...kept].map((s) => s.position.segment));
  return [
    ...snapshots.filter((s) => !kept.has(s)).map((s) => s.name),
    ...segments.filter((s) => s.firstSeq < oldestSegment).map((s) => s.name),
  ];
}

/** Removes what retention lets go; the names of what was removed. */
export async function applyRetention(
  storage: JournalStorage,
  retention: Retention,
  neededAfterSeq: Seq,
): Promise<readonly string[]> {
  const { snapshots } = await listSnapshots(storage);
  const segments = await listSegments(storage);
  const removable = chooseRemovable(segments, snapshots, retention, neededAfterSeq);
  for (const name of removable) {
    await storage.remove(name);
  }
  return removable;
}
