// Transaction log: cash movements as the rows of an account's log. What one trade, or one
// settlement of one position, moved (premium and fee, payoff and delivery fee) is one row.
// Invariant: the changes of the rows are the changes of the cash, none lost and none told twice.
import type { AccountId, Instrument, LedgerReason, Trade, TradeParty } from '@openstrike/domain';
import type { CashRow } from '@openstrike/history';
import {
  type ApiTransactionLog,
  amountOf,
  contractsOf,
  markDecimals,
  moneyOf,
  priceOf,
  quoteCurrencyOf,
  renderPlainOrderId,
  renderTradeId,
  roundTo,
  usdOf,
} from '@openstrike/wire';

type Mutable<Shape> = { -readonly [Key in keyof Shape]: Shape[Key] };

const typeByReason: Readonly<Record<LedgerReason, string>> = {
  deposit: 'deposit',
  withdrawal: 'withdrawal',
  transfer: 'transfer',
  premium: 'trade',
  fee: 'trade',
  settlement: 'settlement',
  delivery: 'delivery',
  'delivery-fee': 'delivery',
  funding: 'settlement',
  insurance: 'socialized_fund',
  liquidation: 'liquidation',
  'liquidation-fee': 'liquidation',
  deleveraging: 'socialized_fund',
  'socialised-loss': 'socialized_fund',
  conversion: 'liquidation',
};

const isFee = (reason: LedgerReason): boolean => reason === 'fee' || reason === 'delivery-fee';

/** Movements of one command that belong to one row. */
const belongTogether = (a: CashRow, b: CashRow): boolean =>
  a.seq === b.seq &&
  a.instrumentId !== null &&
  a.instrumentId === b.instrumentId &&
  a.tradeId === b.tradeId &&
  a.orderId === b.orderId &&
  a.currency === b.currency &&
  typeByReason[a.reason] === typeByReason[b.reason];

/** Groups movements, the newest first, into the rows of the log. */
export const groupMovements = (rows: readonly CashRow[]): CashRow[][] => {
  const groups: CashRow[][] = [];
  for (const row of rows) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    if (group !== undefined && last !== undefined && belongTogether(last, row)) {
      group.push(row);
    } else {
      groups.push([row]);
    }
  }
  return groups;
};

const partyOf = (trade: Trade, row: CashRow): TradeParty =>
  trade.taker.accountId === row.accountId && trade.taker.orderId === row.orderId
    ? trade.taker
    : trade.maker;

/** `open buy`, `close sell` and so on: what the fill did to the position. */
const sideOf = (trade: Trade, party: TradeParty): string => {
  const signed = party.side === 'buy' ? trade.sizeLots : 0 - trade.sizeLots;
  const before = party.positionLots - signed;
  return before !== 0 && before > 0 !== signed > 0 ? `close ${party.side}` : `open ${party.side}`;
};

const addTrade = (
  log: Mutable<ApiTransactionLog>,
  trade: Trade,
  row: CashRow,
  instrument: Instrument,
): void => {
  const party = partyOf(trade, row);
  const role = party === trade.taker ? 'taker' : 'maker';
  const { settlementCurrency } = instrument;
  log.side = sideOf(trade, party);
  log.amount = amountOf(trade.sizeLots, instrument);
  log.contracts = contractsOf(trade.sizeLots, instrument);
  log.position = amountOf(party.positionLots, instrument);
  log.price = priceOf(trade.priceTicks, instrument);
  log.price_currency = quoteCurrencyOf(instrument);
  log.mark_price = roundTo(trade.markPrice, markDecimals(instrument));
  log.index_price = usdOf(trade.indexPrice);
  log.trade_id = renderTradeId(trade.tradeId, settlementCurrency);
  log.order_id = renderPlainOrderId(party.orderId, settlementCurrency);
  log.user_role = role;
  log.fee_role = role;
  log.profit_as_cashflow = instrument.kind === 'option';
};

/** One row of the log from its movements, the newest of them first. */
export const renderTransaction = (
  group: readonly CashRow[],
  accountId: AccountId,
  username: string,
  instrument: Instrument | null,
): ApiTransactionLog => {
  const newest = group[0] as CashRow;
  const money = (minor: number): number => moneyOf(minor as CashRow['change'], newest.currency);
  const sum = (rows: readonly CashRow[]): number =>
    rows.reduce((total, row) => total + row.change, 0);
  const log: Mutable<ApiTransactionLog> = {
    id: newest.id,
    user_seq: newest.id,
    user_id: accountId,
    username,
    currency: newest.currency,
    timestamp: Math.floor(newest.tsUs / 1000),
    type: typeByReason[newest.reason],
    change: money(sum(group)),
    cashflow: money(sum(group.filter((row) => !isFee(row.reason)))),
    commission: money(0 - sum(group.filter((row) => isFee(row.reason)))),
    balance: money(newest.balance),
  };
  if (instrument !== null) log.instrument_name = instrument.name;
  const funding = group.filter((row) => row.reason === 'funding');
  if (funding.length > 0) log.interest_pl = money(sum(funding));
  if (newest.reference !== null) {
    log.info =
      newest.reason === 'transfer'
        ? { transfer_type: 'subaccount', other_user_id: Number(newest.reference) }
        : { transaction: newest.reference };
  }
  if (newest.trade !== null && instrument !== null) {
    addTrade(log, newest.trade, newest, instrument);
  }
  return log;
};
