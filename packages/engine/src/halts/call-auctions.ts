// Call auctions: on a fast move of a price its contracts stop trading continuously. For a while
// limit orders rest without meeting; then all that can trade does so at one price, that of maximal
// volume, and continuous trading goes on. Invariants: nothing trades while an auction runs; after
// it the book is not crossed; it ends before a settlement begins and not while trading is halted.
import {
  type IndexName,
  type RejectCode,
  type SetCallAuctions,
  type TsUs,
  usdMicrosPerUsd,
  usPerSecond,
} from '@openstrike/domain';
import { movedFast, sampled } from '@openstrike/risk';
import type {
  EngineState,
  ExpiryRecord,
  IndexRecord,
  InstrumentRecord,
  TradingState,
} from '../state.ts';
import { schedule } from '../timers.ts';
import { arrivalsIn } from './arrivals.ts';
import { type CallAuctionRecord, noteHalt } from './halt-state.ts';
import { cancelCrossing, uncross } from './run-uncross.ts';

const windowsMax = 8;
const secondsMax = 3_600;

const isTerms = (command: SetCallAuctions): boolean => {
  const { terms } = command;
  if (terms === null) return true;
  const { windows, auctionSeconds } = terms;
  const fits = (value: number): boolean => Number.isFinite(value) && value > 0;
  return (
    windows.length <= windowsMax &&
    fits(auctionSeconds) &&
    auctionSeconds <= secondsMax &&
    windows.every(
      ({ seconds, move, everySeconds }) =>
        fits(seconds) && fits(move) && seconds <= secondsMax && everySeconds >= 1,
    )
  );
};

/** Puts terms in force; auctions that run go on to their end. */
export const setCallAuctions = (
  state: EngineState,
  command: SetCallAuctions,
): RejectCode | null => {
  if (!isTerms(command)) return 'invalid-amount';

  // Point of no return.
  state.halts.terms = command.terms;
  state.halts.samples.clear();
  noteHalt(state, 'call-auctions-set', 'all', command.terms === null ? 'off' : 'on');
  state.emit({ type: 'call-auctions-set', terms: command.terms });
  return null;
};

const instrumentsOf = (index: IndexRecord, expiryUs: number): readonly InstrumentRecord[] => {
  if (expiryUs === 0) return index.perpetuals;
  const found = index.expiries.find((expiry) => expiry.expiryUs === expiryUs);
  return found?.instruments ?? [];
};

const emitState = (state: EngineState, instrument: InstrumentRecord): void => {
  state.emit({
    type: 'instrument-state-changed',
    instrumentId: instrument.id,
    state: instrument.state,
    deliveryPrice: null,
  });
};

const scopeOf = (name: IndexName, expiryUs: number): string =>
  expiryUs === 0 ? `${name} perpetuals` : `${name} ${expiryUs}`;

const start = (state: EngineState, index: IndexRecord, expiryUs: number, price: number): void => {
  const { halts } = state;
  const seconds = halts.terms?.auctionSeconds ?? 0;
  const untilUs = (state.nowUs + seconds * usPerSecond) as TsUs;
  halts.auctions.push({ indexNo: index.no, expiryUs, untilUs, reentries: [] });
  halts.auctions.sort((a, b) => a.indexNo - b.indexNo || a.expiryUs - b.expiryUs);
  schedule(state, 'call-auction', untilUs, untilUs);
  noteHalt(state, 'call-auction-started', scopeOf(index.name, expiryUs), `at ${price}`);
  state.emit({
    type: 'call-auction-started',
    indexName: index.name,
    expiryUs: (expiryUs || null) as TsUs | null,
    untilUs,
    price,
  });
  for (const instrument of instrumentsOf(index, expiryUs)) {
    if (instrument.state !== 'open') continue;
    instrument.state = 'auction';
    emitState(state, instrument);
  }
};

const end = (state: EngineState, auction: CallAuctionRecord, trade: boolean): void => {
  const { halts } = state;
  halts.auctions = halts.auctions.filter((other) => other !== auction);
  const index = state.indexes[auction.indexNo] as IndexRecord;
  const { expiryUs } = auction;
  const isLater = arrivalsIn(auction);
  for (const instrument of instrumentsOf(index, expiryUs)) {
    if (instrument.state !== 'auction') continue;
    if (trade) uncross(state, instrument, isLater);
    else cancelCrossing(state, instrument, isLater);
    instrument.state = 'open';
    emitState(state, instrument);
  }
  // The next move is measured from here.
  halts.samples.delete(`${index.no}:${expiryUs}`);
  noteHalt(state, 'call-auction-ended', scopeOf(index.name, expiryUs), '');
  state.emit({
    type: 'call-auction-ended',
    indexName: index.name,
    expiryUs: (expiryUs || null) as TsUs | null,
  });
};

const look = (state: EngineState, index: IndexRecord, expiryUs: number, price: number): void => {
  const { halts } = state;
  const { terms } = halts;
  if (terms === null || !(price > 0)) return;
  const running = halts.auctions.some(
    (one) => one.indexNo === index.no && one.expiryUs === expiryUs,
  );
  if (running) return;
  const key = `${index.no}:${expiryUs}`;
  const now = { tsUs: state.nowUs, price };
  const known = halts.samples.get(key) ?? terms.windows.map(() => []);
  const fast = terms.windows.some((window, i) => movedFast(known[i] ?? [], now, window));
  if (fast) {
    halts.samples.delete(key);
    start(state, index, expiryUs, price);
  } else {
    const next = terms.windows.map((window, i) => sampled(known[i] ?? [], now, window));
    halts.samples.set(key, next);
  }
};

/** The forward that an expiry's contracts are marked with, in USD; NaN where there is none. */
const forwardOf = (state: EngineState, { instruments }: ExpiryRecord): number => {
  const [first] = instruments;
  return first === undefined ? Number.NaN : (state.marks.underlyingPrice[first.id] as number);
};

/** Looks at the moves of an index and its expiries after they were marked. */
export const watchMoves = (state: EngineState, index: IndexRecord): void => {
  if (state.halts.terms === null || index.status === 'frozen') return;
  look(state, index, 0, index.price / usdMicrosPerUsd);
  for (const expiry of index.expiries) {
    if (expiry.expiryUs > state.nowUs) {
      look(state, index, expiry.expiryUs, forwardOf(state, expiry));
    }
  }
};

/** Whether an auction's contracts may trade at its end: nothing is halted or frozen. */
const mayEnd = (state: EngineState, auction: CallAuctionRecord): boolean => {
  const index = state.indexes[auction.indexNo] as IndexRecord;
  const [first] = instrumentsOf(index, auction.expiryUs);
  if ((state.trading[0] as TradingState).halted || index.status === 'frozen') return false;
  return first === undefined || !(state.trading[1 + first.currencyNo] as TradingState).halted;
};

/** Ends the auctions that are due; one that may not trade yet waits another second. */
export const endDueAuctions = (state: EngineState): void => {
  for (const auction of state.halts.auctions) {
    if (auction.untilUs > state.nowUs) continue;
    if (mayEnd(state, auction)) {
      end(state, auction, true);
    } else {
      const nextUs = (state.nowUs + usPerSecond) as TsUs;
      schedule(state, 'call-auction', nextUs, nextUs);
    }
  }
};

/** Ends every auction at once, because a settlement begins; where nothing may trade, untraded. */
export const endAllAuctions = (state: EngineState): void => {
  for (const auction of state.halts.auctions) {
    end(state, auction, mayEnd(state, auction));
  }
};
