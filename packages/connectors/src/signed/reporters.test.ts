// Reporters: the real connectors of signed reports over real sockets, against local servers that
// answer as Hermes, Data Streams and a RedStone gateway do, with what was recorded and with what
// was tampered with.
import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import {
  type ConnectorOptions,
  createConnector,
  type VenueConnector,
} from '../create-connector.ts';
import { LocalVenue } from '../testing/local-venue.ts';
import { quickSettings } from '../testing/quick-settings.ts';
import { Told } from '../testing/told.ts';
import { chainlinkHeaders } from '../venues/chainlink/chainlink-protocol.ts';
import { bytesOfHex } from './byte-cursor.ts';
import type { TrustedSigners } from './trusted-signers.ts';

const recorded = <Shape>(name: string): Shape => {
  const file = new URL(`../../../../testdata/connectors/signed/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as Shape;
};
const pythFile = recorded<{ update: string; observedSeconds: number }>('pyth');
const redstoneFile = recorded<{ timestampMs: number; answer: Record<string, unknown[]> }>(
  'redstone',
);
const chainlinkFile = recorded<{
  signers: TrustedSigners;
  observedSeconds: number;
  report: string;
}>('chainlink');

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const follow = (connector: VenueConnector): Told => {
  const told = new Told();
  connector.start(told.listener);
  ends.push(() => connector.stop());
  return told;
};
const open = async (script: Parameters<typeof LocalVenue.open>[0]): Promise<LocalVenue> => {
  const venue = await LocalVenue.open(script);
  ends.push(() => venue.close());
  return venue;
};
/**
 * Our clock stands so many seconds after a report was observed. Nothing is asked for again, as what
 * a server tells once is counted here.
 */
const settingsAt = (observedUs: number, afterSeconds = 1): ConnectorOptions['settings'] => ({
  ...quickSettings,
  snapshotTimeoutMs: 10_000,
  nowUs: () => observedUs + afterSeconds * 1e6,
});

const hermesFrame = (update: string): string =>
  JSON.stringify({
    type: 'price_update',
    price_feed: {
      id: 'e62df6c8b4a85fe1a67db44dc12de5db330f7ac66b72dc658afedf0f4a415b43',
      // What is not signed says something else, and is not believed.
      price: { price: '1', conf: '1', expo: -8, publish_time: pythFile.observedSeconds },
      vaa: Buffer.from(bytesOfHex(update)).toString('base64'),
    },
  });

test('Pyth: signed prices are told once, those that were tampered with never', async () => {
  const venue = await open({
    hear: (client, text) => {
      expect(JSON.parse(text)).toMatchObject({ type: 'subscribe', binary: true });
      client.send({ type: 'response', status: 'success' });
      client.send(hermesFrame(pythFile.update.replace('704d682d211', '704d682d212')));
      client.send(hermesFrame(pythFile.update));
      client.send(hermesFrame(pythFile.update));
    },
  });
  const connector = createConnector('pyth', {
    symbols: ['BTC/USD', 'ETH/USD'],
    addresses: { socket: venue.socketAddress },
    settings: settingsAt(pythFile.observedSeconds * 1e6) ?? {},
  });
  const told = follow(connector);
  await told.until(() => connector.health().counts.duplicates >= 2, 'the second came');
  expect(told.of('report').map(({ venueSymbol, price }) => [venueSymbol, price])).toEqual([
    ['BTC/USD', 77_173.60161297],
    ['ETH/USD', 2_523.58659107],
  ]);
  expect(told.of('report')[0]?.confidence).toBe(15.75338703);
  expect(connector.health().counts).toMatchObject({ refusedReports: 1, unparsed: 1 });
  expect(connector.state()).toBe('live');
});

test('Pyth: an old update is no price now', async () => {
  const venue = await open({ hear: (client) => client.send(hermesFrame(pythFile.update)) });
  const connector = createConnector('pyth', {
    symbols: ['BTC/USD'],
    addresses: { socket: venue.socketAddress },
    settings: settingsAt(pythFile.observedSeconds * 1e6, 61) ?? {},
  });
  const told = follow(connector);
  await told.until(() => connector.health().counts.refusedReports > 0, 'it was refused');
  expect(told.of('report')).toEqual([]);
  expect(connector.state()).not.toBe('live');
});

test('RedStone: the median of its signers is told at each new instant, and only then', async () => {
  let answer: Record<string, unknown[]> = redstoneFile.answer;
  const venue = await open({
    hear: () => undefined,
    get: (path) => (path.startsWith('/v2/data-packages/latest/') ? answer : undefined),
  });
  const connector = createConnector('redstone', {
    symbols: ['BTC', 'ETH', 'USDC'],
    addresses: { rest: venue.restAddress },
    settings: settingsAt(redstoneFile.timestampMs * 1e3) ?? {},
  });
  const told = follow(connector);
  await told.until(() => told.of('report').length >= 2, 'both are told');
  expect(told.of('report')).toMatchObject([
    { venueSymbol: 'BTC', price: 84_679.60701255, signers: 5, confidence: 0.29597594 },
    { venueSymbol: 'ETH', price: 2_683.453202, signers: 5, confidence: 0 },
  ]);
  expect(connector.health().counts.refusedReports).toBe(1);
  expect([told.live('BTC'), told.live('USDC')]).toEqual([true, false]);
  answer = { ...answer, BTC: (answer['BTC'] ?? []).slice(0, 2) };
  venue.httpStatus = 503;
  await told.until(() => !told.live('BTC'), 'it is down', 15_000);
  expect(told.of('report')).toHaveLength(2);
  expect(connector.state()).toBe('down');
}, 30_000);

test('Chainlink: the address is signed for, and a report of another stream not told', async () => {
  const credentials = { key: 'client', secret: 'secret' };
  const venue = await open({
    hear: () => undefined,
    connected: (client) => {
      expect(client.path).toContain('/api/v1/ws?feedIDs=0x00039d9e');
      client.send({ report: { fullReport: `0x${chainlinkFile.report}` } });
      client.send({ report: { fullReport: `0x00${chainlinkFile.report.slice(2, -2)}ff` } });
    },
  });
  const connector = createConnector('chainlink', {
    symbols: ['BTC/USD'],
    addresses: { socket: venue.socketAddress },
    signers: chainlinkFile.signers,
    credentials,
    settings: settingsAt(chainlinkFile.observedSeconds * 1e6) ?? {},
  });
  const told = follow(connector);
  await told.until(() => connector.health().counts.duplicates > 0, 'the report is heard');
  expect(told.of('report')).toEqual([]);
});

test('Chainlink: the header signs method, path, body, key and time', () => {
  const headers = chainlinkHeaders(
    'wss://ws.dataengine.chain.link/api/v1/ws?feedIDs=0x01',
    { key: 'client', secret: 'secret' },
    1_732_280_128_000,
  );
  const body = createHash('sha256').update('').digest('hex');
  const text = `GET /api/v1/ws?feedIDs=0x01 ${body} client 1732280128000`;
  expect(headers).toEqual({
    Authorization: 'client',
    'X-Authorization-Timestamp': '1732280128000',
    'X-Authorization-Signature-SHA256': createHmac('sha256', 'secret').update(text).digest('hex'),
  });
});

test('what is missing for a source is said before anything connects', () => {
  const make = (source: 'chainlink' | 'coinbase', options: ConnectorOptions) => () =>
    createConnector(source, options);
  const { signers } = chainlinkFile;
  expect(make('chainlink', {})).toThrow('needs the addresses of its signers');
  expect(make('chainlink', { signers })).toThrow('needs the key and the secret');
  expect(make('coinbase', { signers })).toThrow('signs no reports');
});
