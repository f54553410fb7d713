// Trade value: what one trade moved, in coins, in the counter currency and in USD. One rule for
// tickers, candles and history, so that all volumes of the venue add up.
import {
  fromSteps,
  type Instrument,
  type PriceTicks,
  type SizeLots,
  type UsdMicros,
  usdMicrosPerUsd,
} from '@openstrike/domain';

export interface TradeValue {
  /** In coins; an inverse future's dollars over its price. */
  readonly coins: number;
  /** Price times amount in the quote currency; an inverse future's dollars. */
  readonly notional: number;
  /**
   * Premium of options, face value of futures; USDC counts as USD, coins at the trade's index
   * price.
   */
  readonly usd: number;
}

/** The value of `sizeLots` traded at `priceTicks` while the index stood at `indexPrice`. */
export const tradeValue = (
  instrument: Instrument,
  priceTicks: PriceTicks,
  sizeLots: SizeLots,
  indexPrice: UsdMicros,
): TradeValue => {
  const price = fromSteps(priceTicks, instrument.tick);
  const amount = fromSteps(sizeLots, instrument.lot);
  if (instrument.payoff === 'linear') {
    return { coins: amount, notional: price * amount, usd: price * amount };
  }
  if (instrument.kind === 'option') {
    const notional = price * amount;
    return { coins: amount, notional, usd: (notional * indexPrice) / usdMicrosPerUsd };
  }
  return { coins: amount / price, notional: amount, usd: amount };
};
