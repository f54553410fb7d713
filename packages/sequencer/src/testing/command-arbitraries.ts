// Arbitrary commands of every type for the property tests, every field varied; the types make a
// field that is missing here a compile error.
import {
  type AnnounceTables,
  type AnswerLiquidation,
  accountId,
  type CancelOrder,
  type CancelOrders,
  type CancelQuotes,
  type CancelReason,
  type Cash,
  type ChangeMarginModel,
  type ClosePosition,
  type Command,
  type CommandType,
  type Configure,
  type ConfigureAccount,
  type ContractFamily,
  type CreateAccount,
  constituentUses,
  currencies,
  type Deposit,
  type EditOrder,
  type IndexConstituent,
  indexNames,
  indexStatuses,
  type ListOptions,
  type MassQuote,
  type MmpScope,
  marginModels,
  type OrderFilter,
  type PlaceOrder,
  type PriceTicks,
  type PublishLiabilities,
  type QuoteSide,
  type ResetMmp,
  recommendedMargin,
  type SeedInsurance,
  type SetCallAuctions,
  type SetForwards,
  type SetIndex,
  type SetKillSwitch,
  type SetMmp,
  type SetProvider,
  type SetSurface,
  type SetTrading,
  type SizeLots,
  type Transfer,
  type Trigger,
  type TsUs,
  tsUs,
  type UsdMicros,
  type Withdraw,
} from '@openstrike/domain';
import * as fc from 'fast-check';

const whole = <T extends number>(): fc.Arbitrary<T> => fc.maxSafeInteger() as fc.Arbitrary<T>;
const finite: fc.Arbitrary<number> = fc.double({ noNaN: true, noDefaultInfinity: true });
const nullable = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(of, { nil: null });
const text: fc.Arbitrary<string> = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  // Lone surrogates too: a client can send them, and the replay must see what the engine saw.
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
);
const account = fc.nat().map(accountId);
const currency = fc.constantFrom(...currencies);
const indexName = fc.constantFrom(...indexNames);

const trigger: fc.Arbitrary<Trigger> = fc.record({
  source: fc.constantFrom('index', 'mark', 'last'),
  price: nullable(finite),
  offset: nullable(finite),
});

const placeOrder: fc.Arbitrary<PlaceOrder> = fc.record({
  type: fc.constant('place-order'),
  accountId: account,
  instrumentId: whole<PlaceOrder['instrumentId']>(),
  side: fc.constantFrom('buy', 'sell'),
  orderType: fc.constantFrom(
    'limit',
    'market',
    'market-limit',
    'stop-limit',
    'stop-market',
    'take-limit',
    'take-market',
    'trailing-stop',
  ),
  timeInForce: fc.constantFrom('gtc', 'day', 'ioc', 'fok'),
  priceTicks: whole<PriceTicks>(),
  sizeLots: whole<SizeLots>(),
  displayLots: whole<SizeLots>(),
  postOnly: fc.constantFrom('off', 'slide', 'reject'),
  reduceOnly: fc.boolean(),
  priceMode: fc.constantFrom('price', 'usd', 'iv'),
  priceModeValue: fc.double(),
  trigger: nullable(trigger),
  label: text,
  clientKey: nullable(text),
  validUntilUs: whole<TsUs>(),
  connectionId: whole(),
  mmp: fc.boolean(),
});

