// Transaction methods: the account's log of cash, and its settlements. Invariant: pages follow one
// another without a gap and without a row twice, and no row is cut in two by the end of a page.
import type { LedgerReason } from '@openstrike/domain';
import type { CashRow } from '@openstrike/history';
import {
  type ApiTransactionLog,
  settlementsByCurrencyShape,
  settlementsByInstrumentShape,
  transactionLogShape,
} from '@openstrike/wire';
import { defineMethod, type Method } from '../method.ts';
import { groupMovements, renderTransaction } from '../render/transaction-log.ts';
import { accountOf, accountOrSubaccount, usernameOf } from './caller.ts';
import { settlementPage } from './index-methods.ts';
import { boundedRange, currencyFilterOf, instrumentNamed, instrumentOf } from './lookups.ts';

const logCountDefault = 100;
/**
 * Movements that one row joins at most; a page reads so many more, to see where its last row ends.
 */
const movementsPerRow = 4;

/** A map, for the words are a client's: an object would answer `constructor` too. */
const reasonsByWord: ReadonlyMap<string, readonly LedgerReason[]> = new Map([
  ['trade', ['premium', 'fee']],
  ['fee', ['fee', 'delivery-fee']],
  ['settlement', ['settlement', 'funding']],
  ['delivery', ['delivery', 'delivery-fee']],
  ['deposit', ['deposit']],
  ['withdrawal', ['withdrawal']],
  ['transfer', ['transfer']],
]);

/** The reasons that history can search by; empty for all. */
const reasonsOf = (words: readonly string[]): readonly LedgerReason[] => [
  ...new Set(words.flatMap((word) => reasonsByWord.get(word) ?? [])),
];

/** Words that describe a row and are looked for in it. */
const hasWord = (log: ApiTransactionLog, kind: string | undefined, word: string): boolean => {
  switch (word) {
    case 'open':
    case 'close':
    case 'buy':
    case 'sell':
      return log.side?.split(' ').includes(word) === true;
    case 'maker':
    case 'taker':
      return log.user_role === word;
    case 'option':
      return kind === 'option';
    case 'future':
      return kind !== undefined && kind !== 'option';
    default:
      return true;
  }
};

const transactionLog = defineMethod({
  name: 'private/get_transaction_log',
  summary: "Lists what moved the account's cash, the newest first.",
  scope: 'account:read',
  transport: 'any',
  rateClass: 'plain',
  ...transactionLogShape,
  handle: async (params, call) => {
    const accountId = accountOrSubaccount(call, params.subaccount_id);
    const currency = currencyFilterOf(params.currency);
    const range = boundedRange(params.start_timestamp, params.end_timestamp);
    if (currency === 'none') {
      return { logs: [], continuation: null };
    }
    const words = (params.query ?? '')
      .toLowerCase()
      .split(/[\s,]+/)
      .filter((word) => word !== '');
    const count = params.count ?? logCountDefault;
    const limit = count * movementsPerRow;
    const rows: readonly CashRow[] = await call.context.history.cash({
      accountId,
      currency: currency === 'any' ? null : currency,
      reasons: reasonsOf(words),
      ...range,
      beforeId: params.continuation ?? null,
      limit,
      offset: 0,
    });
    const groups = groupMovements(rows);
    const complete = rows.length < limit ? groups : groups.slice(0, -1);
    const page = complete.slice(0, count);
    const username = usernameOf(call, accountId);
    const logs = page.flatMap((group) => {
      const id = group[0]?.instrumentId ?? null;
      const instrument = id === null ? null : instrumentOf(call, id);
      const log = renderTransaction(group, accountId, username, instrument);
      return words.every((word) => hasWord(log, instrument?.kind, word)) ? [log] : [];
    });
    const isLast = page.length === groups.length;
    return { logs, continuation: isLast ? null : (page.at(-1)?.at(-1)?.id ?? null) };
  },
});

const read = { scope: 'trade:read', transport: 'any', rateClass: 'plain' } as const;

/** Methods that read what settled an account. */
export const transactionMethods: readonly Method[] = [
  transactionLog,
  defineMethod({
    name: 'private/get_settlement_history_by_currency',
    summary: "Lists the account's settlements and deliveries in a currency, the newest first.",
    ...read,
    ...settlementsByCurrencyShape,
    handle: (params, call) =>
      settlementPage(call, { accountId: accountOf(call), currency: params.currency }, params),
  }),
  defineMethod({
    name: 'private/get_settlement_history_by_instrument',
    summary: "Lists the account's settlements and deliveries of an instrument, the newest first.",
    ...read,
    ...settlementsByInstrumentShape,
    handle: (params, call) => {
      const instrument = instrumentNamed(call, params.instrument_name);
      return settlementPage(call, { accountId: accountOf(call), instrument }, params);
    },
  }),
];
