// Views: what the query port answers with. They are computed by the engine's own code from its own
// state, so that a number shown to a client is the number that decides. Cash is in minor units of
// the currency.

import type { ContractTable } from './contract-table.ts';
import type { AccountChanged } from './event.ts';
import type { HaltsView } from './halts.ts';
import type { IndexStatus } from './index-value.ts';
import type { IndexName, Instrument, InstrumentState } from './instrument.ts';
import type { LiabilityStatement } from './liabilities.ts';
import type { AuctionView, InsuranceView, LiquidationPlan, MarketMove } from './liquidation.ts';
import type { AccountCertificate, SimulatedMargin } from './margin-certificate.ts';
import type { MarginModel } from './margin-parameters.ts';
import type { MmpView } from './market-maker.ts';
import type { OrderState } from './order.ts';
import type { RejectCode } from './reject-code.ts';
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

/** One account in one currency, by the margin rule in force. */
export interface AccountSummary {
  readonly accountId: AccountId;
  readonly currency: Currency;
  /** Cash: deposits, premiums, fees and settled profit. */
  readonly balance: Cash;
  /** balance + session profit and loss + options value. */
  readonly equity: Cash;
  readonly marginModel: MarginModel;
  /**
   * What counts against the margins: under standard margin without options value, under cross
   * models of all currencies after haircuts. So are the margins and funds below.
   */
  readonly marginBalance: Cash;
  readonly initialMargin: Cash;
  readonly maintenanceMargin: Cash;
  /** Part of the initial margin that open orders hold. */
  readonly openOrdersMargin: Cash;
  readonly availableFunds: Cash;
  readonly availableWithdrawalFunds: Cash;
  readonly sessionRealised: Cash;
  readonly sessionUnrealised: Cash;
  readonly sessionFunding: Cash;
  readonly optionsValue: Cash;
  readonly optionsSessionRealised: Cash;
  readonly optionsSessionUnrealised: Cash;
  readonly totalProfit: Cash;
  /** Coins (inverse) or coins of the underlying (linear), signed. */
  readonly deltaTotal: number;
  readonly optionsDelta: number;
  readonly optionsGamma: number;
  readonly optionsVega: number;
  readonly optionsTheta: number;
  /** Per index, for linear books that hold several underlyings. */
  readonly byIndex: readonly {
    readonly indexName: IndexName;
    readonly deltaTotal: number;
    readonly optionsGamma: number;
    readonly optionsVega: number;
    readonly optionsTheta: number;
  }[];
}

export interface PositionView {
  readonly accountId: AccountId;
  readonly instrumentId: InstrumentId;
  readonly sizeLots: SizeLots;
  readonly averagePrice: number;
  readonly markPrice: number;
  readonly indexPrice: UsdMicros;
  readonly settlementPrice: number;
  /** Position in coins at the mark, signed (inverse futures: USD size / mark). */
  readonly sizeCoins: number;
  readonly delta: number;
  readonly gamma: number;
  readonly vega: number;
  readonly theta: number;
  readonly floatingProfit: Cash;
  readonly realised: Cash;
  readonly sessionRealised: Cash;
  readonly sessionFunding: Cash;
  readonly totalProfit: Cash;
  readonly initialMargin: Cash;
  readonly maintenanceMargin: Cash;
  readonly openOrdersMargin: Cash;
  /** USD; null when no price in reach liquidates. */
  readonly estimatedLiquidationPrice: number | null;
  readonly leverage: number;
}

/** What an order of this size at this price would hold as initial margin, for each side. */
export interface OrderMarginEstimate {
  readonly buy: Cash;
  readonly sell: Cash;
  readonly bandMinTicks: PriceTicks;
  readonly bandMaxTicks: PriceTicks;
}

export interface MarkView {
  readonly instrumentId: InstrumentId;
  readonly markPrice: number;
  readonly underlyingPrice: number;
  readonly markIv: number;
  readonly delta: number;
  readonly gamma: number;
  readonly vega: number;
  readonly theta: number;
  readonly rho: number;
  readonly bandMinTicks: PriceTicks;
  readonly bandMaxTicks: PriceTicks;
}

export interface InstrumentView {
  readonly instrument: Instrument;
  readonly state: InstrumentState;
  readonly openInterestLots: SizeLots;
  readonly mark: MarkView | null;
  readonly lastTradeTicks: PriceTicks | null;
  readonly tradeSeq: number;
  readonly deliveryPrice: UsdMicros | null;
  readonly settlementPrice: number;
}

/** Aggregated visible levels, best first. */
export interface BookView {
  readonly instrumentId: InstrumentId;
  readonly bids: readonly (readonly [ticks: PriceTicks, lots: SizeLots])[];
  readonly asks: readonly (readonly [ticks: PriceTicks, lots: SizeLots])[];
}

/** A position that a client asks about without holding it. */
export interface SimulatedPosition {
  readonly instrumentId: InstrumentId;
  readonly sizeLots: SizeLots;
}

/** A contract table with the hash of its margin part. */
export interface PublishedTable {
  readonly table: ContractTable;
  readonly hash: string;
}

