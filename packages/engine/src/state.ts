// State: everything the engine remembers, as mutable records that its folders work over. Invariant:
// whatever is here is in the snapshot, and nothing that decides lives elsewhere; every loop that
// has effects runs in the order of ids, so a restored engine goes on exactly as the one that never
// stopped. Ids are dense integers from 1; slot 0 of each array stays empty. No event may hold a
// reference to a record of this file.
import type { Matcher } from '@openstrike/book';
import type {
  AccountId,
  ContractFamily,
  ContractTable,
  Currency,
  DatedFutureTerms,
  Event,
  IndexName,
  IndexStatus,
  Instrument,
  InstrumentId,
  InstrumentState,
  LiabilityStatement,
  MarginModel,
  OptionTerms,
  OrderId,
  OrderState,
  OrderStatus,
  PerpetualTerms,
  QuoteTag,
  RejectCode,
  SelfTradeMode,
  SviSlice,
  Trade,
  TsUs,
  UsdMicros,
} from '@openstrike/domain';
import type { Ledger, LedgerAccountId } from '@openstrike/ledger';
import type { PerpetualBasis } from '@openstrike/marks';
import type { HoldingStore } from './account/holding-store.ts';
import type { MarginDesk } from './account/margin-desk.ts';
import type { MarkDrift } from './account/mark-drift.ts';
import type { FixingState } from './fixing/fixing-state.ts';
import type { FundingState } from './funding/funding-state.ts';
import type { HaltState } from './halts/halt-state.ts';
import type { LiquidationState } from './liquidation/liquidation-state.ts';
import type { MmpRecord } from './market-maker/mmp.ts';
import type { IndexPlan } from './marking/index-plan.ts';
import type { StressRecord } from './portfolio/follow-stress.ts';
import type { MarginPool, RiskMarkets } from './portfolio/margin-pool.ts';
import type { MatchTape } from './trading/match-tape.ts';
import type { OrderPool } from './trading/order-row.ts';
import type { OrderWords } from './trading/order-snapshot.ts';
import type { OrderTable } from './trading/order-table.ts';

/** 0 buy, 1 sell: the book's numbers of sides, used in all records. */
export type SideCode = 0 | 1;

/**
 * What falls due by venue time. At one instant they run in the order of `timerKinds`. At 08:00
 * `pause` stops trading of what expires or settles and cancels its day and expired orders; the
 * prints of that very second still arrive; one second later `expiry` fixes and delivers,
 * `settlement` moves session profit into cash and `listing` brings new series and reopens.
 */
export type TimerKind =
  | 'tables'
  | 'funding-hour'
  | 'pause'
  | 'expiry'
  | 'settlement'
  | 'listing'
  | 'liquidation'
  | 'call-auction';
export const timerKinds: readonly TimerKind[] = [
  'tables',
  'funding-hour',
  'pause',
  'expiry',
  'settlement',
  'listing',
  'liquidation',
  'call-auction',
];

export interface Timer {
  readonly atUs: TsUs;
  readonly kind: TimerKind;
  /** The instant it stands for, such as 08:00:00 where it runs a second later. */
  readonly forUs: TsUs;
}

/** Fee rates in billionths; `premiumCap` is -1 where there is no cap. */
export interface FeeRates {
  readonly maker: number;
  readonly taker: number;
  readonly delivery: number;
  readonly premiumCap: number;
  /** Minor units in a lot of coin: 1e7 for 0.1 BTC; 0 for inverse futures, whose lots are USD. */
  readonly coinMinorPerLot: number;
}

/** One tradable contract as the engine holds it. */
export interface InstrumentRecord {
  readonly id: InstrumentId;
  readonly contract: Instrument;
  /** Copies of the contract's, one step nearer. */
  readonly kind: Instrument['kind'];
  readonly cashPerTickLot: number;
  readonly expiryUs: TsUs | null;
  /** The family's terms in force; replaced by `configure`. */
  terms: OptionTerms | DatedFutureTerms | PerpetualTerms;
  family: ContractFamily;
  fees: FeeRates;
  state: InstrumentState;
  /** Sum of the long positions. */
  openInterestLots: number;
  tradeSeq: number;
  /** 0 before the first trade. */
  lastTradeTicks: number;
  /** 0 plus, 1 zero-plus, 2 minus, 3 zero-minus. */
  lastTickDirection: 0 | 1 | 2 | 3;
  deliveryPrice: UsdMicros | 0;
  deliveredUs: number;
  /** Mark of the last daily settlement in price units; 0 when none. */
  settlementPrice: number;
  /** Perpetuals only. */
  funding: FundingState | null;
  /** Perpetuals only: how far the mark stands from the index. */
  basis: PerpetualBasis | null;
  /** Place in its index's mark plan; meaningless while there is no plan. */
  planAt: number;
  /** `FundingState.accruedPerLot` at the last mark: what margin counts up to. */
  fundingMarked: number;
  /** Number of its index in `EngineState.indexes`. */
  readonly indexNo: number;
  readonly currencyNo: number;
  /**
   * Inverse futures: `value = -lots * inverseValuePerLot / ticks` in minor units of coin
   * (half-even); 0 for all others, whose value is `lots * ticks * contract.cashPerTickLot`.
   */
  readonly inverseValuePerLot: number;
  /** Resting reduce-only orders: while there are any, matching goes fill by fill. */
  reduceOnlyCount: number;
  /** Own orders that fire on this contract's mark or last price. */
  markTriggers: TriggerWatch;
  readonly lastTriggers: TriggerWatch;
  /** Resting orders priced in USD or IV, by order id. */
  peggedOrders: OrderRecord[];
}

