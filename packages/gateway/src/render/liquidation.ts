// Render liquidation: auctions, legs and states of accounts in liquidation as the API tells them.
// Invariant: nothing here says whose account it is.
import {
  type AuctionView,
  type Cash,
  type Currency,
  fromSteps,
  type LiquidationLeg,
  type MarginState,
  minorPerUnit,
} from '@openstrike/domain';
import type { Feeds } from '@openstrike/feeds';
import { ApiError } from '../method.ts';

export const units = (cash: Cash, currency: Currency): number => cash / minorPerUnit[currency];

export const renderState = (state: MarginState, currency: Currency) => ({
  margin_equity: units(state.marginEquity, currency),
  maintenance_margin: units(state.maintenance, currency),
  net_equity: units(state.netEquity, currency),
});

export const renderLegs = (legs: readonly LiquidationLeg[], feeds: Feeds) =>
  legs.map(({ instrumentId, sizeLots }) => {
    const instrument = feeds.instrument(instrumentId);
    if (instrument === null) throw new ApiError('not_found');
    return { instrument_name: instrument.name, amount: fromSteps(sizeLots, instrument.lot) };
  });

export const renderAuction = (auction: AuctionView, feeds: Feeds) => ({
  liquidation_id: auction.liquidationId,
  currency: auction.currency,
  phase: auction.phase,
  seconds: auction.seconds,
  price: auction.price,
  share: auction.share,
  state: renderState(auction.state, auction.currency),
  positions: renderLegs(auction.positions, feeds),
});
