// Options: every setting of the exchange in one table: its flag, environment variable,
// configuration-file key, default, check and explanation. Flags win over the environment, that
// over the file, that over the default.
import { existsSync, readFileSync } from 'node:fs';
import { OperationalError } from '@openstrike/domain';
import { recommendedFastMove } from '@openstrike/risk';
import { Option } from 'commander';
import { parse as parseYaml } from 'yaml';

export interface ExchangeOptions {
  readonly config: string;
  readonly data: string;
  readonly fresh: boolean;
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly tlsCert: string;
  readonly tlsKey: string;
  readonly market: 'simulated' | 'live' | 'replay' | 'none';
  readonly sources: string;
  /** Files of a replay: chains, spot bars, recordings. */
  readonly replayFiles: readonly string[];
  readonly seed: string;
  /** Infinity for `max`. */
  readonly speed: number;
  /** Venue time to begin at in microseconds; null follows the wall clock. */
  readonly start: number | null;
  /** Venue time at which a replay ends, in microseconds; null at the end of the recording. */
  readonly end: number | null;
  readonly atEnd: 'stay' | 'stop';
  readonly makers: number;
  readonly takersPerMinute: number;
  /** Seconds of call auctions on fast moves, 0 for none; null leaves what is in force. */
  readonly callAuctions: number | null;
  readonly contracts: string;
  readonly families: readonly string[];
  readonly tiers: string;
  readonly rateLimits: boolean;
  readonly connectionsPerAddress: number;
  readonly operators: readonly string[];
  readonly snapshotCommands: number;
  readonly snapshotsKept: number;
  readonly historyDays: number;
  readonly logLevel: string;
  readonly logFormat: 'json' | 'pretty';
}

export type OptionName = keyof ExchangeOptions;

interface OptionRow {
  readonly name: OptionName;
  readonly flag: string;
  readonly value: string | number | boolean;
  readonly explain: string;
  readonly read: (value: unknown) => unknown;
}

const wrong = (expected: string) => (value: unknown) => {
  throw new OperationalError('bad-option', `expected ${expected}, not ${JSON.stringify(value)}`);
};

const text = (value: unknown): string =>
  typeof value === 'string' ? value : String(wrong('text')(value));

const boolean = (value: unknown): boolean => {
  if (value === true || value === 'true' || value === '1' || value === 'on') return true;
  if (value === false || value === 'false' || value === '0' || value === 'off') return false;
  return wrong('on or off')(value);
};

const number =
  (min: number, max: number, kind: 'whole' | 'real' = 'whole') =>
  (value: unknown): number => {
    const parsed = typeof value === 'number' ? value : value === '' ? Number.NaN : Number(value);
    const fits = kind === 'real' ? Number.isFinite(parsed) : Number.isSafeInteger(parsed);
    if (!fits || parsed < min || parsed > max) {
      return wrong(`a ${kind === 'whole' ? 'whole ' : ''}number from ${min} to ${max}`)(value);
    }
    return parsed;
  };

const oneOf =
  (...words: readonly string[]) =>
  (value: unknown): string => {
    const found = words.find((word) => word === value);
    return found ?? wrong(`one of ${words.join(', ')}`)(value);
  };

const speed = (value: unknown): number =>
  value === 'max' || value === Number.POSITIVE_INFINITY
    ? Number.POSITIVE_INFINITY
    : number(0.001, 100_000, 'real')(value);

/** An instant such as 2026-12-25T07:50:00Z; empty for none. */
const instant = (value: unknown): number | null => {
  if (value === '' || value === null) return null;
  const ms = value instanceof Date ? value.getTime() : Date.parse(text(value));
  if (Number.isNaN(ms) || ms < 0) return wrong('a time such as 2026-12-25T07:50:00Z')(value);
  return ms * 1_000;
};

/** Seconds of call auctions; null leaves them as they are. */
const auctionSeconds = (value: unknown): number | null => {
  if (value === '' || value === null) return null;
  if (value === 'on' || value === true) return recommendedFastMove.auctionSeconds;
  if (value === 'off' || value === false) return 0;
  const seconds = typeof value === 'number' ? value : Number(text(value));
  const fits = Number.isSafeInteger(seconds) && seconds >= 0 && seconds <= 3_600;
  return fits ? seconds : wrong('on, off or seconds from 0 to 3600')(value);
};

const list = (value: unknown): readonly string[] => {
  if (Array.isArray(value)) return value.map(text);
  return text(value)
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
};

