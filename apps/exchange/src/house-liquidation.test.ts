// A liquidation in the market that comes with the exchange: its makers take the account over in
// seconds of venue time; without them the auction runs its whole time. A made recording lets the
// price fall once and stand still from then on.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { annualSmile, writeChainCsv } from '@openstrike/oracle/testing';
import { createDeribitVenue, type Venue, type VenueTrade } from '@openstrike/venues';
import { afterAll, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { askControl } from './control-socket.ts';
import {
  type ExchangeProcess,
  eventually,
  killStarted,
  startExchange,
  temporaryFolder,
} from './testing/exchange-process.ts';

afterAll(killStarted);

const put = 'BTC-27FEB26-80000-P';
const recordedMs = Date.parse('2026-02-03T10:00:00Z');
const [before, after] = [80_000, 78_400];
/** The auction's time as shipped. */
const auctionMs = 600_000;

const shippedTable = fileURLToPath(new URL('../contracts/BTC.yaml', import.meta.url));

/** A folder with a table of few contracts, whose options are kept for little less than opened. */
const writeContracts = (folder: string): string => {
  const table = parse(readFileSync(shippedTable, 'utf8'));
  table.families = table.families.filter((family: { name: string }) => family.name === 'BTC');
  const [{ options, futures }] = table.families;
  const calendar = { days: 0, weeks: 1, months: 1, quarters: 0 };
  options.calendar = calendar;
  Object.assign(options.margin, { initialRateMin: 0.149, maintenanceRate: 0.149 });
  futures.calendar = calendar;
  const contracts = join(folder, 'contracts');
  mkdirSync(contracts);
  writeFileSync(join(contracts, 'BTC.yaml'), stringify(table));
  return contracts;
};

/** Wall time in which the account is made, before the price falls. */
const calmS = 7;

/** A venue in which the price stands for a while, falls for five minutes, and stands again. */
const fallingVenue = (speed: number, makers: number) => {
  const annual = annualSmile(0.6);
  const expiries = ['2026-02-06T08:00:00Z', '2026-02-27T08:00:00Z'].map((at) => ({ at, annual }));
  const places = [
    [0, before],
    [310, before],
    [620, after],
    [3_000, after],
  ] as const;
  const timeOf = (seconds: number): string => new Date(recordedMs + seconds * 1_000).toISOString();
  const folder = temporaryFolder();
  const chain = writeChainCsv(
    join(folder, 'fall.csv'),
    places.map(([seconds, index]) => ({
      at: timeOf(seconds),
      underlying: 'BTC',
      index,
      basisRate: 0,
      expiries,
    })),
  );
  const replay = [
    '--market',
    'replay',
    '--replay-files',
    chain,
    '--start',
    timeOf(310 - calmS * speed),
  ];
  const venue = ['--contracts', writeContracts(folder), '--rate-limits', 'off'];
  const pace = ['--speed', String(speed), '--takers-per-minute', '0', '--makers', String(makers)];
  return startExchange({ args: [...replay, ...venue, ...pace] });
};

interface Key {
  readonly clientId: string;
  readonly clientSecret: string;
}

const venues: Venue[] = [];
afterAll(async () => {
  for (const venue of venues) await venue.close();
});

const connect = async ({ run }: ExchangeProcess, key: Key): Promise<Venue> => {
  const { clientId, clientSecret } = key;
  const venue = createDeribitVenue({ name: 'test', url: run.ws, clientId, clientSecret });
  venues.push(venue);
  await venue.connect();
  return venue;
};

/** An account that is short of as many puts as its margin allows, premiums included. */
const openShort = async (exchange: ExchangeProcess) => {
  const ask = (command: string, args: Record<string, string>) =>
    askControl(exchange.folder, { command, args });
  const account = 'short';
  await ask('account create', { name: account });
  await ask('deposit', { account, currency: 'BTC', amount: '6' });
  const short = await connect(exchange, (await ask('key create', { account })) as Key);
  const rich = await connect(exchange, exchange.run.demoAccounts[0] as Key);
  const { markPrice } = await short.ticker(put);
  const price = Math.round(markPrice * 2_000) / 2_000;
  for (;;) {
    const { availableFunds } = await short.balance('BTC');
    const amount = Math.floor((availableFunds / (0.1501 + markPrice)) * 10) / 10;
    if (amount <= 0) break;
    const order = { instrumentName: put, type: 'limit', price, amount } as const;
    await rich.place({ ...order, side: 'buy' });
    expect(await short.place({ ...order, side: 'sell' })).toMatchObject({ status: 'filled' });
  }
  return short;
};

/** What an account hears of its liquidation. */
const listen = (venue: Venue) => {
  const heard = {
    /** Venue time as last heard, and when the first auction was. */
    nowMs: 0,
    offeredMs: null as number | null,
    running: false,
    insolvent: false,
    takenOver: [] as VenueTrade[],
  };
  venue.watchIndex('btc_usd', (_price, timestampMs) => {
    heard.nowMs = timestampMs;
  });
  venue.watchAuctions((auctions) => {
    heard.running = auctions.length > 0;
    if (heard.running) heard.offeredMs ??= heard.nowMs;
    heard.insolvent ||= auctions.some(({ insolvent }) => insolvent);
  });
  venue.watchOwnTrades((trade) => {
    // Hedges in the book would pay the taker's fee.
    if (trade.fee === 0) heard.takenOver.push(trade);
  });
  return heard;
};

/** How long after the offer something was taken over, in venue time. */
const waitedMs = ({ offeredMs, takenOver }: ReturnType<typeof listen>): number =>
  (takenOver[0]?.timestampMs ?? Number.NaN) - (offeredMs ?? Number.NaN);

test('the makers of the house take an account over in seconds, and quote on', async () => {
  const exchange = await fallingVenue(5, 2);
  const short = await openShort(exchange);
  const heard = listen(short);
  await eventually('the makers to take over', () => heard.takenOver.length > 0);
  // Nothing is sold before the sealed time is over.
  expect(waitedMs(heard)).toBeGreaterThan(1_000);
  expect(waitedMs(heard)).toBeLessThan(60_000);
  await eventually('the account to have its margin again', () => !heard.running);
  expect(heard.insolvent).toBe(false);
  expect(await short.positions()).toHaveLength(1);
  // Nothing of it is leant against: both sides are shown, near the mark.
  for (const [name, apart] of [
    [put, 0.1],
    ['BTC-PERPETUAL', 0.002],
  ] as const) {
    const { bid, ask, markPrice } = await short.ticker(name);
    expect(bid).not.toBeNull();
    expect(bid).toBeLessThan(ask ?? 0);
    expect(Math.abs((bid ?? 0) / markPrice - 1)).toBeLessThan(apart);
    expect(Math.abs((ask ?? 0) / markPrice - 1)).toBeLessThan(apart);
  }
  expect(await exchange.stop()).toBe(0);
});

test('without makers the auction runs its time, then the other side is closed out', async () => {
  const exchange = await fallingVenue(40, 0);
  const heard = listen(await openShort(exchange));
  await eventually('the end of the auction', () => heard.takenOver.length > 0);
  // What was heard of the offer, and of the time, is some seconds old at this speed.
  expect(waitedMs(heard)).toBeGreaterThan(auctionMs - 20_000);
  expect(await exchange.stop()).toBe(0);
});
