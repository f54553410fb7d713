// Words: the small integers by which the tables hold the words of orders, trades and cash.
// Invariant: a list only grows at its end, because stored rows hold positions in it; the table
// `words` shows them to SQL.
import {
  type CancelReason,
  type CashChanged,
  type Currency,
  currencies,
  type Instrument,
  type OrderStatus,
  type OrderType,
  type PositionSettled,
  type PostOnly,
  type PriceMode,
  type Side,
  type TimeInForce,
  type Trade,
  type TriggerSource,
} from '@openstrike/domain';
import { assert } from '@openstrike/std';

/** One closed list of words with their codes. */
export interface WordList<Word extends string> {
  readonly words: readonly Word[];
  code(word: Word): number;
  word(code: number): Word;
}

const wordList = <Word extends string>(words: readonly Word[]): WordList<Word> => {
  const codes = new Map<string, number>(words.map((word, code) => [word, code]));
  return {
    words,
    code: (word) => {
      const code = codes.get(word);
      assert(code !== undefined, `history has no code for the word ${word}`);
      return code;
    },
    word: (code) => {
      const word = words[code];
      assert(word !== undefined, `history has no word for the code ${code}`);
      return word;
    },
  };
};

export const sideWords: WordList<Side> = wordList<Side>(['buy', 'sell']);
export const orderTypeWords: WordList<OrderType> = wordList<OrderType>([
  'limit',
  'market',
  'market-limit',
  'stop-limit',
  'stop-market',
  'take-limit',
  'take-market',
  'trailing-stop',
]);
export const timeInForceWords: WordList<TimeInForce> = wordList<TimeInForce>([
  'gtc',
  'day',
  'ioc',
  'fok',
]);
export const statusWords: WordList<OrderStatus> = wordList<OrderStatus>([
  'open',
  'filled',
  'rejected',
  'cancelled',
  'untriggered',
  'triggered',
]);
export const postOnlyWords: WordList<PostOnly> = wordList<PostOnly>(['off', 'slide', 'reject']);
export const priceModeWords: WordList<PriceMode> = wordList<PriceMode>(['price', 'usd', 'iv']);
export const triggerWords: WordList<TriggerSource> = wordList<TriggerSource>([
  'index',
  'mark',
  'last',
]);
export const cancelReasonWords: WordList<CancelReason> = wordList<CancelReason>([
  'user-request',
  'remainder',
  'fill-or-kill',
  'self-trade',
  'reduce-only',
  'post-only-edit',
  'cancel-on-disconnect',
  'expiry',
  'end-of-day',
  'insufficient-funds',
  'price-band',
  'operator',
  'liquidation',
  'mmp',
  'quote-refused',
]);
export const liquidationWords: WordList<NonNullable<Trade['liquidation']>> = wordList<
  NonNullable<Trade['liquidation']>
>(['maker', 'taker', 'both']);
export const cashReasonWords: WordList<CashChanged['reason']> = wordList<CashChanged['reason']>([
  'deposit',
  'withdrawal',
  'transfer',
  'premium',
  'fee',
  'settlement',
  'delivery',
  'delivery-fee',
  'funding',
  'insurance',
  'liquidation',
  'liquidation-fee',
  'deleveraging',
  'socialised-loss',
  'conversion',
]);
export const settlementWords: WordList<PositionSettled['kind']> = wordList<PositionSettled['kind']>(
  ['settlement', 'delivery'],
);
export const currencyWords: WordList<Currency> = wordList<Currency>(currencies);

/** All lists by name, for the table `words`. */
export const wordLists: ReadonlyMap<string, WordList<string>> = new Map<string, unknown>([
  ['side', sideWords],
  ['order_type', orderTypeWords],
  ['time_in_force', timeInForceWords],
  ['status', statusWords],
  ['post_only', postOnlyWords],
  ['price_mode', priceModeWords],
  ['trigger_source', triggerWords],
  ['cancel_reason', cancelReasonWords],
  ['liquidation', liquidationWords],
  ['cash_reason', cashReasonWords],
  ['settlement_kind', settlementWords],
  ['currency', currencyWords],
]) as ReadonlyMap<string, WordList<string>>;

/** Settlement currency and kind as one number: what lists of trades and orders are asked by. */
export const classOf = (instrument: Instrument): number =>
  currencyWords.code(instrument.settlementCurrency) * 2 + (instrument.kind === 'option' ? 0 : 1);

/** The classes that a filter lets through, ascending. */
export const classesOf = (
  currency: Currency | null,
  kind: 'option' | 'future' | null,
): number[] => {
  const classes: number[] = [];
  currencies.forEach((each, code) => {
    for (const option of [0, 1]) {
      if (
        (currency === null || currency === each) &&
        (kind === null || (kind === 'option') === (option === 0))
      ) {
        classes.push(code * 2 + option);
      }
    }
  });
  return classes;
};
