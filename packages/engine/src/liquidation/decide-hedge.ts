// Decide a hedge: the order against an account's delta that would raise its ratio of equity to
// maintenance margin, if there is one. Invariants: it takes no more than its share of the depth
// near the mark and trades nowhere else; it is judged at the prices it will trade at, fees counted;
// it changes nothing.
import type { LiquidationParameters } from '@openstrike/domain';
import { hedgeLots, stepHelps } from '@openstrike/risk';
import { holdingsInOrder } from '../account/holdings.ts';
import { isTrading } from '../instruments.ts';
import { coinsPerLot, deltaOf } from '../query/account-summary.ts';
import type {
  CurrencyRecord,
  EngineState,
  IndexRecord,
  InstrumentRecord,
  SideCode,
} from '../state.ts';
import { ownerRefOf, selfTradeOf } from '../trading/execute-order.ts';
import { feeOf } from '../trading/fees.ts';
import { marginedWith } from './margin-states.ts';
import { type Figures, pay, type Sketch, sketchFigures, sketchOf, tradeOn } from './sketch.ts';

/** Lots that earlier steps of a plan have taken out of a book already, by instrument and side. */
export type TakenLots = Map<number, number>;

const takenKey = (instrument: InstrumentRecord, side: SideCode): number => instrument.id * 2 + side;

export interface Hedge {
  readonly instrument: InstrumentRecord;
  readonly side: SideCode;
  readonly lots: number;
  readonly limitTicks: number;
  /** What it will trade, from the best price on. */
  readonly fills: readonly { readonly ticks: number; readonly lots: number }[];
}

/** How far from the mark a hedge may trade, in ticks. */
const limitOf = (
  state: EngineState,
  { id, contract }: InstrumentRecord,
  side: SideCode,
  band: number,
): number => {
  const ticks = ((state.marks.markPrice[id] as number) * contract.tick.den) / contract.tick.num;
  return side === 0 ? Math.floor(ticks * (1 + band)) : Math.max(1, Math.ceil(ticks * (1 - band)));
};

/** Lots that would fill up to a price, were those taken before it gone. */
const fillable = (
  state: EngineState,
  record: CurrencyRecord,
  instrument: InstrumentRecord,
  side: SideCode,
  ticks: number,
  taken: number,
): number => {
  const { account } = record;
  const most = instrument.contract.sizeLotsMax;
  const all = state.book.fillableLots(
    instrument.id,
    side,
    ticks,
    most,
    ownerRefOf(account),
    selfTradeOf(account),
  );
  return Math.max(0, all - taken);
};

/**
 * What an order of so many lots would trade, resting order by resting order, since fees are rounded
 * for each fill. Those taken before it are gone.
 */
const fillsOf = (
  state: EngineState,
  record: CurrencyRecord,
  { instrument, side, lots, limitTicks }: Omit<Hedge, 'fills'>,
  taken: number,
): Hedge['fills'] => {
  const { book } = state;
  const own = ownerRefOf(record.account);
  const fills: { ticks: number; lots: number }[] = [];
  let gone = taken;
  let left = lots;
  let handle = book.firstOrder(instrument.id, side === 0 ? 1 : 0);
  for (; handle !== 0 && left > 0; handle = book.nextOrder(handle)) {
    const ticks = book.orderTicks(handle);
    if (side === 0 ? ticks > limitTicks : ticks < limitTicks) break;
    if (book.orderOwnerRef(handle) === own) continue;
    const all = book.orderLots(handle);
    const passed = Math.min(gone, all);
    gone -= passed;
    const filled = Math.min(left, all - passed);
    if (filled > 0) fills.push({ ticks, lots: filled });
    left -= filled;
  }
  return fills;
};

/** The taker fees of a hedge, in its instrument's currency. */
export const hedgeFee = (state: EngineState, { instrument, fills }: Hedge): number => {
  let sum = 0;
  for (const { ticks, lots } of fills) {
    sum += feeOf(state, instrument, lots, ticks, instrument.fees.taker);
  }
  return sum;
};

