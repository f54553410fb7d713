// Waterfall model: holds every warning and every step of a liquidation to the liquidation section
// of the table in force, read from what the operator configured. When exactly a timer ran within a
// command is not told, so times are bounds: at most so long has passed since the command before the
// one that told of a phase. Source of the rules: docs/decisions/liquidation.md.
import {
  type Applied,
  type Currency,
  type Event,
  type LiquidationLeg,
  type LiquidationParameters,
  type LiquidationPhase,
  type LiquidationPhaseChanged,
  type LiquidationStepped,
  type MarginWarned,
  minorPerUnit,
  recommendedLiquidation,
  type Trade,
  usPerSecond,
} from '@openstrike/domain';
import type { RunningAuction } from './auction-list.ts';
import { type ContractFactsTable, coinsAt, type Ratio, wholeValueAt } from './contract-facts.ts';
import { HedgeModel, type HedgeParts } from './hedge-model.ts';
import type { Mark, MarketFacts } from './market-facts.ts';
import { hold, show } from './violation.ts';

interface Followed {
  readonly accountId: Trade['taker']['accountId'];
  readonly currency: Currency;
  phase: LiquidationPhase;
  /** Before the phase began, at the latest. */
  phaseUs: number;
  hedges: number;
  /** Steps since an instant before the liquidation or the tables in force. */
  steps: number;
  stepsUs: number;
}

const size = ({ num, den }: Ratio): number => Math.abs(Number(num) / Number(den));

export class WaterfallModel {
  readonly #facts: ContractFactsTable;
  readonly #market: MarketFacts;
  readonly #hedges: HedgeModel;
  readonly #followed = new Map<number, Followed>();
  readonly #levels = new Map<string, number>();
  /** The most that each provider takes, by auction. */
  readonly #shares = new Map<string, number>();

  constructor(parts: HedgeParts) {
    this.#facts = parts.facts;
    this.#market = parts.market;
    this.#hedges = new HedgeModel(parts);
  }

  /** The section in force for a currency; the stablecoin goes by the first table. */
  parameters(currency: Currency): LiquidationParameters {
    const { tables } = this.#facts;
    const [first] = tables.values();
    const table = currency === 'USDC' ? first : tables.get(currency);
    return table?.liquidation ?? recommendedLiquidation;
  }

  /** Takes an event of a command; `beforeUs` is the time of the command before it. */
  take(event: Event, { tsUs }: Applied, beforeUs: number): void {
    switch (event.type) {
      case 'venue-configured':
        // How many steps there may have been until now went by other parameters.
        for (const one of this.#followed.values()) {
          one.steps = 0;
          one.stepsUs = beforeUs;
        }
        return;
      case 'margin-warned':
        return this.#warned(event);
      case 'liquidation-started': {
        const start = { phaseUs: beforeUs, hedges: 0, steps: 0, stepsUs: beforeUs };
        const { accountId, currency } = event;
        this.#followed.set(event.liquidationId, { accountId, currency, phase: 'hedge', ...start });
        return;
      }
      case 'liquidation-phase-changed':
        return this.#entered(event, tsUs, beforeUs);
      case 'liquidation-answered': {
        const { liquidationId, accountId, shareMax } = event;
        this.#shares.set(`${liquidationId}:${accountId}`, shareMax);
        return;
      }
      case 'liquidation-stepped':
        return this.#stepped(event, tsUs);
      case 'trade':
        return this.#traded(event);
      case 'liquidation-ended':
        this.#followed.delete(event.liquidationId);
        return;
      default:
        return;
    }
  }

