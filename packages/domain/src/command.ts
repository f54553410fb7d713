// Command: an imperative request to the engine, the only thing that is journaled. A closed union
// with one type per command; each carries only its own fields. Time and sequence are stamped by
// the sequencer.
import type { ContractTable } from './contract-table.ts';
import type { SetCallAuctions } from './halts.ts';
import type { IndexQuality } from './index-value.ts';
import type { IndexName } from './instrument.ts';
import type { AnswerLiquidation, SetProvider } from './liquidation.ts';
import type { MarginModel } from './margin-parameters.ts';
import type { CancelQuotes, MassQuote, ResetMmp, SetMmp } from './market-maker.ts';
import type { OptionPlace } from './option-place.ts';
import type {
  CancelReason,
  OrderType,
  PostOnly,
  PriceMode,
  SelfTradeMode,
  Side,
  TimeInForce,
  Trigger,
} from './order.ts';
import type {
  AccountId,
  Cash,
  Currency,
  InstrumentId,
  OrderId,
  PriceTicks,
  SizeLots,
  TsUs,
  UsdMicros,
} from './units.ts';

/**
 * Time passes: runs what is due (expiry, settlement, funding, end of day). Sent when nothing else
 * is.
 */
export interface PassTime {
  readonly type: 'pass-time';
}

/** Sets or replaces the contract tables; the first command of a journal. */
export interface Configure {
  readonly type: 'configure';
  readonly tables: readonly ContractTable[];
}

/**
 * Announces contract tables that are to be in force from an instant in the future on; an earlier
 * announcement that still waits is replaced. No tables withdraw it.
 */
export interface AnnounceTables {
  readonly type: 'announce-tables';
  readonly tables: readonly ContractTable[];
  readonly effectiveUs: TsUs;
}

/**
 * Lists options of a family beside those that its calendar and strike grid call for: a call and a
 * put of each. What is listed already stays as it is, so the command is safe to repeat; nothing is
 * ever taken off the list before its expiry.
 */
export interface ListOptions {
  readonly type: 'list-options';
  readonly family: string;
  readonly options: readonly OptionPlace[];
}

export interface CreateAccount {
  readonly type: 'create-account';
  /** Null for a main account. */
  readonly parentId: AccountId | null;
  /** Unique name; a repeated name is refused, which makes the command safe to retry. */
  readonly name: string;
}

export interface ConfigureAccount {
  readonly type: 'configure-account';
  readonly accountId: AccountId;
  readonly selfTradeMode: SelfTradeMode;
  readonly selfTradeAcrossSubaccounts: boolean;
  /** `cancel-only` refuses new orders; `locked` refuses withdrawals and transfers too. */
  readonly access: 'normal' | 'cancel-only' | 'locked';
}

/** Puts another margin model in force for an account; refused where it would lack margin. */
export interface ChangeMarginModel {
  readonly type: 'change-margin-model';
  readonly accountId: AccountId;
  readonly model: MarginModel;
}

/** Credits an account from outside; `reference` is unique per currency, so a retry is refused. */
export interface Deposit {
  readonly type: 'deposit';
  readonly accountId: AccountId;
  readonly currency: Currency;
  readonly amount: Cash;
  readonly reference: string;
}

export interface Withdraw {
  readonly type: 'withdraw';
  readonly accountId: AccountId;
  readonly currency: Currency;
  readonly amount: Cash;
  readonly reference: string;
}

/** Moves cash between accounts of one owner, or to another user. */
export interface Transfer {
  readonly type: 'transfer';
  readonly fromId: AccountId;
  readonly toId: AccountId;
  readonly currency: Currency;
  readonly amount: Cash;
}

/**
 * Pays into the insurance fund of a currency from outside. With a reference, once for each; without
 * one only where the fund is empty.
 */
export interface SeedInsurance {
  readonly type: 'seed-insurance';
  readonly currency: Currency;
  readonly amount: Cash;
  readonly reference?: string;
}

export interface PlaceOrder {
  readonly type: 'place-order';
  readonly accountId: AccountId;
  readonly instrumentId: InstrumentId;
  readonly side: Side;
  readonly orderType: OrderType;
  readonly timeInForce: TimeInForce;
  /** 0 where the type has no limit price, or `priceMode` is not `price`. */
  readonly priceTicks: PriceTicks;
  readonly sizeLots: SizeLots;
  /** 0 means all is visible. */
  readonly displayLots: SizeLots;
  readonly postOnly: PostOnly;
  readonly reduceOnly: boolean;
  readonly priceMode: PriceMode;
  readonly priceModeValue: number;
  readonly trigger: Trigger | null;
  readonly label: string;
  /** A retry with the same key returns the first result; null for none. */
  readonly clientKey: string | null;
  /** Later arrival is refused; 0 for none. */
  readonly validUntilUs: TsUs | 0;
  readonly connectionId: number;
  readonly mmp: boolean;
  /** The API key it came with; absent where there is none. A kill switch may name it. */
  readonly clientId?: string;
}

/** Changes an open order; null leaves a field as it is. */
export interface EditOrder {
  readonly type: 'edit-order';
  readonly accountId: AccountId;
  readonly orderId: OrderId;
  readonly priceTicks: PriceTicks | null;
  /** New total size, filled part included. */
  readonly sizeLots: SizeLots | null;
  readonly displayLots: SizeLots | null;
  readonly postOnly: PostOnly | null;
  readonly reduceOnly: boolean | null;
  readonly priceMode: PriceMode | null;
  readonly priceModeValue: number | null;
  readonly triggerPrice: number | null;
  readonly triggerOffset: number | null;
  readonly validUntilUs: TsUs | 0;
  /** The API key it came with; absent where there is none. A kill switch may name it. */
  readonly clientId?: string;
}

