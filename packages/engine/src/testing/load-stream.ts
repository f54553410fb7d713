// Load stream: the commands of a busy venue, recorded once on an engine of its own, so that runs
// can replay them without the cost of thinking them up. Many accounts with few positions, market
// makers that quote widely and requote, takers that hit them, and an index that moves.
import {
  type AccountId,
  type Command,
  type Instrument,
  type InstrumentView,
  type OrderId,
  type PriceTicks,
  plainEdit,
  plainOrder,
  type SizeLots,
} from '@openstrike/domain';
import { createRandom, type Random } from '@openstrike/std';
import { TestEngine } from './test-engine.ts';
import { wideTables } from './test-tables.ts';

/**
 * What a stream is made of, for the conditions of a benchmark. Orders to cancel and to edit are
 * drawn evenly from all that rest, so that hardly any is still in a processor's cache: harder than
 * a venue where the youngest are the first to go.
 */
export const loadMix: string =
  '35 % new limits behind the market, 5 % that take, 30 % edits, 30 % cancels of any resting ' +
  'order; half of the orders from 100 market makers in all instruments, half from any account in ' +
  'its 20';

/** How large the venue is. */
export interface LoadOptions {
  readonly accounts: number;
  readonly orders: number;
  /** An index value comes after so many commands. */
  readonly commandsPerTick: number;
  /** Strike spacing in USD: 1,650 makes a thousand instruments. */
  readonly strikeStep: number;
  readonly seed: number;
}

/** What was recorded: commands that set the venue up, and those to measure. */
export interface LoadStream {
  readonly setup: readonly Command[];
  readonly load: readonly Command[];
  readonly instruments: number;
  readonly startUs: number;
  /** Microseconds of venue time between commands. */
  readonly stepUs: number;
}

/** Records what it applies. */
class Recorder extends TestEngine {
  readonly recorded: Command[] = [];

  override apply(command: Command): ReturnType<TestEngine['apply']> {
    this.nowUs += 2;
    this.recorded.push(command);
    return super.apply(command);
  }
}

interface OpenOrder {
  readonly orderId: OrderId;
  readonly accountId: AccountId;
}

/** The grid price at or below a number of ticks, and no less than the first. */
const gridTicks = (instrument: Instrument, exact: number): number => {
  let ticks = Math.max(1, Math.round(exact));
  for (const { aboveTicks, multiple } of instrument.tickSteps) {
    if (ticks > aboveTicks) ticks -= ticks % multiple;
  }
  return ticks;
};

/** How many accounts are market makers, and how many instruments anybody else trades. */
const makers = 100;
const own = 20;

class Crowd {
  readonly #random: Random;
  readonly #engine: Recorder;
  readonly #accounts: number;
  readonly #views: readonly InstrumentView[];
  readonly #byId: ReadonlyMap<number, InstrumentView>;
  readonly #open: OpenOrder[] = [];
  #price = 100_000;

  constructor(engine: Recorder, options: LoadOptions) {
    this.#random = createRandom(options.seed);
    this.#engine = engine;
    this.#accounts = options.accounts;
    this.#views = engine.engine.query('instruments', {}).filter(({ mark }) => mark !== null);
    this.#byId = new Map(this.#views.map((view) => [view.instrument.id, view]));
  }

  tick(): void {
    this.#price *= 1 + 0.0002 * (this.#random.nextFloat() - 0.5);
    this.#engine.index('btc_usd', this.#price);
  }

  step(): void {
    const drawn = this.#random.nextInt(0, 100);
    if (drawn < 30 && this.#open.length > 0) {
      this.#cancel();
    } else if (drawn < 60 && this.#open.length > 0) {
      this.#edit();
    } else if (drawn < 95) {
      this.#order(0.99 - 0.1 * this.#random.nextFloat(), 1.01 + 0.1 * this.#random.nextFloat());
    } else {
      this.#order(1.03, 0.97);
    }
  }

