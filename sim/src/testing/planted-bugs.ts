// Planted bugs: venues that are broken on purpose, each in one way that a real bug could have, so
// that a test can see the simulator find it. Where a bug would be in the engine, the auditor's
// replica is broken in the same way, so that only its models can tell.
import { createMatcher, type Matcher } from '@openstrike/book';
import {
  type AccountId,
  type AnnounceTables,
  type AuctionView,
  type Cash,
  type Command,
  type Configure,
  type Event,
  type LiabilityStatement,
  type LiquidationParameters,
  type MarginParameters,
  type MmpLimits,
  type PlaceOrder,
  type Queries,
  type QueryName,
  recommendedLiquidation,
  type Seq,
  type StateMachine,
  type TsUs,
} from '@openstrike/domain';
import { createEngine } from '@openstrike/engine';
import { type JournalFile, MemoryStorage } from '@openstrike/sequencer';
import { type Plant, soundPlant } from '../plant.ts';

/** What is answered to a question, by its name. */
type Misstate = <Name extends QueryName>(
  name: Name,
  answer: Queries[Name]['out'],
) => Queries[Name]['out'];

/**
 * A machine that sees other commands than were journaled, or says other than it did, or answers
 * other than it is.
 */
class BrokenMachine implements StateMachine {
  readonly #inner: StateMachine;
  readonly #mishear: (command: Command) => Command;
  readonly #misspeak: (events: readonly Event[]) => readonly Event[];
  readonly #misstate: Misstate;

  constructor(
    inner: StateMachine,
    mishear: (command: Command) => Command,
    misspeak: (events: readonly Event[]) => readonly Event[],
    misstate: Misstate = (_name, answer) => answer,
  ) {
    this.#inner = inner;
    this.#mishear = mishear;
    this.#misspeak = misspeak;
    this.#misstate = misstate;
  }

  apply(command: Command, seq: Seq, tsUs: TsUs): readonly Event[] {
    return this.#misspeak(this.#inner.apply(this.#mishear(command), seq, tsUs));
  }

  query: StateMachine['query'] = (name, parameters) =>
    this.#misstate(name, this.#inner.query(name, parameters));
  snapshot = (): Uint8Array => this.#inner.snapshot();
  restore = (bytes: Uint8Array): void => this.#inner.restore(bytes);
  stateHash = (): string => this.#inner.stateHash();
}

const same = <T>(value: T): T => value;

/** Venue and replica are the same broken machine. */
const bothBroken = (createMachine: () => StateMachine): Plant => ({
  ...soundPlant,
  createMachine,
  createShadow: createMachine,
});

const mishearing = (mishear: (command: Command) => Command): Plant =>
  bothBroken(() => new BrokenMachine(createEngine(), mishear, same));

const misspeaking = (misspeak: (events: readonly Event[]) => readonly Event[]): Plant =>
  bothBroken(() => new BrokenMachine(createEngine(), same, misspeak));

/** Lists auctions otherwise than they are. */
const mislisting = (change: (auctions: readonly AuctionView[]) => readonly AuctionView[]): Plant =>
  bothBroken(
    () =>
      new BrokenMachine(createEngine(), same, same, (name, answer) =>
        name === 'auctions' ? (change(answer as readonly AuctionView[]) as typeof answer) : answer,
      ),
  );

/** Hears a switch of the whole venue as one of an account, and says that it was the venue's. */
const narrowKillSwitch = (): StateMachine => {
  let narrowed = false;
  const accountId = 1 as AccountId;
  return new BrokenMachine(
    createEngine(),
    (command) => {
      narrowed = command.type === 'set-kill-switch' && command.accountId === null;
      return narrowed ? ({ ...command, accountId } as Command) : command;
    },
    (events) =>
      events.map((event) =>
        narrowed && event.type === 'kill-switch-changed' ? { ...event, accountId: null } : event,
      ),
  );
};

