// Gamblers: thin accounts that take as much risk as their margin allows, so that moves of the price
// bring them below it; and the providers who answer the auctions that follow.
import type { AccountId, Instrument, Side, SizeLots } from '@openstrike/domain';
import type { Random } from '@openstrike/std';
import { chance, pick, type World } from '../world.ts';
import { Client } from './client.ts';
import { markTicks, onGrid, someInstrument } from './order-form.ts';
import { Trader } from './traders.ts';

/** The most of the smallest order that a gambler would ask for at once. */
const sizesMax = 30_000;

export class Gambler extends Trader {
  /** What a gambler believes in: it goes one way, so that its positions grow. */
  readonly #side: Side;
  #lots = 64;

  constructor(world: World, random: Random, accountId: AccountId) {
    super(world, random, accountId);
    this.#side = pick(random, ['buy', 'sell'] as const);
  }

  act(): void {
    const { random, world } = this;
    const instrument = this.choose();
    if (instrument === null) return;
    const mark = markTicks(world, instrument);
    if (mark === null) return;
    const side = this.#sideIn(instrument);
    // Across the spread, to trade at once with whoever is there.
    const width = instrument.kind === 'option' ? Math.max(0.1 * mark, 4) : 0.004 * mark;
    const ticks = onGrid(instrument.tickSteps, mark + (side === 'buy' ? width : -width));
    const most = Math.min(sizesMax, this.#lots);
    const sizeLots = (instrument.sizeLotsMin * random.nextInt(1, most + 1)) as SizeLots;
    this.place(instrument, { side, priceTicks: ticks as never, sizeLots, timeInForce: 'ioc' });
    this.#lots = chance(random, 0.3) ? random.nextInt(1, sizesMax) : 64;
  }

  /** What it gambles on this time. */
  choose(): Instrument | null {
    return someInstrument(this.world, this.random);
  }

  #sideIn({ kind, optionType }: Instrument): Side {
    if (kind !== 'option') return chance(this.random, 0.9) ? this.#side : 'buy';
    // Mostly written: the premium is soon gone.
    const against = (optionType === 'call') === (this.#side === 'sell');
    return chance(this.random, against ? 0.9 : 0.5) ? 'sell' : 'buy';
  }
}

/** A gambler in contracts of the stablecoin, of which it has none: a loss is a debt. */
export class Borrower extends Gambler {
  override choose(): Instrument | null {
    const all = this.world.market.instruments();
    const linear = all.filter(({ settlementCurrency }) => settlementCurrency === 'USDC');
    return linear.length === 0 ? null : pick(this.random, linear.slice(0, 4));
  }
}

/** Answers auctions, at good prices and bad ones. */
export class Provider extends Client {
  act(): void {
    const { random, world, accountId } = this;
    const auctions = world.auditor.auctions();
    const missed = auctions.length === 0 || chance(random, 0.02);
    const auction = missed ? null : pick(random, auctions);
    if (auction === null && !chance(random, 0.1)) return;
    const insolvent = auction?.insolvent ?? chance(random, 0.5);
    const price = insolvent ? 0 - random.nextFloat() : 1 - random.nextFloat() ** 2;
    this.send({
      type: 'answer-liquidation',
      accountId,
      liquidationId: auction?.id ?? random.nextInt(0, 5),
      price: chance(random, 0.02) ? 0 - price : price + 0,
      shareMax: pick(random, [1, 1, 0.5, random.nextFloat(), 0]),
    });
  }
}
