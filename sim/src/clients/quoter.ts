// Quoter: a market maker that replaces many quotes at once under protections that trip now and
// then, takes them up again, and places protected orders beside them.
import {
  type Instrument,
  type MmpScope,
  type PriceTicks,
  type Quote,
  type QuoteSide,
  type SizeLots,
  usPerSecond,
} from '@openstrike/domain';
import { chance, pick } from '../world.ts';
import { apiKeys, markTicks, priceNear, someInstrument, someLots } from './order-form.ts';
import { Trader } from './traders.ts';

const groups = ['', 'near', 'far'] as const;

export class Quoter extends Trader {
  #quotes = 0;

  act(): void {
    const { random, world } = this;
    const instrument = someInstrument(world, random);
    if (instrument === null) return;
    const drawn = random.nextInt(0, 100);
    if (drawn < 15) this.#protect(instrument);
    else if (drawn < 20) this.#reset(instrument);
    else if (drawn < 35) this.place(instrument, { mmp: true });
    else if (drawn < 40) this.#cancel(instrument);
    else this.#quote();
  }

  #scope(instrument: Instrument): MmpScope {
    const { random } = this;
    const { indexName, expiryUs } = instrument;
    const group = pick(random, groups);
    return { indexName, group, expiryUs: chance(random, 0.2) ? expiryUs : null };
  }

  #protect(instrument: Instrument): void {
    const { random, accountId } = this;
    const some = (share: number, most: number): number =>
      chance(random, share) ? most * random.nextFloat() : 0;
    this.send({
      type: 'set-mmp',
      accountId,
      scope: this.#scope(instrument),
      intervalUs: chance(random, 0.02) ? 0 : random.nextInt(1, 5 * usPerSecond),
      frozenUs: pick(random, [0, 500_000, 2_000_000] as const),
      limits: {
        quantity: 1 + 4 * random.nextFloat(),
        delta: some(0.5, 0.9),
        vega: some(0.3, 200),
        gamma: some(0.3, 0.1),
        trades: chance(random, 0.3) ? random.nextInt(1, 6) : 0,
        open: some(0.2, 20),
      },
    });
  }

  #reset(instrument: Instrument): void {
    const scope = this.#scope(instrument);
    this.send({ type: 'reset-mmp', accountId: this.accountId, scope });
  }

  #cancel({ id }: Instrument): void {
    const { random, accountId } = this;
    this.send({
      type: 'cancel-quotes',
      accountId,
      filter: {
        instrumentId: chance(random, 0.5) ? id : null,
        currency: null,
        indexName: null,
        kind: null,
        setId: null,
        delta: chance(random, 0.3) ? { min: -0.5, max: 0.5 } : null,
      },
      freezeUs: chance(random, 0.3) ? 200_000 : 0,
    });
  }

  #side(instrument: Instrument, sign: number): QuoteSide | null {
    const { random, world } = this;
    if (chance(random, 0.1)) return null;
    const mark = markTicks(world, instrument) ?? 100;
    const wild = chance(random, 0.1);
    const ticks = wild
      ? priceNear(world, random, instrument, 0.3)
      : Math.max(1, Math.round((mark * (1 + sign * 0.05 * random.nextFloat())) / 5) * 5);
    const sizeLots = chance(random, 0.1) ? 0 : 2 * someLots(random, instrument);
    return {
      priceTicks: ticks as PriceTicks,
      sizeLots: sizeLots as SizeLots,
      postOnly: pick(random, ['off', 'off', 'slide', 'reject'] as const),
    };
  }

  #quote(): void {
    const { random, world, accountId, connection } = this;
    const quotes: Quote[] = [];
    for (let count = random.nextInt(1, 6); count > 0; count--) {
      const instrument = someInstrument(world, random);
      if (instrument === null) continue;
      const [bid, ask] = [this.#side(instrument, -1), this.#side(instrument, 1)];
      quotes.push({
        instrumentId: instrument.id,
        setId: pick(random, ['a', 'b'] as const),
        bid,
        ask,
      });
    }
    this.#quotes += 1;
    this.send({
      type: 'mass-quote',
      clientId: pick(random, apiKeys),
      accountId,
      group: pick(random, groups),
      quoteId: String(this.#quotes),
      quotes,
      validUntilUs: 0,
      connectionId: connection.id,
    });
  }
}
