// Words: the house's closed sets of words and Deribit's for the same things. Invariant: each table
// names every word of its type, so a new word of the domain does not compile until it has a
// spelling here.
import type {
  CancelReason,
  IndexName,
  Instrument,
  InstrumentState,
  MarginModel,
  OrderType,
  SelfTradeMode,
  Tenor,
  TimeInForce,
  TriggerSource,
} from '@openstrike/domain';
import { indexNames } from '@openstrike/domain';

const reversed = <Inner extends string>(words: Readonly<Record<Inner, string>>) =>
  new Map<string, Inner>(
    Object.entries(words).map(([inner, outer]) => [outer as string, inner as Inner]),
  );

const timeInForceWords = {
  gtc: 'good_til_cancelled',
  day: 'good_til_day',
  ioc: 'immediate_or_cancel',
  fok: 'fill_or_kill',
} as const satisfies Record<TimeInForce, string>;
const timesInForce = reversed(timeInForceWords);
export const renderTimeInForce = (word: TimeInForce): (typeof timeInForceWords)[TimeInForce] =>
  timeInForceWords[word];
export const parseTimeInForce = (word: string): TimeInForce | null =>
  timesInForce.get(word) ?? null;

const orderTypeWords = {
  limit: 'limit',
  market: 'market',
  'market-limit': 'market_limit',
  'stop-limit': 'stop_limit',
  'stop-market': 'stop_market',
  'take-limit': 'take_limit',
  'take-market': 'take_market',
  'trailing-stop': 'trailing_stop',
} as const satisfies Record<OrderType, string>;
const orderTypes = reversed(orderTypeWords);
export const renderOrderType = <Word extends OrderType>(
  word: Word,
): (typeof orderTypeWords)[Word] => orderTypeWords[word];
export const parseOrderType = (word: string): OrderType | null => orderTypes.get(word) ?? null;

/** Orders that wait for a price before they become plain ones. */
export const isTriggerType = (type: OrderType): boolean =>
  type !== 'limit' && type !== 'market' && type !== 'market-limit';

/** Orders that name no limit price when placed. */
export const isMarketType = (type: OrderType): boolean =>
  type === 'market' ||
  type === 'market-limit' ||
  type === 'stop-market' ||
  type === 'take-market' ||
  type === 'trailing-stop';

const triggerSourceWords = {
  index: 'index_price',
  mark: 'mark_price',
  last: 'last_price',
} as const satisfies Record<TriggerSource, string>;
const triggerSources = reversed(triggerSourceWords);
export const renderTriggerSource = (
  word: TriggerSource,
): (typeof triggerSourceWords)[TriggerSource] => triggerSourceWords[word];
export const parseTriggerSource = (word: string): TriggerSource | null =>
  triggerSources.get(word) ?? null;

/** Null where Deribit says nothing: the rest of an order that was never meant to stay. */
const cancelReasonWords = {
  'user-request': 'user_request',
  remainder: null,
  'fill-or-kill': null,
  'self-trade': 'risk_mitigation',
  'reduce-only': 'risk_mitigation',
  'post-only-edit': 'edit_post_only_reject',
  'cancel-on-disconnect': 'cancel_on_disconnect',
  expiry: 'settlement',
  'end-of-day': 'settlement',
  'insufficient-funds': 'risk_mitigation',
  'price-band': 'risk_mitigation',
  operator: 'risk_mitigation',
  liquidation: 'autoliquidation',
  mmp: 'mmp_trigger',
  'quote-refused': 'risk_mitigation',
} as const satisfies Record<CancelReason, string | null>;
export const renderCancelReason = (word: CancelReason): (typeof cancelReasonWords)[CancelReason] =>
  cancelReasonWords[word];

const selfTradeWords = {
  'reject-taker': 'reject_taker',
  'cancel-maker': 'cancel_maker',
} as const satisfies Record<SelfTradeMode, string>;
const selfTradeModes = reversed(selfTradeWords);
export const renderSelfTradeMode = (word: SelfTradeMode): (typeof selfTradeWords)[SelfTradeMode] =>
  selfTradeWords[word];
export const parseSelfTradeMode = (word: string): SelfTradeMode | null =>
  selfTradeModes.get(word) ?? null;

const marginModelWords = {
  'segregated-standard': 'segregated_sm',
  'segregated-portfolio': 'segregated_pm',
  'cross-standard': 'cross_sm',
  'cross-portfolio': 'cross_pm',
} as const satisfies Record<MarginModel, string>;
const marginModelsOf = reversed(marginModelWords);
export const renderMarginModel = (word: MarginModel): (typeof marginModelWords)[MarginModel] =>
  marginModelWords[word];
export const parseMarginModel = (word: string): MarginModel | null =>
  marginModelsOf.get(word) ?? null;

const instrumentStateWords = {
  open: 'open',
  auction: 'halted',
  settling: 'settlement',
  halted: 'halted',
  delivered: 'delivered',
} as const satisfies Record<InstrumentState, string>;
export const renderInstrumentState = (
  word: InstrumentState,
): (typeof instrumentStateWords)[InstrumentState] => instrumentStateWords[word];

const settlementPeriods = {
  day: 'day',
  week: 'week',
  month: 'month',
  quarter: 'month',
  perpetual: 'perpetual',
} as const satisfies Record<Tenor, string>;
export const renderSettlementPeriod = (word: Tenor): (typeof settlementPeriods)[Tenor] =>
  settlementPeriods[word];

/** Deribit's kind: a perpetual is a future. */
export const renderKind = (instrument: Instrument): 'option' | 'future' =>
  instrument.kind === 'option' ? 'option' : 'future';

export const parseIndexName = (word: string): IndexName | null =>
  indexNames.find((name) => name === word) ?? null;
