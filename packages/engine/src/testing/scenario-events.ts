// Scenario events: what the engine answered, in a trader's words, one line per event. Ticks and
// lots are shown as prices and amounts, cash in units of its currency. Marks, funding rates and
// book levels are left out: a scenario asks for what it wants to see of them.
import {
  type CashChanged,
  type Currency,
  type Event,
  type Instrument,
  type InstrumentId,
  type LiquidationStepped,
  type MarginState,
  minorPerUnit,
  type OrderState,
  type PositionSettled,
  type Trade,
} from '@openstrike/domain';

/** How numbers and names are shown. */
export interface Shown {
  instrument(id: InstrumentId): Instrument;
  accountName(id: number): string;
}

const trim = (value: number, digits: number): string => {
  const fixed = value.toFixed(digits);
  const short = fixed.includes('.') ? fixed.replace(/\.?0+$/, '') : fixed;
  return short === '-0' ? '0' : short;
};

export const showPrice = ({ tick }: Instrument, ticks: number): string =>
  trim((ticks * tick.num) / tick.den, 8);
export const showAmount = ({ lot }: Instrument, lots: number): string =>
  trim((lots * lot.num) / lot.den, 8);
export const showCash = (minor: number, currency: keyof typeof minorPerUnit): string =>
  trim(minor / minorPerUnit[currency], 8);

const showOrderPrice = (contract: Instrument, order: OrderState): string => {
  const { priceTicks, priceMode, priceModeValue } = order;
  const none = priceMode === 'price' ? 'market' : 'without a price';
  const price = priceTicks === 0 ? none : `@ ${showPrice(contract, priceTicks)}`;
  if (priceMode === 'iv') return `${price} (${trim(priceModeValue * 100, 4)}%)`;
  return priceMode === 'usd' ? `${price} ($${priceModeValue})` : price;
};

const showTrigger = (order: OrderState): string => {
  const { trigger, triggerReference } = order;
  if (trigger === null) return '';
  const { source, price, offset } = trigger;
  const verb = order.type.startsWith('stop') ? 'passes' : 'reaches';
  return offset === null
    ? ` when ${source} ${verb} ${price}`
    : ` trailing ${source} ${triggerReference} by ${offset}`;
};

const showOrder = (cause: string, order: OrderState, shown: Shown): string => {
  const contract = shown.instrument(order.instrumentId);
  const left = showAmount(contract, order.sizeLots - order.filledLots);
  const word = cause === 'filled' && order.status !== 'filled' ? 'partly filled' : cause;
  const side = `${order.side}s ${left}`;
  const reason = order.cancelReason === null ? '' : ` (${order.cancelReason})`;
  const from = order.triggerOrderId === null ? '' : ` from #${order.triggerOrderId}`;
  const notes = [
    order.reduceOnly ? ' reduce-only' : '',
    order.displayLots < order.sizeLots ? ` shows ${showAmount(contract, order.displayLots)}` : '',
  ];
  const head = `#${order.orderId} ${word}${reason}`;
  if (order.status === 'filled' || order.status === 'cancelled') return head;
  const price = showOrderPrice(contract, order);
  return `${head}: ${side} ${price}${notes.join('')}${showTrigger(order)}${from}`;
};

const showTrade = (trade: Trade, shown: Shown): string => {
  const contract = shown.instrument(trade.instrumentId);
  const { taker, maker } = trade;
  const currency = contract.settlementCurrency;
  const cash = (minor: number): string => showCash(minor, currency);
  const profits =
    taker.realised === 0 && maker.realised === 0
      ? ''
      : `, realised ${cash(taker.realised)} and ${cash(maker.realised)}`;
  return (
    `trade ${showAmount(contract, trade.sizeLots)} @ ${showPrice(contract, trade.priceTicks)}: ` +
    `#${taker.orderId} ${taker.side}s from #${maker.orderId}`.replace('sells from', 'sells to') +
    `, fees ${cash(taker.fee)} and ${cash(maker.fee)}${profits}`
  );
};

const showCashChange = (event: CashChanged, shown: Shown): string => {
  const { currency, change, balance, reason } = event;
  const sign = change > 0 ? '+' : '';
  return (
    `${shown.accountName(event.accountId)} ${sign}${showCash(change, currency)} ${currency} ` +
    `${reason}, now ${showCash(balance, currency)}`
  );
};

const showSettled = (event: PositionSettled, shown: Shown): string => {
  const contract = shown.instrument(event.instrumentId);
  const currency = contract.settlementCurrency;
  const parts = [
    shown.accountName(event.accountId),
    `${event.kind} of ${showAmount(contract, event.sizeLots)}`,
    contract.name,
    event.payoff === 0 ? '' : `pays ${showCash(event.payoff, currency)}`,
    event.sessionProfit === 0 ? '' : `profit ${showCash(event.sessionProfit, currency)}`,
    event.funding === 0 ? '' : `of it funding ${showCash(event.funding, currency)}`,
    event.fee === 0 ? '' : `fee ${showCash(event.fee, currency)}`,
  ];
  return parts.filter((part) => part !== '').join(' ');
};

/** The account's figures: equity as margin counts it, and maintenance margin. */
const showState = (state: MarginState, currency: Currency): string =>
  `equity ${showCash(state.marginEquity, currency)} / ${showCash(state.maintenance, currency)}`;

