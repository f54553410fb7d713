// Run timers: everything that venue time itself brings, in order: funding hours, the pause at
// 08:00, expiry, daily settlement and new listings. Invariant: a timer runs at its own instant,
// whatever time the command carries that let it run, so that catching up after a pause gives what
// running through would have given.
import type { TsUs } from '@openstrike/domain';
import { assertNever } from '@openstrike/std';
import { takeAnnounced } from './announce-tables.ts';
import { fixingPatienceUs } from './fixing/fixing.ts';
import { closeFundingHour } from './funding/funding.ts';
import { endAllAuctions, endDueAuctions } from './halts/call-auctions.ts';
import { forgetDelivered } from './instruments.ts';
import { deliveredAgeUs } from './limits.ts';
import { runLiquidations } from './liquidation/run-liquidations.ts';
import { runListing } from './listing/run-listing.ts';
import { remark } from './marking/set-marks.ts';
import { followStress } from './portfolio/follow-stress.ts';
import { nextHourUs, nextSettlementUs, scheduleDay } from './recurring-timers.ts';
import { closeSettlement } from './settlement/close-settlement.ts';
import { deliverDue } from './settlement/deliver-due.ts';
import { settleDaily } from './settlement/settle-daily.ts';
import type { EngineState, InstrumentRecord, OrderRecord, Timer } from './state.ts';
import { schedule } from './timers.ts';
import { endOrder } from './trading/cancel-orders.ts';
import { fireLastPrices } from './trading/fire-triggers.ts';

const closeFundingHours = (state: EngineState, hourEndUs: TsUs): void => {
  for (const index of state.indexes) {
    for (const { funding, contract } of index.perpetuals) {
      if (funding !== null && index.price !== 0) {
        state.emit(closeFundingHour(funding, contract, hourEndUs, index.price));
      }
    }
  }
  schedule(state, 'funding-hour', nextHourUs(hourEndUs), nextHourUs(hourEndUs));
};

const expiresBy = (instrument: InstrumentRecord, atUs: number): boolean => {
  const { expiryUs } = instrument.contract;
  return expiryUs !== null && expiryUs <= atUs;
};

const emitState = (state: EngineState, instrument: InstrumentRecord): void => {
  state.emit({
    type: 'instrument-state-changed',
    instrumentId: instrument.id,
    state: instrument.state,
    deliveryPrice: null,
  });
};

/**
 * Stops trading of what expires and of what settles daily; day orders and those of the expired end.
 */
const pause = (state: EngineState, forUs: TsUs): void => {
  endAllAuctions(state);
  for (const instrument of state.instruments) {
    const settles = instrument !== undefined && instrument.contract.kind !== 'option';
    if (instrument?.state === 'open' && (settles || expiresBy(instrument, forUs))) {
      instrument.state = 'settling';
      emitState(state, instrument);
    }
  }
  const ending: OrderRecord[] = [];
  for (const order of state.orders.sorted()) {
    if (order.timeInForce === 'day' || expiresBy(order.holding.instrument, forUs)) {
      ending.push(order);
    }
  }
  for (const order of ending) {
    const expired = expiresBy(order.holding.instrument, forUs);
    endOrder(state, order, expired ? 'expiry' : 'end-of-day');
  }
};

const reopen = (state: EngineState, forUs: TsUs): void => {
  for (const instrument of state.instruments) {
    if (instrument?.state === 'settling' && !expiresBy(instrument, forUs)) {
      instrument.state = 'open';
      emitState(state, instrument);
    }
  }
  for (const index of state.indexes) {
    runListing(state, index);
    remark(state, index);
  }
  forgetDelivered(state, deliveredAgeUs);
  scheduleDay(state, nextSettlementUs(forUs));
};

const runTimer = (state: EngineState, timer: Timer): void => {
  switch (timer.kind) {
    case 'tables':
      return takeAnnounced(state, timer.forUs);
    case 'funding-hour':
      return closeFundingHours(state, timer.forUs);
    case 'pause':
      return pause(state, timer.forUs);
    case 'expiry':
      return deliverDue(state, timer.atUs - timer.forUs < fixingPatienceUs ? 0 : timer.forUs);
    case 'settlement':
      settleDaily(state, timer.forUs);
      closeSettlement(state, timer.forUs);
      return followStress(state);
    case 'listing':
      return reopen(state, timer.forUs);
    case 'liquidation':
      return runLiquidations(state);
    case 'call-auction':
      return endDueAuctions(state);
    default:
      return assertNever(timer.kind);
  }
};

/**
 * Lets what expired and found no good index value wait so long for one. The hour counts from now,
 * not from the expiry: a venue that was down has not heard from its oracle yet.
 */
const awaitFixings = (state: EngineState, tsUs: number): void => {
  for (const { expiries } of state.indexes) {
    for (const { expiryUs, instruments } of expiries) {
      if (expiryUs >= tsUs) {
        break;
      }
      const waits = state.timers.some(({ kind, forUs }) => kind === 'expiry' && forUs === expiryUs);
      if (instruments.length > 0 && !waits) {
        schedule(state, 'expiry', (tsUs + fixingPatienceUs) as TsUs, expiryUs);
      }
    }
  }
};

/** Runs every timer that is due by an instant, each at its own. */
export const runTimers = (state: EngineState, tsUs: number): void => {
  let ran = false;
  for (let timer = state.timers[0]; timer !== undefined; timer = state.timers[0]) {
    if (timer.atUs > tsUs) {
      break;
    }
    ran = true;
    state.timers.shift();
    state.nowUs = timer.atUs;
    runTimer(state, timer);
    fireLastPrices(state);
  }
  if (ran) awaitFixings(state, tsUs);
};

/** When the next timer is due; null when nothing is scheduled. */
export const nextTimerUs = (state: EngineState): TsUs | null => state.timers[0]?.atUs ?? null;