/** All contracts of one index and expiry. */
export interface ExpiryRecord {
  readonly expiryUs: TsUs;
  /** 0 until the first `set-forwards`. */
  forward: UsdMicros | 0;
  slice: SviSlice | null;
  /** Open contracts by id, futures and options. */
  readonly instruments: InstrumentRecord[];
}

export interface IndexRecord {
  readonly name: IndexName;
  readonly no: number;
  /** 0 until the first `set-index`. */
  price: UsdMicros | 0;
  priceUs: number;
  /** Of `price`; frozen, with no confidence, until the first `set-index`. */
  status: IndexStatus;
  /** From 0 to 1. */
  confidence: number;
  surfaceVersion: number;
  /** Live expiries, ascending. */
  readonly expiries: ExpiryRecord[];
  readonly perpetuals: InstrumentRecord[];
  /** Every instrument of this index that is not delivered, by id. */
  readonly instruments: InstrumentRecord[];
  fixing: FixingState;
  /** When its instruments were last marked; 0 before the first time. */
  markedUs: number;
  /** Grows with every change of its marks; no part of the state's bytes. */
  marksVersion: number;
  /**
   * The instruments laid out for marking; null after listing or delivery. Follows from the rest.
   */
  plan: IndexPlan | null;
  readonly triggers: TriggerWatch;
}

/**
 * Marks by instrument id, in columns. NaN where there is none; prices in the instrument's price
 * unit, the forward in USD, volatility as a fraction, greeks as in domain's `MarksChanged`.
 */
export interface MarkColumns {
  capacity: number;
  markPrice: Float64Array;
  underlyingPrice: Float64Array;
  markIv: Float64Array;
  delta: Float64Array;
  gamma: Float64Array;
  vega: Float64Array;
  theta: Float64Array;
  rho: Float64Array;
  /**
   * Options: margin of one coin sold, in coins (inverse) or USD (linear). Follow from the other
   * columns.
   */
  shortInitial: Float64Array;
  shortMaintenance: Float64Array;
  bandMinTicks: Int32Array;
  bandMaxTicks: Int32Array;
}

/**
 * What one account has in one instrument: its position and its open orders. Signed values: a long
 * position has positive lots. The value of signed lots at a price is `lots * ticks *
 * cashPerTickLot`, or for inverse futures `-lots * inverseValuePerLot / ticks`; profit is value
 * less cost for every kind of contract. Over the two sides of a trade the values sum to zero
 * exactly.
 *
 * Flat positions stay until the next daily settlement, so that their realised profit can be shown
 * and settled.
 */
export interface Holding {
  readonly account: AccountRecord;
  readonly instrument: InstrumentRecord;
  readonly record: CurrencyRecord;
  /** Where its numbers lie; see `account/holding-store.ts`. */
  readonly chunk: Float64Array;
  readonly at: number;
  /** Signed. */
  sizeLots: number;
  /** Value at entry of the open lots over their whole life. */
  openCost: number;
  /**
   * The same of inverse futures before rounding, in fractions of a minor unit: ten dollars are few
   * of those, so an average price of the rounded cost would be dollars off. 0 elsewhere.
   */
  entryValue: number;
  /** Value at entry, or at the last daily settlement if later. */
  sessionCost: number;
  /**
   * Profit realised since the last daily settlement: futures owe it to cash, options paid it
   * already.
   */
  sessionRealised: number;
  /** Funding since the last daily settlement (received is positive), not yet in cash. */
  sessionFunding: number;
  /** Profit realised over the life of the position. */
  realised: number;
  /** `FundingState.accruedPerLot` up to which `sessionFunding` is charged. */
  fundingMark: number;
  /** Open lots of resting orders, by side. */
  openBuyLots: number;
  openSellLots: number;
  /** Sum over open buy orders of lots times ticks: the premium they would pay. */
  openBuyTickLots: number;
  /** Resting and untriggered orders of the account in this instrument, by id. */
  firstOrder: OrderRecord | null;
  lastOrder: OrderRecord | null;
  orderCount: number;
  reduceOnlyCount: number;
  /** The options and the future that its margin is netted with; null where it stands alone. */
  marginSet: MarginSet | null;
  /**
   * Its part of the currency record's cached numbers, a function of the fields above and the marks.
   * The first three stay 0 in a margin set, which has them for all its legs.
   */
  initialMargin: number;
  maintenanceMargin: number;
  ordersMargin: number;
  /** Futures: session profit realised and not, with funding up to the last mark. */
  sessionProfit: number;
  /** Options: the position at its mark. */
  optionsValue: number;
  /** What `record.weight` counts of it. */
  weight: number;
}

