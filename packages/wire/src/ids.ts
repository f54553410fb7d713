// Ids: orders and trades are numbers inside and texts outside that begin with the settlement currency, BTC's
// being bare digits. Trigger orders have a shape of their own, such as `BTC-SLIS-250756`: the kind of trigger,
// its price source and the side in four letters. Invariant: every text reads back as its number.
import {
  type Currency,
  type OrderId,
  type OrderState,
  type OrderType,
  orderId,
  type TradeId,
  type TriggerSource,
  tradeId,
} from '@openstrike/domain';
import { isTriggerType } from './words.ts';

const numbered = (currency: Currency, id: number): string =>
  currency === 'BTC' ? String(id) : `${currency}-${id}`;

const kindLetters = (type: OrderType): string =>
  type === 'trailing-stop' ? 'TR' : type === 'take-limit' || type === 'take-market' ? 'TP' : 'SL';

const sourceLetters: Readonly<Record<TriggerSource, string>> = { index: 'I', mark: 'M', last: 'T' };

type Identified = Pick<OrderState, 'orderId' | 'type' | 'side' | 'trigger'>;

/** The id of an order as clients see it. */
export const renderOrderId = (order: Identified, settlementCurrency: Currency): string => {
  if (!isTriggerType(order.type)) {
    return numbered(settlementCurrency, order.orderId);
  }
  const source = sourceLetters[order.trigger?.source ?? 'last'];
  const side = order.side === 'buy' ? 'B' : 'S';
  return `${settlementCurrency}-${kindLetters(order.type)}${source}${side}-${order.orderId}`;
};

/** The id of an order of which only the number is known, where it is a plain one. */
export const renderPlainOrderId = (id: OrderId, settlementCurrency: Currency): string =>
  numbered(settlementCurrency, id);

export const renderTradeId = (id: TradeId, settlementCurrency: Currency): string =>
  numbered(settlementCurrency, id);

const orderIdPattern = /^(?:[A-Z]{3,5}-)?(?:[A-Z]{4}-)?(\d{1,15})$/;
const tradeIdPattern = /^(?:[A-Z]{3,5}-)?(\d{1,15})$/;

/** The number in an order id; null when the text is none. */
export const parseOrderId = (text: string): OrderId | null => {
  const digits = orderIdPattern.exec(text)?.[1];
  return digits === undefined ? null : orderId(Number(digits));
};

/** The number in a trade id; null when the text is none. */
export const parseTradeId = (text: string): TradeId | null => {
  const digits = tradeIdPattern.exec(text)?.[1];
  return digits === undefined ? null : tradeId(Number(digits));
};