const optionRows: readonly OptionRow[] = [
  {
    name: 'config',
    flag: '--config <file>',
    value: '',
    explain: 'configuration file in YAML; see apps/exchange/openstrike.example.yaml',
    read: text,
  },
  {
    name: 'data',
    flag: '--data <folder>',
    value: 'data',
    explain: 'folder of the journal, snapshots, history and keys',
    read: text,
  },
  {
    name: 'fresh',
    flag: '--fresh',
    value: false,
    explain: 'start afresh: the folder is moved aside to <folder>.<time>, never deleted',
    read: boolean,
  },
  { name: 'host', flag: '--host <address>', value: '127.0.0.1', explain: 'address', read: text },
  {
    name: 'port',
    flag: '--port <number>',
    value: 8080,
    explain: 'port of HTTP and WebSocket; 0 takes a free one',
    read: number(0, 65_535),
  },
  {
    name: 'tls',
    flag: '--tls',
    value: false,
    explain: 'serve https and wss; makes a development certificate unless one is given',
    read: boolean,
  },
  {
    name: 'tlsCert',
    flag: '--tls-cert <file>',
    value: '',
    explain: 'certificate (PEM)',
    read: text,
  },
  { name: 'tlsKey', flag: '--tls-key <file>', value: '', explain: 'private key (PEM)', read: text },
  {
    name: 'market',
    flag: '--market <kind>',
    value: 'simulated',
    explain: 'simulated, live venues, replay of recorded files, or none: a venue without prices',
    read: oneOf('simulated', 'live', 'replay', 'none'),
  },
  {
    name: 'sources',
    flag: '--sources <file>',
    value: '',
    explain: 'venues that a live market follows (YAML); all there are connectors for by default',
    read: text,
  },
  {
    name: 'replayFiles',
    flag: '--replay-files <paths>',
    value: '',
    explain: 'files to replay, in any order; the same as naming them after the options',
    read: list,
  },
  {
    name: 'seed',
    flag: '--seed <text>',
    value: 'openstrike',
    explain: 'seed of the simulated market',
    read: (value) => (typeof value === 'number' ? String(value) : text(value)),
  },
  {
    name: 'speed',
    flag: '--speed <factor>',
    value: 1,
    explain: 'venue seconds per wall second, or max: as fast as the machine allows',
    read: speed,
  },
  {
    name: 'start',
    flag: '--start <time>',
    value: '',
    explain:
      'venue time a fresh venue begins at (ISO 8601), then going on by itself; now by default',
    read: instant,
  },
  {
    name: 'end',
    flag: '--end <time>',
    value: '',
    explain: 'venue time at which a replay ends; the end of the recording by default',
    read: instant,
  },
  {
    name: 'atEnd',
    flag: '--at-end <what>',
    value: 'stay',
    explain: 'at the end of a replay stay open, with time standing still, or stop',
    read: oneOf('stay', 'stop'),
  },
  {
    name: 'makers',
    flag: '--makers <count>',
    value: 2,
    explain: 'simulated market makers; each quotes every listed instrument',
    read: number(0, 8),
  },
  {
    name: 'takersPerMinute',
    flag: '--takers-per-minute <count>',
    value: 240,
    explain: 'orders a minute of the simulated takers, in wall time',
    read: number(0, 60_000),
  },
  {
    name: 'callAuctions',
    flag: '--call-auctions <seconds>',
    value: '',
    explain:
      'trade by call auctions on fast moves: on (60 s), off or seconds; as set before by default',
    read: auctionSeconds,
  },
  {
    name: 'contracts',
    flag: '--contracts <folder>',
    value: '',
    explain: "folder of contract tables (BTC.yaml, ETH.yaml); the exchange's own by default",
    read: text,
  },
  {
    name: 'families',
    flag: '--families <names>',
    value: '',
    explain:
      'list only these contract families, such as BTC,BTC_USDC; all of the tables by default',
    read: list,
  },
  {
    name: 'tiers',
    flag: '--tiers <file>',
    value: '',
    explain: "file of rate tiers (YAML); the exchange's own by default",
    read: text,
  },
  {
    name: 'rateLimits',
    flag: '--rate-limits <switch>',
    value: 'on',
    explain: 'on, or off for local tests',
    read: boolean,
  },
  {
    name: 'connectionsPerAddress',
    flag: '--connections-per-address <count>',
    value: 32,
    explain: 'WebSocket connections that one address may hold',
    read: number(1, 100_000),
  },
  {
    name: 'operators',
    flag: '--operators <accounts>',
    value: '',
    explain: 'accounts whose keys may stop the whole venue and release kill switches',
    read: list,
  },
  {
    name: 'snapshotCommands',
    flag: '--snapshot-commands <count>',
    value: 1_000_000,
    explain: 'commands between two snapshots',
    read: number(1_000, 1_000_000_000),
  },
  {
    name: 'snapshotsKept',
    flag: '--snapshots-kept <count>',
    value: 0,
    explain: 'remove the journal before the newest so many snapshots; 0 keeps everything',
    read: number(0, 1_000),
  },
  {
    name: 'historyDays',
    flag: '--history-days <days>',
    value: 0,
    explain: 'public trades, marks and index values kept in history; 0 keeps everything',
    read: number(0, 36_500),
  },
  {
    name: 'logLevel',
    flag: '--log-level <level>',
    value: 'info',
    explain: 'trace, debug, info, warn, error or silent',
    read: oneOf('trace', 'debug', 'info', 'warn', 'error', 'silent'),
  },
  {
    name: 'logFormat',
    flag: '--log-format <form>',
    value: 'pretty',
    explain: 'pretty for people, json for machines',
    read: oneOf('pretty', 'json'),
  },
];

