// Liquidation: the words in which the venue tells how it closes the positions of an account that
// lacks maintenance margin: the commands of those who help, the events of every step, and the plan
// that an account can ask for. Invariant: every step states the account before and after, so that
// whoever reads the events can hold it to the rule that each step improves the account.
import type { Instrument } from './instrument.ts';
import type { AccountId, Cash, Currency, InstrumentId, OrderId, SizeLots } from './units.ts';

/** In the order of the waterfall; a liquidation never goes back. */
export type LiquidationPhase = 'hedge' | 'auction' | 'insolvent-auction' | 'deleveraging';

/**
 * What an account has and needs in one currency, at the marks of that moment; a cross account in
 * all of them, after haircuts and said in that one.
 */
export interface MarginState {
  /** What the margin rule counts against the requirement. */
  readonly marginEquity: Cash;
  readonly maintenance: Cash;
  /** With everything at its mark. */
  readonly netEquity: Cash;
}

/** Lets an account answer liquidation auctions, or no longer. */
export interface SetProvider {
  readonly type: 'set-provider';
  readonly accountId: AccountId;
  readonly provider: boolean;
}

/** A provider's answer to an auction; a later one replaces it. Nobody else is told of it. */
export interface AnswerLiquidation {
  readonly type: 'answer-liquidation';
  readonly accountId: AccountId;
  readonly liquidationId: number;
  /**
   * Above 0: the share of the slice's equity it pays. At 0 or below, for an account without equity:
   * minus the share of the slice's maintenance margin that the insurance fund shall pay it.
   */
  readonly price: number;
  /** The largest share of the account it takes: above 0, at most 1; 0 takes the answer back. */
  readonly shareMax: number;
  /** The API key it came with; absent where there is none. A kill switch may name it. */
  readonly clientId?: string;
}

/** An account came nearer to liquidation, or further from it. */
export interface MarginWarned {
  readonly type: 'margin-warned';
  readonly accountId: AccountId;
  readonly currency: Currency;
  /** How many of the stated ratios its maintenance margin has reached; 0 when none any more. */
  readonly level: number;
  readonly state: MarginState;
}

export interface LiquidationStarted {
  readonly type: 'liquidation-started';
  readonly liquidationId: number;
  readonly accountId: AccountId;
  readonly currency: Currency;
  readonly state: MarginState;
}

/** The waterfall went on to a phase; providers are told of auctions by it. */
export interface LiquidationPhaseChanged {
  readonly type: 'liquidation-phase-changed';
  readonly liquidationId: number;
  readonly accountId: AccountId;
  readonly currency: Currency;
  readonly phase: LiquidationPhase;
  readonly state: MarginState;
  /** The account's positions, by instrument id. */
  readonly positions: readonly LiquidationLeg[];
}

export interface LiquidationLeg {
  readonly instrumentId: InstrumentId;
  /** Signed. */
  readonly sizeLots: SizeLots;
}

/**
 * Steps in the order of the waterfall: a hedge in the book, a slice sold to a provider, and the
 * last of all: what the fund pays, what is closed against others, what is shared.
 */
export type LiquidationStepKind = 'hedge' | 'slice' | 'deleveraging';

export interface LiquidationStepped {
  readonly type: 'liquidation-stepped';
  readonly liquidationId: number;
  readonly accountId: AccountId;
  readonly currency: Currency;
  readonly kind: LiquidationStepKind;
  readonly before: MarginState;
  readonly after: MarginState;
  /** Lots that the account traded; signed, bought is positive. */
  readonly legs: readonly LiquidationLeg[];
  /** Of the account; 1 for the whole. */
  readonly share: number;
  /** Price on the auction's scale; null where there was none. */
  readonly price: number | null;
  readonly providerId: AccountId | null;
  /** What the provider gained at the marks: the account's cost or the fund's. */
  readonly discount: Cash;
  readonly fee: Cash;
  /** Paid by the insurance fund. */
  readonly fromFund: Cash;
  /** Borne by those whose positions closed against the account's. */
  readonly fromDeleveraging: Cash;
  /** Borne by all who had gained in the session. */
  readonly fromSocialised: Cash;
}

/** The receipt of one who was deleveraged. */
export interface Deleveraged {
  readonly type: 'deleveraged';
  readonly liquidationId: number;
  readonly accountId: AccountId;
  readonly currency: Currency;
  readonly instrumentId: InstrumentId;
  /** Signed: what it bought or sold to close. */
  readonly sizeLots: SizeLots;
  readonly markPrice: number;
  /** Paid beyond the mark, because the account on the other side was bankrupt. */
  readonly charge: Cash;
  /** Its rank that closed it out; larger ranks first. */
  readonly rank: number;
  /** Whether its own margin requirement grew by it; only where nobody else was left. */
  readonly unhedged: boolean;
}

/** Cash that the insurance fund takes of one currency and gives of another. */
export interface CurrencyConversion {
  readonly from: Currency;
  readonly fromAmount: Cash;
  readonly to: Currency;
  readonly toAmount: Cash;
}

/**
 * What a cross account without equity had in one currency went against what it owed in another, at
 * the index less the haircut; told before the step that it belongs to.
 */
export interface CollateralConverted extends CurrencyConversion {
  readonly type: 'collateral-converted';
  readonly liquidationId: number;
  readonly accountId: AccountId;
}

