// Liquidation state: the accounts that are being liquidated, those near it, and who may answer
// auctions. Invariant: all of it is in the snapshot; an account has at most one open liquidation in
// a currency, and lists run in the order of ids.
import { currencies } from '@openstrike/domain';
import type { LiquidationStage } from '@openstrike/risk';
import type { CurrencyRecord } from '../state.ts';

/** A provider's present answer to one auction. */
export interface AnswerRecord {
  readonly accountId: number;
  readonly price: number;
  readonly shareMax: number;
}

export interface LiquidationRecord {
  readonly id: number;
  readonly record: CurrencyRecord;
  stage: LiquidationStage;
  /** Seconds that the clock has run in this stage; it stands while nothing can trade. */
  seconds: number;
  hedgeSteps: number;
  /** In the order of arrival. */
  answers: AnswerRecord[];
}

export interface LiquidationState {
  lastId: number;
  /** By id. */
  readonly open: LiquidationRecord[];
  /** By number of the currency: the account that the watch looks at next. */
  readonly cursors: number[];
  /** By number of the currency: warning levels above 0 by account id. */
  readonly levels: Map<number, number>[];
  /** By number of the currency: debts that no gains could bear, by account id. */
  readonly debts: Set<number>[];
  /** By account id. */
  readonly providers: Set<number>;
  /** Whether the order that matches now is a liquidation's; false between commands. */
  hedging: boolean;
}

/** Nobody is liquidated. */
export const createLiquidationState = (): LiquidationState => ({
  lastId: 0,
  open: [],
  cursors: currencies.map(() => 0),
  levels: currencies.map(() => new Map()),
  debts: currencies.map(() => new Set()),
  providers: new Set(),
  hedging: false,
});
