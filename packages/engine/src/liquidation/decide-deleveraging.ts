// Decide deleveraging: how the last step closes an account for good. All its positions close at the
// mark against those who hold the other side, ranked by gain and leverage, passing over whoever
// needs the position as a hedge while others are left. What the account then owes is borne by the
// insurance fund, next by those who were closed out, out of what the closed lots had gained, and
// last by all who gained in the session, in proportion. Invariants: the parts sum to the shortfall
// but for a debt that no gains are left to bear; nobody bears more than they gained; accounts
// without open positions bear nothing; it changes nothing.
import { deleveragingRank, shareLoss, shareWithin } from '@openstrike/risk';
import { findHolding, holdingsInOrder, valueAtPrice } from '../account/holdings.ts';
import { pendingFunding, unrealisedOf } from '../account/margin.ts';
import type { AccountRecord, CurrencyRecord, EngineState, InstrumentRecord } from '../state.ts';
import { markTicksOf, tickDifference } from './mark-transfer.ts';
import { figuresOf, type Sketch, sketchFigures, sketchOf, tradeOn } from './sketch.ts';

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

export interface Deleveraging {
  readonly matches: readonly Match[];
  readonly fromFund: number;
  /** By match. */
  readonly charges: readonly number[];
  readonly socialised: readonly Charge[];
  /** What is left owing. */
  readonly debt: number;
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
  readonly #sketches = new Map<AccountRecord, Sketch>();

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
    const trial = sketchOf(sketch.record);
    tradeOn(trial, instrument, lots, markTicksOf(this.#state, instrument));
    return sketchFigures(this.#state, trial).maintenance > before;
  }

  #sketch(account: AccountRecord, { currencyNo }: InstrumentRecord): Sketch {
    let sketch = this.#sketches.get(account);
    if (sketch === undefined) {
      sketch = sketchOf(account.currencies[currencyNo] as CurrencyRecord);
      this.#sketches.set(account, sketch);
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
  self: CurrencyRecord,
  loss: number,
  borne: ReadonlyMap<AccountRecord, number>,
): Charge[] => {
  if (loss === 0) return [];
  const busy = new Set(state.liquidation.open.map(({ record }) => record));
  const records: CurrencyRecord[] = [];
  const gains: number[] = [];
  for (const account of state.accounts) {
    const record = account?.currencies[self.currencyNo];
    if (!record || record === self || busy.has(record)) continue;
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

/** Whether anything comes of it; else nobody is there who could bear anything. */
export const isStep = ({ matches, fromFund, socialised }: Deleveraging): boolean =>
  matches.length > 0 || fromFund > 0 || socialised.length > 0;

/** Trades the account's side of all matches on its sketch. */
export const deleverageOn = (
  state: EngineState,
  sketch: Sketch,
  matches: readonly Match[],
): void => {
  for (const { instrument, lots, difference } of matches) {
    tradeOn(sketch, instrument, -lots, markTicksOf(state, instrument));
    sketch.cash -= difference;
  }
};

/** How an account would be closed for good now. */
export const decideDeleveraging = (
  state: EngineState,
  sketch: Sketch,
  fund: number,
): Deleveraging => {
  const self = sketch.record;
  const matching = new Matching(state, state.accounts[self.account.id] as AccountRecord);
  const closed = sketchOf(self);
  closed.cash = sketch.cash;
  for (const { instrument, sizeLots } of holdingsInOrder(self).slice()) {
    if (sizeLots !== 0) matching.close(instrument, sizeLots);
  }
  deleverageOn(state, closed, matching.matches);
  const shortfall = Math.max(0, 0 - sketchFigures(state, closed).netEquity);
  const fromFund = Math.min(fund, shortfall);
  const { matches } = matching;
  const shares = shareWithin(
    BigInt(shortfall - fromFund),
    matches.map(({ gain }) => BigInt(gain)),
    matches.map(({ gain }) => BigInt(gain)),
  );
  const charges = shares.map(Number);
  const borne = new Map<AccountRecord, number>();
  let left = shortfall - fromFund;
  matches.forEach(({ account }, i) => {
    borne.set(account, (borne.get(account) ?? 0) + (charges[i] as number));
    left -= charges[i] as number;
  });
  const owner = state.accounts[self.account.id]?.currencies[self.currencyNo] ?? self;
  const socialised = socialise(state, owner, left, borne);
  for (const { charge } of socialised) left -= charge;
  return { matches, fromFund, charges, socialised, debt: left };
};
