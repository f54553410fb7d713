// Simulation: a whole run. The venue is set up, lives through the safety phase with every fault on,
// then through the liveness phase with none, where everything must finish; at last the journal is
// recomputed from zero. One thread, one seed: the same options give the same run to the last bit.
import type {
  AccountId,
  Applied,
  Cash,
  Command,
  Currency,
  Seq,
  StateMachine,
  TsUs,
} from '@openstrike/domain';
import { anyOrder, currencies, marginModels, usPerDay, usPerHour } from '@openstrike/domain';
import { verifyJournal } from '@openstrike/sequencer';
import { createRandom, type Random } from '@openstrike/std';
import { Auditor } from './auditor/auditor.ts';
import { hold, show } from './auditor/violation.ts';
import { Client } from './clients/client.ts';
import { Borrower, Gambler, Provider } from './clients/gamblers.ts';
import { Operator } from './clients/operator.ts';
import { orderOf } from './clients/order-form.ts';
import { HostileTrader, Treasurer } from './clients/outsiders.ts';
import { Quoter } from './clients/quoter.ts';
import { AdvancedTrader, Maker, NaiveTrader, Stormer } from './clients/traders.ts';
import { contractTables } from './contracts.ts';
import { Coverage } from './coverage.ts';
import { Faults } from './faults.ts';
import { HashedMachine } from './hashed-machine.ts';
import { listingsBetween } from './listings-between.ts';
import { Network } from './network.ts';
import { Oracle } from './oracle.ts';
import { type Plant, soundPlant } from './plant.ts';
import { publishRoot } from './publish-root.ts';
import { holdPublished, type Published } from './recalling-machine.ts';
import { Schedule } from './schedule.ts';
import type { SimOptions } from './sim-options.ts';
import { Venue } from './venue.ts';
import { MarketView, pick, type World } from './world.ts';

export type Phase = 'set-up' | 'safety' | 'liveness' | 'replay';

export interface SimReport {
  readonly options: SimOptions;
  /** What was wrong, and in which phase; null for a run without a violation. */
  readonly failure: Error | null;
  readonly phase: Phase;
  /** Published commands up to the failure, the newest last. */
  readonly trace: readonly Applied[];
  readonly commands: number;
  readonly events: number;
  readonly virtualSeconds: number;
  readonly stateHash: string;
  readonly coverage: Coverage;
}

/** Runs one simulation. Never throws: what goes wrong is in the report. */
export const simulate = (options: SimOptions, plant: Plant = soundPlant): Promise<SimReport> =>
  new Simulation(options, plant).run();

/** Requests must be answered, and everything else finished, within so long without faults. */
const patienceUs = 120_000_000;
const oracleEveryUs = 1_000_000;
/** Moves that lead to a call auction. */
const fastMoves = [
  { seconds: 10, move: 0.03, everySeconds: 1 },
  { seconds: 300, move: 0.06, everySeconds: 10 },
];

class Simulation {
  readonly #options: SimOptions;
  readonly #plant: Plant;
  readonly #random: Random;
  readonly #world: World;
  readonly #clients: Client[] = [];
  #faults: Faults | null = null;
  #oracle: Oracle | null = null;
  #operator: Operator | null = null;
  #failure: Error | null = null;
  #phase: Phase = 'set-up';
  #restartDue = false;
  #readersCheckedEvents = 0;
  #done = false;

  constructor(options: SimOptions, plant: Plant) {
    this.#options = options;
    this.#plant = plant;
    this.#random = createRandom(options.seed);
    const coverage = new Coverage();
    const schedule = new Schedule(options.startUs);
    const auditor = new Auditor(plant.createShadow(), coverage);
    const random = this.#random;
    const network = new Network(schedule, random.fork('network'), options.network, coverage);
    const fail = (error: Error): void => {
      this.#failure ??= error;
    };
    const venue = new Venue({
      schedule,
      random: random.fork('venue'),
      options,
      plant,
      auditor,
      coverage,
      fail,
    });
    const market = new MarketView(venue);
    this.#world = { options, schedule, network, venue, auditor, coverage, market, fail };
    venue.onDeath = () => network.breakAll();
    venue.onSettled = (statement) => publishRoot(venue, statement, coverage);
    network.onBreak = ({ id }) => this.#cancelOnDisconnect(id);
  }