/** What one account has of an index and expiry, whose largest loss bounds its margin. */
export interface MarginSet {
  readonly expiryUs: number;
  readonly indexNo: number;
  /** By instrument id. */
  readonly holdings: Holding[];
  initialMargin: number;
  maintenanceMargin: number;
  ordersMargin: number;
  stale: boolean;
}

/** Margin of one account in one currency, as of a version of the marks. */
export interface CurrencyRecord {
  readonly account: AccountRecord;
  readonly currencyNo: number;
  /** Null until the first cash moves. */
  ledgerId: LedgerAccountId | null;
  /** Holdings that settle in this currency; in the order of ids by `holdingsInOrder` only. */
  readonly holdings: Holding[];
  /** Whether `holdings` ascend by instrument id. */
  inOrder: boolean;
  marginSets: readonly MarginSet[];
  /**
   * `EngineState.marksVersion` at which the numbers below, sums over holdings and sets, were last
   * computed afresh; -1 when they tell nothing. What changed since is in them at the marks of its
   * own time. A matter of speed: computed afresh they are the same.
   */
  marginVersion: number;
  initialMargin: number;
  maintenanceMargin: number;
  ordersMargin: number;
  sessionProfit: number;
  optionsValue: number;
  /** Of all holdings, and the drift of marks that the numbers above are as of; see `MarkDrift`. */
  weight: number;
  driftMark: number;
}

export interface ClientKeyRecord {
  readonly clientKey: string;
  readonly tsUs: number;
  readonly order: OrderState;
  readonly rejectCode: RejectCode | null;
  readonly trades: readonly Trade[];
}

export interface AccountRecord {
  readonly id: AccountId;
  readonly parentId: AccountId | null;
  readonly name: string;
  readonly createdUs: TsUs;
  selfTradeMode: SelfTradeMode;
  selfTradeAcrossSubaccounts: boolean;
  access: 'normal' | 'cancel-only' | 'locked';
  marginModel: MarginModel;
  /** What is margined together by scenarios, by currency or all at 0; rebuilt as it is needed. */
  pools: readonly (MarginPool | null)[];
  /** Where the numbers of its holdings lie: the engine's, or one of its own in a simulation. */
  readonly store: HoldingStore;
  subaccountCount: number;
  /** By number of the currency; null until the account has something in it. */
  readonly currencies: (CurrencyRecord | null)[];
  openOrderCount: number;
  /** In the order in which they were set. */
  readonly mmp: MmpRecord[];
  /** Until then no quotes are taken. */
  quotesFrozenUntilUs: number;
  killed: boolean;
  /** API keys whose kill switch is engaged. */
  killedKeys: ReadonlySet<string>;
  /** In order of arrival, the oldest first; bounded in number and age. */
  readonly clientKeys: Map<string, ClientKeyRecord>;
}

/**
 * An open order: resting in a book, waiting for its trigger, or arriving. Closed orders are
 * forgotten.
 */
export interface OrderRecord extends Omit<OrderWords, 'say'> {
  readonly id: OrderId;
  readonly holding: Holding;
  readonly side: SideCode;
  /** What it is in words, and where those of its fields are read from. */
  words: OrderWords;
  readonly triggerOrderId: OrderId | null;
  createdUs: number;
  status: OrderStatus;
  priceTicks: number;
  sizeLots: number;
  filledLots: number;
  filledTickLots: number;
  /** 0 shows all. */
  displayLots: number;
  reduceOnly: boolean;
  triggerReference: number;
  replaced: boolean;
  quote: QuoteTag | null;
  updatedUs: number;
  fee: number;
  /** Handle in the book; 0 when it does not rest there. */
  bookHandle: number;
  /** Its place in the pool: the book knows the order by it. Not part of the state proper. */
  readonly slot: number;
  /** Where its numbers lie; see `trading/order-row.ts`. */
  readonly chunk: Float64Array;
  readonly at: number;
  /** Links of the holding's list. */
  previous: OrderRecord | null;
  next: OrderRecord | null;
}

