// The reference's table of channels, held to the door itself.
import type { PriceTicks } from '@openstrike/domain';
import { type ChannelRow, channelRows } from '@openstrike/wire';
import Value from 'typebox/value';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestSocket } from '../testing/test-socket.ts';
import { TestVenue } from '../testing/test-venue.ts';

const examples: readonly (readonly [part: string, example: string])[] = [
  ['{instrument | kind.currency}', 'any.any'],
  ['{100ms | agg2}', '100ms'],
  ['{maker | maker.quotes | taker}', 'maker'],
  ['[.{currency}]', ''],
  ['{…}', 'any.any.raw'],
  ['{instrument}', 'BTC-PERPETUAL'],
  ['{interval}', 'raw'],
  ['{group}', '5'],
  ['{depth}', '10'],
  ['{resolution}', '1'],
  ['{kind}', 'any'],
  ['{currency}', 'BTC'],
  ['{index}', 'btc_usd'],
];

const exampleOf = ({ name }: ChannelRow): string =>
  examples.reduce((text, [part, example]) => text.replaceAll(part, example), name);

let venue: TestVenue;
let alice: TestSocket;

beforeAll(async () => {
  venue = await TestVenue.open();
  // There is a candle once there was a trade.
  await venue.place(2, { priceTicks: 199_900 as PriceTicks });
  await venue.place(3, { side: 'sell', priceTicks: 199_900 as PriceTicks });
  alice = await venue.loggedIn(1);
});

afterAll(() => venue.close());

test.each(channelRows)('$name is served as the reference says', async (row) => {
  const channel = exampleOf(row);
  const ask = () => alice.result('private/subscribe', { channels: [channel] });
  expect(await ask()).toEqual([channel]);
  if (row.conflates) await alice.hear(channel);
  await alice.result('public/test');
  const count = alice.heard(channel).length;
  // Only what has a newest state tells it again.
  expect(await ask()).toEqual([channel]);
  if (row.conflates) await alice.hear(channel, 2 * count);
  await alice.result('public/test');
  expect(alice.heard(channel)).toHaveLength(row.conflates ? 2 * count : count);
  for (const data of alice.heard<unknown>(channel)) {
    expect(row.data).not.toBeNull();
    if (row.data !== null) expect([...Value.Errors(row.data, data)]).toEqual([]);
  }
  await alice.result('private/unsubscribe', { channels: [channel] });
});
