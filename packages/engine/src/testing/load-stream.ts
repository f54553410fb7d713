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
 * Whose turn it is. Scattered: somebody else's with each command, and of all orders that rest one
 * as likely as another, so that hardly any is still in a processor's cache. In runs: a market maker
 * that has its turn changes several of its quotes that lie side by side, as makers do.
 */
export type LoadFlow = 'scattered' | 'in runs';

/** What the streams are made of, for the conditions of a benchmark. */
export const loadMixes: Readonly<Record<LoadFlow, string>> = {
  scattered:
    '35 % new limits behind the market, 5 % that take, 30 % edits, 30 % cancels of any resting ' +
    'order; half of the orders from 100 market makers in all instruments, half from any account ' +
    'in its 20',
  'in runs':
    'turns, half of them of 100 market makers in all instruments, half of any account in its 20: ' +
    '35 % new limits behind the market, 5 % that take, 30 % edits, 30 % cancels of its own; a ' +
    "maker's turn is ten such commands side by side, or one that takes",
};

/** How large the venue is. */
export interface LoadOptions {
  readonly accounts: number;
  readonly orders: number;
  /** An index value comes after so many commands. */
  readonly commandsPerTick: number;
  /** Strike spacing in USD: 1,650 makes a thousand instruments. */
  readonly strikeStep: number;
  readonly seed: number;
  readonly flow: LoadFlow;
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

/** Commands of a market maker's turn, in runs. */
const turnLength = 10;

/** The price of a limit, as a multiple of the mark. */
interface Factors {
  readonly buy: number;
  readonly sell: number;
}

const taking: Factors = { buy: 1.03, sell: 0.97 };

/** What clients do; when and where, the two flows decide. */
abstract class Crowd {
  protected readonly random: Random;
  protected readonly views: readonly InstrumentView[];
  readonly #engine: Recorder;
  readonly #accounts: number;
  readonly #byId: ReadonlyMap<number, InstrumentView>;
  #price = 100_000;

  constructor(engine: Recorder, options: LoadOptions) {
    this.random = createRandom(options.seed);
    this.#engine = engine;
    this.#accounts = options.accounts;
    this.views = engine.engine.query('instruments', {}).filter(({ mark }) => mark !== null);
    this.#byId = new Map(this.views.map((view) => [view.instrument.id, view]));
  }

  /** Has somebody do something; at times it turns out to be nothing. */
  abstract step(): void;

  tick(): void {
    this.#price *= 1 + 0.0002 * (this.random.nextFloat() - 0.5);
    this.#engine.index('btc_usd', this.#price);
  }

  /** Half of all draws are those of a hundred market makers. */
  protected account(): AccountId {
    const maker = this.random.nextFloat() < 0.5;
    const most = maker ? Math.min(makers, this.#accounts) : this.#accounts;
    return this.random.nextInt(1, most + 1) as AccountId;
  }

  protected behind(): Factors {
    const buy = 0.99 - 0.1 * this.random.nextFloat();
    return { buy, sell: 1.01 + 0.1 * this.random.nextFloat() };
  }

  /** Places an order; it counts as open from then on. */
  protected place(
    accountId: AccountId,
    { instrument, mark }: InstrumentView,
    factors: Factors,
    open: OpenOrder[],
  ): void {
    const buys = this.random.nextFloat() < 0.5;
    const option = instrument.kind === 'option';
    const factor = buys ? factors.buy : factors.sell;
    const price = (mark?.markPrice ?? 1) * (option ? factor : 1 + (factor - 1) / 20);
    const ticks = gridTicks(instrument, (price * instrument.tick.den) / instrument.tick.num);
    const events = this.#engine.apply({
      ...plainOrder,
      accountId,
      instrumentId: instrument.id,
      side: buys ? 'buy' : 'sell',
      priceTicks: ticks as PriceTicks,
      sizeLots: this.random.nextInt(1, 10) as SizeLots,
    });
    const [first] = events;
    if (first?.type === 'order-changed') {
      open.push({ orderId: first.order.orderId, accountId });
    }
  }

