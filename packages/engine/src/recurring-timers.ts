// Recurring timers: when funding hours and the days of settlement fall due next. Invariant: each is
// scheduled once, by the one before it.
import { type TsUs, usPerDay, usPerHour } from '@openstrike/domain';
import { settlementPauseUs } from './limits.ts';
import type { EngineState } from './state.ts';
import { schedule } from './timers.ts';

const settlementTimeUs = 8 * usPerHour;

/** The first 08:00 UTC after an instant. */
export const nextSettlementUs = (afterUs: number): TsUs =>
  ((Math.floor((afterUs - settlementTimeUs) / usPerDay) + 1) * usPerDay + settlementTimeUs) as TsUs;

export const nextHourUs = (afterUs: number): TsUs =>
  ((Math.floor(afterUs / usPerHour) + 1) * usPerHour) as TsUs;

export const scheduleDay = (state: EngineState, forUs: TsUs): void => {
  const laterUs = (forUs + settlementPauseUs) as TsUs;
  schedule(state, 'pause', forUs, forUs);
  schedule(state, 'expiry', laterUs, forUs);
  schedule(state, 'settlement', laterUs, forUs);
  schedule(state, 'listing', laterUs, forUs);
};

/** Schedules what recurs, from now on. */
export const startTimers = (state: EngineState): void => {
  schedule(state, 'funding-hour', nextHourUs(state.nowUs), nextHourUs(state.nowUs));
  scheduleDay(state, nextSettlementUs(state.nowUs));
};
