// Decide deleveraging: how the last step closes an account for good. All its positions, of a cross
// account those in every currency, close at the
// mark against those who hold the other side, ranked by gain and leverage, passing over whoever
// needs the position as a hedge while others are left. What the account then owes is borne by the
// insurance fund, next by those who were closed out, out of what the closed lots had gained, and
// last by all who gained in the session, in proportion. Invariants: the parts sum to the shortfall
// but for a debt that no gains are left to bear; nobody bears more than they gained; accounts
// without open positions bear nothing; it changes nothing.
import type { LiquidationEnded } from '@openstrike/domain';
import { deleveragingRank, shareLoss, shareWithin } from '@openstrike/risk';
import { findHolding, valueAtPrice } from '../account/holdings.ts';
import { pendingFunding, unrealisedOf } from '../account/margin.ts';
import { isCross } from '../account/margin-models.ts';
import type { AccountRecord, CurrencyRecord, EngineState, InstrumentRecord } from '../state.ts';
import {
  type Conversion,
  convert,
  convertOn,
  fundsAfter,
  type Lack,
  lacksOf,
} from './cover-debts.ts';
import { improves } from './decide-hedge.ts';
import { fundsOf } from './insurance-fund.ts';
import { heldWith, marginedWith } from './margin-states.ts';
import { markTicksOf, tickDifference } from './mark-transfer.ts';
import {
  type Figures,
  figuresOf,
  pay,
  type Sketch,
  sketchFigures,
  sketchOf,
  tradeOn,
} from './sketch.ts';

/** Lots of one account that close against the liquidated one. */
export interface Match {
  readonly account: AccountRecord;
  readonly instrument: InstrumentRecord;
  /** Signed: what the other account buys or sells. */
  readonly lots: number;
  readonly rank: number;
  readonly unhedged: boolean;
  /** What the closed lots have gained since they were opened; the most they can be charged. */
  readonly gain: number;
  /** Cash to it for a mark off the tick grid. */
  readonly difference: number;
}

export interface Charge {
  readonly record: CurrencyRecord;
  readonly gain: number;
  readonly charge: number;
}

/** Who bears what an account lacks in one currency. */
export interface Bearing {
  readonly currencyNo: number;
  readonly fromFund: number;
  /** By match; 0 for those of other currencies. */
  readonly charges: readonly number[];
  readonly socialised: readonly Charge[];
  /** What is left owing. */
  readonly debt: number;
}

export interface Deleveraging {
  readonly matches: readonly Match[];
  /** Between the closing and any payment. */
  readonly conversions: readonly Conversion[];
  readonly bearings: readonly Bearing[];
  /** Whether something is left owing. */
  readonly owing: boolean;
  readonly before: Figures;
  readonly after: Figures;
}

interface Candidate {
  readonly account: AccountRecord;
  readonly lots: number;
  readonly rank: number;
  readonly gain: number;
}

const candidateOf = (
  state: EngineState,
  account: AccountRecord,
  instrument: InstrumentRecord,
  sign: number,
): Candidate | null => {
  const holding = findHolding(account, instrument);
  if (holding === null || holding.sizeLots * sign >= 0) return null;
  const { sizeLots, openCost, record } = holding;
  const mark = state.marks.markPrice[instrument.id] as number;
  const value = valueAtPrice(instrument, sizeLots, mark);
  const gain = value - openCost;
  const equity = Math.max(1, figuresOf(state, record).netEquity);
  const notional = Math.abs(valueAtPrice(instrument, Math.abs(sizeLots), mark));
  const rank = deleveragingRank(gain, Math.max(1, Math.abs(openCost)), notional, equity);
  return { account, lots: sizeLots, rank, gain };
};

const candidatesOf = (
  state: EngineState,
  self: AccountRecord,
  instrument: InstrumentRecord,
  sign: number,
): Candidate[] => {
  const found: Candidate[] = [];
  for (const account of state.accounts) {
    if (account === undefined || account === self) continue;
    const candidate = candidateOf(state, account, instrument, sign);
    if (candidate !== null) found.push(candidate);
  }
  return found.sort((a, b) => b.rank - a.rank || a.account.id - b.account.id);
};