  /** A new price some percent behind the old one, as a maker requotes; it rarely trades. */
  protected edit({ orderId, accountId }: OpenOrder): void {
    const order = this.#engine.engine.query('order', { orderId });
    const view = this.#byId.get(order?.instrumentId ?? 0);
    if (order === null || view === undefined) {
      return;
    }
    const step = 0.02 * this.random.nextFloat() * (order.side === 'buy' ? -1 : 1);
    const shift = view.instrument.kind === 'option' ? step : step / 20;
    this.#engine.apply({
      ...plainEdit,
      accountId,
      orderId,
      priceTicks: gridTicks(view.instrument, order.priceTicks * (1 + shift)) as PriceTicks,
    });
  }

  protected cancel({ orderId, accountId }: OpenOrder): void {
    // A taker's order is gone long before: a late cancel is part of the flow, but not a large one.
    if (this.#engine.engine.query('order', { orderId }) !== null) {
      this.#engine.apply({ type: 'cancel-order', accountId, orderId });
    }
  }
}

/** An open order taken out of a list, where the last one takes its place. */
const takeOut = (open: OpenOrder[], at: number): OpenOrder => {
  const taken = open[at] as OpenOrder;
  const last = open.pop() as OpenOrder;
  if (at < open.length) open[at] = last;
  return taken;
};

class ScatteredCrowd extends Crowd {
  readonly #open: OpenOrder[] = [];

  step(): void {
    const drawn = this.random.nextInt(0, 100);
    const { length } = this.#open;
    if (drawn < 30 && length > 0) {
      this.cancel(takeOut(this.#open, this.random.nextInt(0, length)));
    } else if (drawn < 60 && length > 0) {
      this.edit(this.#open[this.random.nextInt(0, length)] as OpenOrder);
    } else {
      const factors = drawn < 95 ? this.behind() : taking;
      const accountId = this.account();
      this.place(accountId, this.#view(accountId), factors, this.#open);
    }
  }

  /** A maker quotes everything, anybody else trades twenty instruments of his own. */
  #view(accountId: AccountId): InstrumentView {
    const many = this.views.length;
    const at = this.random.nextInt(0, accountId <= makers ? many : Math.min(own, many));
    const place = accountId <= makers ? at : accountId * 37 + at * 53;
    return this.views[place % many] as InstrumentView;
  }
}

class CrowdInRuns extends Crowd {
  readonly #openOf = new Map<AccountId, OpenOrder[]>();
  /** Whose turn it is, to do what, how often still, and where the next time. */
  #accountId = 1 as AccountId;
  #drawn = 0;
  #left = 0;
  #at = 0;

  step(): void {
    if (this.#left === 0) this.#begin();
    this.#left -= 1;
    this.#at += 1;
    const open = this.#open();
    const at = this.#at % Math.max(open.length, 1);
    if (this.#drawn < 30 && open.length > 0) {
      // Those behind move up, so that the next one to go stood beside it.
      this.cancel(open.splice(at, 1)[0] as OpenOrder);
    } else if (this.#drawn < 60 && open.length > 0) {
      this.edit(open[at] as OpenOrder);
    } else {
      const factors = this.#drawn < 95 ? this.behind() : taking;
      this.place(this.#accountId, this.#view(), factors, open);
    }
  }

  #begin(): void {
    this.#accountId = this.account();
    this.#drawn = this.random.nextInt(0, 100);
    this.#left = this.#accountId <= makers && this.#drawn < 95 ? turnLength : 1;
    this.#at = this.random.nextInt(0, 1_000_000);
  }

  #open(): OpenOrder[] {
    const known = this.#openOf.get(this.#accountId);
    if (known !== undefined) return known;
    const open: OpenOrder[] = [];
    this.#openOf.set(this.#accountId, open);
    return open;
  }

  /** A maker quotes two a contract, one contract after another; anybody else one of his twenty. */
  #view(): InstrumentView {
    const id = this.#accountId;
    const place = id <= makers ? this.#at >> 1 : id * 37 + (this.#at % own) * 53;
    return this.views[place % this.views.length] as InstrumentView;
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
  const { flow } = options;
  const crowd = new (flow === 'scattered' ? ScatteredCrowd : CrowdInRuns)(engine, options);
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
