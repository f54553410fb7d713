// Client keys: a retry of an order with a known key returns the first result and changes nothing.
// Invariant: keys are kept per account, the last `clientKeysMax` and no longer than
// `clientKeyAgeUs`; refusals are kept too.
import type {
  Cash,
  Event,
  OrderId,
  OrderState,
  PlaceOrder,
  RejectCode,
  Trade,
  TsUs,
} from '@openstrike/domain';
import { clientKeyAgeUs, clientKeysMax } from '../limits.ts';
import type { AccountRecord, ClientKeyRecord, EngineState } from '../state.ts';
import { plainStateOf } from './order-snapshot.ts';

const forgetOld = (account: AccountRecord, nowUs: number): void => {
  const { clientKeys } = account;
  for (const record of clientKeys.values()) {
    if (clientKeys.size < clientKeysMax && record.tsUs + clientKeyAgeUs > nowUs) {
      return;
    }
    clientKeys.delete(record.clientKey);
  }
};

/** The first result of a key, if the account still knows it. */
export const recallKey = (
  state: EngineState,
  account: AccountRecord,
  clientKey: string,
): ClientKeyRecord | null => {
  const record = account.clientKeys.get(clientKey);
  return record !== undefined && record.tsUs + clientKeyAgeUs > state.nowUs ? record : null;
};

/** States again what the first arrival led to. */
export const repeatResult = (
  state: EngineState,
  account: AccountRecord,
  record: ClientKeyRecord,
): void => {
  state.emit({
    type: 'command-repeated',
    accountId: account.id,
    clientKey: record.clientKey,
    order: record.order,
    rejectCode: record.rejectCode,
    trades: record.trades,
  });
};

const refusedOrder = (state: EngineState, command: PlaceOrder): OrderState => ({
  orderId: 0 as OrderId,
  accountId: command.accountId,
  instrumentId: command.instrumentId,
  side: command.side,
  type: command.orderType,
  originalType: null,
  timeInForce: command.timeInForce,
  status: 'rejected',
  priceTicks: command.priceTicks,
  sizeLots: command.sizeLots,
  filledLots: 0 as OrderState['filledLots'],
  filledTickLots: 0,
  displayLots: command.displayLots === 0 ? command.sizeLots : command.displayLots,
  postOnly: command.postOnly,
  reduceOnly: command.reduceOnly,
  priceMode: command.priceMode,
  priceModeValue: command.priceModeValue,
  trigger: command.trigger,
  triggerReference: null,
  triggerOrderId: null,
  label: command.label,
  clientKey: command.clientKey,
  connectionId: command.connectionId,
  replaced: false,
  cancelReason: null,
  createdUs: state.nowUs as TsUs,
  updatedUs: state.nowUs as TsUs,
  fee: 0 as Cash,
  mmp: command.mmp,
});

/** In one piece, as it is written into a snapshot. */
const lastStateOf = (events: readonly Event[], orderId: number): OrderState | null => {
  for (let i = events.length - 1; i >= 0; i--) {
    const event = events[i] as Event;
    if (event.type === 'order-changed' && event.order.orderId === orderId) {
      return plainStateOf(event.order);
    }
  }
  return null;
};

/**
 * Keeps the result of an order under its key.
 *
 * Holds: `events` are those of this order's arrival, before triggers that it may fire.
 */
export const rememberKey = (
  state: EngineState,
  account: AccountRecord,
  command: PlaceOrder,
  clientKey: string,
  orderId: number,
  rejectCode: RejectCode | null,
  events: readonly Event[],
): void => {
  const order = rejectCode === null ? lastStateOf(events, orderId) : refusedOrder(state, command);
  if (order === null) {
    return;
  }
  const trades: Trade[] = [];
  for (const event of events) {
    if (event.type === 'trade' && event.taker.orderId === orderId) {
      trades.push(event);
    }
  }
  account.clientKeys.delete(clientKey);
  forgetOld(account, state.nowUs);
  account.clientKeys.set(clientKey, { clientKey, tsUs: state.nowUs, order, rejectCode, trades });
};