/** The factor on an underlying's portfolio margins. */
export interface StressView {
  readonly underlying: string;
  readonly factor: number;
  readonly nextFactor: number;
  /** When the next one will be in force. */
  readonly effectiveUs: TsUs;
}

/** One currency under the margin model in force, and under another. */
export interface MarginModelPreview {
  readonly currency: Currency;
  readonly before: {
    readonly equity: Cash;
    readonly initialMargin: Cash;
    readonly maintenanceMargin: Cash;
  };
  readonly after: MarginModelPreview['before'];
  /** Whether the other model's initial margin is covered. */
  readonly enough: boolean;
}

/** The kill switches that stand against an account. */
export interface KillSwitchesView {
  readonly venue: boolean;
  readonly account: boolean;
  /** Client ids of its keys. */
  readonly keys: readonly string[];
}

/** Every question the engine answers; the answer's type beside it. */
export interface Queries {
  'account-summary': {
    in: { accountId: AccountId; currency: Currency };
    out: AccountSummary | RejectCode;
  };
  positions: { in: { accountId: AccountId }; out: readonly PositionView[] };
  'order-margin': {
    in: {
      accountId: AccountId;
      instrumentId: InstrumentId;
      sizeLots: SizeLots;
      priceTicks: PriceTicks;
    };
    out: OrderMarginEstimate | RejectCode;
  };
  'order-margins': {
    in: { accountId: AccountId; orderIds: readonly OrderId[] };
    out: readonly { orderId: OrderId; initialMargin: Cash; currency: Currency }[];
  };
  /** The account's margins in a currency with everything they came from. */
  'margin-certificate': {
    in: { accountId: AccountId; currency: Currency };
    out: AccountCertificate | RejectCode;
  };
  /** The contract tables in force, and those announced. */
  tables: {
    in: object;
    out: {
      readonly inForce: readonly PublishedTable[];
      readonly announced: readonly PublishedTable[];
      /** When the announced ones will be in force; null while there are none. */
      readonly effectiveUs: TsUs | null;
      /** Of each table in force. */
      readonly stress: readonly StressView[];
    };
  };
  /** What a change of the margin model would do, in every currency that the account has. */
  'margin-model': {
    in: { accountId: AccountId; model: MarginModel };
    out: readonly MarginModelPreview[] | RejectCode;
  };
  /** The account's summary if it held these positions too (or instead). */
  'simulate-portfolio': {
    in: {
      accountId: AccountId;
      currency: Currency;
      add: boolean;
      positions: readonly SimulatedPosition[];
    };
    out: AccountSummary | RejectCode;
  };
  /** The account's portfolio margin with these positions too (or instead); null over all. */
  'simulate-margin': {
    in: {
      accountId: AccountId;
      currency: Currency | null;
      add: boolean;
      positions: readonly SimulatedPosition[];
    };
    out: SimulatedMargin | RejectCode;
  };
  order: { in: { orderId: OrderId }; out: OrderState | null };
  'open-orders': { in: { accountId: AccountId | null }; out: readonly OrderState[] };
  accounts: { in: object; out: readonly AccountChanged[] };
  /** Open instruments and those delivered within the last day. */
  instruments: { in: object; out: readonly InstrumentView[] };
  book: { in: { instrumentId: InstrumentId }; out: BookView | null };
  indexes: {
    in: object;
    out: readonly {
      indexName: IndexName;
      price: UsdMicros;
      estimatedDeliveryPrice: UsdMicros;
      fixingPrints: number;
      status: IndexStatus;
      confidence: number;
    }[];
  };
  'trading-state': {
    in: object;
    out: readonly { scope: Currency | 'all'; state: 'open' | 'halted'; reason: string }[];
  };
  /** Totals that must be zero, by currency; see the ledger's conservation. */
  'ledger-totals': {
    in: object;
    out: readonly { currency: Currency; debitsLessCredits: bigint; insurance: Cash }[];
  };
  /** What the last daily settlement left the venue owing, and the root published for it. */
  liabilities: {
    in: object;
    out: { readonly statement: LiabilityStatement | null; readonly root: string | null };
  };
  /** Exactly what would become of the account if nothing else changed, or prices moved so far. */
  'liquidation-plan': {
    in: { accountId: AccountId; currency: Currency; move: MarketMove | null };
    out: LiquidationPlan | RejectCode;
  };
  /** What is halted now and the trail of what was. */
  halts: { in: object; out: HaltsView };
  'kill-switches': { in: { accountId: AccountId }; out: KillSwitchesView | RejectCode };
  /** Liquidation auctions that providers may answer now, by id. */
  auctions: { in: object; out: readonly AuctionView[] };
  /** The insurance funds, in the order of the currencies. */
  insurance: { in: object; out: readonly InsuranceView[] };
  /** The account's protections. */
  mmp: { in: { accountId: AccountId }; out: readonly MmpView[] };
  /** When timers next fall due; null when nothing is scheduled. */
  'next-timer': { in: object; out: TsUs | null };
}

export type QueryName = keyof Queries;
