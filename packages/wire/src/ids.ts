// Ids: orders and trades are numbers inside and texts outside that begin with the settlement
// currency, BTC's being bare digits. Trigger orders have a shape of their own, such as
// `BTC-SLTS-250756`: three letters and the side's. The plain order that came of one names it by
// that id and knows no more of it than number and side. Invariant: every text reads back as its
// number, and an order has one id all its life.
import {
  type Currency,
  type OrderId,
  type OrderState,
  orderId,
  type Side,
  type TradeId,
  tradeId,
} from '@openstrike/domain';
import { isTriggerType } from './words.ts';

const numbered = (currency: Currency, id: number): string =>
  currency === 'BTC' ? String(id) : `${currency}-${id}`;

const triggerId = (id: OrderId, side: Side, currency: Currency): string =>
  `${currency}-SLT${side === 'buy' ? 'B' : 'S'}-${id}`;

/** The id of an order as clients see it. */
export const renderOrderId = (
  order: Pick<OrderState, 'orderId' | 'type' | 'side'>,
  settlementCurrency: Currency,
): string =>
  isTriggerType(order.type)
    ? triggerId(order.orderId, order.side, settlementCurrency)
    : numbered(settlementCurrency, order.orderId);

/** The id of an order of which only the number is known, where it is a plain one. */
export const renderPlainOrderId = (id: OrderId, settlementCurrency: Currency): string =>
  numbered(settlementCurrency, id);

/** The id that the trigger order had from which an order of this side came. */
export const renderTriggerOrderId = (
  id: OrderId,
  side: Side,
  settlementCurrency: Currency,
): string => triggerId(id, side, settlementCurrency);

export const renderTradeId = (id: TradeId, settlementCurrency: Currency): string =>
  numbered(settlementCurrency, id);

/** A number read from an id, and the currency it was written with; bare digits are BTC's. */
export interface ParsedId<Id> {
  readonly id: Id;
  readonly currency: string;
}

const orderIdPattern = /^(?:([A-Z]{3,5})-)?(?:[A-Z]{4}-)?(\d{1,15})$/;
const tradeIdPattern = /^(?:([A-Z]{3,5})-)?(\d{1,15})$/;

/** Reads an order id; null when the text is none. */
export const parseOrderId = (text: string): ParsedId<OrderId> | null => {
  const found = orderIdPattern.exec(text);
  return found === null ? null : { id: orderId(Number(found[2])), currency: found[1] ?? 'BTC' };
};

/** Reads a trade id; null when the text is none. */
export const parseTradeId = (text: string): ParsedId<TradeId> | null => {
  const found = tradeIdPattern.exec(text);
  return found === null ? null : { id: tradeId(Number(found[2])), currency: found[1] ?? 'BTC' };
};
