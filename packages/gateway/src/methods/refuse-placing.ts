// Refuse placing: the words for an order that the engine did not take. Invariant: an order above
// the instrument's maximum is refused for want of funds when the account could not carry it either,
// because that is what its sender has to know first.
import type { PlaceOrder } from '@openstrike/domain';
import type { ApiError, Call } from '../method.ts';
import { errorOfReject, type Refusal } from './submit.ts';

/** Whether the account's funds would not carry the order, were its size allowed. */
const exceedsFunds = async (call: Call, command: PlaceOrder): Promise<boolean> => {
  const { accountId, instrumentId, side, sizeLots } = command;
  const { feeds, queries } = call.context;
  const ticker = feeds.ticker(instrumentId);
  if (ticker === null) return false;
  const { settlementCurrency: currency } = ticker.instrument;
  const worstTicks = side === 'buy' ? ticker.bandMaxTicks : ticker.bandMinTicks;
  const priceTicks = command.priceTicks === 0 ? worstTicks : command.priceTicks;
  const [margin, summary] = await Promise.all([
    queries.query('order-margin', { accountId, instrumentId, sizeLots, priceTicks }),
    queries.query('account-summary', { accountId, currency }),
  ]);
  if (typeof margin === 'string' || typeof summary === 'string') return false;
  return margin[side] > summary.availableFunds;
};

/** The error of a refused order; of one that is too large, funds before size. */
export const errorOfPlacing = async (
  call: Call,
  command: PlaceOrder,
  { code, limit }: Refusal,
): Promise<ApiError> =>
  code === 'amount-too-large' && !command.reduceOnly && (await exceedsFunds(call, command))
    ? errorOfReject('insufficient-funds')
    : errorOfReject(code, limit);
