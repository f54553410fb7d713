// Microsecond clock: the wall time that answers carry. Invariant: finer than the system's
// milliseconds, and never far from them: a clock that was set, or a machine that slept, is
// followed at the next adjustment.
export interface MicrosecondClock {
  readonly nowUs: () => number;
  /** Follows the system's clock where it has moved away. */
  adjust(): void;
}

const driftMaxMs = 20;

export const createMicrosecondClock = (): MicrosecondClock => {
  let originMs = Date.now() - performance.now();
  return {
    nowUs: () => Math.floor((originMs + performance.now()) * 1000),
    adjust() {
      const systemMs = Date.now() - performance.now();
      if (Math.abs(systemMs - originMs) > driftMaxMs) originMs = systemMs;
    },
  };
};
