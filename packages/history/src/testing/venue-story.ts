// Venue story: a made-up venue life as batches, the same for the same seed: orders that rest, trade
// and are cancelled, triggers, cash, settlements, index ticks and marks. Tests compare history with
// its plain lists.
import {
  type AccountId,
  type Applied,
  type Cash,
  type CashChanged,
  type Event,
  type InstrumentId,
  type OrderId,
  type OrderState,
  type PositionSettled,
  type PriceTicks,
  type SizeLots,
  type Trade,
  type TsUs,
  type UsdMicros,
  usPerSecond,
} from '@openstrike/domain';
import {
  sampleApplied,
  sampleInstrument,
  sampleOrder,
  sampleParty,
  samplePerpetual,
  sampleStartUs,
  sampleTrade,
} from '@openstrike/feeds/testing';
import { createRandom, type Random } from '@openstrike/std';

export const storyInstruments = [
  sampleInstrument(1),
  sampleInstrument(2, { optionType: 'put', name: 'BTC-27NOV26-102000-P' }),
  samplePerpetual(3),
  sampleInstrument(4, {
    name: 'ETH_USDC-27NOV26-4000-C',
    family: 'ETH_USDC',
    underlying: 'ETH',
    indexName: 'eth_usdc',
    payoff: 'linear',
    settlementCurrency: 'USDC',
    strike: 4000,
    tick: { num: 1, den: 1 },
    lot: { num: 1, den: 1 },
  }),
];

export interface Story {
  readonly batches: Applied[][];
  readonly trades: Trade[];
  readonly orders: Map<OrderId, OrderState>;
  readonly triggerStates: OrderState[];
  readonly cash: (CashChanged & { seq: number; tsUs: number })[];
  readonly settlements: (PositionSettled & { tsUs: number })[];
  readonly prints: { tsUs: number; price: number }[];
}

/** `commands` commands, about three seconds of venue time each. */
export const tellStory = (seed: number, commands: number): Story => {
  const random = createRandom(seed);
  const story: Story = {
    batches: [],
    trades: [],
    orders: new Map(),
    triggerStates: [],
    cash: [],
    settlements: [],
    prints: [],
  };
  let tsUs: number = sampleStartUs;
  const first = storyInstruments.map(
    (instrument): Event => ({
      type: 'instrument-listed',
      instrument,
    }),
  );
  story.batches.push([sampleApplied(1, tsUs, first)]);
  for (let seq = 2; seq <= commands + 1; seq++) {
    tsUs += Math.floor(random.nextExponential() * 3 * usPerSecond);
    const events = happen(story, random, seq, tsUs as TsUs);
    if (random.nextFloat() < 0.3) {
      story.batches.push([]);
    }
    (story.batches[story.batches.length - 1] as Applied[]).push(sampleApplied(seq, tsUs, events));
  }
  return story;
};

const happen = (story: Story, random: Random, seq: number, tsUs: TsUs): Event[] => {
  const instrument = storyInstruments[random.nextInt(0, 4)] as (typeof storyInstruments)[number];
  const accountId = random.nextInt(1, 4) as AccountId;
  const order = sampleOrder(seq, {
    accountId,
    instrumentId: instrument.id,
    createdUs: tsUs,
    updatedUs: tsUs,
    label: random.nextFloat() < 0.2 ? 'quote "é' : '',
    clientKey: random.nextFloat() < 0.2 ? `key-${seq}` : null,
    originalType: random.nextFloat() < 0.2 ? 'market-limit' : null,
    priceMode: random.nextFloat() < 0.2 ? 'iv' : 'price',
    priceModeValue: random.nextFloat(),
  });
  const chance = random.nextFloat();
  if (chance < 0.4) {
    return trade(story, random, order, tsUs, seq);
  }
  if (chance < 0.6) {
    const reason = 'user-request' as const;
    return [
      changed(story, order),
      changed(story, { ...order, status: 'cancelled', cancelReason: reason }),
    ];
  }
  if (chance < 0.7) {
    const trigger = { source: 'mark', price: 0.04, offset: null } as const;
    const waiting: OrderState = { ...order, type: 'stop-limit', status: 'untriggered', trigger };
    return [changed(story, waiting), changed(story, { ...waiting, status: 'triggered' })];
  }
  if (chance < 0.75) {
    return [settled(story, random, instrument.id, accountId, tsUs)];
  }
  if (chance < 0.8) {
    return [cash(story, accountId, 'deposit', random.nextInt(1, 1000), null, seq, tsUs)];
  }
  const price = 100_000_000_000 + random.nextInt(0, 1_000_000_000);
  story.prints.push({ tsUs, price });
  return [
    {
      type: 'index-changed',
      indexName: 'btc_usd',
      price: price as UsdMicros,
      estimatedDeliveryPrice: price as UsdMicros,
      fixingPrints: 0,
      status: 'good',
      confidence: 1,
      constituents: [],
    },
  ];
};

