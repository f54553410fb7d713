// Arrivals: who of two orders in a call auction came later, and so takes where they trade and gives
// way where they are of one owner. Orders come in the order of their ids, but for those that an
// edit sent to the end of the line while the auction ran. Invariant: an order that has rested since
// before the auction, untouched, is never the later of two that cross.
import type { EngineState, InstrumentRecord, OrderRecord } from '../state.ts';
import type { CallAuctionRecord } from './halt-state.ts';

/** Whether the first came later than the second. */
export type IsLater = (order: OrderRecord, other: OrderRecord) => boolean;

/** The auction that an instrument is in. */
export const auctionOf = (
  { halts }: EngineState,
  { indexNo, expiryUs }: InstrumentRecord,
): CallAuctionRecord | undefined =>
  halts.auctions.find((one) => one.indexNo === indexNo && one.expiryUs === (expiryUs ?? 0));

/** Notes an order that goes to the end of the line of an auction. Cost: those that went before. */
export const noteReentry = (state: EngineState, { id, holding }: OrderRecord): void => {
  const auction = auctionOf(state, holding.instrument);
  if (auction === undefined) return;
  const others = auction.reentries.filter(({ orderId }) => orderId !== id);
  auction.reentries = [...others, { orderId: id, afterId: state.lastOrderId }];
};

/** Who is later, in the auction of an instrument. */
export const arrivalsIn = (auction: CallAuctionRecord | undefined): IsLater => {
  const reentries = new Map(
    auction?.reentries.map(({ orderId, afterId }, i) => [orderId, { afterId, turn: i + 1 }]),
  );
  const arrivalOf = ({ id }: OrderRecord) => reentries.get(id) ?? { afterId: id, turn: 0 };
  return (order, other) => {
    const a = arrivalOf(order);
    const b = arrivalOf(other);
    return a.afterId > b.afterId || (a.afterId === b.afterId && a.turn > b.turn);
  };
};
