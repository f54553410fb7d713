import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeOptions, resolveOptions } from './options.ts';

const configFile = (text: string): string => {
  const path = join(mkdtempSync(join(tmpdir(), 'openstrike-options-')), 'c.yaml');
  writeFileSync(path, text);
  return path;
};

test('flags win over the environment, that over the file, that over the default', () => {
  const config = configFile('port: 1\nseed: file\nmakers: 5\n');
  const environment = { OPENSTRIKE_PORT: '2', OPENSTRIKE_SEED: 'environment' };
  const { options, sources } = resolveOptions({ config, port: '3' }, environment);
  expect(options).toMatchObject({ port: 3, seed: 'environment', makers: 5, host: '127.0.0.1' });
  expect(['port', 'seed', 'makers', 'host'].map((name) => sources.get(name as 'port'))).toEqual([
    'flag',
    'environment',
    'file',
    'default',
  ]);
});

test('speed takes a factor or max; switches and lists read as people write them', () => {
  const { options } = resolveOptions({ speed: 'max', rateLimits: 'off', families: 'BTC, ETH' }, {});
  expect(options).toMatchObject({ speed: Infinity, rateLimits: false, families: ['BTC', 'ETH'] });
});

test.each([
  ['on', 60],
  ['off', 0],
  ['90', 90],
  [false, 0],
  ['', null],
] as const)('call auctions as a flag, a variable or a key: %j', (given, seconds) => {
  const file = configFile(`callAuctions: ${JSON.stringify(given)}\n`);
  for (const { options } of [
    resolveOptions({ callAuctions: given }, {}),
    resolveOptions({}, { OPENSTRIKE_CALL_AUCTIONS: String(given === false ? 'off' : given) }),
    resolveOptions({ config: file }, {}),
  ]) {
    expect(options.callAuctions).toBe(seconds);
  }
});

test.each([
  [{ callAuctions: '3601' }, {}, '--call-auctions: expected on, off or seconds from 0 to 3600'],
  [{ callAuctions: 'x' }, {}, 'not "x"'],
  [{ port: 'x' }, {}, '--port: expected a whole number from 0 to 65535, not "x".'],
  [{}, { OPENSTRIKE_PORT: '' }, 'OPENSTRIKE_PORT: expected a whole number'],
  [{ market: 'real' }, {}, '--market: expected one of simulated, live, replay, none, not "real".'],
  [{ speed: '-1' }, {}, '--speed: expected a number from'],
  [{ config: 'no-such-file.yaml' }, {}, 'There is no configuration file no-such-file.yaml.'],
])('a bad value is one clear sentence: %j %j', (flags, environment, sentence) => {
  expect(() => resolveOptions(flags, environment)).toThrow(sentence);
});

test('unknown keys and broken files are refused', () => {
  const unknown = configFile('prot: 1\n');
  expect(() => resolveOptions({ config: unknown }, {})).toThrow('the unknown key prot');
  const broken = configFile('a: [');
  expect(() => resolveOptions({ config: broken }, {})).toThrow('is not valid YAML');
});

test('what is described can be read back', () => {
  const resolved = resolveOptions({ speed: 'max', port: '9' }, {});
  const config = configFile(describeOptions(resolved));
  expect(resolveOptions({ config }, {}).options).toEqual({ ...resolved.options, config });
});

test('the example file shows every default', () => {
  const example = new URL('../openstrike.example.yaml', import.meta.url);
  const described = describeOptions(resolveOptions({}, {})).replaceAll(' # default\n', '\n');
  expect(readFileSync(example, 'utf8').trim()).toBe(described.trim());
});
