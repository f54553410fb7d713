// Bench: the whole way of an order on one machine: a second process sends orders over WebSocket on
// an open loop, and this one takes them through the door, the sequencer with its journal on disk
// (fsync included), the engine, and the feeds; then market data fanned out to 100 subscribers. A
// plain ws echo is measured beside it, by the same load. History is not attached.
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type {
  AccountId,
  Applied,
  Cash,
  Instrument,
  OrderId,
  PriceTicks,
  SizeLots,
} from '@openstrike/domain';
import { WebSocketServer } from 'ws';
import type { FanOutJob, OrderJob } from './bench/load-client.ts';
import {
  type BenchRow,
  benchGateway,
  btcOptions,
  logins,
  optionNames,
  orderJob,
  report,
  say,
  startClient,
  timed,
  warmUp,
} from './bench/load-run.ts';
import { machineMs } from './bench/machine-time.ts';
import { TestVenue } from './testing/test-venue.ts';

/** What the disk alone takes to make a block durable, which every order waits for. */
const sayDisk = (folder: string, rounds: number): void => {
  const file = openSync(join(folder, 'disk'), 'w');
  const block = Buffer.alloc(512, 1);
  const tookMs: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const from = performance.now();
    writeSync(file, block);
    fdatasyncSync(file);
    tookMs.push(performance.now() - from);
  }
  closeSync(file);
  tookMs.sort((a, b) => a - b);
  const at = (share: number): string => (tookMs[Math.floor(share * (rounds - 1))] ?? 0).toFixed(2);
  say(`the disk, 512 bytes and fdatasync: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms`);
};

const runOrders = async (
  venue: TestVenue,
  ratePerS: number,
  seconds: number,
): Promise<BenchRow> => {
  const job = { ...orderJob(venue, ratePerS, seconds), tellsTimes: ratePerS <= 5_000 };
  const [result, cost] = await timed(() => startClient(job).result);
  await venue.cancelAll();
  return report(`orders at ${ratePerS}/s`, result, cost);
};