/** With and without the API key that a command came with. */
const keyed = <T extends object>(command: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof(
    command,
    fc.tuple(command, text).map(([bare, clientId]) => ({ ...bare, clientId })),
  );

const editOrder: fc.Arbitrary<EditOrder> = fc.record({
  type: fc.constant('edit-order'),
  accountId: account,
  orderId: whole<EditOrder['orderId']>(),
  priceTicks: nullable(whole<PriceTicks>()),
  sizeLots: nullable(whole<SizeLots>()),
  displayLots: nullable(whole<SizeLots>()),
  postOnly: nullable(fc.constantFrom('off', 'slide', 'reject')),
  reduceOnly: nullable(fc.boolean()),
  priceMode: nullable(fc.constantFrom('price', 'usd', 'iv')),
  priceModeValue: nullable(fc.double()),
  triggerPrice: nullable(fc.double()),
  triggerOffset: nullable(fc.double()),
  validUntilUs: whole<TsUs>(),
});

const cancelOrder: fc.Arbitrary<CancelOrder> = fc.record({
  type: fc.constant('cancel-order'),
  accountId: account,
  orderId: whole<CancelOrder['orderId']>(),
});

const filter: fc.Arbitrary<OrderFilter> = fc.record({
  instrumentId: nullable(whole<PlaceOrder['instrumentId']>()),
  currency: nullable(currency),
  indexName: nullable(indexName),
  kind: nullable(fc.constantFrom('option', 'future')),
  orders: fc.constantFrom('all', 'resting', 'trigger', 'stop', 'take', 'trailing-stop'),
  label: nullable(text),
  connectionId: nullable(whole()),
});

const cancelReasons: readonly CancelReason[] = ['user-request', 'cancel-on-disconnect', 'operator'];
const cancelOrders: fc.Arbitrary<CancelOrders> = fc.record({
  type: fc.constant('cancel-orders'),
  accountId: account,
  filter,
  reason: fc.constantFrom(...cancelReasons),
});

const closePosition: fc.Arbitrary<ClosePosition> = fc.record({
  type: fc.constant('close-position'),
  accountId: account,
  instrumentId: whole<PlaceOrder['instrumentId']>(),
  orderType: fc.constantFrom('limit', 'market'),
  priceTicks: whole<PriceTicks>(),
  connectionId: whole(),
});

const constituent: fc.Arbitrary<IndexConstituent> = fc.record({
  source: text,
  price: whole<UsdMicros>(),
  counted: whole<UsdMicros>(),
  weightBp: fc.nat({ max: 10_000 }),
  use: fc.constantFrom(...constituentUses),
});

const forwards = fc.array(fc.record({ expiryUs: whole<TsUs>(), price: whole<UsdMicros>() }));

const setIndex: fc.Arbitrary<SetIndex> = fc.record(
  {
    type: fc.constant('set-index'),
    indexName,
    price: whole<UsdMicros>(),
    status: fc.constantFrom(...indexStatuses),
    confidence: finite,
    constituents: fc.array(constituent, { maxLength: 32 }),
    forwards,
  },
  { requiredKeys: ['type', 'indexName', 'price', 'status', 'confidence', 'constituents'] },
);

const setForwards: fc.Arbitrary<SetForwards> = fc.record({
  type: fc.constant('set-forwards'),
  indexName,
  forwards,
});

const setSurface: fc.Arbitrary<SetSurface> = fc.record(
  {
    type: fc.constant('set-surface'),
    indexName,
    version: whole(),
    slices: fc.array(
      fc.record(
        {
          expiryUs: whole<TsUs>(),
          tauYears: fc.double(),
          a: fc.double(),
          b: fc.double(),
          rho: fc.double(),
          m: fc.double(),
          sigma: fc.double(),
          pins: fc.array(fc.record({ strike: finite, shift: finite }), { minLength: 1 }),
        },
        { requiredKeys: ['expiryUs', 'tauYears', 'a', 'b', 'rho', 'm', 'sigma'] },
      ),
    ),
    kept: fc.array(whole<TsUs>()),
  },
  { requiredKeys: ['type', 'indexName', 'version', 'slices'] },
);

const external = {
  accountId: account,
  currency,
  amount: whole<Cash>(),
  reference: text,
};
const deposit: fc.Arbitrary<Deposit> = fc.record({ type: fc.constant('deposit'), ...external });
const withdraw: fc.Arbitrary<Withdraw> = fc.record({ type: fc.constant('withdraw'), ...external });
const transfer: fc.Arbitrary<Transfer> = fc.record({
  type: fc.constant('transfer'),
  fromId: account,
  toId: account,
  currency,
  amount: whole<Cash>(),
});
const seedInsurance: fc.Arbitrary<SeedInsurance> = fc.record(
  {
    type: fc.constant('seed-insurance'),
    currency,
    amount: whole<Cash>(),
    reference: text,
  },
  { requiredKeys: ['type', 'currency', 'amount'] },
);
const createAccount: fc.Arbitrary<CreateAccount> = fc.record({
  type: fc.constant('create-account'),
  parentId: nullable(account),
  name: text,
});
const configureAccount: fc.Arbitrary<ConfigureAccount> = fc.record({
  type: fc.constant('configure-account'),
  accountId: account,
  selfTradeMode: fc.constantFrom('reject-taker', 'cancel-maker'),
  selfTradeAcrossSubaccounts: fc.boolean(),
  access: fc.constantFrom('normal', 'cancel-only', 'locked'),
});

const changeMarginModel: fc.Arbitrary<ChangeMarginModel> = fc.record({
  type: fc.constant('change-margin-model'),
  accountId: account,
  model: fc.constantFrom(...marginModels),
});
const setTrading: fc.Arbitrary<SetTrading> = fc.record({
  type: fc.constant('set-trading'),
  scope: fc.constantFrom('all', ...currencies),
  state: fc.constantFrom('open', 'halted'),
  reason: text,
});

const fees = fc.record({
  makerRate: finite,
  takerRate: finite,
  deliveryRate: finite,
  premiumCapRate: nullable(finite),
  deliveryFreeTenors: fc.uniqueArray(fc.constantFrom('day', 'week', 'month', 'quarter')),
});
const commonTerms = {
  tickSize: finite,
  amountMin: finite,
  amountMax: finite,
  contractSize: finite,
  fees,
};
const calendar = fc.record({
  days: fc.nat(),
  weeks: fc.nat(),
  months: fc.nat(),
  quarters: fc.nat(),
});
const futureTerms = {
  ...commonTerms,
  bandRate: finite,
  margin: fc.record({ initialRate: finite, maintenanceRate: finite, ratePerCoin: finite }),
};
const family: fc.Arbitrary<ContractFamily> = fc.record({
  name: text,
  listed: fc.boolean(),
  payoff: fc.constantFrom('linear', 'inverse'),
  indexName,
  settlementCurrency: currency,
  options: nullable(
    fc.record({
      ...commonTerms,
      tickSteps: fc.array(fc.record({ abovePrice: finite, tickSize: finite })),
      calendar,
      strikeGrid: fc.array(fc.record({ daysMax: nullable(fc.nat()), step: finite })),
      deltaMin: finite,
      atmNeighbours: fc.nat(),
      bandMin: finite,
      bandPerDelta: finite,
      margin: fc.record({ initialRate: finite, initialRateMin: finite, maintenanceRate: finite }),
    }),
  ),
  futures: nullable(fc.record({ ...futureTerms, calendar })),
  perpetual: nullable(
    fc.record({
      ...futureTerms,
      fundingDeadband: finite,
      fundingRateMax: finite,
      basisMax: finite,
    }),
  ),
});
const tables = fc.array(
  fc.record({
    underlying: fc.constantFrom('BTC', 'ETH'),
    version: fc.nat(),
    margin: fc.constantFrom('BTC', 'ETH', 'DOGE').map(recommendedMargin),
    families: fc.array(family, { maxLength: 2 }),
  }),
  { maxLength: 2 },
);
const configure: fc.Arbitrary<Configure> = fc.record({ type: fc.constant('configure'), tables });
const announceTables: fc.Arbitrary<AnnounceTables> = fc.record({
  type: fc.constant('announce-tables'),
  tables,
  effectiveUs: fc.nat().map(tsUs),
});

const listOptions: fc.Arbitrary<ListOptions> = fc.record({
  type: fc.constant('list-options'),
  family: fc.string(),
  options: fc.array(fc.record({ expiryUs: fc.nat().map(tsUs), strike: fc.nat() })),
});

const publishLiabilities: fc.Arbitrary<PublishLiabilities> = fc.record({
  type: fc.constant('publish-liabilities'),
  settledUs: fc.nat().map(tsUs),
  root: fc.string(),
});

const setProvider: fc.Arbitrary<SetProvider> = fc.record({
  type: fc.constant('set-provider'),
  accountId: account,
  provider: fc.boolean(),
});

/** A rare command travels as JSON, which knows no negative zero. */
const share = finite.map((value) => value + 0);
const answerLiquidation: fc.Arbitrary<AnswerLiquidation> = fc.record({
  type: fc.constant('answer-liquidation'),
  accountId: account,
  liquidationId: fc.nat(),
  price: share,
  shareMax: share,
});

const scope: fc.Arbitrary<MmpScope> = fc.record({
  indexName,
  group: text,
  expiryUs: nullable(whole<TsUs>()),
});
const setMmp: fc.Arbitrary<SetMmp> = fc.record({
  type: fc.constant('set-mmp'),
  accountId: account,
  scope,
  intervalUs: fc.nat(),
  frozenUs: fc.nat(),
  limits: fc.record({
    quantity: share,
    delta: share,
    vega: share,
    gamma: share,
    trades: share,
    open: share,
  }),
});
const resetMmp: fc.Arbitrary<ResetMmp> = fc.record({
  type: fc.constant('reset-mmp'),
  accountId: account,
  scope,
});
const quoteSide: fc.Arbitrary<QuoteSide> = fc.record({
  priceTicks: whole<PriceTicks>(),
  sizeLots: whole<SizeLots>(),
  postOnly: fc.constantFrom('off', 'slide', 'reject'),
});
const massQuote: fc.Arbitrary<MassQuote> = fc.record({
  type: fc.constant('mass-quote'),
  accountId: account,
  group: text,
  quoteId: text,
  quotes: fc.array(
    fc.record({
      instrumentId: whole<MassQuote['quotes'][number]['instrumentId']>(),
      setId: text,
      bid: nullable(quoteSide),
      ask: nullable(quoteSide),
    }),
    { maxLength: 4 },
  ),
  validUntilUs: fc.oneof(fc.constant(0 as const), whole<TsUs>()),
  connectionId: fc.nat(),
});
const cancelQuotes: fc.Arbitrary<CancelQuotes> = fc.record({
  type: fc.constant('cancel-quotes'),
  accountId: account,
  filter: fc.record({
    instrumentId: nullable(whole<MassQuote['quotes'][number]['instrumentId']>()),
    currency: nullable(currency),
    indexName: nullable(indexName),
    kind: nullable(fc.constantFrom('option', 'future')),
    setId: nullable(text),
    delta: nullable(fc.record({ min: share, max: share })),
  }),
  freezeUs: fc.nat(),
});

const setKillSwitch: fc.Arbitrary<SetKillSwitch> = fc.record({
  type: fc.constant('set-kill-switch'),
  accountId: nullable(account),
  clientId: nullable(text),
  engaged: fc.boolean(),
  reason: text,
});

const setCallAuctions: fc.Arbitrary<SetCallAuctions> = fc.record({
  type: fc.constant('set-call-auctions'),
  terms: nullable(
    fc.record({
      windows: fc.array(fc.record({ seconds: share, move: share, everySeconds: share })),
      auctionSeconds: share,
    }),
  ),
});

/** One arbitrary for each command type. */
export const commandArbitraries: {
  readonly [Type in CommandType]: fc.Arbitrary<Extract<Command, { readonly type: Type }>>;
} = {
  'pass-time': fc.constant({ type: 'pass-time' }),
  configure,
  'announce-tables': announceTables,
  'create-account': createAccount,
  'configure-account': configureAccount,
  'change-margin-model': changeMarginModel,
  deposit,
  withdraw,
  transfer,
  'seed-insurance': seedInsurance,
  'place-order': keyed(placeOrder),
  'edit-order': keyed(editOrder),
  'cancel-order': cancelOrder,
  'cancel-orders': cancelOrders,
  'close-position': keyed(closePosition),
  'set-index': setIndex,
  'set-forwards': setForwards,
  'set-surface': setSurface,
  'set-trading': setTrading,
  'publish-liabilities': publishLiabilities,
  'set-provider': setProvider,
  'answer-liquidation': keyed(answerLiquidation),
  'set-call-auctions': setCallAuctions,
  'set-mmp': setMmp,
  'set-kill-switch': setKillSwitch,
  'reset-mmp': resetMmp,
  'list-options': listOptions,
  'mass-quote': massQuote,
  'cancel-quotes': cancelQuotes,
};

export const anyCommand: fc.Arbitrary<Command> = fc.oneof(...Object.values(commandArbitraries));
