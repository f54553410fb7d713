// Fixing state: the index prints of the window before 08:00 UTC. Plain numbers, so that a snapshot can carry it.
// Invariant: `saveFixingState` and `restoreFixingState` are inverse to each other.

export interface FixingState {
  /** Prints averaged so far in the present window; 0 outside it. */
  prints: number;
}

/** The state of an index before its first window. */
export const createFixingState = (): FixingState => ({ prints: 0 });

/** The state as plain numbers, always the same in number and order for equal states. */
export const saveFixingState = (state: FixingState): readonly number[] => [state.prints];

/** The state that `saveFixingState` took down. */
export const restoreFixingState = (saved: readonly number[]): FixingState => ({
  prints: saved[0] as number,
});
