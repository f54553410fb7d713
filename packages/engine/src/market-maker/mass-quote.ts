// Mass quotes: one bid and one ask for each contract and group, replaced many at a time. Invariant:
// a group never has two quotes on one side of one contract; each side is placed or amended by the
// same code as any order, and one that is refused leaves no quote behind on that side.
import type {
  AccountId,
  CancelQuotes,
  EditOrder,
  MassQuote,
  PlaceOrder,
  PriceTicks,
  Quote,
  QuoteFilter,
  QuoteSide,
  QuoteTag,
  RejectCode,
  SizeLots,
} from '@openstrike/domain';
import { quotesPerRequestMax } from '@openstrike/domain';
import { findHolding } from '../account/holdings.ts';
import { checkKilled } from '../control/kill-switch.ts';
import type {
  AccountRecord,
  EngineState,
  Holding,
  InstrumentRecord,
  OrderRecord,
  SideCode,
} from '../state.ts';
import { endOrder } from '../trading/cancel-orders.ts';
import { editOrder } from '../trading/edit-order.ts';
import { emitOrder } from '../trading/order-records.ts';
import { checkAccess, placeOrder } from '../trading/place-order.ts';

const freezeMaxUs = 3_600_000_000;

const findQuote = (holding: Holding | null, group: string, side: SideCode): OrderRecord | null => {
  for (let order = holding?.firstOrder ?? null; order !== null; order = order.next) {
    if (order.side === side && order.quote?.group === group) {
      return order;
    }
  }
  return null;
};

/** Whether a price would meet the account's own quote on the other side. */
const crossesOwn = (holding: Holding | null, side: SideCode, priceTicks: number): boolean => {
  for (let order = holding?.firstOrder ?? null; order !== null; order = order.next) {
    const other = order.quote !== null && order.side !== side;
    if (other && (side === 0 ? order.priceTicks <= priceTicks : order.priceTicks >= priceTicks)) {
      return true;
    }
  }
  return false;
};

const placing = (
  command: MassQuote,
  quote: Quote,
  side: SideCode,
  wanted: QuoteSide,
  tag: QuoteTag,
): PlaceOrder & { readonly quote: QuoteTag } => ({
  type: 'place-order',
  accountId: command.accountId,
  instrumentId: quote.instrumentId,
  side: side === 0 ? 'buy' : 'sell',
  orderType: 'limit',
  timeInForce: 'gtc',
  priceTicks: wanted.priceTicks,
  sizeLots: wanted.sizeLots,
  displayLots: 0 as SizeLots,
  postOnly: wanted.postOnly,
  reduceOnly: false,
  priceMode: 'price',
  priceModeValue: 0,
  trigger: null,
  label: '',
  clientKey: null,
  validUntilUs: 0,
  connectionId: command.connectionId,
  mmp: true,
  quote: tag,
  ...(command.clientId === undefined ? null : { clientId: command.clientId }),
});

const amending = (accountId: AccountId, order: OrderRecord, wanted: QuoteSide): EditOrder => ({
  type: 'edit-order',
  accountId,
  orderId: order.id,
  priceTicks: wanted.priceTicks as PriceTicks,
  sizeLots: (order.filledLots + wanted.sizeLots) as SizeLots,
  displayLots: 0 as SizeLots,
  postOnly: wanted.postOnly,
  reduceOnly: null,
  priceMode: null,
  priceModeValue: null,
  triggerPrice: null,
  triggerOffset: null,
  validUntilUs: 0,
});

/** Amends a resting quote; only its names may change without its place in line. */
const amend = (
  state: EngineState,
  order: OrderRecord,
  wanted: QuoteSide,
  tag: QuoteTag,
): RejectCode | null => {
  const before = order.quote;
  order.quote = tag;
  const refused = editOrder(state, amending(order.holding.account.id, order, wanted));
  if (refused !== 'nothing-to-change') {
    return refused;
  }
  if (before?.quoteId !== tag.quoteId || before.setId !== tag.setId) {
    order.updatedUs = state.nowUs;
    emitOrder(state, order, 'edited', null);
  }
  return null;
};

