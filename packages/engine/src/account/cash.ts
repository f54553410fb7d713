// Cash: every movement of a client's money, one posting and one event each. Invariant: the ledger
// is touched here only, so debits equal credits after every call. In an order's life it stands
// after matching.
import {
  type Cash,
  type Currency,
  currencies,
  type InstrumentId,
  type LedgerReason,
  type OrderId,
  type TradeId,
} from '@openstrike/domain';
import type { LedgerAccountId } from '@openstrike/ledger';
import type { AccountRecord, CurrencyRecord, EngineState } from '../state.ts';
import { MarginRecord } from './margin-record.ts';

/** The account's record in a currency, made at first use. */
export const currencyRecordOf = (account: AccountRecord, currencyNo: number): CurrencyRecord => {
  const known = account.currencies[currencyNo];
  if (known) {
    return known;
  }
  const record = createCurrencyRecord(account, currencyNo, null);
  account.currencies[currencyNo] = record;
  return record;
};

/** A record with nothing in it. */
export const createCurrencyRecord = (
  account: AccountRecord,
  currencyNo: number,
  ledgerId: LedgerAccountId | null,
): CurrencyRecord => new MarginRecord(account, currencyNo, ledgerId, account.store.recordRows);

/** A record's cash in minor units. */
export const recordBalance = (state: EngineState, record: CurrencyRecord): number =>
  record.ledgerId === null ? 0 : state.ledger.balance(record.ledgerId);

/** The account's cash in minor units; 0 where it has no record. */
export const balanceOf = (
  state: EngineState,
  account: AccountRecord,
  currencyNo: number,
): number => {
  const record = account.currencies[currencyNo];
  return record ? recordBalance(state, record) : 0;
};

/**
 * Posts a signed change of a client's cash against a ledger account and states it; zero does
 * nothing.
 *
 * Units: minor units; positive is received by the client.
 */
export const moveCash = (
  state: EngineState,
  record: CurrencyRecord,
  counter: LedgerAccountId,
  change: number,
  reason: LedgerReason,
  instrumentId: InstrumentId | null,
  orderId: OrderId | null,
  tradeId: TradeId | null,
  reference: string | null,
): void => {
  if (change === 0) {
    return;
  }
  const currency = currencies[record.currencyNo] as Currency;
  const ledgerId = record.ledgerId ?? state.ledger.openAccount(currency, 'client');
  record.ledgerId = ledgerId;
  state.ledger.postSigned(ledgerId, counter, change);
  if (state.quiet) return;
  state.emit({
    type: 'cash-changed',
    accountId: record.account.id,
    currency,
    reason,
    change: change as Cash,
    balance: state.ledger.balance(ledgerId),
    instrumentId,
    orderId,
    tradeId,
    reference,
  });
};
