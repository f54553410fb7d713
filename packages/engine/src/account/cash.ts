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

/** The account's record in a currency, opened in the ledger at first use. */
export const currencyRecordOf = (
  state: EngineState,
  account: AccountRecord,
  currencyNo: number,
): CurrencyRecord => {
  const known = account.currencies[currencyNo];
  if (known) {
    return known;
  }
  const currency = currencies[currencyNo] as Currency;
  const ledgerId = state.ledger.openAccount(currency, 'client');
  const record = createCurrencyRecord(account, currencyNo, ledgerId);
  account.currencies[currencyNo] = record;
  return record;
};

/** An empty record over an open ledger account. */
export const createCurrencyRecord = (
  account: AccountRecord,
  currencyNo: number,
  ledgerId: LedgerAccountId,
): CurrencyRecord => ({
  account,
  currencyNo,
  ledgerId,
  holdings: [],
  holdingIds: [],
  marginSets: [],
  marginVersion: -1,
  initialMargin: 0,
  maintenanceMargin: 0,
  ordersMargin: 0,
  sessionProfit: 0,
  optionsValue: 0,
});

/** The account's cash in minor units; 0 where it has none. */
export const balanceOf = (
  state: EngineState,
  account: AccountRecord,
  currencyNo: number,
): number => {
  const record = account.currencies[currencyNo];
  return record ? state.ledger.balance(record.ledgerId) : 0;
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
  state.ledger.postSigned(record.ledgerId, counter, change);
  state.emit({
    type: 'cash-changed',
    accountId: record.account.id,
    currency: currencies[record.currencyNo] as Currency,
    reason,
    change: change as Cash,
    balance: state.ledger.balance(record.ledgerId),
    instrumentId,
    orderId,
    tradeId,
    reference,
  });
};
