// Stage: the engine with its auditor beside it, without network, disk or chance, on which a known
// incident is played again. Invariant: every command is held to all the auditor's rules; what is
// measured is measured after every command.
import {
  type AccountId,
  type AccountSummary,
  type Applied,
  anyOrder,
  type Command,
  type ContractFamily,
  type Currency,
  type Event,
  goodIndex,
  type Instrument,
  type PriceTicks,
  recommendedLiquidation,
  type Seq,
  type SizeLots,
  type TsUs,
  type UsdMicros,
} from '@openstrike/domain';
import { Auditor } from '../auditor/auditor.ts';
import { orderOf } from '../clients/order-form.ts';
import { contractTables } from '../contracts.ts';
import { Coverage } from '../coverage.ts';
import { soundPlant } from '../plant.ts';
import { drawOptions } from '../sim-options.ts';

/** The margin models that incidents are played under. */
export const incidentModels = ['segregated-standard', 'segregated-portfolio'] as const;
export type IncidentModel = (typeof incidentModels)[number];

/** What an incident came to; amounts in coins of the contracts' settlement currency. */
export interface Outcome {
  /** The most that accounts owed together beyond all they had, at any moment. */
  readonly badDebtMax: number;
  /** What still was owed at the end. */
  readonly badDebtLeft: number;
  readonly fromFund: number;
  readonly fromDeleveraging: number;
  readonly fromSocialised: number;
  readonly liquidations: number;
  readonly slices: number;
  readonly hedges: number;
  readonly deleveraged: number;
  /** Hedged accounts that lost the leg they were hedged by. */
  readonly unhedged: number;
  readonly withdrawalsRefused: number;
  readonly delivered: number;
  /** The farthest that a liquidation traded from the mark in a book, as a fraction. */
  readonly farthestHedge: number;
}

const coin = 1e8;

const withStrikes = (family: ContractFamily, atmNeighbours: number): ContractFamily =>
  family.options === null ? family : { ...family, options: { ...family.options, atmNeighbours } };

