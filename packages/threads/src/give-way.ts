// Give way: a thread of background work (fits, history, snapshots, simulated participants) steps
// behind those that somebody waits for: the engine, the door and the oracle's ticks. It has an
// effect only when there is more to do than cores, which on two cores is often.
// Linux alone has a priority for each thread; elsewhere it would be the whole process's, so nothing
// is changed there. Only a privileged process may take a priority back: it is for good.
import { readlinkSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

/**
 * About a tenth of an equal's share of a core. A lower priority than this did no better where it
 * was measured, and should a background thread ever be waited for, it must not starve.
 */
const backgroundNiceness = 10;

/** The calling thread's number in the system. Throws without /proc, as in some containers. */
const systemThreadId = (): number => Number(readlinkSync('/proc/thread-self').split('/').at(-1));

/**
 * Lowers the calling worker thread's priority for the rest of its life. Returns whether the system
 * could: if not, the thread works on as an equal of all others.
 */
export const giveWay = (): boolean => {
  if (process.platform !== 'linux') return false;
  try {
    const threadId = systemThreadId();
    // An operator may have set the whole process lower already.
    setPriority(threadId, Math.max(getPriority(threadId), backgroundNiceness));
    return true;
  } catch {
    return false;
  }
};
