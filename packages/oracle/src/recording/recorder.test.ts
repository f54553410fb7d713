import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { ConnectorEvent, TickerEvent } from '@openstrike/connectors';
import type { TsUs } from '@openstrike/domain';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { expect, test } from 'vitest';
import { openRecording } from '../replay/open-recording.ts';
import { createReplaySource } from '../replay/replay-source.ts';
import { createRecorder, readManifest } from './recorder.ts';

const newFolder = (): string => join(mkdtempSync(join(tmpdir(), 'openstrike-record-')), 'to');
const us = (at: string): number => Date.parse(at) * 1_000;
const fail = (error: unknown): void => {
  throw error;
};

const ticker = (receivedUs: number, change: Partial<TickerEvent> = {}): TickerEvent => ({
  type: 'ticker',
  source: 'deribit',
  venueSymbol: 'BTC-13FEB26-80000-C',
  contract: {
    kind: 'option',
    underlying: 'BTC',
    payoff: 'inverse',
    quote: 'USD',
    expiryUs: us('2026-02-13T08:00:00Z'),
    strike: 80_000,
    optionType: 'call',
  },
  sourceUs: receivedUs - 1_000,
  receivedUs,
  bidPrice: 0.01,
  askPrice: null,
  lastPrice: null,
  markPrice: 0.0105,
  markIv: 0.6,
  bidIv: 0.59,
  askIv: null,
  underlyingPrice: 70_100,
  indexPrice: 70_000,
  openInterest: 12.5,
  fundingRate8h: null,
  ...change,
});

const oneOfEach = (receivedUs: number): ConnectorEvent[] => {
  const from = {
    source: 'kraken',
    venueSymbol: 'BTC/USD',
    contract: { kind: 'spot', base: 'BTC', quote: 'USD' },
    sourceUs: null,
    receivedUs,
  } as const;
  return [
    ticker(receivedUs),
    { ...from, type: 'quote', bidPrice: 1, bidSize: 2, askPrice: null, askSize: 0 },
    {
      ...from,
      type: 'trade',
      tradeId: "it's 1",
      price: 70_000.5,
      size: 0.1,
      side: null,
      liquidation: true,
    },
    { ...from, type: 'book', bids: [[1, 2]], asks: [], sequence: 7 },
    { ...from, type: 'report', price: 70_001, confidence: null, signers: 3 },
    {
      type: 'status',
      source: 'kraken',
      venueSymbol: null,
      state: 'stale',
      reason: 'silent',
      receivedUs,
    },
  ];
};

const ask = async (sql: string): Promise<readonly Record<string, unknown>[]> => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowObjects();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
};

const read = async (path: string): Promise<Record<string, unknown>[]> =>
  parquetReadObjects({ file: await asyncBufferFromFile(path) });

test('DuckDB reads every table of a recording, with all that the events said', async () => {
  const folder = newFolder();
  const recorder = await createRecorder({ folder, onFailure: fail });
  const receivedUs = us('2026-02-05T12:00:00Z') + 123_456;
  for (const event of oneOfEach(receivedUs)) recorder.record(event);
  await recorder.stop();
  const rows = (table: string) =>
    ask(`select * from read_parquet('${folder}/*/${table}/*.parquet')`);
  expect((await rows('ticker'))[0]).toMatchObject({
    received_us: BigInt(receivedUs),
    source_us: BigInt(receivedUs - 1_000),
    symbol: 'BTC-13FEB26-80000-C',
    kind: 'option',
    strike: 80_000,
    option_type: 'call',
    bid_price: 0.01,
    ask_price: null,
    open_interest: 12.5,
  });
  expect((await rows('quote'))[0]).toMatchObject({ bid_size: 2, ask_price: null, source_us: null });
  expect((await rows('trade'))[0]).toMatchObject({ trade_id: "it's 1", liquidation: true });
  expect((await rows('book'))[0]).toMatchObject({ bids: '[[1,2]]', asks: '[]', sequence: 7 });
  expect((await rows('report'))[0]).toMatchObject({ price: 70_001, signers: 3 });
  expect((await rows('status'))[0]).toMatchObject({ state: 'stale', symbol: null });
  expect(recorder.counts()).toEqual({ rows: 6, dropped: 0, files: 6 });
});

test('a folder a day, a file a number of rows, all of them in the manifest', async () => {
  const folder = newFolder();
  const settings = { folder, groupRows: 10, fileRows: 30, onFailure: fail };
  const recorder = await createRecorder(settings);
  const midnightUs = us('2026-02-06T00:00:00Z');
  for (let each = -50; each < 50; each += 1) recorder.record(ticker(midnightUs + each * 1_000));
  await recorder.stop();
  const { files } = await readManifest(folder);
  expect(files.map(({ path, rows }) => [path, rows])).toEqual([
    ['2026-02-05/ticker/000001.parquet', 30],
    ['2026-02-05/ticker/000002.parquet', 20],
    ['2026-02-06/ticker/000001.parquet', 30],
    ['2026-02-06/ticker/000002.parquet', 20],
  ]);
  const counted = await ask(
    `select count(*) as n, count(distinct received_us) as d
     from read_parquet('${folder}/*/ticker/*.parquet')`,
  );
  expect(counted[0]).toEqual({ n: 100n, d: 100n });
  // The next recorder goes on behind what is there.
  const next = await createRecorder(settings);
  next.record(ticker(midnightUs + 60_000));
  await next.stop();
  expect((await readManifest(folder)).files.at(-1)?.path).toBe('2026-02-06/ticker/000003.parquet');
});