/** The peer: ws alone, which parses each request and sends it back. */
const runEcho = async (ratePerS: number, seconds: number): Promise<BenchRow> => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  await new Promise((resolve) => server.once('listening', resolve));
  server.on('connection', (socket) => {
    socket.on('message', (data: Buffer) => {
      const { id, params } = JSON.parse(data.toString()) as { id: number; params: object };
      socket.send(JSON.stringify({ jsonrpc: '2.0', id, result: params }));
    });
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const job: OrderJob = {
    kind: 'echo',
    url: `ws://127.0.0.1:${port}/`,
    sockets: 8,
    ratePerS,
    warmUpS: seconds / 2,
    seconds,
    logins: [],
    instruments: ['BTC-PERPETUAL'],
    tellsTimes: ratePerS <= 5_000,
    traced: false,
  };
  const [result, cost] = await timed(() => startClient(job).result);
  for (const socket of server.clients) socket.terminate();
  server.close();
  return report(`ws echo at ${ratePerS}/s`, result, cost);
};

/** Market changes at a steady rate, by an account behind the door: a new level, then its end. */
const driveMarket = async (
  venue: TestVenue,
  job: FanOutJob,
  startMs: number,
  resting: OrderId[],
): Promise<void> => {
  const instruments = btcOptions(venue);
  const endMs = startMs + job.seconds * 1000;
  for (let number = 0; ; number++) {
    const dueMs = startMs + (number * 1000) / job.ratePerS;
    if (dueMs >= endMs) return;
    while (machineMs() < dueMs) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    if (number % 2 === 1) {
      const orderId = resting.shift();
      if (orderId === undefined) continue;
      void venue.submit({ type: 'cancel-order', accountId: 2 as AccountId, orderId });
      continue;
    }
    const instrument = instruments[(number >> 1) % job.channels.length];
    if (instrument === undefined) return;
    void venue
      .place(2, {
        instrumentId: instrument.id,
        // No level comes again before its last order has long gone.
        priceTicks: (20 + (Math.floor((number >> 1) / job.channels.length) % 30)) as PriceTicks,
        sizeLots: ((number % job.cycle) + 1) as SizeLots,
      })
      .then((applied) => resting.push(...ordersOf(applied)));
  }
};

const ordersOf = ({ events }: Applied): OrderId[] => {
  const orders = events.flatMap((event) =>
    event.type === 'order-changed' ? [event.order.orderId] : [],
  );
  if (orders.length === 0) throw new Error(`a change was refused: ${JSON.stringify(events)}`);
  return orders;
};

/**
 * Orders to cancel from, so that a change is never left out because its order is not known yet. A
 * cancel comes four and a half rounds of the books after its order, these half a round ahead, so
 * that an order and the cancel beside it never change one book and share its notification.
 */
const placeReserve = async (venue: TestVenue, channels: number): Promise<OrderId[]> => {
  const resting: OrderId[] = [];
  await venue.submit({
    type: 'deposit',
    accountId: 2 as AccountId,
    currency: 'BTC',
    amount: 1e14 as Cash,
    reference: 'market data',
  });
  const instruments = btcOptions(venue).slice(0, channels);
  for (let number = 0; number < 4.5 * channels; number++) {
    const instrument = instruments[Math.floor(number + channels / 2) % channels] as Instrument;
    const priceTicks = (60 + 5 * Math.floor(number / channels)) as PriceTicks;
    const change = { instrumentId: instrument.id, priceTicks, sizeLots: 1 as SizeLots };
    resting.push(...ordersOf(await venue.place(2, change)));
  }
  return resting;
};

const runFanOut = async (
  venue: TestVenue,
  options: { readonly subscribers: number; readonly ratePerS: number; readonly seconds: number },
): Promise<BenchRow> => {
  const channels = optionNames(venue)
    .slice(0, 20)
    .map((name) => `book.${name}.raw`);
  const job: FanOutJob = {
    kind: 'fan-out',
    url: venue.address.webSocketUrl,
    sockets: options.subscribers,
    login: logins(venue)[0] ?? '',
    channels,
    ratePerS: options.ratePerS,
    cycle: 4_000,
    lotsPerUnit: 10,
    seconds: options.seconds,
  };
  const { metrics } = venue.gateway;
  const child = startClient(job);
  await child.said('ready');
  const resting = await placeReserve(venue, channels.length);
  const startMs = machineMs() + 100;
  child.tell(startMs);
  await child.said('set');
  const conflated = metrics.conflated;
  const [result, cost] = await timed(async () => {
    await driveMarket(venue, job, startMs, resting);
    child.tell('end');
    return child.result;
  });
  const wanted = options.subscribers * options.ratePerS;
  say(`left out as replaced by newer news: ${metrics.conflated - conflated}`);
  const name = `market data, ${options.subscribers} subscribers, ${wanted}/s wanted`;
  return report(name, result, cost);
};

/** Runs everything; `smoke` only shows that it works. */
export const run = async ({ smoke }: { readonly smoke: boolean }): Promise<readonly BenchRow[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'openstrike-bench-'));
  say(`${cpus()[0]?.model}, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}`);
  say(`Node ${process.version}, flags ${process.execArgv.join(' ') || 'none'}, seed none`);
  const venue = await TestVenue.open({ storage: folder, gateway: benchGateway });
  const seconds = smoke ? 0.4 : 5;
  try {
    sayDisk(folder, smoke ? 50 : 2_000);
    await warmUp(venue, smoke);
    const rows: BenchRow[] = [];
    for (const ratePerS of smoke ? [500] : [5_000, 25_000]) {
      rows.push(await runEcho(ratePerS, seconds), await runOrders(venue, ratePerS, seconds));
    }
    const subscribers = smoke ? 10 : 100;
    // A tenth more than is asked of it: what comes while the process waits for a core shares.
    rows.push(await runFanOut(venue, { subscribers, ratePerS: smoke ? 200 : 1_100, seconds }));
    return rows;
  } finally {
    await venue.close();
    rmSync(folder, { recursive: true, force: true });
  }
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await run({ smoke: process.argv.includes('--smoke') });
}
