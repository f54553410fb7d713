// Paced clock: venue time that runs at a chosen speed against wall time, but never past the second
// that the market driver has announced. So every index second is kept however slow the machine,
// and time slips instead of skipping. Without a driver there is no such ceiling. Venue time never
// goes back.
import { type TsUs, usPerMs, type VenueClock } from '@openstrike/domain';

export interface PacedClock extends VenueClock {
  /** Sets venue time to at least `atUs` and lets it run on to `ceilingUs` at most. */
  advance(atUs: TsUs, ceilingUs: TsUs): void;
  /** Wall milliseconds until venue time reaches `atUs` at this speed; 0 when it is due. */
  wallMsUntil(atUs: TsUs): number;
}

export interface PacedClockOptions {
  readonly startUs: TsUs;
  /** Venue seconds per wall second; Infinity for as fast as the machine allows. */
  readonly speed: number;
  /** A monotonic wall clock in milliseconds. */
  readonly wallMs: () => number;
}

export const createPacedClock = ({ startUs, speed, wallMs }: PacedClockOptions): PacedClock => {
  const baseMs = wallMs();
  let lastUs: number = startUs;
  let ceilingUs = Number.POSITIVE_INFINITY;
  const scaledUs = (): number =>
    speed === Number.POSITIVE_INFINITY
      ? ceilingUs === Number.POSITIVE_INFINITY
        ? lastUs
        : ceilingUs
      : startUs + (wallMs() - baseMs) * usPerMs * speed;
  const nowUs = (): TsUs => {
    lastUs = Math.max(lastUs, Math.floor(Math.min(scaledUs(), ceilingUs)));
    return lastUs as TsUs;
  };
  return {
    nowUs,
    advance: (atUs, ceiling) => {
      // Ahead of the pace, as a timer that fires early would have it, time stands still until the
      // pace is there: were it to start anew, a venue at wall speed would run away from the wall.
      lastUs = Math.max(lastUs, atUs);
      ceilingUs = ceiling;
    },
    wallMsUntil: (atUs) => {
      if (speed === Number.POSITIVE_INFINITY) return 0;
      return Math.max(0, (atUs - startUs) / usPerMs / speed - (wallMs() - baseMs));
    },
  };
};
