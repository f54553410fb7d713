// Fixing state: the index prints of the window before 08:00 UTC. Plain numbers, so that a snapshot can carry it.
// Invariant: `saveFixingState` and `restoreFixingState` are inverse to each other.

export interface FixingState {
  /** Prints averaged so far in the present window; 0 outside it. */
  prints: number;
}
