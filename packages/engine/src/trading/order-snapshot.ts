// Order snapshot: what events and answers carry of an order. What an order is hardly ever changes,
// so it stands on a ticket that all states of the order share; a state has only the rest of its
// own. Half of all that an engine tells are states of orders: to copy every word of them into each
// would cost more than to match them. Invariant: neither ever changes, so that whoever reads a
// state later sees what was so at its instant.
import type {
  AccountId,
  CancelReason,
  Cash,
  InstrumentId,
  OrderId,
  OrderState,
  OrderStatus,
  OrderType,
  PlaceOrder,
  PostOnly,
  PriceMode,
  PriceTicks,
  QuoteTag,
  Side,
  SizeLots,
  TimeInForce,
  Trigger,
  TsUs,
} from '@openstrike/domain';
import type { Holding, OrderRecord, SideCode } from '../state.ts';

/** What an order is made from: a command, or a trigger order that fired. */
export type OrderTerms = Pick<
  PlaceOrder,
  | 'orderType'
  | 'timeInForce'
  | 'postOnly'
  | 'reduceOnly'
  | 'priceMode'
  | 'priceModeValue'
  | 'trigger'
  | 'label'
  | 'clientKey'
  | 'connectionId'
  | 'mmp'
> & { readonly quote?: QuoteTag | null; readonly clientId?: string };

/** What an order is; fixed at its placing, and made anew by an edit that changes any of it. */
export class OrderTicket {
  readonly orderId: OrderId;
  readonly accountId: AccountId;
  readonly instrumentId: InstrumentId;
  readonly side: Side;
  readonly type: OrderType;
  readonly originalType: OrderType | null;
  readonly timeInForce: TimeInForce;
  readonly postOnly: PostOnly;
  readonly priceMode: PriceMode;
  readonly priceModeValue: number;
  readonly trigger: Trigger | null;
  readonly triggerOrderId: OrderId | null;
  readonly label: string;
  readonly clientKey: string | null;
  /** The API key that it was placed with; empty for none. */
  readonly clientId: string;
  readonly connectionId: number;
  readonly createdUs: number;
  readonly mmp: boolean;

  constructor(
    orderId: OrderId,
    { account, instrument }: Holding,
    side: SideCode,
    terms: OrderTerms,
    triggerOrderId: OrderId | null,
    createdUs: number,
  ) {
    const becomesLimit = terms.orderType === 'market-limit';
    this.orderId = orderId;
    this.accountId = account.id;
    this.instrumentId = instrument.id;
    this.side = side === 0 ? 'buy' : 'sell';
    this.type = becomesLimit ? 'limit' : terms.orderType;
    this.originalType = becomesLimit ? 'market-limit' : null;
    this.timeInForce = terms.timeInForce;
    this.postOnly = terms.postOnly;
    this.priceMode = terms.priceMode;
    this.priceModeValue = terms.priceModeValue;
    this.trigger = terms.trigger;
    this.triggerOrderId = triggerOrderId;
    this.label = terms.label;
    this.clientKey = terms.clientKey;
    this.clientId = terms.clientId ?? '';
    this.connectionId = terms.connectionId;
    this.createdUs = createdUs;
    this.mmp = terms.mmp;
  }
}

/** One state of an order, as it was at an instant. */
export class OrderSnapshot implements OrderState {
  readonly ticket: OrderTicket;
  readonly status: OrderStatus;
  readonly cancelReason: CancelReason | null;
  readonly quote: QuoteTag | undefined;
  readonly reduceOnly: boolean;
  readonly replaced: boolean;
  readonly priceTicks: PriceTicks;
  readonly sizeLots: SizeLots;
  readonly filledLots: SizeLots;
  readonly filledTickLots: number;
  readonly displayLots: SizeLots;
  readonly bestPrice: number;
  readonly updatedUs: TsUs;
  readonly fee: Cash;

  constructor(order: OrderRecord, cancelReason: CancelReason | null) {
    const { displayLots, sizeLots } = order;
    this.ticket = order.ticket;
    this.status = order.status;
    this.cancelReason = cancelReason;
    this.quote = order.quote ?? undefined;
    this.reduceOnly = order.reduceOnly;
    this.replaced = order.replaced;
    this.priceTicks = order.priceTicks as PriceTicks;
    this.sizeLots = sizeLots as SizeLots;
    this.filledLots = order.filledLots as SizeLots;
    this.filledTickLots = order.filledTickLots;
    this.displayLots = (displayLots === 0 ? sizeLots : displayLots) as SizeLots;
    this.bestPrice = order.triggerReference;
    this.updatedUs = order.updatedUs as TsUs;
    this.fee = order.fee as Cash;
  }

  get orderId(): OrderId {
    return this.ticket.orderId;
  }

  get accountId(): AccountId {
    return this.ticket.accountId;
  }

  get instrumentId(): InstrumentId {
    return this.ticket.instrumentId;
  }

  get side(): Side {
    return this.ticket.side;
  }

  get type(): OrderType {
    return this.ticket.type;
  }

  get originalType(): OrderType | null {
    return this.ticket.originalType;
  }

  get timeInForce(): TimeInForce {
    return this.ticket.timeInForce;
  }

  get postOnly(): PostOnly {
    return this.ticket.postOnly;
  }

  get priceMode(): PriceMode {
    return this.ticket.priceMode;
  }

  get priceModeValue(): number {
    return this.ticket.priceModeValue;
  }

  get trigger(): Trigger | null {
    return this.ticket.trigger;
  }

  get triggerReference(): number | null {
    return this.ticket.type === 'trailing-stop' ? this.bestPrice : null;
  }

  get triggerOrderId(): OrderId | null {
    return this.ticket.triggerOrderId;
  }

  get label(): string {
    return this.ticket.label;
  }

  get clientKey(): string | null {
    return this.ticket.clientKey;
  }

  get connectionId(): number {
    return this.ticket.connectionId;
  }

  get createdUs(): TsUs {
    return this.ticket.createdUs as TsUs;
  }

  get mmp(): boolean {
    return this.ticket.mmp;
  }

  /** In one piece, for whoever prints it or compares it with an order that is no snapshot. */
  toJSON(): OrderState {
    const { ticket, bestPrice: _bestPrice, quote, ...changing } = this;
    const { clientId: _clientId, createdUs, ...words } = ticket;
    const { triggerReference } = this;
    const state = { ...words, ...changing, createdUs: createdUs as TsUs, triggerReference };
    return quote === undefined ? state : { ...state, quote };
  }
}

/** A state in one piece: each field its own. */
export const plainStateOf = (order: OrderState): OrderState =>
  order instanceof OrderSnapshot ? order.toJSON() : order;
