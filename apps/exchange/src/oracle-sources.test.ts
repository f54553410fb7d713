// The file of a live market's sources: checked whole, with the entry at fault.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnector } from '@openstrike/connectors';
import { usualDefinition } from '@openstrike/oracle';
import { afterAll, expect, test } from 'vitest';
import { loadOracleSources } from './oracle-sources.ts';

const folder = mkdtempSync(join(tmpdir(), 'sources-'));
afterAll(() => rmSync(folder, { recursive: true }));

const read = (text: string) => {
  const file = join(folder, 'sources.yaml');
  writeFileSync(file, text);
  return loadOracleSources(file);
};

test('the built-in sources make an index, and each can be followed as it is named', () => {
  const sources = loadOracleSources('');
  expect(sources.length).toBeGreaterThan(4);
  for (const { source, ...follow } of sources) {
    expect(createConnector(source, follow).source).toBe(source);
  }
});

test('a file names what to follow, where', () => {
  const sources = read(
    'coinbase:\nkraken: { symbols: [BTC/USD] }\nbitstamp:\n' +
      'deribit: { chains: [BTC], addresses: { socket: "ws://127.0.0.1:1" } }\n',
  );
  expect(sources).toEqual([
    { source: 'coinbase', symbols: expect.arrayContaining(['BTC-USD', 'USDT-USD']) },
    { source: 'kraken', symbols: ['BTC/USD'] },
    { source: 'bitstamp', symbols: expect.arrayContaining(['btcusd', 'usdcusd']) },
    { source: 'deribit', chains: ['BTC'], addresses: { socket: 'ws://127.0.0.1:1' } },
  ]);
});

test.each([
  ['nowhere:\n', 'there is no source nowhere'],
  ['coinbase: { symbol: [BTC-USD] }\n', 'the unknown key symbol'],
  ['coinbase: { symbols: BTC-USD }\n', 'coinbase.symbols must be a list'],
  ['deribit: { chains: [SOL] }\n', 'deribit.chains must be a list of BTC and ETH'],
  ['deribit: { addresses: [a] }\n', undefined],
  ['coinbase:\nkraken:\n', 'needs at least 3 of'],
  ['[]\n', 'must map names'],
])('%j is refused', (text, sentence) => {
  expect(() => read(text)).toThrow(sentence);
});

test('reporters of signed prices count where they are named, with whom to believe', () => {
  const venues = 'coinbase:\nkraken:\nbitstamp:\n';
  const signers = `[${[1, 2].map((digit) => `"0x${String(digit).repeat(40)}"`).join(', ')}]`;
  process.env['SOURCES_TEST_SECRET'] = 'secret';
  const sources = read(
    `${venues}pyth:\nredstone:\nchainlink: { signers: ${signers}, threshold: 2, key: a, ` +
      'secret_variable: SOURCES_TEST_SECRET }\n',
  );
  for (const { source, ...follow } of sources) {
    expect(createConnector(source, follow).source).toBe(source);
  }
  expect(sources.at(-1)?.credentials).toEqual({ key: 'a', secret: 'secret' });
  delete process.env['SOURCES_TEST_SECRET'];
  expect(() => read(`${venues}chainlink: { key: a, secret_variable: NONE_SET }\n`)).toThrow(
    'a secret_variable that is set',
  );
  expect(() => read(`${venues}pyth: { signers: ${signers} }\n`)).toThrow('with a threshold');
  const { indexes, rates } = usualDefinition(sources.map(({ source }) => source));
  const counted = indexes[0]?.rules.constituents.map(({ source }) => source);
  expect(counted).toEqual(['coinbase', 'kraken', 'bitstamp', 'pyth', 'redstone', 'chainlink']);
  expect(rates.USDT.constituents.map(({ source }) => source)).toContain('pyth');
});

test('a file that is not there is named', () => {
  expect(() => loadOracleSources(join(folder, 'none.yaml'))).toThrow('There is no file of sources');
});
