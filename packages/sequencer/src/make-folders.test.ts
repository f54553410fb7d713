import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeFolders } from './make-folders.ts';

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'openstrike-make-'));
});
afterEach(() => {
  rmSync(base, { recursive: true, force: true });
});

test('makes what is missing, with its mode, and tells what it made', () => {
  const folder = join(base, 'a', 'b');
  expect(makeFolders(folder, 0o700)).toEqual([join(base, 'a'), folder]);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(makeFolders(folder)).toEqual([]);
});

test('says why where something else is in the way', () => {
  const file = join(base, 'file');
  writeFileSync(file, '');
  expect(() => makeFolders(file)).toThrow('is not a folder');
  expect(() => makeFolders(join(file, 'below'))).toThrow('ENOTDIR');
  symlinkSync(join(base, 'nowhere'), join(base, 'link'));
  expect(() => makeFolders(join(base, 'link'))).toThrow('EEXIST');
  mkdirSync(join(base, 'folder'));
  symlinkSync(join(base, 'folder'), join(base, 'good'));
  expect(makeFolders(join(base, 'good'))).toEqual([]);
});

test.runIf(process.platform === 'linux')('comes back where the system makes no folders', () => {
  expect(() => makeFolders('/proc/openstrike/journal')).toThrow('ENOENT');
});
