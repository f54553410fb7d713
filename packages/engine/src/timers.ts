// Timers: what falls due by venue time, kept sorted so that equal instants run in the order of
// `timerKinds`. Invariant: the list is part of the state; a timer that has run is gone.
import type { TsUs } from '@openstrike/domain';
import { compareNumbers, insertSorted } from '@openstrike/std';
import { type EngineState, type Timer, type TimerKind, timerKinds } from './state.ts';

const rankOf = (kind: TimerKind): number => timerKinds.indexOf(kind);

const compareTimers = (a: Timer, b: Timer): number =>
  compareNumbers(a.atUs, b.atUs) || compareNumbers(rankOf(a.kind), rankOf(b.kind));

/** Schedules a timer unless the same one is scheduled already. */
export const schedule = (state: EngineState, kind: TimerKind, atUs: TsUs, forUs: TsUs): void => {
  for (const timer of state.timers) {
    if (timer.kind === kind && timer.atUs === atUs && timer.forUs === forUs) {
      return;
    }
  }
  insertSorted(state.timers, { atUs, kind, forUs }, compareTimers);
};
