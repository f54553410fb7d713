// Snapshot window: of a stream of snapshots the last one at or before an instant and the first one
// after it, for each underlying. It reads ahead no further than that, so memory does not grow with
// the recording.
import { type ChainSnapshot, type Underlying, underlyings } from './chain-snapshot.ts';

export interface WindowPair<T> {
  /** Null before the first snapshot. */
  readonly before: T | null;
  /** Null after the last one. */
  readonly after: T | null;
}

export interface SnapshotWindow<T> {
  /** Moves on to an instant, never back; a promise only where the file must be read on. */
  advance(atUs: number): Promise<void> | null;
  pair(underlying: Underlying): WindowPair<T>;
  /** Ends the reading. */
  close(): Promise<void>;
}

interface Side<T> {
  before: T | null;
  after: T | null;
  /** Snapshots read while looking for the other underlying's. */
  readonly queue: { readonly atUs: number; readonly value: T }[];
  afterUs: number;
}

/** `prepare` is called once a snapshot, in order. */
export const createSnapshotWindow = <T>(
  snapshots: AsyncIterator<ChainSnapshot, void, undefined>,
  prepare: (snapshot: ChainSnapshot) => T,
): SnapshotWindow<T> => {
  const side = (): Side<T> => ({ before: null, after: null, queue: [], afterUs: -1 });
  const sides: Record<Underlying, Side<T>> = { BTC: side(), ETH: side() };
  let ended = false;
  let readUs = Number.NEGATIVE_INFINITY;

  /** Takes queued snapshots up to an instant; whether the side knows what comes after it. */
  const take = (each: Side<T>, atUs: number): boolean => {
    while (each.after === null || each.afterUs <= atUs) {
      const next = each.queue.shift();
      if (next === undefined) break;
      if (each.after !== null) each.before = each.after;
      each.after = next.value;
      each.afterUs = next.atUs;
    }
    if (each.after !== null && each.afterUs <= atUs && ended) {
      each.before = each.after;
      each.after = null;
      each.afterUs = Number.POSITIVE_INFINITY;
    }
    return each.after !== null && each.afterUs > atUs;
  };
  /** An underlying that the recording does not have must not make it read to the end. */
  const satisfied = (atUs: number): boolean => {
    const known = underlyings.map((underlying) => take(sides[underlying], atUs));
    return ended || known.every(Boolean) || (known.some(Boolean) && readUs > atUs + lookAheadUs);
  };
  const readOn = async (atUs: number): Promise<void> => {
    while (!satisfied(atUs)) {
      const { value, done } = await snapshots.next();
      if (done === true || value === undefined) {
        ended = true;
      } else {
        readUs = value.atUs;
        sides[value.underlying].queue.push({ atUs: value.atUs, value: prepare(value) });
      }
    }
  };
  return {
    advance: (atUs) => (satisfied(atUs) ? null : readOn(atUs)),
    pair: (underlying) => ({ before: sides[underlying].before, after: sides[underlying].after }),
    close: async () => {
      ended = true;
      await snapshots.return?.();
    },
  };
};

/** Snapshots of the other underlying further away than this are not waited for. */
const lookAheadUs = 3 * 86_400_000_000;
