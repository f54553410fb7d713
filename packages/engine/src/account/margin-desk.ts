// Margin desk: one margin sheet and its legs that are filled in over and over, so that asking for a
// margin allocates nothing. It holds no state from one question to the next.
import type { FutureMarginParameters } from '@openstrike/domain';
import {
  type CoinFloors,
  type FutureCover,
  type FutureLeg,
  MarginSheet,
  type OptionLeg,
  type UnpairedRates,
} from '@openstrike/risk';

export interface MarginDesk {
  readonly sheet: MarginSheet;
  readonly option: OptionLeg & { readonly floors: CoinFloors };
  readonly future: FutureLeg;
  /** Of a future that offsets options. */
  readonly cover: FutureCover & { readonly floors: CoinFloors };
}

const noRates: UnpairedRates = { unpairedInitial: 0, unpairedMaintenance: 0 };
const noParameters: FutureMarginParameters = { initialRate: 0, maintenanceRate: 0, ratePerCoin: 0 };

/** A desk with empty legs. */
export const createMarginDesk = (): MarginDesk => ({
  sheet: new MarginSheet(),
  option: {
    sizeLots: 0,
    openBuyLots: 0,
    openSellLots: 0,
    buyReserve: 0,
    sellReserve: 0,
    offset: 'none',
    setKey: 0,
    strike: 0,
    callSign: 1,
    forward: 0,
    floors: { initial: 0, maintenance: 0 },
    minorPerLot: 0,
    shortInitial: 0,
    shortMaintenance: 0,
    unpaired: noRates,
  },
  future: {
    sizeLots: 0,
    openBuyLots: 0,
    openSellLots: 0,
    buyReserve: 0,
    sellReserve: 0,
    parameters: noParameters,
    notionalPerLot: 0,
    coinsPerLot: 0,
    cover: null,
  },
  cover: {
    offset: 'none',
    setKey: 0,
    forward: 0,
    floors: { initial: 0, maintenance: 0 },
    unpaired: noRates,
    slopePerLot: 0,
    worthPerLot: 0,
  },
});
