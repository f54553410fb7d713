// Peg price: the price in ticks of an order given in USD or as an implied volatility, on the
// passive side of the grid: a bid rounds down, an offer up.
import type { PriceMode } from '@openstrike/domain';
import { optionPriceAtIv } from '../marking/option-price.ts';
import type { EngineState, IndexRecord, InstrumentRecord, SideCode } from '../state.ts';
import { gridAtOrAbove, gridAtOrBelow } from './tick-grid.ts';

/**
 * The grid price of a pegged order now; 0 when it has none (a bid below the first tick, no index or
 * forward).
 *
 * Units: `value` in USD for `usd`, an annualised fraction for `iv`.
 */
export const pegTicks = (
  state: EngineState,
  instrument: InstrumentRecord,
  side: SideCode,
  mode: PriceMode,
  value: number,
): number => {
  const { contract } = instrument;
  const index = state.indexes[instrument.indexNo] as IndexRecord;
  const price =
    mode === 'usd' ? value / (index.price / 1e6) : optionPriceAtIv(state, instrument, value);
  if (!Number.isFinite(price) || index.price === 0) {
    return 0;
  }
  const ticks = (price * contract.tick.den) / contract.tick.num;
  return side === 0 ? gridAtOrBelow(contract, ticks) : gridAtOrAbove(contract, ticks);
};