/** The receipt of one who bore a share of a loss that nothing else covered. */
export interface LossSocialised {
  readonly type: 'loss-socialised';
  readonly liquidationId: number;
  readonly accountId: AccountId;
  readonly currency: Currency;
  /** Gained in the open session, and borne of it. */
  readonly gain: Cash;
  readonly charge: Cash;
}

export interface LiquidationEnded {
  readonly type: 'liquidation-ended';
  readonly liquidationId: number;
  readonly accountId: AccountId;
  readonly currency: Currency;
  /**
   * `restored`: equity covers maintenance margin again; `closed`: nothing is left; `debt`: a debt
   * stands that nobody's gains could bear, with its positions where closing them alone would not
   * have helped.
   */
  readonly outcome: 'restored' | 'closed' | 'debt';
  readonly state: MarginState;
}

export interface ProviderChanged {
  readonly type: 'provider-changed';
  readonly accountId: AccountId;
  readonly provider: boolean;
}

/** An answer was taken, replaced or taken back; told to its own account only. */
export interface LiquidationAnswered {
  readonly type: 'liquidation-answered';
  readonly liquidationId: number;
  readonly accountId: AccountId;
  readonly price: number;
  readonly shareMax: number;
}

export type LiquidationEvent =
  | MarginWarned
  | LiquidationStarted
  | LiquidationPhaseChanged
  | LiquidationStepped
  | CollateralConverted
  | Deleveraged
  | LossSocialised
  | LiquidationEnded
  | ProviderChanged
  | LiquidationAnswered;

/** One step of a plan, as it will be if nothing changes and nobody answers the auction. */
export interface PlannedStep {
  readonly kind: LiquidationStepKind;
  /** From now. */
  readonly afterSeconds: number;
  readonly before: MarginState;
  readonly after: MarginState;
  readonly legs: readonly LiquidationLeg[];
  readonly fee: Cash;
  readonly fromFund: Cash;
  /** What deleveraged and winning accounts bear together. */
  readonly fromOthers: Cash;
  /** Of a cross account: before anybody pays for it. */
  readonly conversions: readonly CurrencyConversion[];
  /** What is paid in other currencies than the plan's. */
  readonly elsewhere: readonly PaidElsewhere[];
}

export interface PaidElsewhere {
  readonly currency: Currency;
  readonly fromFund: Cash;
  readonly fromOthers: Cash;
}

/** An auction of a plan: it begins with these figures and positions, and nobody answers. */
export interface PlannedAuction {
  readonly phase: 'auction' | 'insolvent-auction';
  /** From now. */
  readonly afterSeconds: number;
  readonly state: MarginState;
  readonly positions: readonly LiquidationLeg[];
}

/**
 * How far prices are supposed to move at once, as fractions: -0.1 is down by a tenth. An underlying
 * that is left out stays.
 */
export interface MarketMove {
  /** Of all indexes and forwards of an underlying. */
  readonly indexMoves: Readonly<Partial<Record<Instrument['underlying'], number>>>;
  /** Of every implied volatility, of itself. */
  readonly volatilityMove: number;
}

/** The least and the most that each figure of a `MarketMove` may be. */
export const marketMoveBounds = { min: -0.9, max: 5 } as const;

/** Whether all of a move is within its bounds. */
export const isMarketMove = ({ indexMoves, volatilityMove }: MarketMove): boolean =>
  [...Object.values(indexMoves), volatilityMove].every(
    (move) => move >= marketMoveBounds.min && move <= marketMoveBounds.max,
  );

/**
 * What would become of an account in one currency, prices and books staying as they are or prices
 * moving so far at once; of a cross account in all of them, said in the one in which it owes the
 * most.
 */
export interface LiquidationPlan {
  readonly accountId: AccountId;
  readonly currency: Currency;
  readonly state: MarginState;
  readonly warningLevel: number;
  /** Null where the account has the maintenance margin it needs. */
  readonly phase: LiquidationPhase | null;
  readonly liquidationId: number | null;
  /** Orders that are cancelled at once because they may add risk. */
  readonly cancelledOrders: readonly OrderId[];
  readonly steps: readonly PlannedStep[];
  /** Those that begin by the plan; one that runs already is not among them. */
  readonly auctions: readonly PlannedAuction[];
  /** Null while nothing is planned. */
  readonly outcome: LiquidationEnded['outcome'] | null;
}

/** An auction as a provider sees it now. */
export interface AuctionView {
  readonly liquidationId: number;
  readonly currency: Currency;
  readonly phase: LiquidationPhase;
  /** Seconds that the clock has run. */
  readonly seconds: number;
  /** What the clock asks now, on the scale of answers. */
  readonly price: number;
  /** The largest share on offer at that price. */
  readonly share: number;
  readonly state: MarginState;
  readonly positions: readonly LiquidationLeg[];
}

/** The insurance fund of one currency, against what it may have to bear. */
export interface InsuranceView {
  readonly currency: Currency;
  readonly balance: Cash;
  /** Sum of the two largest shortfalls that the stated stress would leave. */
  readonly target: Cash;
  /** Shortfalls that stand now, over all accounts. */
  readonly shortfall: Cash;
  readonly withdrawalsPaused: boolean;
}
