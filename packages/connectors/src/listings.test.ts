// Whole chains are followed as each venue lists them over HTTP: what is live, of the coin asked
// for, with the venue's own contract sizes; and every name given to a symbol is read the same way.
import { readFileSync } from 'node:fs';
import { compareStrings } from '@openstrike/std';
import { expect, test } from 'vitest';
import { createConnector, sourceDefaults } from './create-connector.ts';
import type { SourceName } from './market-event.ts';
import { LocalVenue } from './testing/local-venue.ts';
import { quickSettings } from './testing/quick-settings.ts';
import { Told } from './testing/told.ts';
import { venueTable } from './venues/venue-table.ts';

interface Listing {
  readonly venue: SourceName;
  readonly answers: Readonly<Record<string, unknown>>;
  readonly markets: readonly [name: string, kind: string, of: string, amount: number][];
}

const file = new URL('../../../testdata/connectors/listings/listings.json', import.meta.url);
const { venues } = JSON.parse(readFileSync(file, 'utf8')) as { venues: readonly Listing[] };

const byName = (a: readonly unknown[], b: readonly unknown[]): number =>
  compareStrings(String(a[0]), String(b[0]));

const christmas = Date.UTC(2026, 11, 25, 8) * 1_000;

test.each(venues)('$venue lists what is followed', async ({ venue: source, answers, markets }) => {
  const venue = await LocalVenue.open({ hear: () => undefined, get: (path) => answers[path] });
  const addresses = Object.fromEntries(
    Object.entries(sourceDefaults.get(source)?.addresses ?? {}).map(([name, address]) => [
      name,
      address.startsWith('wss:') ? venue.socketAddress : venue.restAddress,
    ]),
  );
  const connector = createConnector(source, {
    chains: ['BTC'],
    addresses,
    settings: quickSettings,
  });
  const told = new Told();
  connector.start(told.listener);
  try {
    await told.until(() => connector.markets().length === markets.length, 'all are listed');
    const found = connector.markets().map(({ venueSymbol, contract, sizeUnit }) => {
      if (contract.kind === 'option' || contract.kind === 'future') {
        expect(contract.expiryUs).toBe(christmas);
      }
      return [venueSymbol, contract.kind, sizeUnit.of, sizeUnit.amount];
    });
    expect(found.sort(byName)).toEqual([...markets].sort(byName));
  } finally {
    await connector.stop();
    await venue.close();
  }
});

const oneSigner = { addresses: [`0x${'1'.repeat(40)}`], threshold: 1 };

test.each([...venueTable.values()])('$source follows its own default symbols', (definition) => {
  for (const symbol of definition.symbols) {
    expect(definition.parseSymbol(symbol)?.venueSymbol, symbol).toBe(symbol);
  }
  const credentials = { key: 'key', secret: 'secret' };
  const signers = definition.signed === undefined ? {} : { signers: oneSigner };
  expect(() => createConnector(definition.source, { credentials, ...signers })).not.toThrow();
});

test('a date that is none names no contract', () => {
  for (const [source, symbol] of [
    ['okx', 'BTC-USD-260431-100000-C'],
    ['okx', 'BTC-USD-261325'],
    ['binance', 'usdm:BTCUSDT_260230'],
    ['bybit', 'linear:BTCUSDT-31APR26'],
    ['bybit', 'inverse:BTCUSDZ26'],
  ] as const) {
    expect(venueTable.get(source)?.parseSymbol(symbol), symbol).toBeNull();
  }
});
