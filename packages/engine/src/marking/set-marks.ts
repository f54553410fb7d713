// Set marks: the oracle's commands. Index and forward ticks and surfaces apply at once: the fixing
// takes the print, everything of the index is marked anew, orders priced in USD and IV follow, and
// triggers fire.
import type {
  ForwardPrice,
  IndexName,
  RejectCode,
  SetForwards,
  SetIndex,
  SetSurface,
  SviSlice,
  UsdMicros,
} from '@openstrike/domain';
import { constituentsMax, indexNames, usdMicrosPerUsd } from '@openstrike/domain';
import { estimatedDeliveryPrice, fixingSeconds, recordPrint } from '../fixing/fixing.ts';
import { watchMoves } from '../halts/call-auctions.ts';
import { noteIndexStatus } from '../halts/halt-state.ts';
import { expiryRecordOf, noTriggers } from '../instruments.ts';
import { watchMargins } from '../liquidation/watch-margins.ts';
import { runListing } from '../listing/run-listing.ts';
import { beginStress } from '../portfolio/follow-stress.ts';
import { deliverDue } from '../settlement/deliver-due.ts';
import type { EngineState, IndexRecord } from '../state.ts';
import { firePrice } from '../trading/fire-triggers.ts';
import { repriceOrders } from '../trading/reprice-orders.ts';
import { markIndex } from './mark-index.ts';

/** The record of an index. */
export const indexOf = (state: EngineState, name: IndexName): IndexRecord =>
  state.indexes[indexNames.indexOf(name)] as IndexRecord;

const isPrice = (price: number): boolean => Number.isSafeInteger(price) && price > 0;

const arePrices = (forwards: readonly ForwardPrice[] = []): boolean =>
  forwards.every(({ price }) => isPrice(price));

const takeForwards = (
  state: EngineState,
  index: IndexRecord,
  forwards: readonly ForwardPrice[] = [],
): void => {
  for (const { expiryUs, price } of forwards) {
    if (expiryUs > state.nowUs) {
      expiryRecordOf(index, expiryUs).forward = price;
    }
  }
};

const isQuality = ({ confidence, constituents }: SetIndex): boolean =>
  confidence >= 0 && confidence <= 1 && constituents.length <= constituentsMax;

/** Marks an index and lets everything that hangs on its marks follow. */
export const remark = (state: EngineState, index: IndexRecord): void => {
  markIndex(state, index);
  repriceOrders(state, index);
  firePrice(state, index.triggers, index.price / usdMicrosPerUsd);
  const watched = index.instruments.filter(({ markTriggers }) => markTriggers !== noTriggers);
  for (const instrument of watched) {
    firePrice(state, instrument.markTriggers, state.marks.markPrice[instrument.id] as number);
  }
  watchMoves(state, index);
  const [first] = index.instruments;
  if (first !== undefined) watchMargins(state, first.currencyNo);
};

/** Takes one index value, and the forwards that come with it. */
export const setIndex = (state: EngineState, command: SetIndex): RejectCode | null => {
  if (!isPrice(command.price) || !isQuality(command)) return 'invalid-price';
  if (!arePrices(command.forwards)) return 'invalid-price';

  // Point of no return.
  const index = indexOf(state, command.indexName);
  noteIndexStatus(state, index, command.status);
  recordPrint(index.fixing, command.price, state.nowUs, command.status === 'good');
  const first = index.price === 0;
  index.price = command.price;
  index.priceUs = state.nowUs;
  index.status = command.status;
  index.confidence = command.confidence;
  if (first) beginStress(state);
  state.emit({
    type: 'index-changed',
    indexName: index.name,
    price: command.price,
    estimatedDeliveryPrice: estimatedDeliveryPrice(index.fixing, state.nowUs) as UsdMicros,
    fixingPrints: fixingSeconds(index.fixing, state.nowUs),
    status: command.status,
    confidence: command.confidence,
    constituents: command.constituents,
  });
  deliverDue(state);
  takeForwards(state, index, command.forwards);
  runListing(state, index);
  remark(state, index);
  return null;
};

/** Takes forwards of an index alone; an expiry not named keeps its own. */
export const setForwards = (state: EngineState, command: SetForwards): RejectCode | null => {
  if (!arePrices(command.forwards)) return 'invalid-price';

  // Point of no return.
  const index = indexOf(state, command.indexName);
  takeForwards(state, index, command.forwards);
  runListing(state, index);
  remark(state, index);
  return null;
};

/** Pins of one slice, and how far one may shift a volatility. */
const pinsMax = 512;
const pinShiftMax = 1;

const isSlice = ({ tauYears, a, b, rho, m, sigma, pins }: SviSlice): boolean =>
  tauYears > 0 &&
  sigma > 0 &&
  Number.isFinite(tauYears + a + b + rho + m + sigma) &&
  (pins === undefined ||
    (pins.length <= pinsMax &&
      pins.every(({ strike, shift }) => strike > 0 && Math.abs(shift) <= pinShiftMax)));

/** Takes a surface; an expiry not named keeps its slice. */
export const setSurface = (state: EngineState, command: SetSurface): RejectCode | null => {
  const { slices, kept = [] } = command;
  if (!slices.every(isSlice) || !kept.every(Number.isSafeInteger)) return 'invalid-price';

  // Point of no return.
  const index = indexOf(state, command.indexName);
  for (const slice of slices) {
    if (slice.expiryUs > state.nowUs) {
      expiryRecordOf(index, slice.expiryUs).slice = slice;
    }
  }
  index.surfaceVersion = command.version;
  state.emit({ type: 'surface-changed', indexName: index.name, version: command.version, kept });
  // Marks are as they were where the whole surface stays.
  if (slices.length === 0) return null;
  runListing(state, index);
  remark(state, index);
  return null;
};
