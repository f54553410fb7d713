// Full disk: a write that the disk refuses costs history time and nothing else. What is stored
// afterwards is compared, table by table, with what a history without trouble stored.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Applied, Seq, TsUs } from '@openstrike/domain';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createHistory } from './create-history.ts';
import { EventCompactor, type RowBatch } from './event-compactor.ts';
import { HistoryDatabase } from './history-database.ts';
import { type FromServer, HistoryServer } from './history-server.ts';
import { tellStory } from './testing/venue-story.ts';

const folders: string[] = [];
const freshFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'openstrike-full-'));
  folders.push(folder);
  return folder;
};
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Every row of every table. */
const contentOf = (folder: string): Record<string, unknown[]> => {
  const database = new DatabaseSync(join(folder, 'history.db'), { readOnly: true });
  const tables = database
    .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`)
    .all()
    .map(({ name }) => String(name));
  const content = tables.map((table) => [
    table,
    database
      .prepare(`SELECT * FROM ${table}`)
      .all()
      .map((row) => JSON.stringify(row))
      .sort(),
  ]);
  database.close();
  return Object.fromEntries(content);
};

const packed = (batches: readonly (readonly Applied[])[]): RowBatch[] => {
  const compactor = new EventCompactor(0 as Seq);
  return batches.map((batch) => {
    for (const applied of batch) compactor.absorb(applied);
    return compactor.take();
  });
};

/** A server, what it said, and its own connection, for which the room is made small. */
const openServer = (folder: string) => {
  let database: HistoryDatabase | null = null;
  const { open } = HistoryDatabase;
  const spy = vi.spyOn(HistoryDatabase, 'open').mockImplementation((path) => {
    database = open.call(HistoryDatabase, path);
    return database;
  });
  const said: FromServer[] = [];
  const server = new HistoryServer(folder, (message) => said.push(message));
  spy.mockRestore();
  const connection = database as unknown as HistoryDatabase;
  const pages = (): number => Number(connection.cell('PRAGMA page_count'));
  return {
    server,
    said,
    types: () => said.map(({ type }) => type),
    leaveRoomFor: (more: number) =>
      connection.cell(`PRAGMA max_page_count = ${Math.max(1, pages() + more)}`),
    storedRows: () => said.reduce((sum, each) => sum + (each.type === 'stored' ? each.rows : 0), 0),
  };
};

const story = tellStory(7, 1_500);
const batches = packed(story.batches);
const rowsInAll = batches.reduce((sum, batch) => sum + batch.rows, 0);
const half = batches.length >> 1;

describe('a database that may not grow', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const calm = (): Record<string, unknown[]> => {
    const folder = freshFolder();
    const { server } = openServer(folder);
    for (const batch of batches) server.handle({ type: 'rows', batch });
    server.handle({ type: 'close', id: 1 });
    return contentOf(folder);
  };

  test.each([0, 1, 5, 20, 60])('with %i pages left stores all, once, when it may', (left) => {
    const folder = freshFolder();
    const { server, said, types, leaveRoomFor, storedRows } = openServer(folder);
    for (const batch of batches.slice(0, half)) server.handle({ type: 'rows', batch });
    server.handle({ type: 'flush', id: 1 });
    const stored = storedRows();
    expect(stored).toBeGreaterThan(100);
    leaveRoomFor(left);
    for (const batch of batches.slice(half)) server.handle({ type: 'rows', batch });
    server.handle({ type: 'flush', id: 2 });
    const waiting = said.find((message) => message.type === 'waiting');
    expect(waiting).toMatchObject({ failure: { code: 'history-disk-full' } });
    expect(said.at(-1)).toMatchObject({ type: 'refusal', id: 2 });
    expect(types()).not.toContain('failed');

    // Room comes back so slowly that it has to be tried several times.
    vi.advanceTimersByTime(1_000);
    expect(types().filter((type) => type === 'waiting').length).toBeGreaterThan(1);
    let seconds = 0;
    while (!types().includes('resumed') && seconds++ < 500) {
      leaveRoomFor(15 * seconds);
      vi.advanceTimersByTime(1_000);
    }
    expect(seconds).toBeGreaterThan(1);
    expect(storedRows()).toBe(rowsInAll);
    expect(said.findLast((message) => message.type === 'stored')).toMatchObject({
      lastSeq: batches.at(-1)?.lastSeq,
    });
    server.handle({ type: 'close', id: 3 });
    expect(said.at(-1)).toMatchObject({ type: 'answer', id: 3 });
    expect(contentOf(folder)).toEqual(calm());
  });

  test('goes on storing what comes after it, and may run out of room again', () => {
    const folder = freshFolder();
    const { server, types, leaveRoomFor, storedRows } = openServer(folder);
    const third = Math.ceil(batches.length / 3);
    for (const part of [0, 1, 2]) {
      leaveRoomFor(2);
      const told = types().length;
      for (const batch of batches.slice(part * third, (part + 1) * third)) {
        server.handle({ type: 'rows', batch });
      }
      server.handle({ type: 'flush', id: part });
      expect(types().slice(told)).toContain('waiting');
      leaveRoomFor(100_000);
      vi.advanceTimersByTime(1_000);
      expect(types().at(-1)).toBe('resumed');
    }
    expect(storedRows()).toBe(rowsInAll);
    server.handle({ type: 'close', id: 9 });
    expect(contentOf(folder)).toEqual(calm());
  });

  test('refuses to delete and deletes when asked again', () => {
    const { server, said, leaveRoomFor } = openServer(freshFolder());
    for (const batch of batches.slice(0, half)) server.handle({ type: 'rows', batch });
    server.handle({ type: 'flush', id: 1 });
    leaveRoomFor(0);
    for (const batch of batches.slice(half)) server.handle({ type: 'rows', batch });
    server.handle({ type: 'flush', id: 2 });
    const sinceUs = story.trades.at(-1)?.tsUs as TsUs;
    server.handle({ type: 'retain', id: 3, sinceUs });
    expect(said.at(-1)).toMatchObject({ type: 'refusal', id: 3 });
    leaveRoomFor(100_000);
    vi.advanceTimersByTime(1_000);
    server.handle({ type: 'retain', id: 4, sinceUs });
    vi.runAllTimers();
    expect(said.at(-1)).toMatchObject({ type: 'answer', id: 4 });
    server.handle({ type: 'query', id: 5, method: 'recentTrades', values: [0] });
    expect(said.at(-1)).toMatchObject({ type: 'answer', value: { rows: 1 } });
    server.abandon();
  });
});

test('beyond what may wait it fails at once, and a restart catches up', async () => {
  const folder = freshFolder();
  const { open } = HistoryDatabase;
  let database: HistoryDatabase | null = null;
  vi.spyOn(HistoryDatabase, 'open').mockImplementationOnce((path) => {
    database = open.call(HistoryDatabase, path);
    return database;
  });
  const states: string[] = [];
  const history = await createHistory({
    folder,
    inProcess: true,
    pendingRowsMax: 2_500,
    onState: (state, cause) => states.push(`${state}: ${cause?.code}`),
  });
  const connection = database as unknown as HistoryDatabase;
  connection.cell(`PRAGMA max_page_count = ${connection.cell('PRAGMA page_count')}`);
  const startedMs = performance.now();
  for (const batch of story.batches) history.absorb(batch);
  expect(states).toEqual(['waiting: history-disk-full', 'failed: history-stalled']);
  expect(performance.now() - startedMs).toBeLessThan(20_000);
  expect(history.lastSeq()).toBe(0);
  await history.close();
  const again = await createHistory({ folder, inProcess: true });
  for (const batch of story.batches) again.absorb(batch);
  await again.flush();
  expect(again.lastSeq()).toBe(batches.at(-1)?.lastSeq);
  await again.close();
});

test.skipIf(!existsSync('/usr/bin/prlimit'))(
  'a worker whose files may not grow waits, and stores all when they may',
  () => {
    const folder = freshFolder();
    const script = join(import.meta.dirname, 'testing', 'store-on-a-full-disk.ts');
    const seen = JSON.parse(String(execFileSync(process.execPath, [script, folder])));
    expect(seen.states).toEqual(['waiting: history-disk-full', 'storing: well']);
    expect(seen.refusal).toContain('history.db cannot be written (disk I/O error)');
    // What was refused is tried in smaller parts, and there is no room for all of it.
    expect(seen.stillSeq).toBeGreaterThanOrEqual(seen.storedSeq);
    expect(seen.stillSeq).toBeLessThan(seen.refusedSeq);
    expect(seen.lastSeq).toBe(6_001);
    const told = tellStory(4, 6_000);
    const content = contentOf(folder);
    expect(content['trades']?.length).toBe(told.trades.length);
    expect(content['cash']?.length).toBe(told.cash.length);
    expect(content['progress']).toEqual([JSON.stringify({ one: 1, last_seq: 6_001 })]);
  },
);