  async run(): Promise<SimReport> {
    const { schedule, auditor, coverage } = this.#world;
    try {
      await this.#setUp();
      this.#phase = 'safety';
      this.#beginSafety();
      await this.#runUntil(() => schedule.nowUs >= this.#safetyEndUs());
      this.#phase = 'liveness';
      await this.#liveOn();
      this.#phase = 'replay';
      await this.#replay();
    } catch (error) {
      this.#failure ??= error as Error;
    }
    this.#done = true;
    return {
      options: this.#options,
      failure: this.#failure,
      phase: this.#phase,
      trace: auditor.trace,
      commands: auditor.lastSeq,
      events: auditor.events,
      virtualSeconds: (schedule.nowUs - this.#options.startUs) / 1e6,
      stateHash: this.#failure === null ? auditor.stateHash() : '',
      coverage,
    };
  }

  #safetyEndUs(): number {
    return this.#options.startUs + this.#options.minutes * 60e6;
  }

  /** Lets time pass until something is so; throws what made the run fail. */
  async #runUntil(isSo: () => boolean): Promise<void> {
    const { schedule, auditor, venue } = this.#world;
    while (!isSo()) {
      await schedule.step();
      if (this.#failure !== null) throw this.#failure;
      if (auditor.events > this.#readersCheckedEvents + 2_000) {
        this.#readersCheckedEvents = auditor.events;
        venue.checkReaders();
      }
    }
  }

