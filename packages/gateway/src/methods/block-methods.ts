// Block methods: combos, block trades and block RFQ, which
// this venue does not have yet. Invariant: reads answer that there is nothing, writes are refused
// with 10033; nothing is pretended.
import { blockShapes } from '@openstrike/wire';
import type { TObject, TSchema } from 'typebox';
import { ApiError, defineMethod, type Method, type RequiredScope } from '../method.ts';
import { notImplemented } from './submit.ts';

interface Shape {
  readonly params: TObject;
  readonly result: TSchema;
}

/** A read of what there is none of. */
const nothing = (
  name: Method['name'],
  summary: string,
  scope: RequiredScope,
  shape: Shape,
  answer: unknown,
): Method =>
  defineMethod({
    name,
    summary,
    scope,
    transport: 'any',
    rateClass: 'plain',
    ...shape,
    handle: () => answer,
  });

/** A read of one thing that cannot exist. */
const absent = (
  name: Method['name'],
  summary: string,
  scope: RequiredScope,
  shape: Shape,
  param: string,
): Method =>
  defineMethod({
    name,
    summary,
    scope,
    transport: 'any',
    rateClass: 'plain',
    ...shape,
    handle: () => {
      throw new ApiError('not_found', { param });
    },
  });

/** A write that is refused. */
const refused = (
  name: Method['name'],
  what: string,
  scope: RequiredScope,
  shape: Shape,
  rateClass: Method['rateClass'] = 'plain',
): Method =>
  defineMethod({
    name,
    summary: `Not available yet (${what}): refused with 10033.`,
    scope,
    transport: 'any',
    rateClass,
    ...shape,
    handle: () => {
      throw notImplemented(what);
    },
  });

const s = blockShapes;

/** Combo methods. */
export const comboMethods: readonly Method[] = [
  nothing('public/get_combos', 'Lists combos; there are none yet.', null, s.combos, []),
  nothing('public/get_combo_ids', 'Lists ids of combos; there are none yet.', null, s.comboIds, []),
  absent('public/get_combo_details', 'Reads a combo.', null, s.comboDetails, 'combo_id'),
  refused('private/create_combo', 'combos', 'trade:read_write', s.createCombo),
  refused('private/get_leg_prices', 'combos', 'authenticated', s.legPrices),
];

const readBlocks = 'block_trade:read';
const writeBlocks = 'block_trade:read_write';
const blocks = 'block trades';
const noBlocks = 'Lists block trades; there are none yet.';
const noRequests = 'Lists requests for block trades; there are none yet.';
const noPage = { history: [], next_start_id: null };

/** Block trade methods. */
export const blockTradeMethods: readonly Method[] = [
  refused('private/verify_block_trade', blocks, readBlocks, s.verifyBlockTrade, 'matching'),
  refused('private/execute_block_trade', blocks, writeBlocks, s.executeBlockTrade, 'matching'),
  refused('private/simulate_block_trade', blocks, readBlocks, s.simulateBlockTrade),
  absent('private/get_block_trade', 'Reads a block trade.', readBlocks, s.blockTrade, 'id'),
  nothing('private/get_block_trades', noBlocks, readBlocks, s.blockTrades, []),
  nothing('private/get_block_trade_requests', noRequests, readBlocks, s.blockTradeRequests, []),
  nothing('private/get_pending_block_trades', noRequests, readBlocks, s.pendingBlockTrades, []),
  refused('private/approve_block_trade', blocks, writeBlocks, s.answerBlockTrade),
  refused('private/reject_block_trade', blocks, writeBlocks, s.answerBlockTrade),
  refused('private/invalidate_block_trade_signature', blocks, writeBlocks, s.invalidateSignature),
  nothing('private/get_broker_trades', noBlocks, readBlocks, s.brokerTrades, noPage),
  nothing('private/get_broker_trade_requests', noRequests, readBlocks, s.brokerTradeRequests, []),
  refused(
    'private/move_positions',
    'moving positions',
    'trade:read_write',
    s.movePositions,
    'matching',
  ),
];

const readRfqs = 'block_rfq:read';
const writeRfqs = 'block_rfq:read_write';
const rfq = 'block RFQ';
const noRfqs = 'Lists block RFQs; there are none yet.';
const noRfqPage = { block_rfqs: [], continuation: null };

/** Block RFQ methods. */
export const blockRfqMethods: readonly Method[] = [
  nothing('public/get_block_rfq_trades', noRfqs, null, s.rfqTrades, noRfqPage),
  refused('private/create_block_rfq', rfq, writeRfqs, s.createRfq),
  refused('private/accept_block_rfq', rfq, writeRfqs, s.acceptRfq),
  refused('private/cancel_block_rfq', rfq, writeRfqs, s.rfqById),
  refused('private/cancel_block_rfq_trigger', rfq, writeRfqs, s.rfqById),
  refused('private/add_block_rfq_quote', rfq, writeRfqs, s.addRfqQuote),
  refused('private/edit_block_rfq_quote', rfq, writeRfqs, s.editRfqQuote),
  refused('private/cancel_block_rfq_quote', rfq, writeRfqs, s.rfqQuoteKey),
  nothing(
    'private/cancel_all_block_rfq_quotes',
    'Cancels block RFQ quotes; there are none.',
    writeRfqs,
    s.cancelAllRfqQuotes,
    0,
  ),
  nothing('private/get_block_rfqs', noRfqs, readRfqs, s.rfqs, noRfqPage),
  nothing('private/get_block_rfq_quotes', noRfqs, readRfqs, s.rfqQuotes, []),
  nothing(
    'private/get_block_rfq_makers',
    'Lists makers; there are none.',
    readRfqs,
    s.rfqMakers,
    [],
  ),
  nothing(
    'private/get_block_rfq_user_info',
    "Tells the caller's part in block RFQ: none.",
    readRfqs,
    s.rfqUserInfo,
    { parent: { is_maker: false }, users: [] },
  ),
];
