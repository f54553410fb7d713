// Maker model: market-maker protections counted from trades, marks and the owner's own commands,
// and quotes by the orders that stand for them. Invariant: a protection is triggered when, and only
// when, one of its limits is reached within an interval; then nothing that it covers is open; while
// it is frozen nothing of it is placed; a group has one quote a side and contract; what protects an
// expiry is there no longer than its contracts.
import type {
  AccountId,
  Applied,
  IndexName,
  InstrumentId,
  MarksChanged,
  MmpScope,
  MmpTriggered,
  OrderState,
  SetMmp,
  Trade,
  TradeParty,
} from '@openstrike/domain';
import type { Coverage } from '../coverage.ts';
import type { ContractFacts, ContractFactsTable } from './contract-facts.ts';
import { hold, show } from './violation.ts';

interface Protection {
  readonly set: SetMmp;
  startUs: number | null;
  readonly sums: Record<Cause, number>;
  /** Null when orders are taken. */
  frozenUntilUs: number | null;
}

const causes = ['quantity', 'delta', 'vega', 'gamma', 'trades'] as const;
type Cause = (typeof causes)[number];

/** Sums of doubles in another order may differ by so much where a limit is just reached. */
const near = 1e-9;

/** The last mark of an instrument, changed in place. */
interface Mark {
  price: number;
  delta: number;
  gamma: number;
  vega: number;
}

const nothing = (): Record<Cause, number> => ({
  quantity: 0,
  delta: 0,
  vega: 0,
  gamma: 0,
  trades: 0,
});

const keyOf = ({ indexName, group, expiryUs }: MmpScope): string =>
  JSON.stringify([indexName, group, expiryUs]);

const groupOf = (order: OrderState | undefined): string => order?.quote?.group ?? '';

const wasRefused = ({ events }: Applied): boolean =>
  events.some(({ type }) => type === 'command-rejected');

export class MakerModel {
  readonly #protections = new Map<AccountId, Map<string, Protection>>();
  readonly #marks = new Map<InstrumentId, Mark>();
  readonly #indexes = new Map<IndexName, number>();
  readonly #placed: OrderState[] = [];
  readonly #touched = new Set<AccountId>();
  readonly #coverage: Coverage;

  constructor(coverage: Coverage) {
    this.#coverage = coverage;
  }

  /** An expiry is over, and what protected it. */
  expired(indexName: IndexName, expiryUs: number): void {
    for (const own of this.#protections.values()) {
      for (const [key, { set }] of own) {
        const { scope } = set;
        if (scope.indexName !== indexName || scope.expiryUs !== expiryUs) continue;
        own.delete(key);
        this.#coverage.count('maker', 'protection ended');
      }
    }
  }

  /** Takes the owner's commands, after timers that ran before them. */
  command(applied: Applied, facts: ContractFactsTable): void {
    const { command } = applied;
    if (wasRefused(applied)) return;
    if (command.type === 'set-mmp') {
      const { indexName, expiryUs } = command.scope;
      const whole = expiryUs === null || command.intervalUs === 0;
      hold(
        whole || facts.isLive(indexName, expiryUs),
        'a protection is of an expiry that is listed',
        () => show(command),
      );
      const own = this.#of(command.accountId);
      const key = keyOf(command.scope);
      const frozenUntilUs = own.get(key)?.frozenUntilUs ?? null;
      if (command.intervalUs === 0) own.delete(key);
      else own.set(key, { set: command, startUs: null, sums: nothing(), frozenUntilUs });
    } else if (command.type === 'reset-mmp') {
      const protection = this.#of(command.accountId).get(keyOf(command.scope));
      hold(protection !== undefined, 'only protections that are set are reset', () =>
        show(command),
      );
      protection.frozenUntilUs = null;
      protection.startUs = null;
    }
  }

  marks({ instrumentIds, markPrice, delta, gamma, vega }: MarksChanged): void {
    for (let at = 0; at < instrumentIds.length; at++) {
      const id = instrumentIds[at] as InstrumentId;
      let mark = this.#marks.get(id);
      if (mark === undefined) {
        mark = { price: 0, delta: 0, gamma: 0, vega: 0 };
        this.#marks.set(id, mark);
      }
      mark.price = markPrice[at] as number;
      mark.delta = delta[at] as number;
      mark.gamma = gamma[at] as number;
      mark.vega = vega[at] as number;
    }
  }

  index(indexName: IndexName, micros: number): void {
    this.#indexes.set(indexName, micros / 1e6);
  }

  placed(order: OrderState): void {
    if (order.mmp) this.#placed.push(order);
  }

  /** Counts a trade under what protects its sides; `find` knows the orders before it. */
  trade(trade: Trade, facts: ContractFacts, find: (id: number) => OrderState | undefined): void {
    for (const party of [trade.maker, trade.taker]) {
      if (party.mmp) this.#count(trade, party, facts, groupOf(find(party.orderId)));
    }
  }

