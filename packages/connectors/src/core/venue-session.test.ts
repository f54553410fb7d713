import { createRandom } from '@openstrike/std';
import { afterEach, describe, expect, test } from 'vitest';
import {
  type ConnectorOptions,
  createConnector,
  type VenueConnector,
} from '../create-connector.ts';
import { LocalVenue } from '../testing/local-venue.ts';
import { quickSettings } from '../testing/quick-settings.ts';
import { DeribitSpeaker } from '../testing/speakers/deribit-speaker.ts';
import { Told } from '../testing/told.ts';
import type { SessionSettings } from './session-settings.ts';
import type { ConnectorProblem } from './venue-session.ts';

const symbol = 'BTC_USDC-PERPETUAL';
const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) {
    await close();
  }
});

const begin = async (
  settings: Partial<SessionSettings> = {},
  options: ConnectorOptions = {},
  prepare: (venue: LocalVenue, speaker: DeribitSpeaker) => void = () => undefined,
) => {
  const speaker = new DeribitSpeaker(createRandom(1));
  const venue = await LocalVenue.open(speaker);
  prepare(venue, speaker);
  const problems: ConnectorProblem[] = [];
  const connector: VenueConnector = createConnector('deribit', {
    ...speaker.options(venue),
    ...options,
    settings: { ...quickSettings, snapshotTimeoutMs: 10_000, ...settings },
    onProblem: (problem) => problems.push(problem),
  });
  const told = new Told();
  connector.start(told.listener);
  closing.push(async () => {
    await connector.stop();
    await venue.close();
  });
  return { speaker, venue, connector, told, problems, book: speaker.books[0]! };
};

/** A clock that goes on only where a test lets it: a machine that stands still ages nothing. */
const ownClock = () => {
  let ms = 0;
  return {
    nowMs: () => ms,
    /** A millisecond passes at each look for something. */
    passingUntil: (holds: () => boolean) => () => {
      ms += 1;
      return holds();
    },
  };
};

describe('a connection', () => {
  test('goes from down over connecting to live, and tells each once', async () => {
    const { told, connector } = await begin();
    expect(connector.state()).toBe('connecting');
    await told.until(() => told.live(symbol), 'the symbol is live');
    await told.until(() => connector.state() === 'live', 'the connector is live');
    expect(told.statuses(null).map(({ state }) => state)).toEqual(['connecting', 'live']);
    expect(told.statuses(symbol).map(({ state }) => state)).toEqual(['connecting', 'live']);
  });

  test('that breaks off is down, and comes back with a fresh snapshot', async () => {
    const { told, venue, connector, speaker, book } = await begin();
    await told.until(() => told.live(symbol), 'live');
    venue.breakOff();
    await told.until(() => told.states.get(symbol) === 'down', 'down');
    book.change();
    await told.until(() => told.live(symbol), 'live again');
    const before = book.history.length;
    speaker.tell(venue, book, book.change());
    expect(book.history.length).toBe(before + 1);
    await told.until(
      () => told.lastBook(symbol)?.sequence === book.sequence,
      'the change after it is told',
    );
    expect(connector.health().counts.connections).toBe(2);
    expect(told.wrong).toEqual([]);
  });

  test('waits longer after each failure, by chance and to a bound', async () => {
    const started = performance.now();
    const { venue, told } = await begin({
      backOff: { firstMs: 20, mostMs: 40 },
      random: () => 0,
    });
    await told.until(() => venue.connections === 1, 'connected');
    for (let n = 2; n <= 5; n++) {
      venue.breakOff();
      await told.until(() => venue.connections === n, 'connected again');
    }
    // Half of 20, 40, 40, 40 ms, since the chance is always nought.
    expect(performance.now() - started).toBeGreaterThanOrEqual(10 + 20 + 20 + 20 - 2);
  });

  test('that is silent is stale, then given up, and heard again is live', async () => {
    // The server's answers to pings say that it lives, and nothing of its prices.
    const patience = { staleAfterMs: 40, deadAfterMs: 300, frozenAfterMs: 400, pingEveryMs: 20 };
    const { nowMs, passingUntil } = ownClock();
    const { told, venue, speaker } = await begin({ ...patience, nowMs });
    await told.until(() => told.live(symbol), 'live');
    await told.until(
      passingUntil(() => told.states.get(symbol) === 'stale'),
      'stale',
    );
    await told.until(() => told.states.get('') === 'stale', 'the whole is stale');
    speaker.nudge(venue);
    await told.until(() => told.live(symbol), 'live again');
    venue.silent = true;
    await told.until(
      passingUntil(() => told.states.get(symbol) === 'down'),
      'given up',
    );
    expect(told.statuses(symbol).at(-1)?.reason).toMatch(/no message for 400 ms/);
  });

  test('of a symbol that is silent alone makes only that stale', async () => {
    const { nowMs, passingUntil } = ownClock();
    const { told, venue, speaker } = await begin({ symbolSilenceMaxMs: 40, nowMs });
    await told.until(() => told.live(symbol), 'live');
    await told.until(
      passingUntil(() => told.states.get(symbol) === 'stale'),
      'stale',
    );
    speaker.nudge(venue);
    await told.until(() => told.live(symbol), 'live again');
    expect(told.wrong).toEqual([]);
  });

  test.each([60_000, -60_000])('whose clock is %i ms off is stale', async (offMs) => {
    const { told, venue, speaker, connector } = await begin({ skewWindowMs: 20 }, {}, (_, by) => {
      by.nowMs = () => Date.now() + offMs;
    });
    await told.until(() => told.states.get(symbol) === 'stale', 'stale');
    const [skewUs] = connector.health().skewsUs;
    expect(Math.abs((skewUs ?? 0) / 1_000 + offMs)).toBeLessThan(1_000);
    speaker.nowMs = () => Date.now();
    await told.until(() => {
      speaker.nudge(venue);
      return told.live(symbol);
    }, 'live again');
  });

  test('counts and tells garbage, and goes on', async () => {
    const { told, venue, connector, problems, speaker, book } = await begin();
    await told.until(() => told.live(symbol), 'live');
    venue.open()[0]?.sendRaw('\u0000garbage');
    venue.open()[0]?.sendRaw('[]');
    speaker.tell(venue, book, book.change());
    await told.until(() => told.lastBook(symbol)?.sequence === book.sequence, 'the change');
    expect(connector.health().counts.unparsed).toBe(2);
    expect(problems.map(({ code }) => code)).toEqual(['frame', 'frame']);
    expect(problems[0]?.sentence).toMatch(/not JSON/);
  });

  test('ends at a frame that is too long, and comes back', async () => {
    const { told, venue } = await begin({ frameBytesMax: 10_000 });
    await told.until(() => told.live(symbol), 'live');
    venue.open()[0]?.sendRaw('x'.repeat(20_000));
    await told.until(() => told.states.get(symbol) === 'down', 'down');
    expect(told.statuses(symbol).at(-1)?.reason).toMatch(/payload/i);
    await told.until(() => told.live(symbol), 'live again');
  });

  test('asks again for a snapshot that does not come', async () => {
    const { nowMs, passingUntil } = ownClock();
    const { told, venue } = await begin({ snapshotTimeoutMs: 30, nowMs }, {}, (local) => {
      // The answers to heartbeat and subscription pass; the snapshot is lost.
      local.faults = ['pass', 'pass', 'drop'];
    });
    await told.until(
      passingUntil(() => told.live(symbol)),
      'live',
    );
    const asked = venue.heard.filter((text) => text.includes('public/subscribe'));
    expect(asked.length).toBe(2);
    expect(venue.connections).toBe(1);
  });

  test('says which channel the venue does not accept', async () => {
    const { told, venue } = await begin({}, {}, (_, speaker) => {
      speaker.refused.add(`book.${symbol}.100ms`);
    });
    await told.until(
      () => /does not accept/.test(told.statuses(symbol).at(-1)?.reason ?? ''),
      'no',
    );
    expect(told.states.get(symbol)).toBe('down');
    expect(venue.connections).toBeGreaterThan(0);
  });

  test('tells nothing after it has stopped', async () => {
    const { told, venue, speaker, connector, book } = await begin();
    await told.until(() => told.live(symbol), 'live');
    await connector.stop();
    const heard = told.events.length;
    speaker.tell(venue, book, book.change());
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(told.events.length).toBe(heard);
    expect(connector.state()).toBe('down');
  });
});