/** Trades a hedge on a sketch, its taker fees counted. */
export const hedgeOn = (state: EngineState, sketch: Sketch, hedge: Hedge): void => {
  const { instrument, side, fills } = hedge;
  for (const { ticks, lots } of fills) {
    tradeOn(sketch, instrument, side === 0 ? lots : -lots, ticks);
  }
  pay(sketch, instrument.currencyNo, 0 - hedgeFee(state, hedge));
};

/** Counts a planned hedge as gone from its book. */
export const takeOut = (taken: TakenLots, { instrument, side, fills }: Hedge): void => {
  const key = takenKey(instrument, side);
  for (const { lots } of fills) taken.set(key, (taken.get(key) ?? 0) + lots);
};

const proposal = (
  state: EngineState,
  record: CurrencyRecord,
  instrument: InstrumentRecord,
  deltaCoins: number,
  taken: TakenLots,
  parameters: LiquidationParameters,
): Hedge | null => {
  const probe = { instrument } as Parameters<typeof coinsPerLot>[1];
  const delta = deltaCoins / coinsPerLot(state, probe);
  if (!Number.isFinite(delta) || delta === 0) return null;
  const side: SideCode = delta > 0 ? 1 : 0;
  const limitTicks = limitOf(state, instrument, side, parameters.hedgeBand);
  const gone = taken.get(takenKey(instrument, side)) ?? 0;
  const depth = fillable(state, record, instrument, side, limitTicks, gone);
  const lots = Math.min(
    Math.abs(hedgeLots(delta, depth, parameters)),
    instrument.contract.sizeLotsMax,
  );
  if (lots === 0) return null;
  const order = { instrument, side, lots, limitTicks };
  const fills = fillsOf(state, record, order, gone);
  return fills.length === 0 ? null : { ...order, fills };
};

/** Net delta by index in coins; nothing where an index has no futures to hedge with. */
const deltasOf = (state: EngineState, record: CurrencyRecord): Map<number, number> => {
  const deltas = new Map<number, number>();
  for (const holding of holdingsInOrder(record)) {
    const delta = holding.sizeLots === 0 ? 0 : deltaOf(state, holding);
    if (Number.isFinite(delta) && delta !== 0) {
      const { indexNo } = holding.instrument;
      deltas.set(indexNo, (deltas.get(indexNo) ?? 0) + delta);
    }
  }
  return deltas;
};

/** Perpetuals first, then dated futures, by id. */
const hedgesOf = (state: EngineState, indexNo: number, currencyNo: number): InstrumentRecord[] => {
  const { instruments } = state.indexes[indexNo] as IndexRecord;
  const rank = ({ kind }: InstrumentRecord): number => (kind === 'perpetual' ? 0 : 1);
  return instruments
    .filter((one) => one.kind !== 'option' && one.currencyNo === currencyNo)
    .filter((one) => isTrading(state, one))
    .sort((a, b) => rank(a) - rank(b) || a.id - b.id);
};

/** Whether a step that led from one to the other helps. */
export const improves = (before: Figures, after: Figures): boolean =>
  before.netEquity > 0
    ? stepHelps(
        { equity: before.marginEquity, maintenance: before.maintenance },
        { equity: after.marginEquity, maintenance: after.maintenance },
      )
    : stepHelps(
        { equity: before.netEquity, maintenance: before.maintenance },
        { equity: after.netEquity, maintenance: after.maintenance },
      );

/** The hedge that helps; null where none does. */
export const decideHedge = (
  state: EngineState,
  sketch: Sketch,
  taken: TakenLots,
  parameters: LiquidationParameters,
): Hedge | null => {
  const before = sketchFigures(state, sketch);
  for (const record of marginedWith(sketch.record)) {
    for (const [indexNo, delta] of deltasOf(state, record)) {
      for (const instrument of hedgesOf(state, indexNo, record.currencyNo)) {
        const hedge = proposal(state, record, instrument, delta, taken, parameters);
        if (hedge === null) continue;
        const trial = sketchOf(sketch.record, sketch.cash);
        hedgeOn(state, trial, hedge);
        if (improves(before, sketchFigures(state, trial))) return hedge;
      }
    }
  }
  return null;
};