  #warned(event: MarginWarned): void {
    const { accountId, currency, level, state } = event;
    const key = `${accountId}:${currency}`;
    const known = this.#levels.get(key) ?? 0;
    const { warnings, warningsApart } = this.parameters(currency);
    let reached = 0;
    warnings.forEach((ratio, i) => {
      const least = i < known ? ratio - warningsApart : ratio;
      const near = state.maintenance > 0 && state.maintenance >= least * state.marginEquity;
      if (near) reached = i + 1;
    });
    hold(
      level === reached && level !== known,
      'warnings are at the ratios of the table',
      () => `${reached} after ${known}: ${show(event)}`,
    );
    this.#levels.set(key, level);
  }

  #of(liquidationId: number): Followed {
    const one = this.#followed.get(liquidationId);
    hold(one !== undefined, 'steps are of a liquidation', () => `${liquidationId}`);
    return one;
  }

  /** Nobody is closed out before their auction has run its time. */
  #entered(event: LiquidationPhaseChanged, tsUs: number, beforeUs: number): void {
    const one = this.#of(event.liquidationId);
    const { clock, insolventSeconds } = this.parameters(one.currency);
    const most = (tsUs - one.phaseUs) / usPerSecond;
    // An account that holds nothing has nothing to sell.
    if (event.phase === 'deleveraging' && event.positions.length > 0) {
      const auction = clock.firstSeconds + clock.secondSeconds;
      const least = one.phase === 'auction' ? auction : insolventSeconds;
      const due = one.phase !== 'hedge' && most >= least;
      const none = event.state.maintenance <= 0;
      hold(due || none, 'auctions run as long as the table says', () => `${most} ${show(event)}`);
    }
    one.phase = event.phase;
    one.phaseUs = beforeUs;
  }

  #stepped(event: LiquidationStepped, tsUs: number): void {
    const one = this.#of(event.liquidationId);
    // The closing of a cross account is one step, told in every currency: in its own first.
    if (event.kind === 'deleveraging' && event.currency !== one.currency) return;
    const { stepSeconds, hedgeStepsMax } = this.parameters(one.currency);
    one.steps += 1;
    const first = Math.ceil(Math.floor(one.stepsUs / usPerSecond) / stepSeconds);
    const last = Math.floor(tsUs / usPerSecond / stepSeconds);
    hold(
      one.steps <= last - first + 1,
      'steps are as far apart as the table says',
      () => `${one.steps} since ${one.stepsUs} at ${tsUs}: ${show(event)}`,
    );
    if (event.kind === 'hedge') {
      this.#hedges.stepped(event, this.parameters(one.currency));
      hold(one.hedges < hedgeStepsMax, 'hedges are at most those of the table', () => show(event));
      one.hedges += 1;
    }
    if (event.kind === 'slice') this.#sliced(event, one, tsUs);
  }

  #sliced(event: LiquidationStepped, one: Followed, tsUs: number): void {
    const { clock, sealedSeconds, insolventSeconds, buffer } = this.parameters(one.currency);
    const most = (tsUs - one.phaseUs) / usPerSecond;
    hold(most >= sealedSeconds, 'answers stay sealed', () => `${most} ${show(event)}`);
    const { price, share, before, after, accountId, liquidationId, providerId } = event;
    const { start, turn, firstSeconds, secondSeconds } = clock;
    const solvent =
      most < firstSeconds
        ? start - ((start - turn) * most) / firstSeconds
        : Math.max(0, turn * (1 - (most - firstSeconds) / secondSeconds));
    const asked = one.phase === 'auction' ? solvent : -Math.min(1, most / insolventSeconds);
    hold(
      (price ?? Number.NaN) >= asked - 1e-12,
      'no slice is sold below the clock',
      () => `${asked} ${show(event)}`,
    );
    const fee = one.phase === 'auction' ? this.#feeOf(event) : 0;
    hold(
      Math.abs(event.fee - fee) <= 2 + 1e-9 * fee,
      'the fee of a slice is that of the table',
      () => `${fee} ${show(event)}`,
    );
    const shareMax = this.#shares.get(`${liquidationId}:${providerId}`) ?? 0;
    const whole = share >= Math.min(1, shareMax) - 1e-9;
    const restored = after.marginEquity >= (1 + buffer) * after.maintenance * (1 - bufferSlack);
    hold(
      one.phase !== 'auction' || whole || restored,
      'a slice restores the buffer',
      () => `account ${accountId}, ${show(before)} ${show(event)}`,
    );
  }

  /** Of the notional, of an option no more than its share of premium; within a share of equity. */
  #feeOf({ legs, share, before, discount, currency }: LiquidationStepped): number {
    const { fee } = this.parameters(currency);
    const own = legs.reduce((sum, leg) => {
      const { settlementCurrency } = this.#facts.get(leg.instrumentId).instrument;
      return sum + this.#feeOfLeg(leg, fee) * this.#rate(settlementCurrency, currency);
    }, 0);
    const room = fee.equityShareMax * share * before.netEquity - discount;
    return Math.floor(Math.max(0, Math.min(own, room)));
  }

  /** Minor units of one currency for one of another, at the dollar indexes. */
  #rate(from: Currency, to: Currency): number {
    return from === to ? 1 : this.#minorUsd(from) / this.#minorUsd(to);
  }

  #minorUsd(currency: Currency): number {
    const usd = currency === 'USDC' ? 1 : this.#market.coinPrice(currency);
    return usd / minorPerUnit[currency];
  }

  #feeOfLeg(
    { instrumentId, sizeLots }: LiquidationLeg,
    { rate, premiumShareMax }: LiquidationParameters['fee'],
  ): number {
    const { instrument } = this.#facts.get(instrumentId);
    // In whole units: one of bitcoin is worth a thousand of the stablecoin, in which a fee may be.
    const value = Math.abs(wholeValueAt(instrument, sizeLots, this.#markTicks(instrumentId)));
    if (instrument.kind !== 'option') return rate * value;
    const usd = this.#market.indexes.get(instrument.indexName)?.usd ?? Number.NaN;
    const notional = size(coinsAt(instrument, sizeLots, Math.round(usd * 1e6)));
    return Math.min(rate * notional, premiumShareMax * value);
  }

  #markTicks(instrumentId: Trade['instrumentId']): number {
    const { tick } = this.#facts.get(instrumentId).instrument;
    const { price } = this.#market.marks.get(instrumentId) as Mark;
    return Math.max(1, Math.round((price * tick.den) / tick.num));
  }

  /** Whatever a liquidation trades is no worse than so far from the mark. */
  #traded(trade: Trade): void {
    const { instrumentId, priceTicks, liquidation, taker, maker } = trade;
    if (liquidation === null) return;
    const { settlementCurrency } = this.#facts.get(instrumentId).instrument;
    const { hedgeBand } = this.parameters(settlementCurrency);
    const mark = this.#markTicks(instrumentId);
    const worse = taker.side === 'buy' ? priceTicks - mark : mark - priceTicks;
    hold(
      worse <= hedgeBand * mark + 1,
      'liquidations trade near the mark',
      () => `${mark} ${show(trade)}`,
    );
    // What a provider takes over, or who is closed out, meets outside the book.
    if (maker.orderType !== 'market') {
      const currency = this.#namedAfter(taker.accountId, settlementCurrency);
      this.#hedges.trade(trade, this.parameters(currency));
    }
  }

  /** The currency that an account's liquidation is named after: a cross account has but one. */
  #namedAfter(accountId: Trade['taker']['accountId'], traded: Currency): Currency {
    const own = [...this.#followed.values()].filter((one) => one.accountId === accountId);
    const one = own.find(({ currency }) => currency === traded) ?? own[0];
    hold(one !== undefined, 'hedges are of a liquidation', () => `${accountId}`);
    return one.currency;
  }

  /** Auctions that may be answered now, by the events alone. */
  auctions(): ReadonlyMap<number, RunningAuction> {
    return new Map([...this.#followed].filter(([, { phase }]) => phase.endsWith('auction')));
  }

  /** Changes of marks that an account may stay unnoticed for. */
  watchRounds(currency: Currency): number {
    return this.parameters(currency).watchRounds;
  }
}

/** A slice is of whole lots, and the least share is found to a thousandth. */
const bufferSlack = 0.01;