const showStep = (event: LiquidationStepped, name: string): string => {
  const { kind, before, after, currency, price, fromFund } = event;
  const cash = (minor: number): string => showCash(minor, currency);
  const parts = [
    price === null ? '' : ` at ${trim(price, 4)} of ${trim(event.share, 4)}`,
    event.fee === 0 ? '' : `, fee ${cash(event.fee)}`,
    fromFund === 0 ? '' : `, fund ${cash(fromFund)}`,
    event.fromDeleveraging === 0 ? '' : `, deleveraged ${cash(event.fromDeleveraging)}`,
    event.fromSocialised === 0 ? '' : `, shared ${cash(event.fromSocialised)}`,
  ];
  const from = `${showState(before, currency)} to ${showState(after, currency)}`;
  return `${name} ${kind}${parts.join('')}: ${from}`;
};

const showAuction = (event: Event, shown: Shown): string | null => {
  if (event.type === 'call-auction-uncrossed') {
    const contract = shown.instrument(event.instrumentId);
    const size = showAmount(contract, event.sizeLots);
    return `uncross ${contract.name}: ${size} @ ${showPrice(contract, event.priceTicks)}`;
  }
  if (event.type === 'call-auctions-set') return `call auctions ${event.terms ? 'on' : 'off'}`;
  if (event.type !== 'call-auction-started' && event.type !== 'call-auction-ended') return null;
  const expiry = event.expiryUs === null ? 'perpetuals' : isoDay(event.expiryUs);
  const what = event.type === 'call-auction-started' ? 'begins' : 'ends';
  return `call auction of ${event.indexName} ${expiry} ${what}`;
};

const isoDay = (tsUs: number): string => new Date(tsUs / 1000).toISOString().slice(0, 10);

const showLiquidation = (event: Event, shown: Shown): string | null => {
  if (!('accountId' in event) || event.accountId === null) return null;
  const name = shown.accountName(event.accountId);
  switch (event.type) {
    case 'margin-warned':
      return `${name} warned ${event.level}: ${showState(event.state, event.currency)}`;
    case 'liquidation-started':
      return `${name} in liquidation ${event.liquidationId}`;
    case 'liquidation-phase-changed':
      return `${name} ${event.phase}`;
    case 'liquidation-stepped':
      return showStep(event, name);
    case 'deleveraged':
      return `${name} deleveraged, charge ${showCash(event.charge, event.currency)}`;
    case 'loss-socialised':
      return `${name} shares ${showCash(event.charge, event.currency)}`;
    case 'liquidation-ended':
      return `${name} liquidation ${event.outcome}`;
    case 'liquidation-answered':
      return `${name} answers ${trim(event.price, 4)} for ${trim(event.shareMax, 4)}`;
    case 'provider-changed':
      return `${name} ${event.provider ? 'provides' : 'provides no more'}`;
    default:
      return null;
  }
};

/** One event as a line; null for what scenarios leave out. `money` shows cash movements too. */
export const showEvent = (event: Event, shown: Shown, money: boolean): string | null => {
  switch (event.type) {
    case 'order-changed':
      return showOrder(event.cause, event.order, shown);
    case 'command-rejected':
      return `refused: ${event.code}${event.limit === null ? '' : ` ${trim(event.limit, 8)}`}`;
    case 'command-repeated':
      return event.rejectCode === null
        ? `repeated: #${event.order.orderId} ${event.order.status}, ${event.trades.length} trades`
        : `repeated: refused: ${event.rejectCode}`;
    case 'trade':
      return showTrade(event, shown);
    case 'cash-changed':
      return money || (event.reason !== 'premium' && event.reason !== 'fee')
        ? showCashChange(event, shown)
        : null;
    case 'position-settled':
      return showSettled(event, shown);
    case 'instrument-state-changed': {
      const price = event.deliveryPrice === null ? '' : ` at ${event.deliveryPrice / 1e6}`;
      return `${shown.instrument(event.instrumentId).name} ${event.state}${price}`;
    }
    case 'instrument-listed':
      return `listed ${event.instrument.name}`;
    case 'expiry-fixed':
      return `${event.indexName} fixed at ${event.price / 1e6} from ${event.prints} prints`;
    case 'account-changed':
      return `account ${event.accountId} ${event.name} ${event.access}, ${event.selfTradeMode}`;
    case 'kill-switch-changed':
      return `kill switch ${event.engaged ? 'engaged' : 'released'}, ${event.orders} orders`;
    case 'mmp-changed': {
      const set = event.intervalUs > 0 ? 'protected' : 'no longer protected';
      return `${shown.accountName(event.accountId)} ${set} on ${event.scope.indexName}`;
    }
    case 'mmp-triggered':
      return `${shown.accountName(event.accountId)} protection crossed: ${event.cause}`;
    case 'quote-refused':
      return `quote to ${event.side.replace(/s$/, '')} refused: ${event.code}`;
    case 'trading-state-changed':
      return `trading of ${event.scope} ${event.state}`;
    case 'insurance-changed':
      return `insurance ${showCash(event.balance, event.currency)} ${event.currency}`;
    case 'tables-announced':
      return `announced ${event.tables.map((v) => `${v.underlying} ${v.version}`).join(', ')}`;
    case 'stress-changed':
      return `${event.underlying} stress ${trim(event.factor, 6)}, ${trim(event.nextFactor, 6)}`;
    case 'venue-configured':
      return `tables ${event.versions.map((v) => `${v.underlying} ${v.version}`).join(', ')}`;
    case 'funding-hour-closed':
      return `hour of ${shown.instrument(event.instrumentId).name}: ${trim(event.interest1h, 10)}`;
    default:
      return showAuction(event, shown) ?? showLiquidation(event, shown);
  }
};
