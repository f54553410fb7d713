import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { utimesSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileStorage } from './file-storage.ts';
import { lockFolder } from './folder-lock.ts';
import { readBytes, writeWholeFile } from './journal-storage.ts';
import { deposit, startTally } from './testing/test-commands.ts';

let base: string;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'openstrike-folder-'));
});
afterEach(async () => {
  await rm(base, { recursive: true, force: true });
});

describe('the hold on a folder', () => {
  it('is refused while another holds it, with its name, and is free after', async () => {
    const first = await FileStorage.open(base);
    await expect(FileStorage.open(base)).rejects.toThrow(
      new RegExp(`is held by process ${process.pid} on \\S+ since 20`),
    );
    await first.close();
    await (await FileStorage.open(base)).close();
    expect(await readdir(base)).toEqual(['format.json']);
  });

  it('is refused while another process lives and taken over once it was killed', async () => {
    const url = new URL('./file-storage.ts', import.meta.url).href;
    const script = `const { FileStorage } = await import(${JSON.stringify(url)});
      await FileStorage.open(${JSON.stringify(base)});
      console.log('held'); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    await expect(FileStorage.open(base)).rejects.toThrow(`is held by process ${child.pid} `);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await (await FileStorage.open(base)).close();
  });

  it('is taken from a process whose number now belongs to another', async () => {
    const first = await FileStorage.open(base);
    const lock = JSON.parse(await readFile(join(base, 'lock'), 'utf8'));
    await first.close();
    await writeFile(join(base, 'lock'), JSON.stringify({ ...lock, startedAt: '1' }));
    await (await FileStorage.open(base)).close();
  });

  it('of another machine is respected while its heart beats, then taken', async () => {
    const elsewhere = { pid: 1, startedAt: '1', place: 'else', host: 'else', since: '2026' };
    const path = join(base, 'lock');
    await writeFile(path, JSON.stringify(elsewhere));
    const quick = { heartbeatMs: 50, silenceMs: 500 };
    const beat = setInterval(() => utimesSync(path, new Date(), new Date()), 50);
    await expect(lockFolder(base, quick)).rejects.toThrow(
      'is held by process 1 on else since 2026',
    );
    clearInterval(beat);
    (await lockFolder(base, quick)).release();
  });
});

describe('the format of a folder', () => {
  const refusals: readonly (readonly [string, string, string])[] = [
    [
      'format.json',
      '{"kind":"openstrike-journal","version":2}',
      'format version 2 and this program',
    ],
    ['format.json', '{"kind":"something"}', 'does not describe a journal folder'],
    ['format.json', 'not json', 'does not describe a journal folder'],
    ['journal-0000000000000001.bin', 'x', 'holds a journal but no format.json'],
  ];
  it.each(refusals)('is refused, with nothing touched: %s %s', async (name, content, sentence) => {
    await writeFile(join(base, name), content);
    await expect(FileStorage.open(base)).rejects.toThrow(sentence);
    expect(await readdir(base)).toEqual([name]);
    expect(await readFile(join(base, name), 'utf8')).toBe(content);
  });

  it('of a newer segment or snapshot is refused with one sentence', async () => {
    const sequencer = await startTally(base);
    await sequencer.submit(deposit(1));
    await sequencer.stop();
    const { crc32 } = await import('./crc32.ts');
    for (const [name, crcAt] of [
      ['snapshot-0000000000000001.bin', 152],
      ['journal-0000000000000001.bin', 64],
    ] as const) {
      const bytes = await readFile(join(base, name));
      const newer = Buffer.from(bytes);
      newer.writeUInt32LE(7, 8);
      newer.writeUInt32LE(crc32(newer, 0, crcAt), crcAt);
      await writeFile(join(base, name), newer);
      await expect(startTally(base)).rejects.toThrow(`${name} has format version 7`);
      await writeFile(join(base, name), bytes);
    }
  });
});

describe('files', () => {
  it('may lie in a folder that is made with those above it', async () => {
    const storage = await FileStorage.open(join(base, 'a', 'b', 'c'));
    expect((await storage.list()).map(({ name }) => name)).toContain('format.json');
    await storage.close();
  });

  it('are written whole, read in part and replaced', async () => {
    const storage = await FileStorage.open(base);
    await writeWholeFile(storage, 'a', [Buffer.from('one '), Buffer.from('two')]);
    await writeWholeFile(storage, 'a', [Buffer.from('three')]);
    expect(Buffer.from(await readBytes(storage, 'a', 1, 100)).toString()).toBe('hree');
    const file = await storage.open('a');
    await file.write(Buffer.from('XY'), 3);
    await file.truncate(4);
    await file.sync();
    await file.close();
    expect((await storage.list()).map(({ name, bytes }) => `${name} ${bytes}`)).toContain('a 4');
    expect(Buffer.from(await readBytes(storage, 'a', 0, 9)).toString()).toBe('thrX');
    const unwritable = [Buffer.from('x'), null as never];
    await expect(writeWholeFile(storage, 'b', unwritable)).rejects.toThrow();
    expect((await storage.list()).some(({ name }) => name.startsWith('b'))).toBe(false);
    await storage.remove('a');
    await expect(storage.read('a', 0, new Uint8Array(1))).rejects.toThrow('Could not access');
    await storage.close();
  });
});
