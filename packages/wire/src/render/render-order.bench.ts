// What rendering one order's answer costs: the order, its trade, and their JSON, and reading price and amount.
import { bench, describe } from 'vitest';
import { lotsOf, ticksOf } from '../decimal-steps.ts';
import { btcOption, sampleOrder, sampleTicker, sampleTrade } from '../testing/samples.ts';
import { renderOrder } from './render-order.ts';
import { renderTicker } from './render-ticker.ts';
import { renderUserTrade } from './render-trade.ts';

describe('one order answer', () => {
  const order = sampleOrder();
  const trade = sampleTrade();
  const ticker = sampleTicker(btcOption);
  bench('price and amount to ticks and lots', () => {
    ticksOf(0.0525, btcOption);
    lotsOf(12.3, btcOption);
  });
  bench('order', () => {
    renderOrder(order, btcOption);
  });
  bench('order with one trade, as JSON', () => {
    JSON.stringify({
      order: renderOrder(order, btcOption),
      trades: [renderUserTrade(trade, 'taker', btcOption)],
    });
  });
  bench('ticker, as JSON', () => {
    JSON.stringify(renderTicker(ticker, 'SYN.BTC-25DEC26'));
  });
});