class Matching {
  readonly matches: Match[] = [];
  readonly #state: EngineState;
  readonly #self: AccountRecord;
  /** By record, or by account where all records are margined together. */
  readonly #sketches = new Map<AccountRecord | CurrencyRecord, Sketch>();

  constructor(state: EngineState, self: AccountRecord) {
    this.#state = state;
    this.#self = self;
  }

  /** Closes signed lots of the account against others. */
  close(instrument: InstrumentRecord, lots: number): void {
    const state = this.#state;
    const candidates = candidatesOf(state, this.#self, instrument, Math.sign(lots));
    const left = this.#pass(instrument, lots, candidates, false);
    this.#pass(instrument, left, candidates, true);
  }

  /** Matches in the order of ranks; those who would be unhedged only in the second pass. */
  #pass(
    instrument: InstrumentRecord,
    lots: number,
    candidates: Candidate[],
    unhedged: boolean,
  ): number {
    let left = lots;
    for (let i = 0; i < candidates.length && left !== 0; i++) {
      const { account, lots: held, rank, gain } = candidates[i] as Candidate;
      const size = Math.min(Math.abs(left), Math.abs(held));
      const signed = left > 0 ? size : -size;
      if (!unhedged && this.#unhedges(account, instrument, signed)) continue;
      const share = Math.max(0, Math.floor((gain * size) / Math.abs(held)));
      const difference = tickDifference(this.#state, instrument, signed);
      const match = { account, instrument, lots: signed, rank, unhedged, gain: share, difference };
      this.matches.push(match);
      const ticks = markTicksOf(this.#state, instrument);
      tradeOn(this.#sketch(account, instrument), instrument, signed, ticks);
      candidates.splice(i, 1);
      i -= 1;
      left -= signed;
    }
    return left;
  }

  /** Whether closing these lots would enlarge the other account's own requirement. */
  #unhedges(account: AccountRecord, instrument: InstrumentRecord, lots: number): boolean {
    const sketch = this.#sketch(account, instrument);
    const before = sketchFigures(this.#state, sketch).maintenance;
    const trial = sketchOf(sketch.record, sketch.cash);
    tradeOn(trial, instrument, lots, markTicksOf(this.#state, instrument));
    return sketchFigures(this.#state, trial).maintenance > before;
  }

  #sketch(account: AccountRecord, { currencyNo }: InstrumentRecord): Sketch {
    const record = account.currencies[currencyNo] as CurrencyRecord;
    const key = isCross(account.marginModel) ? account : record;
    let sketch = this.#sketches.get(key);
    if (sketch === undefined) {
      sketch = sketchOf(record);
      this.#sketches.set(key, sketch);
    }
    return sketch;
  }
}

/** What an account with open positions has gained since the last daily settlement. */
const sessionGainOf = (state: EngineState, record: CurrencyRecord): number => {
  let gain = 0;
  let open = false;
  for (const holding of record.holdings) {
    const { sizeLots, sessionRealised, sessionFunding } = holding;
    open ||= sizeLots !== 0;
    const unrealised = unrealisedOf(state, holding);
    if (!Number.isNaN(unrealised)) gain += unrealised;
    gain += sessionRealised + sessionFunding + pendingFunding(holding);
  }
  return open ? Math.max(0, gain) : 0;
};

const socialise = (
  state: EngineState,
  self: AccountRecord,
  currencyNo: number,
  loss: number,
  borne: ReadonlyMap<AccountRecord, number>,
): Charge[] => {
  if (loss === 0) return [];
  const busy = new Set(state.liquidation.open.flatMap(({ record }) => marginedWith(record)));
  const records: CurrencyRecord[] = [];
  const gains: number[] = [];
  for (const account of state.accounts) {
    const record = account?.currencies[currencyNo];
    if (!record || record.account === self || busy.has(record)) continue;
    const gain = sessionGainOf(state, record) - (borne.get(record.account) ?? 0);
    if (gain > 0) {
      records.push(record);
      gains.push(gain);
    }
  }
  const shares = shareLoss(BigInt(loss), gains.map(BigInt));
  return records
    .map((record, i) => ({ record, gain: gains[i] as number, charge: Number(shares[i]) }))
    .filter(({ charge }) => charge > 0);
};

/** The fund, next those closed out in the currency, last all who gained in it. */
const bear = (
  state: EngineState,
  self: AccountRecord,
  { currencyNo, amount }: Lack,
  matches: readonly Match[],
  fund: number,
): Bearing => {
  const fromFund = Math.min(fund, amount);
  const gains = matches.map(({ instrument, gain }) =>
    BigInt(instrument.currencyNo === currencyNo ? gain : 0),
  );
  const charges = shareWithin(BigInt(amount - fromFund), gains, gains).map(Number);
  const borne = new Map<AccountRecord, number>();
  let left = amount - fromFund;
  matches.forEach(({ account }, i) => {
    borne.set(account, (borne.get(account) ?? 0) + (charges[i] as number));
    left -= charges[i] as number;
  });
  const socialised = socialise(state, self, currencyNo, left, borne);
  for (const { charge } of socialised) left -= charge;
  return { currencyNo, fromFund, charges, socialised, debt: left };
};

/** All that others pay in a currency. */
export const paidIn = ({ fromFund, charges, socialised }: Bearing): number => {
  let sum = fromFund;
  for (const charge of charges) sum += charge;
  for (const { charge } of socialised) sum += charge;
  return sum;
};

/** Trades the account's side of all matches on its sketch. */
export const deleverageOn = (
  state: EngineState,
  sketch: Sketch,
  { matches, conversions, bearings }: Pick<Deleveraging, 'matches' | 'conversions' | 'bearings'>,
): void => {
  for (const { instrument, lots, difference } of matches) {
    tradeOn(sketch, instrument, -lots, markTicksOf(state, instrument));
    pay(sketch, instrument.currencyNo, 0 - difference);
  }
  convertOn(sketch, conversions);
  for (const bearing of bearings) pay(sketch, bearing.currencyNo, paidIn(bearing));
};

/** The closing of all matches, with what is lacking then borne; `converting` collateral before. */
const closing = (
  state: EngineState,
  sketch: Sketch,
  matches: readonly Match[],
  converting: boolean,
): Deleveraging => {
  const self = state.accounts[sketch.record.account.id] as AccountRecord;
  const before = sketchFigures(state, sketch);
  const closed = sketchOf(sketch.record, sketch.cash);
  deleverageOn(state, closed, { matches, conversions: [], bearings: [] });
  const conversions = converting ? convert(state, closed, fundsOf(state)) : [];
  const funds = fundsAfter(fundsOf(state), conversions);
  const bearings = lacksOf(state, closed).map((lack) =>
    bear(state, self, lack, matches, funds[lack.currencyNo] as number),
  );
  for (const bearing of bearings) pay(closed, bearing.currencyNo, paidIn(bearing));
  const owing = bearings.some(({ debt }) => debt > 0);
  const after = sketchFigures(state, closed);
  return { matches, conversions, bearings, owing, before, after };
};

/**
 * How an account would be closed for good now, in all that is margined together. Where a fund has
 * so little that conversions would spend it and leave the account no better off, it pays instead.
 */
export const decideDeleveraging = (state: EngineState, sketch: Sketch): Deleveraging => {
  const self = state.accounts[sketch.record.account.id] as AccountRecord;
  const matching = new Matching(state, self);
  for (const { instrument, sizeLots } of heldWith(sketch.record)) {
    matching.close(instrument, sizeLots);
  }
  const { matches } = matching;
  const converted = closing(state, sketch, matches, true);
  const spent = converted.conversions.length > 0 && !isStep(converted);
  return spent ? closing(state, sketch, matches, false) : converted;
};

/** Whether it may be taken: something comes of it, and the account is better off by it. */
export const isStep = (plan: Deleveraging): boolean => {
  const { matches, conversions, bearings, before, after } = plan;
  const moves = matches.length + conversions.length > 0 || bearings.some((one) => paidIn(one) > 0);
  return moves && improves(before, after);
};

/**
 * What becomes of a liquidation by it; null where it waits. Where nobody can pay and closing alone
 * would not leave the account better off, a debt stands, perhaps with its positions.
 */
export const outcomeOf = (
  plan: Deleveraging,
  holds: boolean,
): LiquidationEnded['outcome'] | null => {
  if (isStep(plan)) return plan.owing ? 'debt' : 'closed';
  if (plan.before.netEquity < 0) return 'debt';
  return holds ? null : 'closed';
};