/** Orders waiting for one price. */
export interface TriggerWatch {
  /** Fire when the price is at or above theirs; ascending by price, then id. */
  readonly rising: OrderRecord[];
  /** Fire when the price is at or below theirs; descending by price, then id. */
  readonly falling: OrderRecord[];
  /** Trailing stops, by id. */
  readonly trailing: OrderRecord[];
}

/** What the checks resolved an order to; read by the effects that follow. */
export interface OrderDraft {
  /** As the order shows it; 0 for a market order. */
  priceTicks: number;
  /** As it goes into the book. */
  limitTicks: number;
  lots: number;
  rest: boolean;
  /** A fill-or-kill order that cannot fill. */
  killed: boolean;
}

export interface TradingState {
  halted: boolean;
  reason: string;
}

/** The venue's own ledger accounts in one currency. */
export interface VenueAccounts {
  readonly clearing: LedgerAccountId;
  readonly fees: LedgerAccountId;
  readonly insurance: LedgerAccountId;
  readonly rounding: LedgerAccountId;
  readonly funding: LedgerAccountId;
  readonly external: LedgerAccountId;
}

export interface EngineState {
  seq: number;
  /** The time of the command being applied, or of the timer that runs. */
  nowUs: number;
  /** Set by `apply`; everything that states a fact calls it. */
  emit: (event: Event) => void;
  /**
   * Nobody reads the events of this command: those that come in numbers need not be made. Decides
   * nothing.
   */
  quiet: boolean;
  /** Whether this is the state as it would be after a move; see `marking/suppose-move.ts`. */
  readonly supposed: boolean;
  tables: readonly ContractTable[];
  /** Tables that are to be in force later; null while there are none. */
  announced: { readonly tables: readonly ContractTable[]; readonly effectiveUs: TsUs } | null;
  /** By name, such as `BTC_USDC`; in the order of the tables. */
  families: Map<string, ContractFamily>;
  /** In the order of domain's `indexNames`. */
  readonly indexes: IndexRecord[];
  /** By id; undefined for 0 and for those delivered more than a day ago. */
  readonly instruments: (InstrumentRecord | undefined)[];
  readonly instrumentByName: Map<string, InstrumentRecord>;
  readonly marks: MarkColumns;
  /**
   * Grows with every change of marks, by number of the settlement currency; cached margins carry
   * it.
   */
  readonly marksVersion: number[];
  /** How far marks have moved; a matter of speed. */
  readonly drift: MarkDrift;
  /** By id; undefined for 0. */
  readonly accounts: (AccountRecord | undefined)[];
  readonly accountByName: Map<string, AccountRecord>;
  /** Open orders by id. */
  readonly orders: OrderTable;
  readonly orderPool: OrderPool;
  lastOrderId: number;
  lastTradeId: number;
  book: Matcher;
  ledger: Ledger;
  /** In the order of domain's `currencies`. */
  readonly venue: VenueAccounts[];
  /** `currency:reference` of every deposit and withdrawal. */
  readonly references: Set<string>;
  /** What the last daily settlement left the venue owing; null before the first. */
  liabilities: LiabilityStatement | null;
  /** Root of the tree over it, once published. */
  liabilitiesRoot: string | null;
  /** Whole venue first, then by number of the currency. */
  readonly trading: TradingState[];
  /** Ascending by time, then by kind. */
  readonly timers: Timer[];
  readonly store: HoldingStore;
  /** Scratch of the margin rules. */
  readonly desk: MarginDesk;
  /** Risk arrays at the present marks; follow from the rest. */
  readonly riskMarkets: RiskMarkets;
  /** Factors on portfolio margins, in the order of `underlyings`. */
  readonly stress: StressRecord[];
  readonly halts: HaltState;
  readonly liquidation: LiquidationState;
  /** What the book told during the present match; empty between commands. */
  readonly tape: MatchTape;
  /** What the checks of the present order resolved it to. */
  readonly draft: OrderDraft;
  /**
   * The bound that the present command crossed, in the units of the API; null when there is none to
   * tell.
   */
  rejectLimit: number | null;
  /** Whether the venue's kill switch is engaged. */
  killed: boolean;
  /** Protections crossed during the present match; empty between commands. */
  readonly mmpTripped: MmpRecord[];
  /** Instruments that traded at a new price during this command; empty between commands. */
  readonly newLastPrices: InstrumentRecord[];
}

/** Index of a currency in domain's `currencies`; the order of all arrays by currency. */
export const currencyNoOf = (currency: Currency): number =>
  currency === 'BTC' ? 0 : currency === 'ETH' ? 1 : 2;
