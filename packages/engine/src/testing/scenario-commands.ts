// Scenario commands: the trader's words of a scenario line to an engine command. The grammar is in
// `testdata/engine/README.md`.
import type {
  AccountId,
  CancelOrders,
  Command,
  Currency,
  EditOrder,
  IndexName,
  Instrument,
  MarginModel,
  OrderFilter,
  OrderId,
  OrderType,
  PlaceOrder,
  PriceTicks,
  QuoteFilter,
  QuoteSide,
  SelfTradeMode,
  SizeLots,
  TimeInForce,
  TriggerSource,
  TsUs,
} from '@openstrike/domain';
import { anyOrder, expiryOfCode, minorPerUnit, plainOrder, usPerSecond } from '@openstrike/domain';

/** What the words of a scenario refer to. */
export interface Names {
  readonly accounts: ReadonlyMap<string, AccountId>;
  instrument(name: string): Instrument;
  /** For money that is moved without one. */
  readonly reference: string;
}

/** The words of one line, taken from the front. */
export class Words {
  readonly #words: string[];

  constructor(text: string) {
    this.#words = text.trim().split(/\s+/);
  }

  get left(): number {
    return this.#words.length;
  }

  peek(): string {
    return this.#words[0] ?? '';
  }

  take(): string {
    const word = this.#words.shift();
    if (word === undefined) throw new Error('the line ends early');
    return word;
  }

  number(): number {
    const word = this.take();
    const value = Number(word);
    if (Number.isNaN(value)) throw new Error(`not a number: ${word}`);
    return value;
  }

  rest(): string {
    return this.#words.splice(0).join(' ');
  }
}

/** Lots of an amount in the instrument's unit. */
export const lotsOf = ({ lot }: Instrument, amount: number): SizeLots =>
  (Math.round(((amount * lot.den) / lot.num) * 1e6) / 1e6) as SizeLots;

/** Ticks of a price in the instrument's unit. */
export const ticksOf = ({ tick }: Instrument, price: number): PriceTicks =>
  (Math.round(((price * tick.den) / tick.num) * 1e6) / 1e6) as PriceTicks;

export const cashOf = (amount: number, currency: Currency): never =>
  Math.round(amount * minorPerUnit[currency]) as never;

const accountOf = (names: Names, name: string): AccountId =>
  names.accounts.get(name) ?? (Number(name.replace('?', '')) as AccountId);

const orderIdOf = (word: string): OrderId => Number(word.replace('#', '')) as OrderId;

/** `0.05`, `$5000` or `60%`: a price, an option's price in USD, or a volatility. */
const readPrice = (
  word: string,
  contract: Instrument,
): Pick<PlaceOrder, 'priceTicks' | 'priceMode' | 'priceModeValue'> => {
  if (word.startsWith('$')) {
    const priceModeValue = Number(word.slice(1));
    return { priceTicks: 0 as PriceTicks, priceMode: 'usd', priceModeValue };
  }
  if (word.endsWith('%')) {
    const priceModeValue = Number(word.slice(0, -1)) / 100;
    return { priceTicks: 0 as PriceTicks, priceMode: 'iv', priceModeValue };
  }
  return { priceTicks: ticksOf(contract, Number(word)), priceMode: 'price', priceModeValue: 0 };
};

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

const typeWithLimit = (type: string, limit: boolean): OrderType =>
  `${type}-${limit ? 'limit' : 'market'}` as OrderType;

const readOption = (words: Words, order: Mutable<PlaceOrder>, contract: Instrument): void => {
  const word = words.take();
  switch (word) {
    case '@':
      Object.assign(order, readPrice(words.take(), contract));
      if (order.orderType === 'stop-market') order.orderType = 'stop-limit';
      else if (order.orderType === 'take-market') order.orderType = 'take-limit';
      else if (order.orderType === 'market') order.orderType = 'limit';
      return;
    case 'market':
    case 'market-limit':
      order.orderType = word;
      return;
    case 'stop':
    case 'take': {
      const source = words.take() as TriggerSource;
      order.trigger = { source, price: words.number(), offset: null };
      order.orderType = typeWithLimit(word, order.orderType === 'limit' && order.priceTicks > 0);
      return;
    }
    case 'trail': {
      const source = words.take() as TriggerSource;
      order.trigger = { source, price: null, offset: words.number() };
      order.orderType = 'trailing-stop';
      return;
    }
    case 'type':
      order.orderType = words.take() as OrderType;
      return;
    case 'ioc':
    case 'fok':
    case 'day':
      order.timeInForce = word as TimeInForce;
      return;
    case 'post-only':
      order.postOnly = 'slide';
      return;
    case 'reject-post-only':
      order.postOnly = 'reject';
      return;
    case 'reduce-only':
      order.reduceOnly = true;
      return;
    case 'display':
      order.displayLots = lotsOf(contract, words.number());
      return;
    case 'label':
      order.label = words.take();
      return;
    case 'key':
      order.clientKey = words.take();
      return;
    case 'connection':
      order.connectionId = words.number();
      return;
    case 'mmp':
      order.mmp = true;
      return;
    case 'late':
      order.validUntilUs = 1 as TsUs;
      return;
    default:
      throw new Error(`an order has no ${word}`);
  }
};

