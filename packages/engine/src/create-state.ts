// Create state: the engine before its first command. Invariant: it is the same for every engine, so
// that a journal replayed from its first command gives the same bytes.
import type { FillSink, Matcher } from '@openstrike/book';
import { currencies, indexNames } from '@openstrike/domain';
import { createLedger, type Ledger } from '@openstrike/ledger';
import { createHoldingStore } from './account/holding-store.ts';
import { createMarginDesk } from './account/margin-desk.ts';
import { MarkDrift } from './account/mark-drift.ts';
import { createFixingState } from './fixing/fixing-state.ts';
import { createHaltState } from './halts/halt-state.ts';
import { createMarks, createTriggerWatch } from './instruments.ts';
import { createLiquidationState } from './liquidation/liquidation-state.ts';
import { createStress } from './portfolio/follow-stress.ts';
import type { EngineState, IndexRecord, TradingState, VenueAccounts } from './state.ts';
import { createDraft } from './trading/admit-order.ts';
import { MatchTape } from './trading/match-tape.ts';
import { OrderPool } from './trading/order-row.ts';
import { OrderTable } from './trading/order-table.ts';

/** How the engine makes its book; tests pass the naive one to judge the fast one. */
export type MatcherFactory = (sink: FillSink) => Matcher;

const openVenueAccounts = (ledger: Ledger): VenueAccounts[] =>
  currencies.map((currency) => ({
    clearing: ledger.openAccount(currency, 'clearing'),
    fees: ledger.openAccount(currency, 'fees'),
    insurance: ledger.openAccount(currency, 'insurance'),
    rounding: ledger.openAccount(currency, 'rounding'),
    funding: ledger.openAccount(currency, 'funding'),
    external: ledger.openAccount(currency, 'external'),
  }));

const createIndexes = (): IndexRecord[] =>
  indexNames.map((name, no) => ({
    name,
    no,
    price: 0,
    priceUs: 0,
    status: 'frozen',
    confidence: 0,
    surfaceVersion: 0,
    expiries: [],
    perpetuals: [],
    instruments: [],
    fixing: createFixingState(),
    markedUs: 0,
    marksVersion: 0,
    plan: null,
    triggers: createTriggerWatch(),
  }));

const createTrading = (): TradingState[] =>
  [null, ...currencies].map(() => ({ halted: false, reason: '' }));

/** The state of an engine that has applied nothing. */
export const createState = (createMatcher: MatcherFactory): EngineState => {
  const tape = new MatchTape();
  const ledger = createLedger();
  const orderPool = new OrderPool();
  return {
    seq: 0,
    nowUs: 0,
    emit: () => {},
    quiet: false,
    supposed: false,
    tables: [],
    announced: null,
    families: new Map(),
    indexes: createIndexes(),
    instruments: [undefined],
    instrumentByName: new Map(),
    marks: createMarks(),
    marksVersion: currencies.map(() => 0),
    drift: new MarkDrift(currencies),
    accounts: [undefined],
    accountByName: new Map(),
    orders: new OrderTable(orderPool),
    orderPool,
    lastOrderId: 0,
    lastTradeId: 0,
    book: createMatcher(tape),
    ledger,
    venue: openVenueAccounts(ledger),
    references: new Set(),
    liabilities: null,
    liabilitiesRoot: null,
    trading: createTrading(),
    timers: [],
    store: createHoldingStore(),
    desk: createMarginDesk(),
    riskMarkets: { outlines: null, usd: null, coin: null },
    stress: createStress(),
    halts: createHaltState(),
    liquidation: createLiquidationState(),
    tape,
    draft: createDraft(),
    rejectLimit: null,
    killed: false,
    mmpTripped: [],
    newLastPrices: [],
  };
};
