// Deliver due: every expiry whose fixing is known pays out, account by account in the order of ids,
// instrument by instrument, and its contracts end. Invariant: an expiry is delivered once, whole,
// and at one price; while the missing-print rule waits for an index value it stays closed and
// untouched. Payoffs and profits sum to zero over all accounts but for roundings, which go to the
// rounding account.
import {
  type Cash,
  type SizeLots,
  type TsUs,
  type UsdMicros,
  usdMicrosPerUsd,
} from '@openstrike/domain';
import { assert } from '@openstrike/std';
import { moveCash } from '../account/cash.ts';
import { dropHolding, emitPosition, holdingsInOrder, valueAtPrice } from '../account/holdings.ts';
import { fixingOf } from '../fixing/fixing.ts';
import { retireExpiry } from '../instruments.ts';
import type {
  CurrencyRecord,
  EngineState,
  ExpiryRecord,
  Holding,
  IndexRecord,
  InstrumentRecord,
  VenueAccounts,
} from '../state.ts';
import { futureDeliveryFee, optionDeliveryFee, optionPayoff } from './delivery.ts';
import {
  closeSession,
  createRun,
  finishRun,
  payFromClearing,
  type SettlementRun,
} from './settlement-run.ts';

/** What one position gets. */
interface Delivered {
  /** Value of the lots at the delivery price: the payoff of an option, the notional of a future. */
  readonly value: number;
  /** What cash changes by, the fee apart. */
  readonly change: number;
  readonly fee: number;
}

const deliverPosition = (holding: Holding, price: UsdMicros): Delivered => {
  const { instrument, sizeLots } = holding;
  const { contract, fees, terms } = instrument;
  const free = terms.fees.deliveryFreeTenors.some((tenor) => tenor === contract.tenor);
  const rate = free ? 0 : fees.delivery;
  if (contract.kind === 'option') {
    const perLot = fees.coinMinorPerLot;
    const value = optionPayoff(contract, sizeLots, perLot, price);
    const fee = optionDeliveryFee(contract, sizeLots, perLot, price, rate, fees.premiumCap);
    return { value, change: value, fee };
  }
  const value = sizeLots === 0 ? 0 : valueAtPrice(instrument, sizeLots, price / usdMicrosPerUsd);
  const change = value - holding.sessionCost + holding.sessionRealised;
  return { value, change, fee: futureDeliveryFee(value, rate) };
};

const deliverHolding = (
  state: EngineState,
  run: SettlementRun,
  record: CurrencyRecord,
  holding: Holding,
  price: UsdMicros,
): void => {
  const { instrument, sizeLots } = holding;
  assert(holding.orderCount === 0, `an order outlived ${instrument.contract.name}`);
  const { value, change, fee } = deliverPosition(holding, price);
  const option = instrument.contract.kind === 'option';
  if (sizeLots !== 0 || change !== 0) {
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

const deliverExpiry = (
  state: EngineState,
  index: IndexRecord,
  expiry: ExpiryRecord,
  price: UsdMicros,
): void => {
  const due = new Set<InstrumentRecord>(expiry.instruments);
  const run = createRun();
  for (const account of state.accounts) {
    for (const record of account?.currencies ?? []) {
      for (const holding of record === null ? [] : holdingsInOrder(record).slice()) {
        if (due.has(holding.instrument)) {
          deliverHolding(state, run, record as CurrencyRecord, holding, price);
        }
      }
    }
  }
  finishRun(state, run);
  for (const instrument of expiry.instruments) {
    instrument.state = 'delivered';
    instrument.deliveryPrice = price;
    instrument.deliveredUs = state.nowUs;
    instrument.openInterestLots = 0;
    state.emit({
      type: 'instrument-state-changed',
      instrumentId: instrument.id,
      state: 'delivered',
      deliveryPrice: price,
    });
  }
  retireExpiry(state, index, expiry);
};

/**
 * Delivers every expiry that is over and whose fixing is known; called when an expiry falls due and
 * after each index value. An expiry without contracts is forgotten at once.
 */
export const deliverDue = (state: EngineState): void => {
  for (const index of state.indexes) {
    for (const expiry of index.expiries.slice()) {
      if (expiry.expiryUs >= state.nowUs) {
        break;
      }
      if (expiry.instruments.length === 0) {
        retireExpiry(state, index, expiry);
        continue;
      }
      const fixing = fixingOf(index.fixing, expiry.expiryUs);
      if (fixing !== null) {
        state.emit({
          type: 'expiry-fixed',
          indexName: index.name,
          expiryUs: expiry.expiryUs as TsUs,
          price: fixing.price,
          prints: fixing.prints,
        });
        deliverExpiry(state, index, expiry, fixing.price);
      }
    }
  }
};
