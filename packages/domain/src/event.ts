// Event: a past-tense fact the engine states while applying one command, in the order it happened.
// Events are never journaled (replay makes them again) and are published only once their command
// is durable.
// Invariant: applied in order, they suffice to keep every book, position, cash balance and mark
// outside.
import type { HaltEvent } from './halts.ts';
import type { IndexQuality } from './index-value.ts';
import type { IndexName, Instrument, InstrumentState } from './instrument.ts';
import type { LedgerCheckpoint, LiabilityStatement } from './liabilities.ts';
import type { LiquidationEvent } from './liquidation.ts';
import type { MarginModel } from './margin-parameters.ts';
import type { MmpCause, MmpLimits, MmpScope, QuoteTag } from './market-maker.ts';
import type { OrderState, SelfTradeMode, Side } from './order.ts';
import type { RejectCode } from './reject-code.ts';
import type {
  AccountId,
  Cash,
  Currency,
  InstrumentId,
  OrderId,
  PriceTicks,
  SizeLots,
  TradeId,
  TsUs,
  UsdMicros,
} from './units.ts';

export type OrderCause =
  | 'placed'
  | 'rejected'
  | 'filled'
  | 'edited'
  | 'repriced'
  | 'triggered'
  | 'trailed'
  | 'cancelled';

/** An order came to be or changed; carries its whole new state. One per change, fills included. */
export interface OrderChanged {
  readonly type: 'order-changed';
  readonly cause: OrderCause;
  readonly order: OrderState;
}

/**
 * The command was refused; nothing changed. `limit` is the bound that was crossed, in API units.
 */
export interface CommandRejected {
  readonly type: 'command-rejected';
  readonly code: RejectCode;
  readonly accountId: AccountId | null;
  readonly orderId: OrderId | null;
  readonly limit: number | null;
}

/** A retry with a known client key: `orderId` and `trades` are those of the first arrival. */
export interface CommandRepeated {
  readonly type: 'command-repeated';
  readonly accountId: AccountId;
  readonly clientKey: string;
  readonly order: OrderState;
  /** What the first arrival was refused with, if it was. */
  readonly rejectCode: RejectCode | null;
  readonly trades: readonly Trade[];
}

/** One side of a trade. */
export interface TradeParty {
  readonly accountId: AccountId;
  readonly orderId: OrderId;
  readonly orderType: OrderState['type'];
  readonly side: Side;
  /** Charged in minor units of the settlement currency; negative is a rebate. */
  readonly fee: Cash;
  /** Realised by this fill on a futures position (0 for options), minor units. */
  readonly realised: Cash;
  /** Position after the fill, signed. */
  readonly positionLots: SizeLots;
  readonly label: string;
  readonly reduceOnly: boolean;
  readonly postOnly: boolean;
  readonly mmp: boolean;
  /** The order's status after this fill. */
  readonly status: OrderState['status'];
  readonly priceMode: OrderState['priceMode'];
}

export interface Trade {
  readonly type: 'trade';
  readonly tradeId: TradeId;
  /** Counts the trades of the instrument from 1. */
  readonly tradeSeq: number;
  readonly instrumentId: InstrumentId;
  readonly tsUs: TsUs;
  readonly priceTicks: PriceTicks;
  readonly sizeLots: SizeLots;
  /** 0 plus, 1 zero-plus, 2 minus, 3 zero-minus against the instrument's previous trade. */
  readonly tickDirection: 0 | 1 | 2 | 3;
  readonly taker: TradeParty;
  readonly maker: TradeParty;
  readonly indexPrice: UsdMicros;
  /** In the instrument's price unit. */
  readonly markPrice: number;
  /** The forward of an option's expiry in USD; null otherwise. */
  readonly underlyingPrice: number | null;
  /** Implied by the trade price, an annualised fraction; null for futures or where none exists. */
  readonly iv: number | null;
  readonly liquidation: 'maker' | 'taker' | 'both' | null;
}

/** The visible size at one price level; 0 means the level is gone. */
export interface BookLevelChanged {
  readonly type: 'book-level-changed';
  readonly instrumentId: InstrumentId;
  readonly side: Side;
  readonly priceTicks: PriceTicks;
  readonly sizeLots: SizeLots;
}

export interface PositionChanged {
  readonly type: 'position-changed';
  readonly accountId: AccountId;
  readonly instrumentId: InstrumentId;
  /** Signed: long is positive. */
  readonly sizeLots: SizeLots;
  /**
   * Signed cost of the open position in minor units: what was paid (long) or received (short) for
   * it: premium for options, notional at entry for futures (coin for inverse, where a long's cost
   * is negative coin value: see the engine's `positions`).
   */
  readonly openCost: Cash;
  /** Average entry price in the instrument's price unit; 0 when flat. */
  readonly averagePrice: number;
  /** Futures: realised since the last daily settlement, not yet in cash. Options: 0. */
  readonly sessionRealised: Cash;
  /** Funding since the last daily settlement, not yet in cash. */
  readonly sessionFunding: Cash;
  /** Realised over the life of this position. */
  readonly realised: Cash;
  /** The futures mark of the last settlement, in price units; 0 when none. */
  readonly settlementPrice: number;
}

