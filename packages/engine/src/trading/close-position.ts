// Close a position: a reduce-only order of the position's own size against it.
import type { ClosePosition, PlaceOrder, RejectCode, SizeLots } from '@openstrike/domain';
import { findHolding } from '../account/holdings.ts';
import { checkKilled } from '../control/kill-switch.ts';
import type { EngineState } from '../state.ts';
import { checkAccess, placeOrder } from './place-order.ts';

/** Places the order that closes an account's position in an instrument. */
export const closePosition = (state: EngineState, command: ClosePosition): RejectCode | null => {
  const account = state.accounts[command.accountId];
  if (account === undefined) return 'unknown-account';
  const clientId = command.clientId ?? '';
  const denied = checkKilled(state, account, clientId) ?? checkAccess(account);
  if (denied !== null) return denied;
  const instrument = state.instruments[command.instrumentId];
  if (instrument === undefined) return 'unknown-instrument';
  const sizeLots = findHolding(account, instrument)?.sizeLots ?? 0;
  const limit = command.orderType === 'limit';
  const max = instrument.contract.sizeLotsMax;
  const order: PlaceOrder = {
    type: 'place-order',
    accountId: command.accountId,
    instrumentId: command.instrumentId,
    side: sizeLots > 0 ? 'sell' : 'buy',
    orderType: command.orderType,
    timeInForce: 'gtc',
    priceTicks: command.priceTicks,
    // A position above the largest order is closed in several.
    sizeLots: Math.min(Math.max(Math.abs(sizeLots), 1), max) as SizeLots,
    displayLots: 0 as SizeLots,
    postOnly: 'off',
    reduceOnly: true,
    priceMode: 'price',
    priceModeValue: 0,
    trigger: null,
    label: '',
    clientKey: null,
    validUntilUs: 0,
    connectionId: command.connectionId,
    mmp: false,
    clientId,
  };
  const refused = placeOrder(
    state,
    limit ? order : { ...order, priceTicks: 0 as typeof order.priceTicks },
  );
  return refused === 'reduce-only' ? 'no-position' : refused;
};