const brokenMatcher = (spoil: (matcher: Matcher) => Partial<Matcher>): Plant =>
  bothBroken(() =>
    createEngine({
      createMatcher: (...parameters) => {
        const matcher = createMatcher(...parameters);
        const spoilt = spoil(matcher);
        return new Proxy(matcher, {
          get: (target, name) => {
            const own = spoilt[name as keyof Matcher];
            if (own !== undefined) return own;
            const value = target[name as keyof Matcher];
            return typeof value === 'function' ? value.bind(target) : value;
          },
        });
      },
    }),
  );

/** A disk whose syncs are done by nobody. */
class ForgetfulStorage extends MemoryStorage {
  override async open(name: string): Promise<JournalFile> {
    const file = await super.open(name);
    return name.startsWith('journal') ? { ...file, sync: async () => {} } : file;
  }
}

/** The bugs by name. */
export const plantedBugs: Readonly<Record<string, Plant>> = {
  'client keys are forgotten': mishearing((command) =>
    command.type === 'place-order' && (command.clientKey?.endsWith('3') ?? false)
      ? { ...command, clientKey: null }
      : command,
  ),
  'a deposit is credited with a unit too much': mishearing((command) =>
    command.type === 'deposit' && command.reference.endsWith('2')
      ? { ...command, amount: (command.amount + 1) as typeof command.amount }
      : command,
  ),
  'the option fee ignores its cap': mishearing((command) =>
    command.type === 'configure' ? withoutCaps(command) : command,
  ),
  'the last print of a fixing is misread': mishearing((command) =>
    command.type === 'set-index'
      ? { ...command, price: (command.price + 10_000) as typeof command.price }
      : command,
  ),
  'a protection hears limits ten times as wide': mishearing((command) =>
    command.type === 'set-mmp' ? { ...command, limits: widened(command.limits) } : command,
  ),
  'a protection leaves a quote in the book': misspeaking((events) =>
    events.filter(
      (event) => !(event.type === 'order-changed' && event.order.cancelReason === 'mmp'),
    ),
  ),
  'nobody is held to a position limit': mishearing((command) =>
    command.type === 'configure' ? withOptions(command, { limits: undefined }) : command,
  ),
  'a portfolio margin leaves the tails out': mishearing((command) =>
    command.type === 'configure'
      ? withMargin(command, (margin) => ({ ...margin, grid: { ...margin.grid, tails: [] } }))
      : command,
  ),
  'a portfolio margin knows no prices between the even ones': mishearing((command) =>
    command.type === 'configure'
      ? withMargin(command, (margin) => ({ ...margin, grid: { ...margin.grid, pricesMax: 33 } }))
      : command,
  ),
  'a portfolio margin charges a tenth too little to roll': mishearing((command) =>
    command.type === 'configure'
      ? withMargin(command, (margin) => {
          const { charges } = margin;
          const { rollMin, rollAnnual } = charges;
          const rates = { rollMin: 0.9 * rollMin, rollAnnual: 0.9 * rollAnnual };
          return { ...margin, charges: { ...charges, ...rates } };
        })
      : command,
  ),
  'calls sold beyond those held are charged constants and not what the tables say': mishearing(
    (command) =>
      command.type === 'configure' || command.type === 'announce-tables'
        ? withMargin(command, (margin) => ({
            ...margin,
            unpairedInitial: 1.2,
            unpairedMaintenance: 1.1,
          }))
        : command,
  ),
  'dollars lost by options that settle in coin count at the forward, without the haircut':
    mishearing((command) =>
      command.type === 'configure' || command.type === 'announce-tables'
        ? withoutCoinHaircuts(command)
        : command,
    ),
  'futures cover no options of their expiry': mishearing((command) =>
    command.type === 'configure' || command.type === 'announce-tables'
      ? withoutCover(command)
      : command,
  ),
  'liquidations go by constants and not by what the tables say': mishearing((command) =>
    command.type === 'configure' || command.type === 'announce-tables'
      ? { ...command, tables: command.tables.map(({ liquidation: _left, ...table }) => table) }
      : command,
  ),
  'bitcoin counts in full as collateral': mishearing((command) =>
    command.type === 'configure'
      ? withMargin(command, (margin) => ({
          ...margin,
          collateral: { ...margin.collateral, haircut: 0 },
        }))
      : command,
  ),
  'a debt is not marked up': mishearing((command) =>
    command.type === 'configure'
      ? withMargin(command, (margin) => ({
          ...margin,
          collateral: { ...margin.collateral, debtMarkup: 0 },
        }))
      : command,
  ),
  'a kill switch takes the orders of another key': bothBroken(
    () =>
      new BrokenMachine(
        createEngine(),
        (command) =>
          command.type === 'set-kill-switch' && command.clientId !== null
            ? { ...command, clientId: otherKey(command.clientId) }
            : command,
        (events) =>
          events.map((event) =>
            event.type === 'kill-switch-changed' && event.clientId !== null
              ? { ...event, clientId: otherKey(event.clientId) }
              : event,
          ),
      ),
  ),
  'a kill switch of the venue stops one account': bothBroken(narrowKillSwitch),
  'a kill switch says that it took out one order more': misspeaking((events) =>
    events.map((event) =>
      event.type === 'kill-switch-changed' && event.engaged
        ? { ...event, orders: event.orders + 1 }
        : event,
    ),
  ),
  'a hedge takes more than its share of the book': mishearing((command) =>
    withLiquidation(command, (section) => ({ ...section, hedgeDepthShareMax: 1 })),
  ),
  'a hedge takes more than its share of the delta': mishearing((command) =>
    withLiquidation(command, (section) => ({ ...section, hedgeShareMax: 1 })),
  ),
  'the target of a fund leaves the largest moves out': mishearing((command) =>
    withLiquidation(command, (section) => {
      const { fundStress } = section;
      const [first, ...others] = fundStress.moves;
      const moves = [first ?? 0, ...others.slice(0, -1)];
      return { ...section, fundStress: { ...fundStress, moves } };
    }),
  ),
  'an option is listed at the strike beside the one asked for': mishearing((command) =>
    command.type === 'list-options'
      ? {
          ...command,
          options: command.options.map((place) => ({ ...place, strike: place.strike + 1 })),
        }
      : command,
  ),
  'the list of auctions leaves one out': mislisting((auctions) => auctions.slice(1)),
  'the list of auctions asks more than the clock': mislisting((auctions) =>
    auctions.map((auction) => ({ ...auction, price: auction.price + 0.01 })),
  ),
  "an auction's result names another provider": misspeaking((events) =>
    events.map((event) =>
      event.type === 'liquidation-stepped' && event.providerId !== null
        ? { ...event, providerId: (event.providerId - 1) as AccountId }
        : event,
    ),
  ),
  'announced tables come into force late': mishearing((command) =>
    command.type === 'announce-tables'
      ? { ...command, effectiveUs: (command.effectiveUs + 5_000_000) as TsUs }
      : command,
  ),
  'exercised options close no futures': mishearing((command) =>
    command.type === 'configure' ? withOptions(command, { exercise: 'cash' }) : command,
  ),
  'an account is left out of what is owed': misspeaking((events) =>
    events.map((event) =>
      event.type === 'settlement-closed'
        ? { ...event, liabilities: withoutFirst(event.liabilities) }
        : event,
    ),
  ),
  'a published root is of another tree': misspeaking((events) =>
    events.map((event) =>
      event.type === 'liabilities-published'
        ? { ...event, root: `${event.root.slice(1)}0` }
        : event,
    ),
  ),
  'post-only orders take': mishearing((command) =>
    command.type === 'place-order' && command.postOnly === 'slide'
      ? ({ ...command, postOnly: 'off' } as PlaceOrder)
      : command,
  ),
  'a fee is not told': misspeaking((events) =>
    events.filter((event) => !(event.type === 'cash-changed' && event.reason === 'delivery-fee')),
  ),
  'a payoff is a unit too high': misspeaking((events) =>
    events.map((event) =>
      event.type === 'position-settled' && event.kind === 'delivery' && event.payoff > 0
        ? { ...event, payoff: (event.payoff + 1) as typeof event.payoff }
        : event,
    ),
  ),
  'a level is not told': misspeaking((events) =>
    events.filter((event) => !(event.type === 'book-level-changed' && event.sizeLots === 7)),
  ),
  'a shrunk order keeps its lots in the book': brokenMatcher(() => ({ reduce: () => {} })),
  'an arriving order trades a lot too many for its book': brokenMatcher((matcher) => ({
    submit: (book, side, ticks, lots, display, owner, user, rest, selfTrade) =>
      matcher.submit(
        book,
        side,
        ticks,
        lots + (lots === 9 ? 1 : 0),
        display,
        owner,
        user,
        rest,
        selfTrade,
      ),
  })),
  'limits are taken a tick further': brokenMatcher((matcher) => ({
    submit: (book, side, ticks, lots, display, owner, user, rest, selfTrade) => {
      const further =
        ticks > 1 && !rest ? ticks + (side === 0 ? 1 : -1) * Math.ceil(ticks / 50) : ticks;
      return matcher.submit(book, side, further, lots, display, owner, user, rest, selfTrade);
    },
  })),
  "a provider's answer is misheard": mishearing((command) =>
    command.type === 'answer-liquidation' && command.price > 0
      ? { ...command, price: command.price * 0.9 }
      : command,
  ),
  'the fund pays a unit that nobody gets': misspeaking((events) =>
    events.map((event) =>
      event.type === 'insurance-changed' && event.change < 0
        ? {
            ...event,
            change: (event.change - 1) as typeof event.change,
            balance: (event.balance - 1) as typeof event.balance,
          }
        : event,
    ),
  ),
  'deleveraging charges a unit that it does not tell': misspeaking((events) =>
    events.map((event) =>
      event.type === 'deleveraged' && event.charge > 0
        ? { ...event, charge: (event.charge - 1) as typeof event.charge }
        : event,
    ),
  ),
  'a call auction says a lot more than it trades': misspeaking((events) =>
    events.map((event) =>
      event.type === 'call-auction-uncrossed'
        ? { ...event, sizeLots: (event.sizeLots + 1) as typeof event.sizeLots }
        : event,
    ),
  ),
  'a call auction takes who came first for the taker': misspeaking((events) => {
    const uncrossed = new Set<number>();
    return events.map((event) => {
      if (event.type === 'call-auction-uncrossed') uncrossed.add(event.instrumentId);
      if (event.type !== 'trade' || !uncrossed.has(event.instrumentId)) return event;
      const { maker, taker } = event;
      const swapped = { ...maker, fee: taker.fee };
      return { ...event, taker: swapped, maker: { ...taker, fee: maker.fee } };
    });
  }),
  'an account is sold out without an auction': misspeaking((events) =>
    events.filter(
      (event) =>
        !(event.type === 'liquidation-phase-changed' && event.phase !== 'insolvent-auction'),
    ),
  ),
  'a step is told better than it was': misspeaking((events) =>
    events.map((event) =>
      event.type === 'liquidation-stepped'
        ? {
            ...event,
            after: {
              ...event.after,
              netEquity: (event.after.netEquity + 10_000_000) as typeof event.after.netEquity,
            },
          }
        : event,
    ),
  ),
  'the machine is not deterministic': {
    ...soundPlant,
    createMachine: (() => {
      let count = 0;
      return () =>
        new BrokenMachine(
          createEngine(),
          (command) => {
            count += 1;
            return command.type === 'place-order' && count % 97 === 0
              ? { ...command, label: `${count}` }
              : command;
          },
          same,
        );
    })(),
  },
  'commands are acknowledged before they are durable': {
    ...soundPlant,
    createPlatters: () => new ForgetfulStorage(),
  },
};