export class Stage {
  readonly #engine = soundPlant.createMachine();
  readonly coverage = new Coverage();
  readonly #auditor = new Auditor(soundPlant.createShadow(), this.coverage);
  readonly instruments = new Map<string, Instrument>();
  readonly accounts: AccountId[] = [];
  readonly #delivered = new Set<number>();
  #marks = new Map<number, number>();
  /** Of every account. */
  readonly model: IncidentModel;
  nowUs: number;
  price = 0;
  #seq = 0;
  #outcome = {
    badDebtMax: 0,
    badDebtLeft: 0,
    fromFund: 0,
    fromDeleveraging: 0,
    fromSocialised: 0,
    liquidations: 0,
    slices: 0,
    hedges: 0,
    deleveraged: 0,
    unhedged: 0,
    withdrawalsRefused: 0,
    delivered: 0,
    farthestHedge: 0,
  };

  /** `neighbours` strikes are listed on each side of the forward. */
  constructor(
    model: IncidentModel,
    startUs: number,
    price: number,
    fundCoins: number,
    neighbours = 1,
  ) {
    this.model = model;
    this.nowUs = startUs;
    const options = { ...drawOptions(1, 1), startUs };
    const market = {
      linear: false,
      ether: false,
      futures: true,
      linearFutures: false,
      days: 1,
      strikeStepShare: 0.05,
      exercised: false,
      between: false,
    };
    const tables = contractTables({ ...options, market }).map((table) => ({
      ...table,
      liquidation: recommendedLiquidation,
      families: table.families.map((family) => withStrikes(family, neighbours)),
    }));
    this.apply({ type: 'configure', tables });
    for (let round = 0; round < 2; round++) {
      this.say(price);
      this.curve(0.8);
    }
    const amount = Math.round(fundCoins * coin) as never;
    if (fundCoins > 0) this.apply({ type: 'seed-insurance', currency: 'BTC', amount });
  }

  apply(command: Command): readonly Event[] {
    this.#seq += 1;
    const seq = this.#seq as Seq;
    const tsUs = this.nowUs as TsUs;
    const events = this.#engine.apply(command, seq, tsUs);
    const applied: Applied = { seq, tsUs, command, events };
    this.#auditor.take(applied);
    for (const event of events) this.#note(event);
    return events;
  }

  /** One index value, as good as it may be. */
  say(price: number, status: 'good' | 'flagged' | 'frozen' = 'good'): void {
    this.price = price;
    const micros = Math.round(price * 1e6) as UsdMicros;
    this.apply({ ...goodIndex('btc_usd', micros), status });
    this.#measure();
  }

  /** Forwards at the index and one volatility. */
  curve(volatility: number): void {
    const expiries = new Set<number>();
    for (const { expiryUs } of this.instruments.values()) {
      if (expiryUs !== null && expiryUs > this.nowUs) expiries.add(expiryUs);
    }
    const sorted = [...expiries].sort((a, b) => a - b) as TsUs[];
    const price = Math.round(this.price * 1e6) as UsdMicros;
    const forwards = sorted.map((expiryUs) => ({ expiryUs, price }));
    this.apply({ type: 'set-forwards', indexName: 'btc_usd', forwards });
    const slices = sorted.map((expiryUs) => {
      const tauYears = (expiryUs - this.nowUs) / (365 * 86_400e6);
      const a = volatility * volatility * tauYears;
      return { expiryUs, tauYears, a, b: 0, rho: 0, m: 0, sigma: 0.1 };
    });
    this.apply({ type: 'set-surface', indexName: 'btc_usd', version: this.#seq, slices });
  }

  account(name: string, coins: number): AccountId {
    const [event] = this.apply({ type: 'create-account', parentId: null, name });
    if (event?.type !== 'account-changed') throw new Error(`no account ${name}`);
    const { accountId } = event;
    const amount = Math.round(coins * coin) as never;
    const reference = `first ${name}`;
    this.apply({ type: 'deposit', accountId, currency: 'BTC', amount, reference });
    if (this.model !== 'segregated-standard') {
      this.apply({ type: 'change-margin-model', accountId, model: this.model });
    }
    this.accounts.push(accountId);
    return accountId;
  }

  /** Auctions that may be answered now. */
  auctions(): ReturnType<Auditor['auctions']> {
    return this.#auditor.auctions();
  }

  perpetual(): Instrument {
    return this.instruments.get('BTC-PERPETUAL') as Instrument;
  }

  /** The first contract, by expiry and strike, for which something holds. */
  contract(is: (instrument: Instrument) => boolean): Instrument {
    const all = [...this.instruments.values()].filter(is);
    all.sort(
      (a, b) => Number(a.expiryUs) - Number(b.expiryUs) || Number(a.strike) - Number(b.strike),
    );
    const [first] = all;
    if (first === undefined) throw new Error('no such contract is listed');
    return first;
  }

  markTicks({ id, tick }: Instrument): number {
    return ((this.#marks.get(id) ?? 0) * tick.den) / tick.num;
  }

  /** A trade of two accounts near the mark. */
  trade(buyer: AccountId, seller: AccountId, instrument: Instrument, lots: number): void {
    const step = instrument.kind === 'option' ? 5 : 1;
    const ticks = Math.max(step, Math.round(this.markTicks(instrument) / step) * step);
    this.apply(orderOf(seller, instrument, 'sell', lots, ticks));
    this.apply(orderOf(buyer, instrument, 'buy', lots, ticks));
    this.apply({ type: 'cancel-orders', accountId: seller, filter: anyOrder, reason: 'operator' });
  }

  /** Two-sided quotes around the mark, in place of those before. */
  quote(maker: AccountId, instrument: Instrument, half: number, lots: number): void {
    const filter = { ...anyOrder, instrumentId: instrument.id };
    this.apply({ type: 'cancel-orders', accountId: maker, filter, reason: 'operator' });
    const mark = this.markTicks(instrument);
    const bid = Math.floor(mark * (1 - half)) as PriceTicks;
    const ask = Math.ceil(mark * (1 + half)) as PriceTicks;
    this.apply(orderOf(maker, instrument, 'buy', lots as SizeLots, bid));
    this.apply(orderOf(maker, instrument, 'sell', lots as SizeLots, ask));
  }

  /** Straight lines through published points, an index value every so many seconds. */
  follow(
    points: readonly (readonly [minutes: number, price: number])[],
    everySeconds: number,
    each: () => void = () => {},
  ): void {
    let [, before] = points[0] as readonly [number, number];
    let at = 0;
    for (const [minutes, price] of points) {
      const steps = Math.max(1, Math.round(((minutes - at) * 60) / everySeconds));
      for (let i = 1; minutes > at && i <= steps; i++) {
        this.nowUs += everySeconds * 1e6;
        this.say(before + ((price - before) * i) / steps);
        each();
      }
      at = minutes;
      before = price;
    }
  }

  summary(accountId: AccountId, currency: Currency = 'BTC'): AccountSummary {
    return this.#engine.query('account-summary', { accountId, currency }) as AccountSummary;
  }

  outcome(): Outcome {
    this.#measure();
    this.#auditor.audit();
    return { ...this.#outcome, delivered: this.#delivered.size };
  }

  #measure(): void {
    let owed = 0;
    for (const accountId of this.accounts) owed += Math.max(0, -this.summary(accountId).equity);
    this.#outcome.badDebtLeft = owed / coin;
    this.#outcome.badDebtMax = Math.max(this.#outcome.badDebtMax, owed / coin);
  }

  #note(event: Event): void {
    const outcome = this.#outcome;
    switch (event.type) {
      case 'instrument-listed':
        this.instruments.set(event.instrument.name, event.instrument);
        return;
      case 'instrument-state-changed':
        if (event.state === 'delivered') this.#delivered.add(event.instrumentId);
        return;
      case 'marks-changed':
        event.instrumentIds.forEach((id, i) => {
          this.#marks.set(id, event.markPrice[i] as number);
        });
        return;
      case 'liquidation-started':
        outcome.liquidations += 1;
        return;
      case 'liquidation-stepped':
        outcome.fromFund += event.fromFund / coin;
        outcome.fromDeleveraging += event.fromDeleveraging / coin;
        outcome.fromSocialised += event.fromSocialised / coin;
        if (event.kind === 'slice') outcome.slices += 1;
        if (event.kind === 'hedge') outcome.hedges += 1;
        return;
      case 'deleveraged':
        outcome.deleveraged += 1;
        if (event.unhedged) outcome.unhedged += 1;
        return;
      case 'command-rejected':
        if (event.code === 'withdrawals-paused' || event.code === 'insufficient-funds') {
          outcome.withdrawalsRefused += 1;
        }
        return;
      case 'trade': {
        if (event.liquidation === null || event.maker.orderType === 'market') return;
        const { tick } = [...this.instruments.values()].find(
          ({ id }) => id === event.instrumentId,
        ) as Instrument;
        const away = Math.abs((event.priceTicks * tick.num) / tick.den / event.markPrice - 1);
        outcome.farthestHedge = Math.max(outcome.farthestHedge, away);
        return;
      }
      default:
        return;
    }
  }
}
