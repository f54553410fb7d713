// Reject codes: every reason for which the engine refuses a command, in descending order of
// precedence: with several faults the first in this table is the one reported. `retryable` says
// whether the same command could succeed later without change. `wire` maps them to Deribit's
// codes.
interface RejectCodeRow {
  readonly code: string;
  readonly sentence: string;
  readonly retryable: boolean;
}

export const rejectCodes = [
  { code: 'not-configured', sentence: 'the venue has no contract tables yet', retryable: true },
  { code: 'unknown-account', sentence: 'there is no such account', retryable: false },
  {
    code: 'kill-switch',
    sentence: 'the kill switch of the venue, the account or the key is engaged',
    retryable: true,
  },
  { code: 'account-locked', sentence: 'the account is locked by the operator', retryable: true },
  { code: 'account-cancel-only', sentence: 'the account may only cancel', retryable: true },
  { code: 'account-name-taken', sentence: 'an account of that name exists', retryable: false },
  {
    code: 'too-many-subaccounts',
    sentence: 'the main account has all its subaccounts',
    retryable: false,
  },
  { code: 'duplicate-reference', sentence: 'that reference was booked before', retryable: false },
  {
    code: 'not-your-account',
    sentence: 'the accounts do not have the same owner',
    retryable: false,
  },
  {
    code: 'same-account',
    sentence: 'source and destination are the same account',
    retryable: false,
  },
  { code: 'unknown-instrument', sentence: 'there is no such instrument', retryable: false },
  { code: 'unknown-expiry', sentence: 'nothing of the index expires then', retryable: false },
  { code: 'unknown-order', sentence: 'there is no such order', retryable: false },
  { code: 'not-a-provider', sentence: 'the account answers no auctions', retryable: false },
  {
    code: 'unknown-liquidation',
    sentence: 'there is no such liquidation auction now',
    retryable: false,
  },
  { code: 'not-your-order', sentence: 'the order belongs to another account', retryable: false },
  { code: 'order-closed', sentence: 'the order is no longer open', retryable: false },
  {
    code: 'timed-out',
    sentence: 'the command arrived after its valid-until time',
    retryable: false,
  },
  { code: 'instrument-expired', sentence: 'the instrument has expired', retryable: false },
  { code: 'settlement-in-progress', sentence: 'trading is paused for settlement', retryable: true },
  {
    code: 'trading-halted',
    sentence: 'trading is halted: only cancels are taken',
    retryable: true,
  },
  {
    code: 'mmp-required',
    sentence: 'an order marked for protection, or a quote, needs a protection that is set',
    retryable: false,
  },
  {
    code: 'mmp-frozen',
    sentence: 'market-maker protection was triggered and has not been reset',
    retryable: true,
  },
  {
    code: 'mmp-limits',
    sentence:
      'a protection needs a limit, times of at most an hour, and a delta limit below its quantity',
    retryable: false,
  },
  {
    code: 'mmp-open-limit',
    sentence: 'more would be open on this side than the protection allows',
    retryable: true,
  },
  { code: 'quotes-frozen', sentence: 'quotes are frozen for a moment', retryable: true },
  {
    code: 'too-many-quotes',
    sentence: 'quotes need a group, and come at most 500 at a time',
    retryable: false,
  },
  {
    code: 'call-auction',
    sentence: 'in a call auction only plain limit orders, new or edited, and cancels are taken',
    retryable: true,
  },
  { code: 'no-mark-price', sentence: 'the instrument has no mark price yet', retryable: true },
  {
    code: 'index-frozen',
    sentence: 'the index is frozen: only cancels are taken',
    retryable: true,
  },
  {
    code: 'invalid-amount',
    sentence: 'the amount must be positive and within the limits',
    retryable: false,
  },
  { code: 'amount-too-small', sentence: 'the amount is below the minimum', retryable: false },
  { code: 'amount-too-large', sentence: 'the amount is above the maximum', retryable: false },
  {
    code: 'invalid-price',
    sentence: 'this order type needs a positive limit price',
    retryable: false,
  },
  { code: 'price-wrong-tick', sentence: 'the price is off the tick grid', retryable: false },
  {
    code: 'invalid-display-amount',
    sentence: 'the display amount is outside its limits',
    retryable: false,
  },
  {
    code: 'unsupported-combination',
    sentence: 'these options do not go together',
    retryable: false,
  },
  { code: 'advanced-not-option', sentence: 'only options take USD or IV prices', retryable: false },
  {
    code: 'advanced-post-only',
    sentence: 'USD and IV orders cannot be post-only',
    retryable: false,
  },
  {
    code: 'invalid-trigger',
    sentence: 'the trigger needs a source and a price or offset',
    retryable: false,
  },
  {
    code: 'trigger-price-too-high',
    sentence: 'the trigger condition is already met',
    retryable: false,
  },
  {
    code: 'trigger-price-too-low',
    sentence: 'the trigger condition is already met',
    retryable: false,
  },
  { code: 'price-too-high', sentence: 'the price is above the band', retryable: true },
  { code: 'price-too-low', sentence: 'the price is below the band', retryable: true },
  { code: 'reduce-only', sentence: 'there is no position to reduce', retryable: false },
  { code: 'no-position', sentence: 'there is no position to close', retryable: false },
  { code: 'post-only-cross', sentence: 'the post-only order would trade at once', retryable: true },
  {
    code: 'self-trade',
    sentence: 'the order would meet an order of the same owner',
    retryable: true,
  },
  { code: 'no-liquidity', sentence: 'there is nothing to trade against', retryable: true },
  {
    code: 'too-many-orders',
    sentence: 'the account has all the open orders it may have',
    retryable: true,
  },
  { code: 'position-limit', sentence: 'the position would leave its limit', retryable: true },
  {
    code: 'withdrawals-paused',
    sentence: 'withdrawals wait while shortfalls stand that the insurance fund does not cover',
    retryable: true,
  },
  {
    code: 'open-interest-limit',
    sentence: 'open interest would leave its limit',
    retryable: true,
  },
  {
    code: 'insufficient-funds',
    sentence: 'the available funds do not cover the margin',
    retryable: true,
  },
  {
    code: 'not-announced-ahead',
    sentence: 'a change has to be announced for an instant in the future',
    retryable: false,
  },
  { code: 'nothing-to-change', sentence: 'the edit changes nothing', retryable: false },
  {
    code: 'unknown-settlement',
    sentence: 'that is not the last settlement, or its root is published already',
    retryable: false,
  },
  {
    code: 'insurance-funded',
    sentence: 'the insurance fund has money: name the payment',
    retryable: false,
  },
] as const satisfies readonly RejectCodeRow[];

export type RejectCode = (typeof rejectCodes)[number]['code'];

const rowsByCode = new Map<string, RejectCodeRow>(rejectCodes.map((row) => [row.code, row]));

/** The table's row of a code. */
export const rejectCodeRow = (code: RejectCode): RejectCodeRow =>
  rowsByCode.get(code) as RejectCodeRow;
