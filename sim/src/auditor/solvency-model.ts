// Solvency model: what an account has and needs under standard margin, worked out anew from its
// cash, its positions and the marks, leg by leg, in the slow and obvious way. Where contracts are
// netted within an expiry the sum of the legs is a bound; elsewhere it is the figure, to a unit a
// leg. Funding is what a position's last event said; what came after it is allowed for.
import type {
  AccountId,
  ContractFamily,
  Currency,
  Event,
  Instrument,
  InstrumentId,
  MarginState,
} from '@openstrike/domain';
import { type ContractFactsTable, valueAtPrice } from './contract-facts.ts';
import type { PositionModel } from './position-model.ts';
import { hold, show } from './violation.ts';

const minorOf = { BTC: 1e8, ETH: 1e8, USDC: 1e6 } as const;

/** Of the notional of perpetuals: the most that funding may have moved equity by. */
const fundingMax = 0.03;

interface Worked {
  readonly marginEquity: number;
  readonly netEquity: number;
  readonly maintenance: number;
  /** Whether `maintenance` is only a bound. */
  readonly netted: boolean;
  readonly legs: number;
  /** Notional of perpetuals. */
  readonly perpetuals: number;
}

export class SolvencyModel {
  readonly #facts: ContractFactsTable;
  readonly #positions: PositionModel;
  readonly #marks = new Map<InstrumentId, number>();
  readonly #forwards = new Map<InstrumentId, number>();
  readonly #indexes = new Map<string, number>();
  /** By account and instrument, as of the position's last event. */
  readonly #funding = new Map<string, number>();

  constructor(facts: ContractFactsTable, positions: PositionModel) {
    this.#facts = facts;
    this.#positions = positions;
  }

  take(event: Event): void {
    if (event.type === 'index-changed') this.#indexes.set(event.indexName, event.price / 1e6);
    if (event.type === 'position-changed') {
      this.#funding.set(`${event.accountId}:${event.instrumentId}`, event.sessionFunding);
    }
    if (event.type !== 'marks-changed') return;
    event.instrumentIds.forEach((id, i) => {
      this.#marks.set(id as InstrumentId, event.markPrice[i] as number);
      this.#forwards.set(id as InstrumentId, event.underlyingPrice[i] as number);
    });
  }

  /** Holds told figures against those worked out. */
  check(accountId: AccountId, currency: Currency, cash: number, told: MarginState): void {
    const worked = this.#work(accountId, currency, cash);
    const slack = 2 + 2 * worked.legs + fundingMax * worked.perpetuals;
    const scale = 1e-9 * Math.abs(worked.netEquity);
    const near = (a: number, b: number): boolean => Math.abs(a - b) <= slack + scale;
    hold(
      near(told.netEquity, worked.netEquity) && near(told.marginEquity, worked.marginEquity),
      'equity is cash and positions at their marks',
      () => `account ${accountId} ${currency}: told ${show(told)}, worked out ${show(worked)}`,
    );
    const most = worked.maintenance + 2 + 2 * worked.legs;
    const right = told.maintenance <= most && (worked.netted || near(told.maintenance, most));
    hold(
      right,
      'maintenance margin is that of the legs',
      () => `account ${accountId} ${currency}: told ${show(told)}, worked out ${show(worked)}`,
    );
  }

  #work(accountId: AccountId, currency: Currency, cash: number): Worked {
    let marginEquity = cash;
    let options = 0;
    let maintenance = 0;
    let legs = 0;
    let perpetuals = 0;
    let netted = false;
    for (const { instrumentId, lots, base } of this.#positions.ofAccount(accountId)) {
      const { instrument } = this.#facts.get(instrumentId);
      if (instrument.settlementCurrency !== currency) continue;
      legs += 1;
      const mark = this.#marks.get(instrumentId) as number;
      if (instrument.kind === 'option') {
        options += optionValue(instrument, lots, mark);
        netted ||= instrument.payoff === 'linear';
      } else {
        marginEquity += (lots === 0 ? 0 : valueAtPrice(instrument, lots, mark)) - base;
        if (instrument.kind === 'perpetual') {
          if (lots !== 0) perpetuals += Math.abs(valueAtPrice(instrument, lots, mark));
          marginEquity += this.#funding.get(`${accountId}:${instrumentId}`) ?? 0;
        }
      }
      maintenance += this.#maintenance(instrument, lots, mark);
    }
    const netEquity = marginEquity + options;
    return { marginEquity, netEquity, maintenance, netted, legs, perpetuals };
  }

  /** Source: Deribit, standard margin; risk reference 1.1. */
  #maintenance(instrument: Instrument, lots: number, mark: number): number {
    const { kind, payoff, settlementCurrency, lot, termsKey, optionType, id } = instrument;
    if (lots === 0 || (kind === 'option' && lots > 0)) return 0;
    const terms = (this.#facts.family(instrument) as ContractFamily)[termsKey];
    const margin = terms?.margin as never as Record<string, number>;
    const amount = (Math.abs(lots) * lot.num) / lot.den;
    const minor = minorOf[settlementCurrency];
    if (kind !== 'option') {
      const coins = payoff === 'inverse' ? amount / mark : amount;
      const rate = (margin['maintenanceRate'] ?? 0) + (margin['ratePerCoin'] ?? 0) * coins;
      return rate * (payoff === 'inverse' ? coins : amount * mark) * minor;
    }
    const rate = margin['maintenanceRate'] ?? 0;
    const index = this.#indexes.get(instrument.indexName) ?? 0;
    const underlying = payoff === 'inverse' ? 1 : index;
    const perCoin =
      optionType === 'put' ? Math.max(rate * underlying, rate * mark) : rate * underlying;
    hold(this.#forwards.has(id), 'what is held has a mark', () => instrument.name);
    return (perCoin + mark) * amount * minor;
  }
}

const optionValue = ({ lot, settlementCurrency }: Instrument, lots: number, mark: number): number =>
  (lots * lot.num * minorOf[settlementCurrency] * mark) / lot.den;