/** Bugs that show only where a cross account has nothing left. */
export const crossBugs: Readonly<Record<string, Plant>> = {
  'a cross account is liquidated in each currency by itself': bothBroken(
    () =>
      new BrokenMachine(
        createEngine(),
        (command) =>
          command.type === 'change-margin-model' && command.model === 'cross-standard'
            ? { ...command, model: 'segregated-standard' }
            : command,
        (events) =>
          events.map((event) =>
            event.type === 'account-changed' && event.marginModel === 'segregated-standard'
              ? { ...event, marginModel: 'cross-standard' }
              : event,
          ),
      ),
  ),
  'the fund pays for an account that has something left': misspeaking((events) =>
    events.map((event) =>
      event.type === 'liquidation-stepped' && event.fromFund > 0
        ? { ...event, before: { ...event.before, netEquity: 1 as Cash } }
        : event,
    ),
  ),
  'collateral is converted without its haircut': misspeaking((events) =>
    events.map((event) =>
      event.type === 'collateral-converted'
        ? { ...event, fromAmount: Math.floor(0.93 * event.fromAmount) as Cash }
        : event,
    ),
  ),
  'a conversion is not told': misspeaking((events) =>
    events.filter(({ type }) => type !== 'collateral-converted'),
  ),
};

const withoutCaps = (command: Extract<Command, { type: 'configure' }>): Command => ({
  ...command,
  tables: command.tables.map((table) => ({
    ...table,
    families: table.families.map((family) =>
      family.options === null
        ? family
        : {
            ...family,
            options: { ...family.options, fees: { ...family.options.fees, premiumCapRate: 0.5 } },
          },
    ),
  })),
});