const placeCommand = (names: Names, accountId: AccountId, side: string, words: Words): Command => {
  const amount = words.number();
  const contract = names.instrument(words.take());
  const order: Mutable<PlaceOrder> = {
    ...plainOrder,
    accountId,
    instrumentId: contract.id,
    side: side as PlaceOrder['side'],
    sizeLots: lotsOf(contract, amount),
  };
  while (words.left > 0) readOption(words, order, contract);
  return order;
};

const editCommand = (
  accountId: AccountId,
  contractOf: (orderId: OrderId) => Instrument | null,
  words: Words,
): Command => {
  const orderId = orderIdOf(words.take());
  const contract = contractOf(orderId) ?? ({ lot: one, tick: one } as Instrument);
  const edit: Mutable<EditOrder> = {
    type: 'edit-order',
    accountId,
    orderId,
    priceTicks: null,
    sizeLots: null,
    displayLots: null,
    postOnly: null,
    reduceOnly: null,
    priceMode: null,
    priceModeValue: null,
    triggerPrice: null,
    triggerOffset: null,
    validUntilUs: 0,
  };
  while (words.left > 0) {
    const word = words.take();
    if (word === '@') {
      const price = readPrice(words.take(), contract);
      edit.priceMode = price.priceMode;
      if (price.priceMode === 'price') edit.priceTicks = price.priceTicks;
      else edit.priceModeValue = price.priceModeValue;
    } else if (word === 'size') edit.sizeLots = lotsOf(contract, words.number());
    else if (word === 'display') edit.displayLots = lotsOf(contract, words.number());
    else if (word === 'trigger') edit.triggerPrice = words.number();
    else if (word === 'offset') edit.triggerOffset = words.number();
    else if (word === 'post-only') edit.postOnly = 'slide';
    else if (word === 'reject-post-only') edit.postOnly = 'reject';
    else if (word === 'reduce-only') edit.reduceOnly = true;
    else if (word === 'not-reduce-only') edit.reduceOnly = false;
    else if (word === 'late') edit.validUntilUs = 1 as TsUs;
    else throw new Error(`an edit has no ${word}`);
  }
  return edit;
};

const one = { num: 1, den: 1 };

const cancelCommand = (names: Names, accountId: AccountId, words: Words): Command => {
  if (words.peek().startsWith('#')) {
    return { type: 'cancel-order', accountId, orderId: orderIdOf(words.take()) };
  }
  const filter: Mutable<OrderFilter> = { ...anyOrder };
  let reason: CancelOrders['reason'] = 'user-request';
  while (words.left > 0) {
    const word = words.take();
    if (word === 'all') filter.orders = 'all';
    else if (word === 'label') filter.label = words.take();
    else if (word === 'currency') filter.currency = words.take() as Currency;
    else if (word === 'index') filter.indexName = words.take() as IndexName;
    else if (word === 'options') filter.kind = 'option';
    else if (word === 'futures') filter.kind = 'future';
    else if (word === 'in') filter.instrumentId = names.instrument(words.take()).id;
    else if (word === 'connection') {
      filter.connectionId = words.number();
      reason = 'cancel-on-disconnect';
    } else filter.orders = word as OrderFilter['orders'];
  }
  return { type: 'cancel-orders', accountId, filter, reason };
};

