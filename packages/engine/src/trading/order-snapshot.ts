// Order snapshot: what events and answers carry of an order. What an order is in words is the same
// of most orders of a connection and hardly ever changes, so all their states share it; a state has
// only the numbers of its own. Half of all that an engine tells are states of orders: to copy every
// word of them into each would cost more than to match them. Invariant: neither ever changes, so
// that whoever reads a state later sees what was so at its instant.
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
import type { OrderRecord } from '../state.ts';

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

/** What an order is in words. Never changes; an edit that changes any of it takes others. */
export class OrderWords {
  readonly type: OrderType;
  readonly originalType: OrderType | null;
  readonly timeInForce: TimeInForce;
  readonly postOnly: PostOnly;
  readonly priceMode: PriceMode;
  readonly priceModeValue: number;
  readonly trigger: Trigger | null;
  readonly label: string;
  readonly clientKey: string | null;
  /** The API key that it was placed with; empty for none. */
  readonly clientId: string;
  readonly connectionId: number;
  readonly mmp: boolean;

  constructor(terms: OrderTerms) {
    const becomesLimit = terms.orderType === 'market-limit';
    this.type = becomesLimit ? 'limit' : terms.orderType;
    this.originalType = becomesLimit ? 'market-limit' : null;
    this.timeInForce = terms.timeInForce;
    this.postOnly = terms.postOnly;
    this.priceMode = terms.priceMode;
    this.priceModeValue = terms.priceModeValue;
    this.trigger = terms.trigger;
    this.label = terms.label;
    this.clientKey = terms.clientKey;
    this.clientId = terms.clientId ?? '';
    this.connectionId = terms.connectionId;
    this.mmp = terms.mmp;
  }

  /** Whether an order of these terms has the same words. */
  say(terms: OrderTerms): boolean {
    return (
      terms.orderType === (this.originalType ?? this.type) &&
      terms.timeInForce === this.timeInForce &&
      terms.postOnly === this.postOnly &&
      terms.priceMode === this.priceMode &&
      terms.priceModeValue === this.priceModeValue &&
      terms.trigger === this.trigger &&
      terms.label === this.label &&
      terms.clientKey === this.clientKey &&
      (terms.clientId ?? '') === this.clientId &&
      terms.connectionId === this.connectionId &&
      terms.mmp === this.mmp
    );
  }
}

/** A power of two, so that a mask finds the place. */
const SHELF_PLACES = 256;

/**
 * Words that were used last, by connection: most orders of a connection have the same. Shared they
 * stay in the processor's cache, and the garbage collector finds nothing new to carry about.
 */
export class WordsShelf {
  readonly #places: (OrderWords | null)[] = new Array(SHELF_PLACES).fill(null);

  /** The words of an order of these terms. */
  of(terms: OrderTerms): OrderWords {
    const place = terms.connectionId & (SHELF_PLACES - 1);
    const last = this.#places[place] as OrderWords | null;
    if (last !== null && last.say(terms)) return last;
    const words = new OrderWords(terms);
    this.#places[place] = words;
    return words;
  }
}

/** One state of an order, as it was at an instant. */
export class OrderSnapshot implements OrderState {
  readonly orderId: OrderId;
  readonly accountId: AccountId;
  readonly instrumentId: InstrumentId;
  readonly side: Side;
  readonly words: OrderWords;
  readonly triggerOrderId: OrderId | null;
  readonly createdUs: TsUs;
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
    const { displayLots, sizeLots, holding } = order;
    this.orderId = order.id;
    this.accountId = holding.account.id;
    this.instrumentId = holding.instrument.id;
    this.side = order.side === 0 ? 'buy' : 'sell';
    this.words = order.words;
    this.triggerOrderId = order.triggerOrderId;
    this.createdUs = order.createdUs as TsUs;
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

  get type(): OrderType {
    return this.words.type;
  }

  get originalType(): OrderType | null {
    return this.words.originalType;
  }

  get timeInForce(): TimeInForce {
    return this.words.timeInForce;
  }

  get postOnly(): PostOnly {
    return this.words.postOnly;
  }

  get priceMode(): PriceMode {
    return this.words.priceMode;
  }

  get priceModeValue(): number {
    return this.words.priceModeValue;
  }

  get trigger(): Trigger | null {
    return this.words.trigger;
  }

  get triggerReference(): number | null {
    return this.words.type === 'trailing-stop' ? this.bestPrice : null;
  }

  get label(): string {
    return this.words.label;
  }

  get clientKey(): string | null {
    return this.words.clientKey;
  }

  get connectionId(): number {
    return this.words.connectionId;
  }

  get mmp(): boolean {
    return this.words.mmp;
  }

  /** In one piece, for whoever prints it or compares it with an order that is no snapshot. */
  toJSON(): OrderState {
    const { words, bestPrice: _bestPrice, quote, ...own } = this;
    const { clientId: _clientId, ...said } = words;
    const { triggerReference } = this;
    const state = { ...said, ...own, triggerReference };
    return quote === undefined ? state : { ...state, quote };
  }
}

/** A state in one piece: each field its own. */
export const plainStateOf = (order: OrderState): OrderState =>
  order instanceof OrderSnapshot ? order.toJSON() : order;