  #count(trade: Trade, party: TradeParty, { instrument }: ContractFacts, group: string): void {
    const mark = this.#marks.get(instrument.id);
    hold(mark !== undefined, 'what trades has a mark', () => show(trade));
    const amount = (trade.sizeLots * instrument.lot.num) / instrument.lot.den;
    const option = instrument.kind === 'option';
    const inverse = instrument.payoff === 'inverse';
    const coins = inverse && !option ? amount / mark.price : amount;
    const signed = party.side === 'buy' ? coins : -coins;
    const index = this.#indexes.get(instrument.indexName) ?? 0;
    this.#touched.add(party.accountId);
    for (const protection of this.#covering(party.accountId, instrument, group)) {
      const { sums, set } = protection;
      if (protection.startUs === null || trade.tsUs >= protection.startUs + set.intervalUs) {
        Object.assign(sums, nothing());
        protection.startUs = trade.tsUs;
      }
      sums.quantity += coins;
      sums.trades += 1;
      sums.delta += option ? signed * (inverse ? mark.delta - mark.price : mark.delta) : signed;
      sums.vega += option ? signed * mark.vega : 0;
      sums.gamma += option ? signed * mark.gamma * index * 0.01 : 0;
      this.#coverage.count('maker', 'protected fill');
    }
  }

  triggered(event: MmpTriggered): void {
    const protection = this.#of(event.accountId).get(keyOf(event.scope));
    hold(
      protection !== undefined && this.#reaches(protection, 1 - near),
      'a protection is triggered by its limit',
      () => `${show(event)} at ${show(protection)}`,
    );
    protection.frozenUntilUs = event.frozenUntilUs;
    protection.startUs = null;
    Object.assign(protection.sums, nothing());
    this.#coverage.count('maker', `triggered by ${event.cause}`);
  }

  #reaches({ set, sums, startUs }: Protection, factor: number): boolean {
    if (startUs === null) return false;
    return causes.some((cause) => {
      const limit = set.limits[cause];
      return limit > 0 && Math.abs(sums[cause]) >= limit * factor;
    });
  }

  /** Holds what must hold between two commands. */
  close(
    { tsUs, command }: Applied,
    ordersOf: (accountId: AccountId) => Iterable<OrderState>,
    facts: (id: InstrumentId) => ContractFacts,
  ): void {
    for (const order of this.#placed) {
      const covering = this.#covering(
        order.accountId,
        facts(order.instrumentId).instrument,
        groupOf(order),
      );
      hold(covering.length > 0, 'what is marked for protection has one', () => show(order));
    }
    for (const { accountId } of this.#placed) this.#touched.add(accountId);
    if ('accountId' in command && command.accountId !== null) this.#touched.add(command.accountId);
    for (const accountId of this.#touched) this.#closeAccount(accountId, tsUs, ordersOf, facts);
    this.#touched.clear();
    this.#placed.length = 0;
  }

  #closeAccount(
    accountId: AccountId,
    tsUs: number,
    ordersOf: (accountId: AccountId) => Iterable<OrderState>,
    facts: (id: InstrumentId) => ContractFacts,
  ): void {
    const own = this.#of(accountId);
    for (const protection of own.values()) {
      hold(
        !this.#reaches(protection, 1 + near) || this.#isFrozen(protection, tsUs),
        'a limit that is reached triggers its protection',
        () => show(protection),
      );
    }
    const quotes = new Set<string>();
    for (const order of ordersOf(accountId)) {
      if (!order.mmp) continue;
      const { instrument } = facts(order.instrumentId);
      for (const protection of this.#covering(accountId, instrument, groupOf(order))) {
        hold(
          !this.#isFrozen(protection, tsUs),
          'nothing is open under a protection that is frozen',
          () => `${show(order)} under ${show(protection)}`,
        );
      }
      if (order.quote === undefined) continue;
      const key = `${order.instrumentId}:${order.side}:${order.quote.group}`;
      hold(!quotes.has(key), 'a group has one quote a side and contract', () => show(order));
      quotes.add(key);
    }
  }

  #isFrozen({ frozenUntilUs }: Protection, tsUs: number): boolean {
    return frozenUntilUs !== null && (frozenUntilUs === 0 || tsUs < frozenUntilUs);
  }

  #covering(
    accountId: AccountId,
    { indexName, expiryUs }: ContractFacts['instrument'],
    group: string,
  ): readonly Protection[] {
    return [...this.#of(accountId).values()].filter(
      ({ set: { scope } }) =>
        scope.indexName === indexName &&
        scope.group === group &&
        (scope.expiryUs === null || scope.expiryUs === expiryUs),
    );
  }

  #of(accountId: AccountId): Map<string, Protection> {
    let own = this.#protections.get(accountId);
    if (own === undefined) {
      own = new Map();
      this.#protections.set(accountId, own);
    }
    return own;
  }
}