/** The command of a line that an account begins: `alice buys 1 C @ 0.05`. */
export const accountCommand = (
  names: Names,
  name: string,
  contractOf: (orderId: OrderId) => Instrument | null,
  words: Words,
): Command => {
  const accountId = accountOf(names, name);
  const verb = words.take();
  switch (verb) {
    case 'buys':
      return placeCommand(names, accountId, 'buy', words);
    case 'sells':
      return placeCommand(names, accountId, 'sell', words);
    case 'edits':
      return editCommand(accountId, contractOf, words);
    case 'cancels':
      return cancelCommand(names, accountId, words);
    case 'closes': {
      const contract = names.instrument(words.take());
      const limit = words.left > 0;
      if (limit) words.take();
      return {
        type: 'close-position',
        accountId,
        instrumentId: contract.id,
        orderType: limit ? 'limit' : 'market',
        priceTicks: limit ? ticksOf(contract, words.number()) : (0 as PriceTicks),
        connectionId: 0,
      };
    }
    case 'deposits':
    case 'withdraws': {
      const amount = words.number();
      const currency = words.take() as Currency;
      const type = verb === 'deposits' ? 'deposit' : 'withdraw';
      const reference = words.left > 0 ? words.take() : names.reference;
      return { type, accountId, currency, amount: cashOf(amount, currency), reference };
    }
    case 'sends': {
      const amount = words.number();
      const currency = words.take() as Currency;
      words.take();
      const toId = accountOf(names, words.take());
      return {
        type: 'transfer',
        fromId: accountId,
        toId,
        currency,
        amount: cashOf(amount, currency),
      };
    }
    case 'provides':
      return { type: 'set-provider', accountId, provider: true };
    case 'answers': {
      const liquidationId = words.number();
      const price = words.number();
      const shareMax = words.number();
      return { type: 'answer-liquidation', accountId, liquidationId, price, shareMax };
    }
    case 'sets':
      return configureCommand(accountId, words);
    default:
      return makerCommand(names, accountId, verb, words);
  }
};

const everyQuote: QuoteFilter = {
  instrumentId: null,
  currency: null,
  indexName: null,
  kind: null,
  setId: null,
  delta: null,
};

/** `ann protects btc_usd quantity 2`; of a part of it `ann protects btc_usd group g trades 3`. */
const protectCommand = (accountId: AccountId, words: Words): Command => {
  const indexName = words.take() as IndexName;
  const limits = { quantity: 0, delta: 0, vega: 0, gamma: 0, trades: 0, open: 0 };
  let group = '';
  let expiryUs: TsUs | null = null;
  while (words.left > 0) {
    const word = words.take();
    if (word === 'group') group = words.take();
    else if (word === 'expiry') expiryUs = expiryOfCode(words.take()) as TsUs;
    else limits[word as keyof typeof limits] = words.number();
  }
  const scope = { indexName, group, expiryUs };
  return { type: 'set-mmp', accountId, scope, intervalUs: usPerSecond, frozenUs: 0, limits };
};

/** `ann quotes g 1 C 0.02 0.03`: one lot size, a bid and an ask. */
const quoteCommand = (names: Names, accountId: AccountId, words: Words): Command => {
  const group = words.take().replace('?', '');
  const amount = words.number();
  const contract = names.instrument(words.take());
  const sideOf = (): QuoteSide => ({
    priceTicks: ticksOf(contract, words.number()),
    sizeLots: lotsOf(contract, amount),
    postOnly: 'off',
  });
  const quote = { instrumentId: contract.id, setId: '', bid: sideOf(), ask: sideOf() };
  return {
    type: 'mass-quote',
    accountId,
    group,
    quoteId: '',
    quotes: [quote],
    validUntilUs: 0,
    connectionId: 0,
  };
};

const makerCommand = (names: Names, accountId: AccountId, verb: string, words: Words): Command => {
  switch (verb) {
    case 'protects':
      return protectCommand(accountId, words);
    case 'quotes':
      return quoteCommand(names, accountId, words);
    case 'models': {
      const model = words.take() as MarginModel;
      return { type: 'change-margin-model', accountId, model };
    }
    case 'kills':
    case 'releases': {
      const clientId = words.left > 0 ? words.take() : null;
      const engaged = verb === 'kills';
      return { type: 'set-kill-switch', accountId, clientId, engaged, reason: 'test' };
    }
    case 'freezes':
      return {
        type: 'cancel-quotes',
        accountId,
        filter: everyQuote,
        freezeUs: words.number() * usPerSecond,
      };
    default:
      throw new Error(`an account does not ${verb}`);
  }
};

const configureCommand = (accountId: AccountId, words: Words): Command => {
  let access: 'normal' | 'cancel-only' | 'locked' = 'normal';
  let selfTradeMode: SelfTradeMode = 'cancel-maker';
  let selfTradeAcrossSubaccounts = false;
  while (words.left > 0) {
    const word = words.take();
    if (word === 'across') selfTradeAcrossSubaccounts = true;
    else if (word === 'reject-taker' || word === 'cancel-maker') selfTradeMode = word;
    else access = word as typeof access;
  }
  return {
    type: 'configure-account',
    accountId,
    selfTradeMode,
    selfTradeAcrossSubaccounts,
    access,
  };
};
