// Recordings: frames of every venue as its documentation shows them, with the events that they
// must give. Tests and the benchmark read them here.
import { readdirSync, readFileSync } from 'node:fs';
import type { SessionPlan } from '../core/venue-definition.ts';
import type { MarketEvent, SourceName } from '../market-event.ts';
import { venueTable } from '../venues/venue-table.ts';

export interface Recording {
  readonly source: string;
  readonly symbols: readonly string[];
  /** Paths of the connections that speak so, by the names of their addresses. */
  readonly sockets?: Readonly<Record<string, string>>;
  /** Answers over HTTP by path, by the names of their addresses. */
  readonly rest?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Whether the venue speaks without being asked. */
  readonly speaksFirst?: boolean;
  readonly frames: readonly unknown[];
  readonly events: readonly Partial<MarketEvent>[];
}

export interface NamedRecording {
  /** Venue and file, such as `bybit frames-spot.json`. */
  readonly name: string;
  readonly venue: SourceName;
  readonly recording: Recording;
}

export interface RecordedFrame {
  /** The path it is recorded on; null where there is but one. */
  readonly on: string | null;
  /** Told only of markets that a snapshot over HTTP made live. */
  readonly later: boolean;
  readonly text: string;
}

const folder = new URL('../../../../testdata/connectors/', import.meta.url);

/** Reports that are signed have tests of their own. */
const venues = [...venueTable].filter(([, { signed }]) => signed === undefined);

export const loadRecordings = (): NamedRecording[] =>
  venues.flatMap(([venue]) =>
    readdirSync(new URL(`${venue}/`, folder))
      .filter((file) => file.startsWith('frames'))
      .map((file) => {
        const text = readFileSync(new URL(`${venue}/${file}`, folder), 'utf8');
        return { name: `${venue} ${file}`, venue, recording: JSON.parse(text) as Recording };
      }),
  );

export const socketsOf = ({ sockets }: Recording): Readonly<Record<string, string>> =>
  sockets ?? { socket: '/' };

export const answersOf = ({ rest }: Recording): Readonly<Record<string, unknown>> =>
  Object.assign({}, ...Object.values(rest ?? {}));

export const framesOf = ({ frames }: Recording): RecordedFrame[] =>
  frames.map((frame) => {
    if (typeof frame === 'object' && frame !== null && 'on' in frame && 'frame' in frame) {
      const later = 'later' in frame;
      return { on: String(frame.on), later, text: JSON.stringify(frame.frame) };
    }
    const text = typeof frame === 'string' ? frame : JSON.stringify(frame);
    return { on: null, later: false, text };
  });

/** The connections that follow what was recorded, by the names of their addresses. */
export const sessionPlansOf = ({ venue, recording }: NamedRecording): Map<string, SessionPlan> => {
  const definition = venueTable.get(venue);
  const markets = recording.symbols.map((symbol) => definition?.parseSymbol(symbol));
  const plans = definition?.plan({
    addresses: definition.addresses,
    markets: markets.filter((market) => market !== null && market !== undefined),
    chains: [],
    only: () => true,
    signers: { addresses: [], threshold: 0 },
    credentials: { key: '', secret: '' },
  });
  const sessions = (plans ?? []).filter((plan): plan is SessionPlan => !('kind' in plan));
  return new Map(sessions.map((plan) => [plan.name, plan]));
};