describe('chains', () => {
  const option = (name: string) => ({ kind: 'option', is_active: true, instrument_name: name });

  test('are listed over HTTP, filtered and followed, and so is each new list', async () => {
    const first = 'BTC-27DEC26-100000-C';
    const second = 'BTC-27DEC26-110000-C';
    const { told, venue, speaker, connector } = await begin(
      { listEveryMs: 30 },
      {
        symbols: [],
        chains: ['BTC'],
        only: ({ contract }) => contract.kind === 'option' && contract.payoff === 'inverse',
      },
      (_, by) => {
        by.instruments.set('BTC', [option(first), { ...option('BTC-27DEC26'), kind: 'future' }]);
        by.instruments.set('USDC', [option('BTC_USDC-27DEC26-100000-C')]);
      },
    );
    await told.until(() => connector.markets().length === 1, 'the option is followed');
    await told.until(() => venue.heard.some((text) => text.includes(`ticker.${first}`)), 'asked');
    speaker.instruments.set('BTC', [option(second)]);
    await told.until(() => venue.heard.some((text) => text.includes(`ticker.${second}`)), 'asked');
    expect(connector.markets().map(({ venueSymbol }) => venueSymbol)).toEqual([second]);
    expect(told.statuses(first).at(-1)).toMatchObject({
      state: 'down',
      reason: 'no longer listed',
    });
  });

  test('that cannot be listed are asked for again', async () => {
    const { told, venue, connector, problems } = await begin(
      {},
      { symbols: [], chains: ['BTC'] },
      (local, by) => {
        by.instruments.set('BTC', [option('BTC-27DEC26-100000-C')]);
        local.httpStatus = 500;
      },
    );
    await told.until(() => connector.state() === 'down', 'down');
    expect(problems[0]?.sentence).toMatch(/it answers 500.*check the address/);
    venue.httpStatus = null;
    await told.until(() => connector.markets().length === 1, 'listed');
  });
});

describe('the factory refuses', () => {
  test('what it cannot follow, and says what to write', () => {
    const make = (options: ConnectorOptions) => () => createConnector('coinbase', options);
    expect(make({ symbols: ['BTC-USDC'] })).toThrow(/BTC-USDC is not followed at coinbase: write/);
    expect(make({ chains: ['BTC'] })).toThrow(/coinbase has no options or futures/);
    expect(make({ addresses: { nowhere: 'ws://x' } })).toThrow(/no address 'nowhere'.*socket/);
  });
});
