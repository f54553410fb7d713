// Outsiders: those who are not there to trade: one who sends nonsense, and one who moves money.
import type {
  AccountId,
  Cash,
  Command,
  Currency,
  EditOrder,
  InstrumentId,
  OrderId,
  PriceTicks,
  SizeLots,
  TsUs,
} from '@openstrike/domain';
import { currencies } from '@openstrike/domain';
import { chance, pick } from '../world.ts';
import { orderOf, someInstrument } from './order-form.ts';
import { Trader } from './traders.ts';

const oddNumbers: readonly number[] = [
  0,
  -0,
  -1,
  0.5,
  1e-9,
  1,
  2,
  255,
  65_536,
  2_147_483_647,
  2_147_483_648,
  4_294_967_296,
  Number.MAX_SAFE_INTEGER,
  Number.MIN_SAFE_INTEGER,
  1e21,
  1e308,
  Number.MIN_VALUE,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
];
const oddTexts: readonly string[] = [
  '',
  ' ',
  '\u0000',
  'é',
  '\ud800',
  'x'.repeat(300),
  '__proto__',
];

/** Sends what no honest client would: every field of any value that its type lets through. */
export class HostileTrader extends Trader {
  act(): void {
    const { random } = this;
    const command = pick(random, [
      () => this.#order(),
      () => this.#order(),
      () => this.#edit(),
      () => this.#money(),
      () => this.#reach(),
    ])();
    this.world.coverage.count('client', 'nonsense');
    this.send(command);
  }

  #odd(): number {
    return pick(this.random, oddNumbers);
  }

  #order(): Command {
    const { random, accountId, world } = this;
    const instrument = someInstrument(world, random);
    if (instrument === null) return { type: 'pass-time' };
    const odd = <T extends number>(usual: T): T =>
      chance(random, 0.15) ? (this.#odd() as T) : usual;
    const orderType = pick(random, ['limit', 'market', 'stop-limit', 'trailing-stop'] as const);
    const trigger = { source: 'index', price: odd(70_000), offset: odd(10) } as const;
    return orderOf(
      odd(accountId),
      { ...instrument, id: odd(instrument.id) },
      pick(random, ['buy', 'sell'] as const),
      odd(instrument.sizeLotsMin as number),
      odd(100),
      {
        orderType,
        timeInForce: pick(random, ['gtc', 'day', 'ioc', 'fok'] as const),
        displayLots: odd(0) as SizeLots,
        postOnly: pick(random, ['off', 'slide', 'reject'] as const),
        reduceOnly: chance(random, 0.3),
        priceMode: pick(random, ['price', 'price', 'usd', 'iv'] as const),
        priceModeValue: odd(0.5),
        trigger: chance(random, 0.5) ? trigger : null,
        label: pick(random, oddTexts),
        clientKey: chance(random, 0.3) ? pick(random, oddTexts) : null,
        validUntilUs: (chance(random, 0.1) ? 1 : 0) as TsUs | 0,
        connectionId: this.connection.id,
      },
    );
  }

  #edit(): EditOrder {
    const { random, accountId } = this;
    const odd = <T extends number>(): T | null => (chance(random, 0.4) ? (this.#odd() as T) : null);
    const open = this.openOrders();
    const last = open.at(-1)?.orderId ?? (1 as OrderId);
    return {
      type: 'edit-order',
      accountId,
      orderId: chance(random, 0.7) ? last : (this.#odd() as OrderId),
      priceTicks: odd<PriceTicks>(),
      sizeLots: odd<SizeLots>(),
      displayLots: odd<SizeLots>(),
      postOnly: null,
      reduceOnly: null,
      priceMode: chance(random, 0.2) ? 'iv' : null,
      priceModeValue: odd(),
      triggerPrice: odd(),
      triggerOffset: odd(),
      validUntilUs: 0,
    };
  }

  #money(): Command {
    const { random, accountId } = this;
    const amount = this.#odd() as Cash;
    const currency = pick(random, currencies);
    const other = this.#odd() as AccountId;
    const reference = pick(random, oddTexts);
    return pick<Command>(random, [
      { type: 'withdraw', accountId, currency, amount, reference },
      { type: 'transfer', fromId: accountId, toId: other, currency, amount },
      { type: 'transfer', fromId: accountId, toId: accountId, currency, amount },
    ]);
  }

  /** Reaches for what belongs to others, or to nobody. */
  #reach(): Command {
    const { random, accountId } = this;
    const orderId = random.nextInt(1, 200) as OrderId;
    const instrumentId = this.#odd() as InstrumentId;
    const priceTicks = this.#odd() as PriceTicks;
    return pick<Command>(random, [
      { type: 'cancel-order', accountId, orderId },
      { type: 'create-account', parentId: this.#odd() as AccountId, name: pick(random, oddTexts) },
      {
        type: 'close-position',
        accountId,
        instrumentId,
        orderType: 'limit',
        priceTicks,
        connectionId: 0,
      },
    ]);
  }
}

/** Deposits, withdraws and moves money between accounts and their subaccounts. */
export class Treasurer extends Trader {
  #references = 0;
  #accounts = 0;

  act(): void {
    const { random, accountId, world } = this;
    const currency: Currency = pick(random, currencies);
    const amount = random.nextInt(1, 2e8) as Cash;
    const others = world.venue.feeds.accounts().map((account) => account.accountId);
    this.#references += 1;
    const again = chance(random, 0.1) ? 1 : 0;
    const reference = `${accountId}-${this.#references - again}`;
    const fromId = pick(random, others);
    const toId = pick(random, others);
    const command = pick<() => Command>(random, [
      () => ({ type: 'deposit', accountId: toId, currency, amount, reference }),
      () => ({ type: 'withdraw', accountId: fromId, currency, amount, reference }),
      () => ({ type: 'withdraw', accountId: fromId, currency, amount, reference }),
      () => ({ type: 'transfer', fromId, toId, currency, amount }),
      () => this.#subaccount(),
    ])();
    this.send(command);
  }

  #subaccount(): Command {
    this.#accounts += 1;
    const name = `${this.accountId}/${this.#accounts % 30}`;
    return { type: 'create-account', parentId: this.accountId, name };
  }
}
