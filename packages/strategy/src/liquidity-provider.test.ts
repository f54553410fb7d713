// A provider and what it says to a venue that is made of the test.
import type { Venue, VenueAuction } from '@openstrike/venues';
import { expect, test } from 'vitest';
import { createLiquidityProvider, type PricedLine } from './liquidity-provider.ts';
import { quoteOf } from './quote-model.ts';
import { call, nowMs, perpetual, quoteParameters as quotes } from './testing/samples.ts';

const auction: VenueAuction = {
  auctionId: 7,
  currency: 'BTC',
  insolvent: false,
  share: 0.5,
  maintenanceMargin: 1.2,
  netEquity: 1,
  positions: [{ instrumentName: perpetual.name, amount: 8_000_000 }],
};

interface Said {
  readonly auctionId: number;
  readonly price: number;
  readonly share: number;
}

/** A provider with an equity in coins, and how it is told of auctions. */
const stage = (equity: number) => {
  const said: Said[] = [];
  const lines: PricedLine[] = [
    { instrument: perpetual, fair: { price: 80_000, iv: null, indexPrice: 80_000 }, held: 0 },
    { instrument: call, fair: { price: 0.06, iv: 0.6, indexPrice: 80_000 }, held: 0 },
  ];
  let refusing = false;
  let tell = (_auctions: readonly VenueAuction[]): void => undefined;
  const venue = {
    balance: async () => ({ equity }),
    watchAuctions: (listener: typeof tell) => {
      tell = listener;
      return () => undefined;
    },
    answerAuction: async (auctionId: number, price: number, share: number) => {
      if (refusing) throw new Error('the auction is over');
      said.push({ auctionId, price, share });
    },
  } as unknown as Venue;
  const provider = createLiquidityProvider({
    venue,
    parameters: { profitShare: 0.01, hedgeSeconds: 5, notionalMax: 0.05, inventoryQuotes: 10 },
    lines: () => lines,
    indexPrice: () => 80_000,
    quote: ({ instrument, fair }, inventory) => quoteOf(instrument, fair, inventory, nowMs, quotes),
    nowMs: () => nowMs,
    log: { debug: () => undefined, warn: (fields) => expect(fields).toBeUndefined() },
  });
  provider.start();
  return {
    said,
    lines,
    provider,
    refuse: (on: boolean) => {
      refusing = on;
    },
    hear: async (...auctions: readonly VenueAuction[]): Promise<void> => {
      tell(auctions);
      await new Promise((done) => setImmediate(done));
    },
  };
};

test('it answers once, and again when its price has changed', async () => {
  const { said, lines, hear } = stage(10_000);
  await hear(auction);
  await hear({ ...auction, share: 0.5001 });
  expect(said).toEqual([{ auctionId: 7, price: expect.any(Number), share: 1 }]);
  expect(said[0]?.price).toBeGreaterThan(0.9);
  // The option at the money says how much the perpetual may move.
  lines[1] = { ...(lines[1] as PricedLine), fair: { price: 0.2, iv: 2, indexPrice: 80_000 } };
  await hear(auction);
  expect(said).toHaveLength(2);
  expect(said[1]?.price).toBeLessThan(said[0]?.price ?? 0);
});

test('a sale and a change of phase take its answer, and it gives another', async () => {
  const { said, hear } = stage(10_000);
  await hear(auction);
  await hear({ ...auction, positions: [{ instrumentName: perpetual.name, amount: 7_000_000 }] });
  expect(said).toHaveLength(2);
  await hear({ ...auction, insolvent: true, netEquity: -0.1 });
  expect(said).toHaveLength(3);
  expect(said[2]?.price).toBeLessThan(0);
});

test('what it promises in one auction leaves less for the next', async () => {
  const { said, hear } = stage(3_000);
  // 150 coins of room for two accounts of a hundred.
  await hear(auction, { ...auction, auctionId: 8 });
  expect(said.map(({ share }) => share)).toEqual([1, 0.5]);
});

test('it takes an answer back when it wants none of the account any more, or stops', async () => {
  const { said, hear, provider } = stage(10_000);
  await hear(auction);
  await hear({ ...auction, netEquity: 0.001 });
  expect(said.at(-1)).toMatchObject({ auctionId: 7, share: 0 });
  await hear({ ...auction, netEquity: 0.001 });
  expect(said).toHaveLength(2);
  await hear(auction);
  await provider.stop();
  expect(said.map(({ share }) => share)).toEqual([1, 0, 1, 0]);
});

test('it says nothing of what it does not price, and repeats what was refused', async () => {
  const { said, hear, refuse } = stage(10_000);
  await hear({ ...auction, positions: [{ instrumentName: 'BTC-1JAN27-1-C', amount: 1 }] });
  expect(said).toEqual([]);
  refuse(true);
  await hear(auction);
  refuse(false);
  expect(said).toEqual([]);
  await hear(auction);
  expect(said).toHaveLength(1);
  // An auction that is over is forgotten: another with its number is a new one.
  await hear();
  await hear(auction);
  expect(said).toHaveLength(2);
});