  /** The same, but it must become so soon. */
  async #soon(what: string, isSo: () => boolean): Promise<void> {
    const { schedule } = this.#world;
    const latestUs = schedule.nowUs + patienceUs;
    await this.#runUntil(() => isSo() || schedule.nowUs > latestUs);
    hold(isSo(), 'without faults everything finishes', () => what);
  }

  /** Submits from inside and waits for the result. */
  async #submit(command: Command): Promise<Applied> {
    let result: Applied | Error | null = null;
    this.#world.venue.submit(command).then(
      (applied) => {
        result = applied;
      },
      (error: Error) => {
        result = error;
      },
    );
    await this.#runUntil(() => result !== null);
    const settled = result as unknown as Applied | Error;
    if (settled instanceof Error) throw settled;
    return settled;
  }

  async #setUp(): Promise<void> {
    const { venue, schedule } = this.#world;
    schedule.stir();
    venue.start().catch(this.#world.fail);
    await this.#runUntil(() => venue.isUp());
    await this.#submit({ type: 'configure', tables: contractTables(this.#options) });
    const { callAuctionSeconds } = this.#options;
    if (callAuctionSeconds !== null) {
      const terms = { windows: fastMoves, auctionSeconds: callAuctionSeconds };
      await this.#submit({ type: 'set-call-auctions', terms });
    }
    const oracle = new Oracle(this.#world, this.#random.fork('oracle'));
    this.#oracle = oracle;
    // Twice: what the first index values list needs forwards and slices of its own.
    for (let round = 0; round < 2; round++) {
      await this.#runUntil(waitOf(schedule, oracleEveryUs));
      for (const command of oracle.commands()) await this.#submit(command);
    }
    if (this.#options.market.between) {
      for (const command of listingsBetween(venue.feeds)) await this.#submit(command);
    }
    const amount = this.#options.insurance as Cash;
    for (const currency of ['BTC', 'ETH', 'USDC'] as const) {
      await this.#submit({ type: 'seed-insurance', currency, amount });
    }
    await this.#openAccounts();
    const id = await this.#openAccount('operator', 0);
    this.#operator = new Operator(this.#world, this.#random.fork('operator'), id);
  }

  async #openAccounts(): Promise<void> {
    const { clients } = this.#options;
    const kinds = [
      ['maker', clients.makers, Maker, 200],
      ['trader', clients.traders, NaiveTrader, 10],
      ['advanced', clients.advanced, AdvancedTrader, 20],
      ['hostile', clients.hostile, HostileTrader, 5],
      ['stormer', clients.stormers, Stormer, 20],
      ['treasurer', clients.treasurers, Treasurer, 5],
      ['gambler', clients.gamblers, Gambler, 0.03],
      ['provider', clients.providers, Provider, 50],
      ['quoter', clients.quoters, Quoter, 200],
      ['borrower', clients.borrowers, Borrower, 0.03],
    ] as const;
    const random = this.#random.fork('accounts');
    for (const [name, count, Kind, coins] of kinds) {
      for (let i = 1; i <= count; i++) {
        const wealth = coins * (0.1 + 2 * random.nextFloat());
        const borrows = name === 'borrower';
        const id = await this.#openAccount(`${name} ${i}`, wealth, borrows ? ['BTC'] : currencies);
        if (borrows) {
          const model = pick(random, ['cross-standard', 'cross-portfolio'] as const);
          await this.#submit({ type: 'change-margin-model', accountId: id, model });
        } else if (this.#options.clients.marginModels === 'all') {
          const model = pick(random, marginModels);
          await this.#submit({ type: 'change-margin-model', accountId: id, model });
        }
        if (name === 'provider') {
          await this.#submit({ type: 'set-provider', accountId: id, provider: true });
        }
        this.#clients.push(new Kind(this.#world, this.#random.fork(`${name} ${i}`), id));
      }
    }
  }

  /** Opens an account with so many coins, and dollars for as many; of some currencies only. */
  async #openAccount(
    name: string,
    coins: number,
    only: readonly Currency[] = currencies,
  ): Promise<AccountId> {
    const { events } = await this.#submit({ type: 'create-account', parentId: null, name });
    const event = events.find(({ type }) => type === 'account-changed');
    hold(event?.type === 'account-changed', 'an account is opened', () => show(events));
    const { accountId } = event;
    const amounts = [
      ['BTC', coins * 1e8],
      ['ETH', coins * 1e9],
      ['USDC', coins * 5e10],
    ] as const;
    for (const [currency, exact] of amounts) {
      const amount = Math.round(exact) as Cash;
      const reference = `first ${name}`;
      if (amount > 0 && only.includes(currency)) {
        await this.#submit({ type: 'deposit', accountId, currency, amount, reference });
      }
    }
    return accountId;
  }

  #beginSafety(): void {
    const { schedule, options } = this.#world;
    this.#faults = new Faults(this.#world, this.#random.fork('faults'), this.#oracle as Oracle);
    this.#faults.begin();
    const random = this.#random.fork('activity');
    const everyUs = 1e6 / options.clients.commandsPerSecond;
    const act = (): void => {
      if (this.#phase !== 'safety') return;
      pick(random, this.#clients).act();
      schedule.after(Math.ceil(random.nextExponential() * everyUs), act);
    };
    schedule.after(1, act);
    const { actEverySeconds } = options.operator;
    const operate = (): void => {
      if (this.#phase !== 'safety' || actEverySeconds === null) return;
      this.#operator?.act();
      schedule.after(Math.ceil(random.nextExponential() * actEverySeconds * 1e6), operate);
    };
    schedule.after(1, operate);
    const tick = (): void => {
      if (this.#done) return;
      this.#oracle?.tick();
      if (this.#phase === 'safety') {
        for (const client of this.#clients) if (client instanceof Provider) client.act();
      }
      schedule.after(oracleEveryUs, tick);
    };
    schedule.after(1, tick);
    this.#supervise(random);
  }

  /** What starts the process again when it has died or takes no commands any more. */
  #supervise(random: Random): void {
    const { schedule, venue, fail } = this.#world;
    const look = (): void => {
      if (this.#done) return;
      if (venue.needsRestart() && !this.#restartDue) {
        this.#restartDue = true;
        schedule.after(random.nextInt(1, 1_500_000), () => {
          this.#restartDue = false;
          schedule.stir();
          if (venue.needsRestart()) venue.start().catch(fail);
        });
      }
      schedule.after(100_000, look);
    };
    schedule.after(1, look);
  }

  #cancelOnDisconnect(connectionId: number): void {
    const { options, venue, coverage, auditor } = this.#world;
    if (!options.network.cancelOnDisconnect || !venue.isUp()) return;
    const client = this.#clients.find(({ connection }) => connection.id === connectionId);
    if (client === undefined) return;
    coverage.count('network', 'cancel on disconnect');
    const filter = { ...anyOrder, connectionId };
    const { accountId } = client;
    venue
      .submit({ type: 'cancel-orders', accountId, filter, reason: 'cancel-on-disconnect' })
      .then((applied) => auditor.acknowledged(applied))
      .catch(() => {});
  }

  /** The liveness phase. */
  async #liveOn(): Promise<void> {
    const { venue, network, auditor } = this.#world;
    this.#faults?.end();
    network.faults = false;
    const oracle = this.#oracle as Oracle;
    const operator = this.#operator as Operator;
    oracle.faults = false;
    for (const client of this.#clients) client.resting = true;
    const quiet = (): boolean =>
      venue.isUp() && [...this.#clients, operator].every((client) => client.waiting() === 0);
    await this.#soon('the venue runs and every request has its answer', quiet);
    // What was under way twice, or late, arrives.
    await this.#runUntil(waitOf(this.#world.schedule, 5_000_000));
    operator.putBack();
    await this.#soon("the operator's commands are answered", quiet);
    for (const { accountId } of venue.feeds.accounts()) {
      operator.send({
        type: 'cancel-orders',
        accountId,
        filter: anyOrder,
        reason: 'user-request',
      });
    }
    await this.#soon('every order is cancelled', () => quiet() && auditor.orders.open.size === 0);
    await this.#tradeOnce();
    await this.#liveThroughExpiry();
    auditor.audit();
    venue.checkReaders();
  }

  /** Two fresh accounts can trade with each other. */
  async #tradeOnce(): Promise<void> {
    const { market, coverage, schedule } = this.#world;
    const buyer = await this.#openAccount('last buyer', 10);
    const seller = await this.#openAccount('last seller', 10);
    // The index may have been far off a moment ago; marks need a tick to follow.
    await this.#runUntil(waitOf(schedule, 2 * oracleEveryUs));
    const perpetual = market.instruments().find(({ kind }) => kind === 'perpetual');
    hold(perpetual !== undefined, 'a perpetual is listed', () => show(market.instruments()));
    const { auditor } = this.#world;
    const trades = (): boolean => auditor.facts.get(perpetual.id).state === 'open';
    await this.#soon('the perpetual trades continuously', trades);
    const before = coverage.of('event', 'trade');
    const lots = perpetual.sizeLotsMin;
    const told: unknown[] = [];
    // While a crash goes on a price may be outside the band a moment later.
    for (let tries = 0; tries < 60 && coverage.of('event', 'trade') === before; tries++) {
      const mark = this.#world.venue.feeds.mark(perpetual.id);
      const ticks = Math.round(((mark?.markPrice ?? 0) * perpetual.tick.den) / perpetual.tick.num);
      const first = await this.#submit(orderOf(seller, perpetual, 'sell', lots, ticks));
      const second = await this.#submit(orderOf(buyer, perpetual, 'buy', lots, ticks));
      told.push(first.events, second.events);
      await this.#runUntil(waitOf(schedule, oracleEveryUs));
    }
    hold(coverage.of('event', 'trade') > before, 'the venue trades on', () => show(told.slice(-2)));
  }

  /** The next 08:00 comes, with an index value every second: everything due is delivered. */
  async #liveThroughExpiry(): Promise<void> {
    const { venue, auditor, schedule } = this.#world;
    const nowUs = venue.nowUs();
    const days = Math.floor((nowUs - 8 * usPerHour) / usPerDay) + 1;
    const nextUs = days * usPerDay + 8 * usPerHour;
    venue.skewUs += Math.max(0, nextUs - 5_000_000 - nowUs);
    await this.#runUntil(waitOf(schedule, 12_000_000));
    hold(venue.nowUs() > nextUs + 2_000_000, 'time passes', () => `${venue.nowUs()}`);
    for (const { instrument, state } of auditor.facts.all()) {
      const due = instrument.expiryUs !== null && instrument.expiryUs <= nextUs;
      hold(
        (state === 'delivered') === due,
        'what is due is delivered',
        () => `${instrument.name} is ${state}`,
      );
      hold(
        due || state === 'open' || state === 'auction',
        'trading goes on after 08:00',
        () => `${instrument.name} is ${state}`,
      );
    }
  }

  /** The journal, recomputed from zero, is what was published, and leads to the same state. */
  async #replay(): Promise<void> {
    const { venue, auditor, schedule } = this.#world;
    let stopped = false;
    schedule.stir();
    venue
      .stop()
      .catch(this.#world.fail)
      .finally(() => {
        stopped = true;
      });
    await this.#soon('the venue stops', () => stopped);
    const machine = new ComparingMachine(this.#plant.createMachine(), auditor);
    const report = await verifyJournal(venue.platters, {
      createStateMachine: () => machine,
      rulesVersion: 1,
    });
    hold(report.sound, 'the journal is sound', () => show(report.problems));
    hold(
      report.lastSeq === auditor.lastSeq,
      'the journal is what was published',
      () => `${report.lastSeq} of ${auditor.lastSeq}`,
    );
    const stateHash = auditor.stateHash();
    hold(
      report.stateHash === stateHash && machine.ownHash() === stateHash,
      'a replay from zero gives the same state',
      () => `${report.stateHash}`,
    );
  }
}

/** Replays, and compares each command with the one that was published. */
class ComparingMachine extends HashedMachine {
  readonly #published: Published;

  constructor(inner: StateMachine, published: Published) {
    super(inner);
    this.#published = published;
  }

  override replay(command: Command, seq: Seq, tsUs: TsUs): void {
    holdPublished(this.#published, command, seq, tsUs);
    super.replay(command, seq, tsUs);
  }
}

/** Whether so long has passed since this was called. */
const waitOf = (schedule: Schedule, delayUs: number): (() => boolean) => {
  const untilUs = schedule.nowUs + delayUs;
  schedule.after(delayUs, () => {});
  return () => schedule.nowUs >= untilUs;
};
