// Order: what an order is and how it stands. `OrderState` is an immutable copy that events carry;
// the engine keeps its own mutable records. Invariant: filledLots <= sizeLots, and a closed order
// never changes again.
import type { QuoteTag } from './market-maker.ts';
import type { AccountId, InstrumentId, OrderId, PriceTicks, SizeLots, TsUs } from './units.ts';

export type Side = 'buy' | 'sell';
export type OrderType =
  | 'limit'
  | 'market'
  | 'market-limit'
  | 'stop-limit'
  | 'stop-market'
  | 'take-limit'
  | 'take-market'
  | 'trailing-stop';
/** `day` ends at the next 08:00 UTC. */
export type TimeInForce = 'gtc' | 'day' | 'ioc' | 'fok';
/** `slide` moves a crossing price one tick behind the opposite best; `reject` refuses it. */
export type PostOnly = 'off' | 'slide' | 'reject';
export type TriggerSource = 'index' | 'mark' | 'last';
/**
 * How the price is given: in ticks, in USD, or as an implied volatility (the engine reprices it).
 */
export type PriceMode = 'price' | 'usd' | 'iv';
export type OrderStatus =
  | 'open'
  | 'filled'
  | 'rejected'
  | 'cancelled'
  | 'untriggered'
  | 'triggered';
export type SelfTradeMode = 'reject-taker' | 'cancel-maker';

export type CancelReason =
  | 'user-request'
  | 'remainder' // the rest of an ioc or market order
  | 'fill-or-kill'
  | 'self-trade'
  | 'reduce-only'
  | 'post-only-edit'
  | 'cancel-on-disconnect'
  | 'expiry'
  | 'end-of-day'
  | 'insufficient-funds' // a triggered or repriced order that the account can no longer carry
  | 'price-band'
  | 'operator'
  | 'mmp' // market-maker protection took it out
  | 'quote-refused' // the quote that was to replace it was refused
  | 'liquidation';

export interface Trigger {
  readonly source: TriggerSource;
  /**
   * USD for `index`; the instrument's price unit for `mark` and `last`. Null for a trailing stop.
   */
  readonly price: number | null;
  /** Distance of a trailing stop, in the same unit; null for the others. */
  readonly offset: number | null;
}

/**
 * One state of an order; it never changes. Take fields by name: the engine's states share some of
 * them, so a spread or a structured clone may miss those. As JSON it is whole.
 */
export interface OrderState {
  readonly orderId: OrderId;
  readonly accountId: AccountId;
  readonly instrumentId: InstrumentId;
  readonly side: Side;
  readonly type: OrderType;
  /** The type it was placed with, where it became another (`market-limit` rests as `limit`). */
  readonly originalType: OrderType | null;
  readonly timeInForce: TimeInForce;
  readonly status: OrderStatus;
  /** 0 where the order has no limit (market types). */
  readonly priceTicks: PriceTicks;
  readonly sizeLots: SizeLots;
  readonly filledLots: SizeLots;
  /** Sum of ticks times lots over its fills; the average price is this over `filledLots`. */
  readonly filledTickLots: number;
  /** Visible size; equal to `sizeLots` when nothing is hidden. */
  readonly displayLots: SizeLots;
  readonly postOnly: PostOnly;
  readonly reduceOnly: boolean;
  readonly priceMode: PriceMode;
  /** USD for `usd`, annualised fraction for `iv`, 0 for `price`. */
  readonly priceModeValue: number;
  readonly trigger: Trigger | null;
  /** Best price seen by a trailing stop, in the trigger's unit; null otherwise. */
  readonly triggerReference: number | null;
  /** The trigger order that this order came from; null otherwise. */
  readonly triggerOrderId: OrderId | null;
  readonly label: string;
  readonly clientKey: string | null;
  /** Session that cancel-on-disconnect acts on; 0 when none. */
  readonly connectionId: number;
  /** True once an edit or a repricing has replaced the order. */
  readonly replaced: boolean;
  readonly cancelReason: CancelReason | null;
  readonly createdUs: TsUs;
  readonly updatedUs: TsUs;
  /** Fees paid so far, in minor units of the settlement currency. */
  readonly fee: number;
  /** Marked for market-maker protection. */
  readonly mmp: boolean;
  /** Of a quote; absent for all other orders. */
  readonly quote?: QuoteTag | undefined;
}