test('a kill loses the open row group at most, and no closed file', async () => {
  const folder = newFolder();
  const recorder = await createRecorder({ folder, groupRows: 10, groupMs: 5, onFailure: fail });
  const startUs = us('2026-02-05T12:00:00Z');
  for (let each = 0; each < 25; each += 1) recorder.record(ticker(startUs + each));
  const place = join(folder, '2026-02-05', 'ticker');
  while (recorder.counts().rows < 25) await new Promise((done) => setTimeout(done, 5));
  // What a killed process leaves: the file still has its temporary name.
  const left = newFolder();
  cpSync(folder, left, { recursive: true });
  await recorder.stop();
  expect(readdirSync(place)).toEqual(['000001.parquet']);
  const torn = join(left, '2026-02-05', 'ticker');
  expect(existsSync(join(torn, '000001.parquet'))).toBe(false);
  // A row group that the kill tore apart.
  await appendFile(join(torn, '000001.parquet.part'), Buffer.alloc(1_000, 7));
  // And a file whose first row group never became whole.
  writeFileSync(join(torn, '000002.parquet.part'), 'PAR1');
  const again = await createRecorder({ folder: left, onFailure: fail });
  expect(readdirSync(torn)).toEqual(['000001.parquet']);
  const rows = await read(join(torn, '000001.parquet'));
  expect(rows.map((row) => Number(row['received_us']) - startUs)).toEqual(
    Array.from({ length: 25 }, (_, each) => each),
  );
  expect((await readManifest(left)).files).toMatchObject([{ rows: 25 }]);
  await again.stop();
  expect(readFileSync(join(torn, '000001.parquet'))).toEqual(
    readFileSync(join(place, '000001.parquet')),
  );
});

test('what the disk cannot take is left out and counted, and nobody waits', async () => {
  const folder = newFolder();
  const recorder = await createRecorder({ folder, waitingRowsMax: 100, onFailure: fail });
  const startUs = us('2026-02-05T12:00:00Z');
  for (let each = 0; each < 250; each += 1) recorder.record(ticker(startUs + each));
  expect(recorder.counts().dropped).toBe(150);
  await recorder.stop();
  expect(recorder.counts().rows).toBe(100);
});

test('a disk that fails is told once, and everything after it counted', async () => {
  const folder = newFolder();
  const failures: unknown[] = [];
  const recorder = await createRecorder({
    folder,
    groupRows: 1,
    onFailure: (error) => failures.push(error),
  });
  writeFileSync(join(folder, '2026-02-05'), 'a file where a folder should be');
  const startUs = us('2026-02-05T12:00:00Z');
  recorder.record(ticker(startUs));
  while (failures.length === 0) await new Promise((done) => setTimeout(done, 1));
  recorder.record(ticker(startUs + 1));
  recorder.record(ticker(startUs + 2));
  expect(recorder.counts().dropped).toBe(2);
  await recorder.stop();
  expect(failures).toHaveLength(1);
});

test('a recording replays to the same commands each time', async () => {
  const folder = newFolder();
  const recorder = await createRecorder({ folder, groupRows: 50, onFailure: fail });
  const startUs = us('2026-02-05T12:00:00Z');
  for (let second = 0; second < 180; second += 5) {
    for (const strike of [60_000, 65_000, 70_000, 75_000, 80_000, 85_000]) {
      const contract = ticker(0).contract as Extract<TickerEvent['contract'], { kind: 'option' }>;
      const optionType = strike < 70_000 ? 'put' : 'call';
      const price = 0.05 - Math.abs(strike - 70_000) / 500_000;
      recorder.record(
        ticker(startUs + second * 1_000_000, {
          venueSymbol: `BTC-13FEB26-${strike}-${optionType === 'call' ? 'C' : 'P'}`,
          contract: { ...contract, strike, optionType },
          bidPrice: price * 0.98,
          askPrice: price * 1.02,
          indexPrice: 70_000 + second,
          underlyingPrice: 70_100 + second,
        }),
      );
    }
  }
  await recorder.stop();
  const hashes: string[] = [];
  for (let time = 0; time < 2; time += 1) {
    const recording = await openRecording([folder]);
    expect(recording.endUs - recording.startUs).toBe(120_000_000);
    const source = createReplaySource({
      recording,
      indexNames: ['btc_usd'],
      forwardsEverySeconds: 1,
      surfaceEverySeconds: 10,
    });
    for (let atUs: number = recording.startUs; atUs <= recording.endUs; atUs += 1_000_000) {
      await source.ready(atUs as TsUs);
      source.commandsAt(atUs as TsUs);
    }
    await source.close();
    expect(source.report()).toMatchObject({ seconds: 121, snapshots: 3, slicesFitted: 3 });
    hashes.push(source.report().hash);
  }
  expect(hashes[0]).toBe(hashes[1]);
});

test('what is no recording is refused by name', async () => {
  const folder = newFolder();
  const recorder = await createRecorder({ folder, onFailure: fail });
  await recorder.stop();
  await expect(openRecording([folder])).rejects.toThrow('no file of tickers');
  const path = join(folder, 'x.parquet');
  writeFileSync(path, 'PAR1 this is none PAR1');
  await expect(openRecording([path])).rejects.toMatchObject({ code: 'bad-recording' });
  await expect(readManifest(join(folder, 'none'))).rejects.toMatchObject({ code: 'no-manifest' });
});
