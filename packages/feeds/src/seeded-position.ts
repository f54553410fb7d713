// Seeded position: a position as the query port answers, in the form in which events tell it. The
// view has no open cost, so it is made from the average price and may differ from the engine's by a
// rounding.
import {
  type Cash,
  fromSteps,
  type Instrument,
  minorPerUnit,
  type PositionChanged,
  type PositionView,
} from '@openstrike/domain';

/** The event that would have led to this view. */
export const seededPosition = (view: PositionView, instrument: Instrument): PositionChanged => {
  const amount = fromSteps(view.sizeLots, instrument.lot);
  const inverseFuture = instrument.payoff === 'inverse' && instrument.kind !== 'option';
  const value = inverseFuture ? -amount / view.averagePrice : amount * view.averagePrice;
  const minor = minorPerUnit[instrument.settlementCurrency];
  return {
    type: 'position-changed',
    accountId: view.accountId,
    instrumentId: view.instrumentId,
    sizeLots: view.sizeLots,
    openCost: (view.sizeLots === 0 ? 0 : Math.round(value * minor)) as Cash,
    averagePrice: view.averagePrice,
    sessionRealised: view.sessionRealised,
    sessionFunding: view.sessionFunding,
    realised: view.realised,
    settlementPrice: view.settlementPrice,
  };
};