const quoteSide = (
  state: EngineState,
  command: MassQuote,
  quote: Quote,
  side: SideCode,
): RejectCode | null => {
  const wanted = side === 0 ? quote.bid : quote.ask;
  const account = state.accounts[command.accountId] as AccountRecord;
  const instrument = state.instruments[quote.instrumentId];
  if (wanted === null) return null;
  if (instrument === undefined) return 'unknown-instrument';
  const holding = findHolding(account, instrument);
  const resting = findQuote(holding, command.group, side);
  if (wanted.sizeLots === 0) {
    if (resting !== null) endOrder(state, resting, 'user-request');
    return null;
  }
  const tag: QuoteTag = { group: command.group, quoteId: command.quoteId, setId: quote.setId };
  state.rejectLimit = null;
  const refused = crossesOwn(holding, side, wanted.priceTicks)
    ? 'self-trade'
    : resting === null
      ? placeOrder(state, placing(command, quote, side, wanted, tag))
      : amend(state, resting, wanted, tag);
  if (refused !== null && resting !== null && state.orders.get(resting.id) === resting) {
    endOrder(state, resting, 'quote-refused');
  }
  return refused;
};

/** Whether the asks move up or stand: then they go first, so that the bids do not meet them. */
const asksFirst = (state: EngineState, command: MassQuote, quote: Quote): boolean => {
  const instrument = state.instruments[quote.instrumentId];
  const account = state.accounts[command.accountId];
  if (quote.ask === null || instrument === undefined || account === undefined) return false;
  const resting = findQuote(findHolding(account, instrument), command.group, 1);
  return resting !== null && quote.ask.priceTicks >= resting.priceTicks;
};

const quoteOne = (state: EngineState, command: MassQuote, quote: Quote): void => {
  const sides: readonly SideCode[] = asksFirst(state, command, quote) ? [1, 0] : [0, 1];
  for (const side of sides) {
    const code = quoteSide(state, command, quote, side);
    if (code !== null) {
      state.emit({
        type: 'quote-refused',
        accountId: command.accountId,
        instrumentId: quote.instrumentId,
        side: side === 0 ? 'buy' : 'sell',
        tag: { group: command.group, quoteId: command.quoteId, setId: quote.setId },
        code,
        limit: state.rejectLimit,
      });
    }
  }
};

/** Replaces many quotes; what is refused of a single one is told by an event of its own. */
export const massQuote = (state: EngineState, command: MassQuote): RejectCode | null => {
  const account = state.accounts[command.accountId];
  if (account === undefined) return 'unknown-account';
  const denied = checkKilled(state, account, command.clientId ?? '') ?? checkAccess(account);
  if (denied !== null) return denied;
  if (command.validUntilUs !== 0 && state.nowUs > command.validUntilUs) return 'timed-out';
  if (command.group === '' || command.quotes.length > quotesPerRequestMax) return 'too-many-quotes';
  if (state.nowUs < account.quotesFrozenUntilUs) return 'quotes-frozen';

  // Point of no return.
  for (const quote of command.quotes) {
    quoteOne(state, command, quote);
  }
  state.rejectLimit = null;
  return null;
};

const matches = (
  state: EngineState,
  order: OrderRecord,
  instrument: InstrumentRecord,
  filter: QuoteFilter,
): boolean => {
  const { contract } = instrument;
  const delta = state.marks.delta[contract.id] as number;
  return (
    order.quote !== null &&
    (filter.instrumentId === null || contract.id === filter.instrumentId) &&
    (filter.currency === null || contract.settlementCurrency === filter.currency) &&
    (filter.indexName === null || contract.indexName === filter.indexName) &&
    (filter.kind === null || (contract.kind === 'option') === (filter.kind === 'option')) &&
    (filter.setId === null || order.quote.setId === filter.setId) &&
    (filter.delta === null || (delta >= filter.delta.min && delta <= filter.delta.max))
  );
};

/** Takes out every quote that the filter names, by id, and may refuse new ones for a while. */
export const cancelQuotes = (state: EngineState, command: CancelQuotes): RejectCode | null => {
  const account = state.accounts[command.accountId];
  if (account === undefined) return 'unknown-account';
  const { freezeUs } = command;
  if (!(Number.isSafeInteger(freezeUs) && freezeUs >= 0 && freezeUs <= freezeMaxUs))
    return 'mmp-limits';

  // Point of no return.
  const found: OrderRecord[] = [];
  for (const record of account.currencies) {
    for (const holding of record?.holdings ?? []) {
      for (let order = holding.firstOrder; order !== null; order = order.next) {
        if (matches(state, order, holding.instrument, command.filter)) found.push(order);
      }
    }
  }
  for (const order of found.sort((a, b) => a.id - b.id)) {
    endOrder(state, order, 'user-request');
  }
  if (freezeUs > 0) {
    account.quotesFrozenUntilUs = state.nowUs + freezeUs;
  }
  return null;
};
