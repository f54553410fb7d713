// Oracle sources: which venues a live market follows, from a YAML file or the built-in list,
// checked whole before anything connects: a source is a name with what to follow there.
import { existsSync, readFileSync } from 'node:fs';
import {
  type Credentials,
  type SourceName,
  sourceDefaults,
  type TrustedSigners,
  type Underlying,
} from '@openstrike/connectors';
import { OperationalError } from '@openstrike/domain';
import { usualConstituents, usualIndexRules } from '@openstrike/oracle';
import { parse } from 'yaml';

export interface OracleSource {
  readonly source: SourceName;
  /** The venue's names of what to follow; its usual ones where absent. */
  readonly symbols?: readonly string[];
  /** Underlyings whose options and futures are followed. */
  readonly chains?: readonly Underlying[];
  /** Addresses in place of the venue's own: a proxy, a recorder. */
  readonly addresses?: Readonly<Record<string, string>>;
  /** Of a source of signed reports: whose signatures are believed. */
  readonly signers?: TrustedSigners;
  /** What a source that asks for it knows its customer by. */
  readonly credentials?: Credentials;
}

/** What is followed at a source where nothing is named. */
const usualSymbols = (source: SourceName): readonly string[] =>
  sourceDefaults.get(source)?.symbols ?? [];

/** Every venue there is a connector for, its chains included; signed reports only when named. */
const builtInSources = (): readonly OracleSource[] =>
  [...sourceDefaults]
    .filter(([, { signed }]) => signed === null)
    .map(([source, { hasChains }]): OracleSource => {
      const chains = hasChains ? { chains: ['BTC', 'ETH'] as const } : {};
      return { source, symbols: usualSymbols(source), ...chains };
    });

const wrong = (file: string, sentence: string): OperationalError =>
  new OperationalError('bad-sources', `${file}: ${sentence}`);

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isTextList = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every(isText);
const isTextMap = (value: unknown): value is Record<string, string> =>
  typeof value === 'object' && value !== null && Object.values(value).every(isText);

const sourceOf = (file: string, name: string, value: unknown): OracleSource => {
  const known = [...sourceDefaults.keys()];
  const source = known.find((each) => each === name);
  if (source === undefined) {
    throw wrong(file, `there is no source ${name}; there are ${known.join(', ')}.`);
  }
  const given = (value ?? {}) as Record<string, unknown>;
  if (typeof given !== 'object' || Array.isArray(given)) {
    throw wrong(file, `${name} takes a mapping of symbols, chains and addresses, or nothing.`);
  }
  const odd = Object.keys(given).find((key) => !keysOf(source).includes(key));
  if (odd !== undefined) {
    const keys = keysOf(source).join(', ');
    throw wrong(file, `${name} has the unknown key ${odd}; it takes ${keys}.`);
  }
  const { symbols, chains, addresses } = given;
  if (symbols !== undefined && !isTextList(symbols)) {
    throw wrong(file, `${name}.symbols must be a list of the venue's own names.`);
  }
  if (
    chains !== undefined &&
    !(isTextList(chains) && chains.every((each) => each === 'BTC' || each === 'ETH'))
  ) {
    throw wrong(file, `${name}.chains must be a list of BTC and ETH.`);
  }
  if (addresses !== undefined && !isTextMap(addresses)) {
    throw wrong(file, `${name}.addresses must map names to addresses.`);
  }
  return {
    source,
    ...(symbols !== undefined
      ? { symbols }
      : chains === undefined
        ? { symbols: usualSymbols(source) }
        : {}),
    ...(chains === undefined ? {} : { chains: chains as Underlying[] }),
    ...(addresses === undefined ? {} : { addresses }),
    ...signedPartsOf(file, name, given),
  };
};

/** What may stand in the entry of a source. */
const keysOf = (source: SourceName): readonly string[] =>
  (sourceDefaults.get(source)?.signed ?? null) === null
    ? ['symbols', 'chains', 'addresses']
    : ['symbols', 'addresses', 'signers', 'threshold', 'key', 'secret_variable'];

/**
 * Signers and account of a source of signed reports. The secret itself stands in an environment
 * variable, so that the file can be shown.
 */
const signedPartsOf = (
  file: string,
  name: string,
  { signers, threshold, key, secret_variable: variable }: Record<string, unknown>,
): Pick<OracleSource, 'signers' | 'credentials'> => {
  const signed: { signers?: TrustedSigners; credentials?: Credentials } = {};
  if (signers !== undefined || threshold !== undefined) {
    if (!isTextList(signers) || typeof threshold !== 'number') {
      throw wrong(file, `${name} takes signers, a list of addresses, with a threshold.`);
    }
    signed.signers = { addresses: signers, threshold };
  }
  if (key !== undefined || variable !== undefined) {
    const secret = isText(variable) ? process.env[variable] : undefined;
    if (!isText(key) || !isText(secret)) {
      throw wrong(file, `${name} takes a key, and a secret_variable that is set.`);
    }
    signed.credentials = { key, secret };
  }
  return signed;
};

/** Throws OperationalError with the entry at fault, or where too few could make an index. */
export const loadOracleSources = (file: string): readonly OracleSource[] => {
  const sources = file === '' ? builtInSources() : readSources(file);
  const spot = usualConstituents.filter(({ source }) =>
    sources.some((each) => each.source === source),
  );
  if (spot.length < usualIndexRules.quorum) {
    const names = usualConstituents.map(({ source }) => source).join(', ');
    throw wrong(
      file === '' ? 'the built-in sources' : file,
      `an index needs at least ${usualIndexRules.quorum} of ${names}.`,
    );
  }
  return sources;
};

const readSources = (file: string): readonly OracleSource[] => {
  if (!existsSync(file)) {
    throw new OperationalError('no-sources', `There is no file of sources ${file}.`);
  }
  const value: unknown = parse(readFileSync(file, 'utf8'));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrong(file, 'it must map names of sources to what to follow there.');
  }
  return Object.entries(value).map(([name, entry]) => sourceOf(file, name, entry));
};
