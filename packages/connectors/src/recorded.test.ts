// The recorded frames of every venue give exactly the events beside them, over a real socket, and
// no frame that was damaged on the way gives anything but a FrameError.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FrameError } from './core/fields.ts';
import type { Link } from './core/link.ts';
import { createConnector } from './create-connector.ts';
import type { MarketEvent } from './market-event.ts';
import { type LocalClient, LocalVenue } from './testing/local-venue.ts';
import { quickSettings } from './testing/quick-settings.ts';
import {
  answersOf,
  framesOf,
  loadRecordings,
  sessionPlansOf,
  socketsOf,
} from './testing/recordings.ts';
import { Told } from './testing/told.ts';
import { venueTable } from './venues/venue-table.ts';

const recordings = loadRecordings().map((each) => [each.name, each] as const);

describe.each(recordings)('%s', (_, named) => {
  const { venue: venueName, recording } = named;
  const sockets = socketsOf(recording);
  const framesOn = (path: string, when: 'now' | 'later' | 'ever'): string[] =>
    framesOf(recording)
      .filter(
        ({ on, later }) =>
          (on === null || on === path) && (when === 'ever' || later === (when === 'later')),
      )
      .map(({ text }) => text);

  test('names its source', () => {
    expect(recording.source).toMatch(/^Made from .*\S/);
  });

  test('gives the events beside it', async () => {
    const told = new Map<string, LocalClient>();
    const speak = (client: LocalClient): void => {
      const path = client.path.split('?')[0] as string;
      if (told.has(path)) {
        return;
      }
      told.set(path, client);
      framesOn(path, 'now').forEach((frame) => client.sendRaw(frame));
    };
    const answers = answersOf(recording);
    const venue = await LocalVenue.open({
      ...(recording.speaksFirst === true && { connected: speak }),
      hear: recording.speaksFirst === true ? () => undefined : speak,
      get: (path) => answers[path],
    });
    const nowUs = (): number => 1_764_230_400_600_000;
    const connector = createConnector(venueName, {
      symbols: recording.symbols,
      addresses: {
        ...Object.fromEntries(
          Object.entries(sockets).map(([name, path]) => [name, venue.socketAddress + path]),
        ),
        ...Object.fromEntries(
          Object.keys(recording.rest ?? {}).map((name) => [name, venue.restAddress]),
        ),
      },
      settings: { ...quickSettings, nowUs, bookDepth: 0, snapshotTimeoutMs: 10_000 },
    });
    const heard = new Told();
    connector.start(heard.listener);
    try {
      // What is told only of live markets waits until a snapshot over HTTP made them live, and all
      // else that is asked over HTTP was heard.
      const paths = Object.values(sockets);
      const later = paths.flatMap((path) =>
        framesOn(path, 'later').map((text) => ({ path, text })),
      );
      const first = paths.flatMap((path) => framesOn(path, 'now')).length;
      const answered = (): boolean =>
        Object.keys(answers).every((path) => venue.asked.includes(path)) &&
        connector.health().counts.answers >= venue.asked.length;
      const ready = (): boolean =>
        paths.every((path) => told.has(path)) &&
        connector.health().counts.frames >= first &&
        answered() &&
        recording.symbols.every((symbol) => heard.live(symbol));
      if (later.length > 0) await heard.until(ready, 'the markets are live');
      for (const { path, text } of later) told.get(path)?.sendRaw(text);
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

  test.each(Object.entries(sockets))(
    'on %s is refused with a FrameError, or understood, however it is damaged',
    (name, path) => {
      const frames = framesOn(path, 'ever');
      const plan = sessionPlansOf(named).get(name);
      const values = fc.oneof(
        fc.jsonValue({ maxDepth: 2 }),
        fc.constantFrom('', '-1', 'NaN', '1e999', '0x10', 'null', -5, 1e300, '__proto__'),
      );
      fc.assert(
        fc.property(fc.nat(), fc.nat(), values, fc.boolean(), (which, at, value, cut) => {
          const protocol = plan?.createProtocol(deafLink);
          protocol?.open(plan?.markets ?? []);
          const chosen = which % frames.length;
          frames.forEach((text, index) => {
            const damaged = cut ? text.slice(0, at % text.length) : replaced(text, at, value);
            try {
              protocol?.hear(index === chosen ? damaged : text, 1_764_230_400_600_000);
            } catch (error) {
              expect(error).toBeInstanceOf(FrameError);
            }
          });
        }),
        { numRuns: 150 },
      );
    },
  );
});

/** A link that hears no number that is none, and does nothing. */
const deafLink: Link = {
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
  unparsed: () => undefined,
  reconnect: () => undefined,
  get: () => new Promise(() => undefined),
};

/** Numbers to fifteen digits: the last ones of a quotient are not the venue's. */
const rounded = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_key, inner: unknown) =>
      typeof inner === 'number' ? Number(inner.toPrecision(15)) : inner,
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