export interface CancelOrder {
  readonly type: 'cancel-order';
  readonly accountId: AccountId;
  readonly orderId: OrderId;
}

/** Which orders a mass cancel takes; every given field must match. */
export interface OrderFilter {
  readonly instrumentId: InstrumentId | null;
  /** Settlement currency. */
  readonly currency: Currency | null;
  readonly indexName: IndexName | null;
  readonly kind: 'option' | 'future' | null;
  readonly orders: 'all' | 'resting' | 'trigger' | 'stop' | 'take' | 'trailing-stop';
  readonly label: string | null;
  readonly connectionId: number | null;
}

/** Matches every order: what else a filter asks for narrows it. */
export const anyOrder: OrderFilter = {
  instrumentId: null,
  currency: null,
  indexName: null,
  kind: null,
  orders: 'all',
  label: null,
  connectionId: null,
};

export interface CancelOrders {
  readonly type: 'cancel-orders';
  readonly accountId: AccountId;
  readonly filter: OrderFilter;
  readonly reason: CancelReason;
}

export interface ClosePosition {
  readonly type: 'close-position';
  readonly accountId: AccountId;
  readonly instrumentId: InstrumentId;
  readonly orderType: 'limit' | 'market';
  readonly priceTicks: PriceTicks;
  readonly connectionId: number;
  /** The API key it came with; absent where there is none. A kill switch may name it. */
  readonly clientId?: string;
}

/** The forward of an index for one expiry. */
export interface ForwardPrice {
  readonly expiryUs: TsUs;
  readonly price: UsdMicros;
}

/**
 * One index value, how good it is and what made it; the fixing averages these. One per venue second
 * from a healthy oracle. Forwards that were made with it come with it, so that everything is marked
 * once, and never by an index of now and forwards of before.
 */
export interface SetIndex extends IndexQuality {
  readonly type: 'set-index';
  readonly indexName: IndexName;
  readonly price: UsdMicros;
  /** Absent where none came with it; an expiry that is not named keeps the forward it has. */
  readonly forwards?: readonly ForwardPrice[];
}

/** Forwards of an index alone; an expiry that is not named keeps its own. */
export interface SetForwards {
  readonly type: 'set-forwards';
  readonly indexName: IndexName;
  readonly forwards: readonly ForwardPrice[];
}

/**
 * Raw SVI slice of one expiry: w(k) = a + b (rho (k - m) + sqrt((k - m)^2 + sigma^2)), with k =
 * ln(K / F) and w the total variance to expiry over `tauYears` (the time to expiry the slice was
 * fitted at).
 */
export interface SviSlice {
  readonly expiryUs: TsUs;
  readonly tauYears: number;
  readonly a: number;
  readonly b: number;
  readonly rho: number;
  readonly m: number;
  readonly sigma: number;
  /** Strikes whose marks lie off the slice; absent where there are none. */
  readonly pins?: readonly SlicePin[];
}

/**
 * Keeps the marks of one strike inside the bid and ask of its books: their volatility is the
 * slice's plus `shift` (a fraction, 0.01 is one point), the same for call and put, so that parity
 * holds.
 */
export interface SlicePin {
  readonly strike: number;
  readonly shift: number;
}

/** An expiry that is not named keeps its slice. */
export interface SetSurface {
  readonly type: 'set-surface';
  readonly indexName: IndexName;
  readonly version: number;
  readonly slices: readonly SviSlice[];
  /**
   * Expiries that could not be fitted: their slice is the one of before, whether it is among these
   * slices (raised, where it would cross another) or not. A surface that stays as a whole has no
   * slices, and the version that it had. Absent where there are none.
   */
  readonly kept?: readonly TsUs[];
}

/**
 * `halted` takes cancels only; `open` takes everything. `all` instruments, or one settlement
 * currency's.
 */
export interface SetTrading {
  readonly type: 'set-trading';
  readonly scope: Currency | 'all';
  readonly state: 'open' | 'halted';
  readonly reason: string;
}

/**
 * Publishes the root of the Merkle-sum tree over the last settlement's liabilities; it is computed
 * beside the engine, from what `settlement-closed` states, so that the engine need not stop for it.
 */
export interface PublishLiabilities {
  readonly type: 'publish-liabilities';
  /** The settlement that it is of. */
  readonly settledUs: TsUs;
  /** SHA-256 in lower-case hexadecimal. */
  readonly root: string;
}

/**
 * Engages or releases a kill switch: of the venue (no account), of an account with its subaccounts
 * (no key), or of one API key of an account.
 */
export interface SetKillSwitch {
  readonly type: 'set-kill-switch';
  readonly accountId: AccountId | null;
  readonly clientId: string | null;
  readonly engaged: boolean;
  readonly reason: string;
}

export type Command =
  | PassTime
  | Configure
  | AnnounceTables
  | ListOptions
  | CreateAccount
  | ConfigureAccount
  | ChangeMarginModel
  | Deposit
  | Withdraw
  | Transfer
  | SeedInsurance
  | PlaceOrder
  | EditOrder
  | CancelOrder
  | CancelOrders
  | ClosePosition
  | SetIndex
  | SetForwards
  | SetSurface
  | SetTrading
  | PublishLiabilities
  | SetProvider
  | AnswerLiquidation
  | SetCallAuctions
  | SetMmp
  | ResetMmp
  | MassQuote
  | CancelQuotes
  | SetKillSwitch;

export type CommandType = Command['type'];
