// Sleep until: the last moments before an instant. A timer knows whole milliseconds only and is up
// to one of them late, so it is set early and the rest is slept in short naps. Invariant: the
// thread sleeps, so it starves no other; it hears nothing meanwhile, which is why it is not for
// long.

/** So long before the instant the timer is to be set that leads here. */
export const sleepMs = 2;
const napMs = 0.1;
/** A clock that stands still, or is set back, is not waited for. */
const napsMax = 30;

const nobody = new Int32Array(new SharedArrayBuffer(4));

/** Whether the clock has come to an instant; `until` is in the clock's own unit. */
export const sleepUntil = (until: number, now: () => number): boolean => {
  for (let naps = 0; now() < until; naps += 1) {
    if (naps === napsMax) return false;
    Atomics.wait(nobody, 0, 0, napMs);
  }
  return true;
};
