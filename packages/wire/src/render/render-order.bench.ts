// Bench: what the edge costs each order: reading price and amount, rendering the order and its
// trade, and their JSON; and a ticker beside it. One thread, medians of rounds; the checksum shows
// that the work was done.
import { lotsOf, ticksOf } from '../decimal-steps.ts';
import { btcOption, sampleOrder, sampleTicker, sampleTrade } from '../testing/samples.ts';
import { renderOrder } from './render-order.ts';
import { renderTicker } from './render-ticker.ts';
import { renderUserTrade } from './render-trade.ts';

const rounds = 9;
const perRound = 200_000;

const order = sampleOrder();
const trade = sampleTrade();
const ticker = sampleTicker(btcOption);

const tasks: readonly [string, (i: number) => number][] = [
  [
    'price and amount to ticks and lots',
    (i) => (ticksOf((i % 1000) / 2000, btcOption) ?? 0) + (lotsOf((i % 1000) / 10, btcOption) ?? 0),
  ],
  ['order', () => renderOrder(order, btcOption).amount],
  [
    'order with one trade, as JSON',
    () =>
      JSON.stringify({
        order: renderOrder(order, btcOption),
        trades: [renderUserTrade(trade, 'taker', btcOption)],
      }).length,
  ],
  ['ticker, as JSON', () => JSON.stringify(renderTicker(ticker, 'SYN.BTC-25DEC26')).length],
];

process.stdout.write(`node ${process.version}, ${rounds} rounds of ${perRound}\n`);
for (const [name, task] of tasks) {
  const nanoseconds: number[] = [];
  let checksum = 0;
  for (let round = 0; round < rounds; round++) {
    const start = process.hrtime.bigint();
    for (let i = 0; i < perRound; i++) checksum += task(i);
    nanoseconds.push(Number(process.hrtime.bigint() - start) / perRound);
  }
  const median = nanoseconds.sort((a, b) => a - b)[rounds >> 1] ?? 0;
  process.stdout.write(`${name}: ${median.toFixed(0)} ns (checksum ${checksum})\n`);
}
