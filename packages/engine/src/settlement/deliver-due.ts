// Deliver due: every expiry whose fixing is known pays out, account by account in the order of ids,
// instrument by instrument, and its contracts end. Invariant: an expiry is delivered once, whole,
// and at one price; while the missing-print rule waits for an index value it stays closed and
// untouched. Payoffs and profits sum to zero over all accounts but for roundings, which go to the
// rounding account.
import type { Cash, InstrumentId, SizeLots, TsUs, UsdMicros } from '@openstrike/domain';
import { assert } from '@openstrike/std';
import { moveCash } from '../account/cash.ts';
import { dropHolding, emitPosition } from '../account/holdings.ts';
import { fixingOf } from '../fixing/fixing.ts';
import { retireExpiry } from '../instruments.ts';
import { endProtections } from '../market-maker/mmp.ts';
import type { EngineState, ExpiryRecord, Holding, IndexRecord, VenueAccounts } from '../state.ts';
import { type DeliveryPlan, type PlannedDelivery, planDelivery } from './delivery-plan.ts';
import {
  closeSession,
  createRun,
  finishRun,
  payFromClearing,
  type SettlementRun,
} from './settlement-run.ts';

/** Tells that an option in the money became a future at its strike. */
const stateExercise = (
  state: EngineState,
  futures: ReadonlyMap<string, InstrumentId>,
  holding: Holding,
): void => {
  const { contract, family } = holding.instrument;
  state.emit({
    type: 'option-exercised',
    accountId: holding.account.id,
    instrumentId: contract.id,
    futureId: futures.get(family.name) ?? null,
    sizeLots: holding.sizeLots as SizeLots,
    strike: contract.strike as number,
  });
};

const carryOut = (
  state: EngineState,
  run: SettlementRun,
  futures: ReadonlyMap<string, InstrumentId>,
  delivery: PlannedDelivery,
): void => {
  const { record, holding, value, change, fee } = delivery;
  const { instrument, sizeLots } = holding;
  assert(holding.orderCount === 0, `an order outlived ${instrument.contract.name}`);
  const option = instrument.contract.kind === 'option';
  if (sizeLots !== 0 || change !== 0) {
    if (option && value !== 0 && instrument.family.options?.exercise === 'future') {
      stateExercise(state, futures, holding);
    }
    const index = state.indexes[instrument.indexNo] as IndexRecord;
    const markPrice = state.marks.markPrice[instrument.id] as number;
    state.emit({
      type: 'position-settled',
      kind: 'delivery',
      accountId: holding.account.id,
      instrumentId: instrument.id,
      sizeLots: sizeLots as SizeLots,
      markPrice: Number.isNaN(markPrice) ? 0 : markPrice,
      indexPrice: index.price as UsdMicros,
      sessionProfit: (option ? 0 : change) as Cash,
      funding: 0 as Cash,
      payoff: (option ? value : 0) as Cash,
      fee: fee as Cash,
    });
    payFromClearing(state, run, record, instrument, change, 'delivery');
    const { fees } = state.venue[record.currencyNo] as VenueAccounts;
    const at = instrument.id;
    moveCash(state, record, fees, 0 - fee, 'delivery-fee', at, null, null, null);
    holding.realised += value - holding.openCost;
    holding.sizeLots = 0;
    holding.openCost = 0;
    holding.entryValue = 0;
    closeSession(state, holding, 0);
    emitPosition(state, holding);
  }
  dropHolding(holding);
};

const futuresOf = (expiry: ExpiryRecord): ReadonlyMap<string, InstrumentId> => {
  const futures = new Map<string, InstrumentId>();
  for (const { kind, contract } of expiry.instruments) {
    if (kind === 'future') futures.set(contract.family, contract.id);
  }
  return futures;
};

const deliverExpiry = (
  state: EngineState,
  index: IndexRecord,
  expiry: ExpiryRecord,
  plan: DeliveryPlan,
): void => {
  const run = createRun();
  const futures = futuresOf(expiry);
  for (const delivery of plan.deliveries) {
    carryOut(state, run, futures, delivery);
  }
  finishRun(state, run);
  for (const instrument of expiry.instruments) {
    instrument.state = 'delivered';
    instrument.deliveryPrice = plan.price;
    instrument.deliveredUs = state.nowUs;
    instrument.openInterestLots = 0;
    state.emit({
      type: 'instrument-state-changed',
      instrumentId: instrument.id,
      state: 'delivered',
      deliveryPrice: plan.price,
    });
  }
  retireExpiry(state, index, expiry);
  endProtections(state, index, expiry.expiryUs);
};

/**
 * Delivers every expiry that is over and whose fixing is known; called when an expiry falls due and
 * after each index value. An expiry without contracts is forgotten at once; one up to
 * `lastResortUs` has waited long enough for a good index value.
 */
export const deliverDue = (state: EngineState, lastResortUs = 0): void => {
  for (const index of state.indexes) {
    for (const expiry of index.expiries.slice()) {
      if (expiry.expiryUs >= state.nowUs) {
        break;
      }
      if (expiry.instruments.length === 0) {
        retireExpiry(state, index, expiry);
        continue;
      }
      const fixing = fixingOf(index.fixing, expiry.expiryUs, expiry.expiryUs <= lastResortUs);
      if (fixing !== null) {
        const plan = planDelivery(state, expiry, fixing.price);

        // Point of no return.
        state.emit({
          type: 'expiry-fixed',
          indexName: index.name,
          expiryUs: expiry.expiryUs as TsUs,
          price: fixing.price,
          prints: fixing.prints,
        });
        deliverExpiry(state, index, expiry, plan);
      }
    }
  }
};