const environmentName = (row: OptionRow): string =>
  `OPENSTRIKE_${row.name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;

/** The options as commander shows and reads them. */
export const commanderOptions = (): Option[] =>
  optionRows.map((row) => {
    const shown = row.value === '' ? '' : ` (default: ${String(row.value)})`;
    return new Option(row.flag, `${row.explain}${shown} [${environmentName(row)}]`);
  });

export interface ResolvedOptions {
  readonly options: ExchangeOptions;
  /** Where each value comes from. */
  readonly sources: ReadonlyMap<OptionName, 'flag' | 'environment' | 'file' | 'default'>;
}

const readConfigFile = (path: string): ReadonlyMap<string, unknown> => {
  if (path === '') return new Map();
  if (!existsSync(path)) {
    throw new OperationalError('no-config-file', `There is no configuration file ${path}.`);
  }
  let parsed: unknown;
  try {
    parsed = parseYaml(readFileSync(path, 'utf8'));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw new OperationalError('bad-config-file', `${path} is not valid YAML: ${why}.`, { cause });
  }
  const entries = Object.entries((parsed ?? {}) as Record<string, unknown>);
  const known = new Set<string>(optionRows.map((row) => row.name));
  const unknown = entries.map(([key]) => key).filter((key) => !known.has(key) || key === 'config');
  if (typeof parsed !== 'object' || Array.isArray(parsed) || unknown.length > 0) {
    const found = unknown.length > 0 ? `the unknown key ${unknown[0]}` : 'no mapping';
    throw new OperationalError('bad-config-file', `${path} has ${found}; see --help for the keys.`);
  }
  return new Map(entries);
};

/**
 * Puts flags, environment, file and defaults together.
 * Throws OperationalError with one sentence that names the option at fault and what it takes.
 */
export const resolveOptions = (
  flags: Readonly<Record<string, unknown>>,
  environment: Readonly<Record<string, string | undefined>>,
): ResolvedOptions => {
  const sources = new Map<OptionName, 'flag' | 'environment' | 'file' | 'default'>();
  const values = new Map<OptionName, unknown>();
  let file: ReadonlyMap<string, unknown> = new Map();
  for (const row of optionRows) {
    const variable = environmentName(row);
    const candidates = [
      ['flag', flags[row.name], row.flag.split(' ')[0]],
      ['environment', environment[variable], variable],
      ['file', file.get(row.name), `${row.name} in the configuration file`],
      ['default', row.value, row.name],
    ] as const;
    const [source, value, where] =
      candidates.find(([, found]) => found !== undefined) ?? candidates[3];
    try {
      values.set(row.name, row.read(value));
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new OperationalError('bad-option', `${where}: ${why}.`, { cause });
    }
    sources.set(row.name, source);
    if (row.name === 'config') file = readConfigFile(values.get('config') as string);
  }
  return { options: Object.fromEntries(values) as unknown as ExchangeOptions, sources };
};

const shownValue = (value: unknown): string =>
  value === Number.POSITIVE_INFINITY ? 'max' : JSON.stringify(value);

const shownInstant = (value: unknown): string =>
  value === null ? '""' : JSON.stringify(new Date(Number(value) / 1_000).toISOString());

/** The effective configuration as YAML, each value with its source. */
export const describeOptions = ({ options, sources }: ResolvedOptions): string =>
  optionRows
    .filter((row) => row.name !== 'config')
    .map((row) => {
      const value = options[row.name];
      const shown =
        row.name === 'start' || row.name === 'end' ? shownInstant(value) : shownValue(value);
      return `# ${row.explain}\n${row.name}: ${shown} # ${sources.get(row.name)}\n`;
    })
    .join('');