const trade = (
  story: Story,
  random: Random,
  order: OrderState,
  tsUs: TsUs,
  seq: number,
): Event[] => {
  const tradeId = story.trades.length + 1;
  const { instrumentId, accountId } = order;
  const filled: OrderState = {
    ...order,
    status: random.nextFloat() < 0.5 ? 'filled' : 'open',
    filledLots: 5 as SizeLots,
    filledTickLots: 2500,
  };
  const maker = random.nextInt(1, 4) as AccountId;
  const event = sampleTrade(tradeId, {
    instrumentId,
    tsUs,
    tradeSeq: story.trades.filter((each) => each.instrumentId === instrumentId).length + 1,
    priceTicks: (450 + random.nextInt(0, 100)) as PriceTicks,
    sizeLots: random.nextInt(1, 50) as SizeLots,
    iv: random.nextFloat() < 0.5 ? null : random.nextFloat(),
    underlyingPrice: random.nextFloat() < 0.5 ? null : 100_000,
    liquidation: random.nextFloat() < 0.1 ? 'taker' : null,
    taker: sampleParty({ accountId, orderId: order.orderId, label: order.label, mmp: true }),
    maker: sampleParty({ accountId: maker, orderId: 1 as OrderId, side: 'sell', fee: -3 as Cash }),
  });
  story.trades.push(event);
  return [
    event,
    changed(story, filled),
    cash(story, accountId, 'premium', -7, event, seq, tsUs),
    cash(story, maker, 'fee', -1, event, seq, tsUs),
  ];
};

const changed = (story: Story, order: OrderState): Event => {
  if (order.trigger !== null) {
    story.triggerStates.push(order);
  }
  story.orders.set(order.orderId, order);
  return { type: 'order-changed', cause: 'placed', order };
};

const cash = (
  story: Story,
  accountId: AccountId,
  reason: CashChanged['reason'],
  change: number,
  trade: Trade | null,
  seq: number,
  tsUs: TsUs,
): Event => {
  const event: CashChanged = {
    type: 'cash-changed',
    accountId,
    currency: change % 2 === 0 ? 'BTC' : 'USDC',
    reason,
    change: change as Cash,
    balance: 1000 as Cash,
    instrumentId: trade?.instrumentId ?? null,
    orderId: null,
    tradeId: trade?.tradeId ?? null,
    reference: reason === 'deposit' ? `deposit-${seq}` : null,
  };
  story.cash.push({ ...event, seq, tsUs });
  return event;
};

const settled = (
  story: Story,
  random: Random,
  instrumentId: InstrumentId,
  accountId: AccountId,
  tsUs: TsUs,
): Event => {
  const event: PositionSettled = {
    type: 'position-settled',
    kind: random.nextFloat() < 0.5 ? 'settlement' : 'delivery',
    accountId,
    instrumentId,
    sizeLots: random.nextInt(-20, 20) as SizeLots,
    markPrice: 0.05,
    indexPrice: 100_000_000_000 as UsdMicros,
    sessionProfit: random.nextInt(-100, 100) as Cash,
    funding: 3 as Cash,
    payoff: 0 as Cash,
    fee: 1 as Cash,
  };
  story.settlements.push({ ...event, tsUs });
  return event;
};