const widened = (limits: MmpLimits): MmpLimits => ({
  ...limits,
  quantity: 10 * limits.quantity,
  delta: 10 * limits.delta,
  vega: 10 * limits.vega,
  gamma: 10 * limits.gamma,
  trades: 10 * limits.trades,
});

const otherKey = (clientId: string): string => (clientId === 'key-1' ? 'key-2' : 'key-1');

const withMargin = <Tables extends Configure | AnnounceTables>(
  command: Tables,
  change: (margin: MarginParameters) => MarginParameters,
): Tables => ({
  ...command,
  tables: command.tables.map((table) => ({ ...table, margin: change(table.margin) })),
});

const withoutCoinHaircuts = <Tables extends Configure | AnnounceTables>(
  command: Tables,
): Tables => ({
  ...command,
  tables: command.tables.map((table) => ({
    ...table,
    families: table.families.map((family) => {
      if (family.options?.margin.coinLoss === undefined) return family;
      const coinLoss = { initialHaircut: 0, maintenanceHaircut: 0 };
      const margin = { ...family.options.margin, coinLoss };
      return { ...family, options: { ...family.options, margin } };
    }),
  })),
});

const withoutCover = <Tables extends Configure | AnnounceTables>(command: Tables): Tables => ({
  ...command,
  tables: command.tables.map((table) => ({
    ...table,
    families: table.families.map((family) => {
      if (family.futures === null) return family;
      const { coversOptions: _, ...margin } = family.futures.margin;
      return { ...family, futures: { ...family.futures, margin } };
    }),
  })),
});

const withLiquidation = (
  command: Command,
  change: (section: LiquidationParameters) => LiquidationParameters,
): Command =>
  command.type === 'configure' || command.type === 'announce-tables'
    ? {
        ...command,
        tables: command.tables.map((table) => ({
          ...table,
          liquidation: change(table.liquidation ?? recommendedLiquidation),
        })),
      }
    : command;

const withOptions = (
  command: Configure,
  change: { readonly limits?: undefined; readonly exercise?: 'cash' },
): Configure => ({
  ...command,
  tables: command.tables.map((table) => ({
    ...table,
    families: table.families.map((family) => {
      if (family.options === null) return family;
      const { limits, ...options } = family.options;
      const kept = 'limits' in change || limits === undefined ? options : { ...options, limits };
      const exercise = change.exercise ?? options.exercise ?? 'cash';
      return { ...family, options: { ...kept, exercise } };
    }),
  })),
});

const withoutFirst = (statement: LiabilityStatement): LiabilityStatement => ({
  ...statement,
  accountIds: statement.accountIds.slice(1),
  columns: statement.columns.map((column) => column.slice(1)),
});