export type LedgerReason =
  | 'deposit'
  | 'withdrawal'
  | 'transfer'
  | 'premium'
  | 'fee'
  | 'settlement' // session profit and loss of futures moved into cash
  | 'delivery'
  | 'delivery-fee'
  | 'funding'
  | 'insurance' // paid by the insurance fund
  | 'liquidation' // between an account in liquidation and who takes its positions over
  | 'liquidation-fee'
  | 'deleveraging'
  | 'socialised-loss'
  | 'conversion'; // collateral that the insurance fund takes for a debt of another currency

/** Cash of a client account moved; one per posting, in the order they were made. */
export interface CashChanged {
  readonly type: 'cash-changed';
  readonly accountId: AccountId;
  readonly currency: Currency;
  readonly reason: LedgerReason;
  readonly change: Cash;
  readonly balance: Cash;
  readonly instrumentId: InstrumentId | null;
  readonly orderId: OrderId | null;
  readonly tradeId: TradeId | null;
  /** Deposit and withdrawal references; the other account of a transfer as a decimal string. */
  readonly reference: string | null;
}

/** Result of a daily settlement or a delivery for one position. */
export interface PositionSettled {
  readonly type: 'position-settled';
  readonly kind: 'settlement' | 'delivery';
  readonly accountId: AccountId;
  readonly instrumentId: InstrumentId;
  readonly sizeLots: SizeLots;
  readonly markPrice: number;
  readonly indexPrice: UsdMicros;
  /** Session profit and loss moved into cash, funding included. */
  readonly sessionProfit: Cash;
  readonly funding: Cash;
  /** Payoff less nothing: what a delivery paid; 0 for daily settlement. */
  readonly payoff: Cash;
  readonly fee: Cash;
}

/**
 * An option in the money became a future of its expiry at its strike, which nets with what the
 * account holds of that future; `position-settled` then tells what both are paid.
 */
export interface OptionExercised {
  readonly type: 'option-exercised';
  readonly accountId: AccountId;
  readonly instrumentId: InstrumentId;
  /** The listed future; null where the family lists none at that expiry. */
  readonly futureId: InstrumentId | null;
  /** Of the option, signed. */
  readonly sizeLots: SizeLots;
  /** USD: the price of the future. */
  readonly strike: number;
}

/**
 * A daily settlement, with all expiries of its instant that are fixed, is done: what the venue owes
 * each account now, and the ledger's parts, which sum to zero.
 */
export interface SettlementClosed {
  readonly type: 'settlement-closed';
  readonly liabilities: LiabilityStatement;
  readonly checkpoints: readonly LedgerCheckpoint[];
}

/** The root of the Merkle-sum tree over a settlement's liabilities became known. */
export interface LiabilitiesPublished {
  readonly type: 'liabilities-published';
  readonly settledUs: TsUs;
  /** SHA-256 in lower-case hexadecimal. */
  readonly root: string;
}

export interface InstrumentListed {
  readonly type: 'instrument-listed';
  readonly instrument: Instrument;
}

export interface InstrumentStateChanged {
  readonly type: 'instrument-state-changed';
  readonly instrumentId: InstrumentId;
  readonly state: InstrumentState;
  /** Set when delivered. */
  readonly deliveryPrice: UsdMicros | null;
}

/** All series of one index and expiry got their delivery price. */
export interface ExpiryFixed {
  readonly type: 'expiry-fixed';
  readonly indexName: IndexName;
  readonly expiryUs: TsUs;
  readonly price: UsdMicros;
  /** Seconds of the window that had a print of their own. */
  readonly prints: number;
}

export interface IndexChanged extends IndexQuality {
  readonly type: 'index-changed';
  readonly indexName: IndexName;
  readonly price: UsdMicros;
  /** Running average inside the fixing window, else the index. */
  readonly estimatedDeliveryPrice: UsdMicros;
  /** Seconds averaged so far, 0 outside the window. */
  readonly fixingPrints: number;
}

/**
 * New marks of many instruments, in parallel arrays of equal length; entries of futures have NaN
 * in the option columns. Made at each index, forward or surface command of the index.
 */
export interface MarksChanged {
  readonly type: 'marks-changed';
  readonly indexName: IndexName;
  readonly instrumentIds: Int32Array;
  /** Instrument's price unit. */
  readonly markPrice: Float64Array;
  /** Forward in USD of each instrument's expiry. */
  readonly underlyingPrice: Float64Array;
  /** Annualised fraction. */
  readonly markIv: Float64Array;
  /** Per coin, Black-76 on the forward. */
  readonly delta: Float64Array;
  readonly gamma: Float64Array;
  /** USD per volatility point. */
  readonly vega: Float64Array;
  /** USD per day. */
  readonly theta: Float64Array;
  /** USD per percentage point of rate. */
  readonly rho: Float64Array;
  /** Band of allowed prices, in ticks. */
  readonly bandMinTicks: Int32Array;
  readonly bandMaxTicks: Int32Array;
}