  /** Half of the flow is that of a hundred market makers. */
  #account(): AccountId {
    const maker = this.#random.nextFloat() < 0.5;
    const most = maker ? Math.min(makers, this.#accounts) : this.#accounts;
    return this.#random.nextInt(1, most + 1) as AccountId;
  }

  /** A maker quotes everything, anybody else trades twenty instruments of his own. */
  #view(accountId: AccountId): InstrumentView {
    const many = this.#views.length;
    const at = this.#random.nextInt(0, accountId <= makers ? many : Math.min(own, many));
    const place = accountId <= makers ? at : accountId * 37 + at * 53;
    return this.#views[place % many] as InstrumentView;
  }

  /** An order at a multiple of the mark: below it for resting bids, above for takers. */
  #order(bid: number, ask: number): void {
    const accountId = this.#account();
    const { instrument, mark } = this.#view(accountId);
    const buys = this.#random.nextFloat() < 0.5;
    const option = instrument.kind === 'option';
    const factor = buys ? bid : ask;
    const price = (mark?.markPrice ?? 1) * (option ? factor : 1 + (factor - 1) / 20);
    const ticks = gridTicks(instrument, (price * instrument.tick.den) / instrument.tick.num);
    const events = this.#engine.apply({
      ...plainOrder,
      accountId,
      instrumentId: instrument.id,
      side: buys ? 'buy' : 'sell',
      priceTicks: ticks as PriceTicks,
      sizeLots: this.#random.nextInt(1, 10) as SizeLots,
    });
    const [first] = events;
    if (first?.type === 'order-changed') {
      this.#open.push({ orderId: first.order.orderId, accountId });
    }
  }

  /** A new price some percent behind the old one, as a maker requotes; it rarely trades. */
  #edit(): void {
    const { orderId, accountId } = this.#open[
      this.#random.nextInt(0, this.#open.length)
    ] as OpenOrder;
    const order = this.#engine.engine.query('order', { orderId });
    const view = this.#byId.get(order?.instrumentId ?? 0);
    if (order === null || view === undefined) {
      return;
    }
    const step = 0.02 * this.#random.nextFloat() * (order.side === 'buy' ? -1 : 1);
    const shift = view.instrument.kind === 'option' ? step : step / 20;
    this.#engine.apply({
      ...plainEdit,
      accountId,
      orderId,
      priceTicks: gridTicks(view.instrument, order.priceTicks * (1 + shift)) as PriceTicks,
    });
  }

  #cancel(): void {
    const at = this.#random.nextInt(0, this.#open.length);
    const { orderId, accountId } = this.#open[at] as OpenOrder;
    const last = this.#open.pop() as OpenOrder;
    if (at < this.#open.length) this.#open[at] = last;
    // A taker's order is gone long before: a late cancel is part of the flow, but not a large one.
    if (this.#engine.engine.query('order', { orderId }) !== null) {
      this.#engine.apply({ type: 'cancel-order', accountId, orderId });
    }
  }
}

/** Records a stream. */
export const recordLoad = (options: LoadOptions): LoadStream => {
  const engine = new Recorder();
  const { nowUs } = engine;
  engine.open(wideTables(options.strikeStep, 4, 3));
  for (let i = 1; i <= options.accounts; i++) {
    engine.deposit(engine.account(`account ${i}`), (i <= makers ? 2e4 : 2e2) * 1e8);
  }
  const crowd = new Crowd(engine, options);
  const setup = engine.recorded.length;
  let sinceTick = 0;
  while (engine.recorded.length - setup < options.orders) {
    crowd.step();
    sinceTick += 1;
    if (sinceTick === options.commandsPerTick) {
      sinceTick = 0;
      crowd.tick();
    }
  }
  return {
    setup: engine.recorded.slice(0, setup),
    load: engine.recorded.slice(setup),
    instruments: engine.instruments.size,
    startUs: nowUs,
    stepUs: 2,
  };
};
