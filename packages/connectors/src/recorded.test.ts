// The recorded frames of every venue give exactly the events beside them, over a real socket, and
// no frame that was damaged on the way gives anything but a FrameError.
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FrameError } from './core/fields.ts';
import type { Link } from './core/link.ts';
import { createConnector } from './create-connector.ts';
import type { MarketEvent, SourceName } from './market-event.ts';
import { type LocalClient, LocalVenue } from './testing/local-venue.ts';
import { quickSettings } from './testing/quick-settings.ts';
import { Told } from './testing/told.ts';
import { venueTable } from './venues/venue-table.ts';

interface Recording {
  readonly source: string;
  readonly symbols: readonly string[];
  /** Which connection of the venue speaks so; the first where it says nothing. */
  readonly address?: string;
  /** Whether the venue speaks without being asked. */
  readonly speaksFirst?: boolean;
  readonly frames: readonly unknown[];
  readonly events: readonly Partial<MarketEvent>[];
}

const folder = new URL('../../../testdata/connectors/', import.meta.url);

const recordings = [...venueTable.keys()].flatMap((venue) =>
  readdirSync(new URL(`${venue}/`, folder))
    .filter((file) => file.startsWith('frames'))
    .map((file) => {
      const text = readFileSync(new URL(`${venue}/${file}`, folder), 'utf8');
      return [`${venue} ${file}`, venue, JSON.parse(text) as Recording] as const;
    }),
);

const frameText = (frame: unknown): string =>
  typeof frame === 'string' ? frame : JSON.stringify(frame);

describe.each(recordings)('%s', (_, venueName: SourceName, recording) => {
  const address = recording.address ?? 'socket';

  test('names its source', () => {
    expect(recording.source).toMatch(/^Made from .*\S/);
  });

  test('gives the events beside it', async () => {
    let told = false;
    const speak = (client: LocalClient): void => {
      if (!told) {
        told = true;
        for (const frame of recording.frames) {
          client.sendRaw(frameText(frame));
        }
      }
    };
    const venue = await LocalVenue.open(
      recording.speaksFirst === true
        ? { connected: speak, hear: () => undefined }
        : { hear: speak },
    );
    const nowUs = (): number => 1_764_230_400_600_000;
    const connector = createConnector(venueName, {
      symbols: recording.symbols,
      addresses: { [address]: venue.socketAddress },
      settings: { ...quickSettings, nowUs, bookDepth: 0, snapshotTimeoutMs: 10_000 },
    });
    const heard = new Told();
    connector.start(heard.listener);
    try {
      const events = (): MarketEvent[] =>
        heard.events.filter((event): event is MarketEvent => event.type !== 'status');
      await heard.until(() => events().length >= recording.events.length, 'all events are told');
      await new Promise((resolve) => setTimeout(resolve, 20));
      const found = events().map(({ source, contract, receivedUs, ...rest }) => {
        expect(source).toBe(venueName);
        expect(receivedUs).toBe(nowUs());
        expect(contract).toEqual(
          venueTable.get(venueName)?.parseSymbol(rest.venueSymbol)?.contract,
        );
        return rest;
      });
      expect(rounded(found)).toEqual(rounded(recording.events));
      expect(connector.health().counts.unparsed).toBe(0);
    } finally {
      await connector.stop();
      await venue.close();
    }
  });

  test('is refused with a FrameError, or understood, however it is damaged', () => {
    const definition = venueTable.get(venueName);
    const markets = recording.symbols.map((symbol) => definition?.parseSymbol(symbol));
    const [plan] = (
      definition?.plan({
        addresses: definition.addresses,
        markets: markets.filter((market) => market !== null && market !== undefined),
        chains: [],
        only: () => true,
      }) ?? []
    ).filter(({ name }) => name === address);
    const link: Link = {
      bookDepth: 5,
      send: () => undefined,
      sendNow: () => undefined,
      tell: (event) => {
        for (const value of Object.values(event)) {
          expect(Number.isNaN(value)).toBe(false);
        }
      },
      live: () => undefined,
      lose: () => undefined,
      refuse: () => undefined,
      count: () => undefined,
      reconnect: () => undefined,
      get: () => Promise.resolve({}),
    };
    const values = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom('', '-1', 'NaN', '1e999', '0x10', 'null', -5, 1e300, '__proto__'),
    );
    fc.assert(
      fc.property(fc.nat(), fc.nat(), values, fc.boolean(), (which, at, value, cut) => {
        const protocol = plan?.createProtocol(link);
        protocol?.open(plan?.markets ?? []);
        const chosen = which % recording.frames.length;
        recording.frames.forEach((frame, index) => {
          const text = frameText(frame);
          const damaged = cut ? text.slice(0, at % text.length) : replaced(text, at, value);
          try {
            protocol?.hear(index === chosen ? damaged : text, 1_764_230_400_600_000);
          } catch (error) {
            expect(error).toBeInstanceOf(FrameError);
          }
        });
      }),
      { numRuns: 300 },
    );
  });
});

/** Numbers to sixteen digits: the last ones of a quotient are not the venue's. */
const rounded = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_key, inner: unknown) =>
      typeof inner === 'number' ? Number(inner.toPrecision(16)) : inner,
    ),
  );

/** The text with one of its JSON values, by its rank, replaced by another value. */
const replaced = (text: string, rank: number, value: unknown): string => {
  let seen = 0;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return text;
  }
  const total = JSON.stringify(parsed).split(/[,:[{]/).length;
  const walk = (node: unknown): unknown => {
    if (seen++ === rank % total) {
      return value;
    }
    if (Array.isArray(node)) {
      return node.map(walk);
    }
    if (typeof node === 'object' && node !== null) {
      return Object.fromEntries(Object.entries(node).map(([key, inner]) => [key, walk(inner)]));
    }
    return node;
  };
  return JSON.stringify(walk(parsed));
};