/** Funding state of a perpetual, at each mark. Rates are fractions. */
export interface FundingChanged {
  readonly type: 'funding-changed';
  readonly instrumentId: InstrumentId;
  /** The rate now, per 8 hours. */
  readonly currentFunding: number;
  /** Accrued over the last 8 hours. */
  readonly funding8h: number;
  /**
   * Cumulated coin (inverse) or USDC (linear) paid per USD (inverse) or coin (linear) long since
   * listing.
   */
  readonly accrued: number;
}

/** One full hour of a perpetual's funding. */
export interface FundingHourClosed {
  readonly type: 'funding-hour-closed';
  readonly instrumentId: InstrumentId;
  readonly hourEndUs: TsUs;
  readonly interest1h: number;
  readonly interest8h: number;
  readonly indexPrice: UsdMicros;
  readonly previousIndexPrice: UsdMicros;
}

export interface AccountChanged {
  readonly type: 'account-changed';
  readonly accountId: AccountId;
  readonly parentId: AccountId | null;
  readonly name: string;
  readonly selfTradeMode: SelfTradeMode;
  readonly selfTradeAcrossSubaccounts: boolean;
  readonly access: 'normal' | 'cancel-only' | 'locked';
  readonly marginModel: MarginModel;
  readonly createdUs: TsUs;
}

/** A kill switch was engaged or released; the cancels of the orders that it covers follow. */
export interface KillSwitchChanged {
  readonly type: 'kill-switch-changed';
  readonly accountId: AccountId | null;
  readonly clientId: string | null;
  readonly engaged: boolean;
  readonly reason: string;
  /** How many orders it takes out. */
  readonly orders: number;
}

/** A protection was set, or removed where the interval is 0. */
export interface MmpChanged {
  readonly type: 'mmp-changed';
  readonly accountId: AccountId;
  readonly scope: MmpScope;
  readonly intervalUs: number;
  readonly frozenUs: number;
  readonly limits: MmpLimits;
}

/** A protection was crossed; the cancels of all that it covers follow. */
export interface MmpTriggered {
  readonly type: 'mmp-triggered';
  readonly accountId: AccountId;
  readonly scope: MmpScope;
  readonly cause: MmpCause;
  /** 0: not before a reset. */
  readonly frozenUntilUs: TsUs | 0;
}

export interface MmpReset {
  readonly type: 'mmp-reset';
  readonly accountId: AccountId;
  readonly scope: MmpScope;
}

/** One side of a quote was refused; what it was to replace is taken out. */
export interface QuoteRefused {
  readonly type: 'quote-refused';
  readonly accountId: AccountId;
  readonly instrumentId: InstrumentId;
  readonly side: Side;
  readonly tag: QuoteTag;
  readonly code: RejectCode;
  /** The bound that was crossed, in API units. */
  readonly limit: number | null;
}

export interface TradingStateChanged {
  readonly type: 'trading-state-changed';
  readonly scope: Currency | 'all';
  readonly state: 'open' | 'halted';
  readonly reason: string;
}

export interface InsuranceChanged {
  readonly type: 'insurance-changed';
  readonly currency: Currency;
  readonly change: Cash;
  readonly balance: Cash;
}

/** Contract tables took effect. */
export interface VenueConfigured {
  readonly type: 'venue-configured';
  readonly versions: readonly { readonly underlying: string; readonly version: number }[];
}

/** Tables that will be in force at an instant; none where an announcement was withdrawn. */
export interface TablesAnnounced {
  readonly type: 'tables-announced';
  readonly effectiveUs: TsUs;
  /** SHA-256 of the margin part of each; see `marginFileOf`. */
  readonly tables: readonly {
    readonly underlying: string;
    readonly version: number;
    readonly hash: string;
  }[];
}

/** What all portfolio margins of an underlying are multiplied with, today and from a day later. */
export interface StressChanged {
  readonly type: 'stress-changed';
  readonly underlying: string;
  readonly factor: number;
  readonly nextFactor: number;
  /** When the next one will be in force. */
  readonly effectiveUs: TsUs;
}

export interface SurfaceChanged {
  readonly type: 'surface-changed';
  readonly indexName: IndexName;
  readonly version: number;
  /** Expiries that could not be fitted, and have the slice that they had. */
  readonly kept: readonly TsUs[];
}

export type Event =
  | OrderChanged
  | CommandRejected
  | CommandRepeated
  | Trade
  | BookLevelChanged
  | PositionChanged
  | CashChanged
  | PositionSettled
  | OptionExercised
  | SettlementClosed
  | LiabilitiesPublished
  | InstrumentListed
  | InstrumentStateChanged
  | ExpiryFixed
  | IndexChanged
  | MarksChanged
  | FundingChanged
  | FundingHourClosed
  | AccountChanged
  | MmpChanged
  | KillSwitchChanged
  | MmpTriggered
  | MmpReset
  | QuoteRefused
  | TradingStateChanged
  | InsuranceChanged
  | VenueConfigured
  | TablesAnnounced
  | StressChanged
  | SurfaceChanged
  | LiquidationEvent
  | HaltEvent;

export type EventType = Event['type'];
