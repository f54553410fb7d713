// Suppose a move: the state as it would be if prices moved now, for asking what would become of
// somebody. Prices, curves and marks of the indexes that move are copies, marked by the code that
// marks them in earnest; everything else is the state itself. Invariants: nothing of the state is
// changed; margins of accounts that others know are never kept at supposed marks.
import {
  currencies,
  type IndexName,
  isMarketMove,
  type MarketMove,
  type SviSlice,
  type UsdMicros,
} from '@openstrike/domain';
import { assert } from '@openstrike/std';
import { MarkDrift } from '../account/mark-drift.ts';
import type { EngineState, ExpiryRecord, IndexRecord, MarkColumns } from '../state.ts';
import { supposeMarks } from './mark-index.ts';

const copyMarks = (marks: MarkColumns): MarkColumns => ({
  capacity: marks.capacity,
  markPrice: marks.markPrice.slice(),
  underlyingPrice: marks.underlyingPrice.slice(),
  markIv: marks.markIv.slice(),
  delta: marks.delta.slice(),
  gamma: marks.gamma.slice(),
  vega: marks.vega.slice(),
  theta: marks.theta.slice(),
  rho: marks.rho.slice(),
  shortInitial: marks.shortInitial.slice(),
  shortMaintenance: marks.shortMaintenance.slice(),
  bandMinTicks: marks.bandMinTicks.slice(),
  bandMaxTicks: marks.bandMaxTicks.slice(),
});

const moveOf = ({ indexMoves }: MarketMove, name: IndexName): number =>
  (name.startsWith('btc') ? indexMoves.BTC : indexMoves.ETH) ?? 0;

const movePrice = (price: UsdMicros | 0, move: number): UsdMicros | 0 =>
  Math.round(price * (1 + move)) as UsdMicros | 0;

/** Every volatility of a slice is multiplied by the same: its variance by the square of that. */
export const moveSlice = (slice: SviSlice, move: number): SviSlice => {
  if (move === 0) return slice;
  const { pins } = slice;
  const variance = (1 + move) * (1 + move);
  const moved = { ...slice, a: slice.a * variance, b: slice.b * variance };
  if (pins === undefined) return moved;
  return { ...moved, pins: pins.map((pin) => ({ ...pin, shift: pin.shift * (1 + move) })) };
};

const moveExpiry = (expiry: ExpiryRecord, move: number, volatility: number): ExpiryRecord => ({
  ...expiry,
  forward: movePrice(expiry.forward, move),
  slice: expiry.slice === null ? null : moveSlice(expiry.slice, volatility),
});

const moveIndex = (index: IndexRecord, move: number, volatility: number): IndexRecord => ({
  ...index,
  price: movePrice(index.price, move),
  expiries: index.expiries.map((expiry) => moveExpiry(expiry, move, volatility)),
});

/** The state as it would be after a move; itself where nothing moves. */
export const supposeMove = (state: EngineState, move: MarketMove | null): EngineState => {
  if (move === null) return state;
  assert(isMarketMove(move), 'a supposed move is within its bounds');
  const { volatilityMove } = move;
  const moves = ({ name }: IndexRecord): boolean =>
    volatilityMove !== 0 || moveOf(move, name) !== 0;
  const supposed: EngineState = {
    ...state,
    emit: () => {},
    supposed: true,
    marks: copyMarks(state.marks),
    marksVersion: [...state.marksVersion],
    drift: new MarkDrift(currencies),
    indexes: state.indexes.map((index) =>
      moves(index) ? moveIndex(index, moveOf(move, index.name), volatilityMove) : index,
    ),
    riskMarkets: { outlines: null, usd: null, coin: null },
  };
  for (const index of supposed.indexes) if (moves(index)) supposeMarks(supposed, index);
  return supposed;
};
