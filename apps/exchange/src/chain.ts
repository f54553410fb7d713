// Chain: prints one series of the running exchange as a table, calls left, puts right, through the
// public API alone.
import { OperationalError } from '@openstrike/domain';
import { readRunFile } from './run-file.ts';

interface Summary {
  readonly instrument_name: string;
  readonly bid_price: number | null;
  readonly ask_price: number | null;
  readonly mark_price: number;
  readonly mark_iv: number;
  readonly underlying_price: number;
}

interface Row {
  readonly strike: number;
  readonly call: Summary | undefined;
  readonly put: Summary | undefined;
}

const colours = { bid: '\x1b[32m', ask: '\x1b[31m', strike: '\x1b[1m', end: '\x1b[0m' };
const plain = { bid: '', ask: '', strike: '', end: '' };
type Palette = typeof plain;

const ask = async (url: string): Promise<readonly Summary[]> => {
  const response = await fetch(url).catch((cause: unknown) => {
    const sentence = `Nothing answers at ${url}; start the exchange with npm start.`;
    throw new OperationalError('not-running', sentence, { cause });
  });
  const { result, error } = (await response.json()) as {
    result?: readonly Summary[];
    error?: { message: string };
  };
  if (result === undefined) {
    throw new OperationalError('refused', `The exchange refused: ${error?.message ?? ''}.`);
  }
  return result;
};

/** Milliseconds of an expiry code such as 27DEC26. */
const expiryMs = (code: string): number =>
  Date.parse(`${code.replace(/^(\d+)([A-Z]+)(\d+)$/, '$1 $2 20$3')} 08:00Z`);

const rowsOf = (summaries: readonly Summary[]): readonly Row[] => {
  const byStrike = new Map<number, { call?: Summary; put?: Summary }>();
  for (const summary of summaries) {
    const [, , strike, type] = summary.instrument_name.split('-');
    const row = byStrike.get(Number(strike)) ?? {};
    row[type === 'C' ? 'call' : 'put'] = summary;
    byStrike.set(Number(strike), row);
  }
  return [...byStrike]
    .sort(([a], [b]) => a - b)
    .map(([strike, { call, put }]) => ({ strike, call, put }));
};

const figure = (value: number | null | undefined): string =>
  (value ? String(Number(value.toPrecision(6))) : '-').padStart(9);

const half = (summary: Summary | undefined, palette: Palette): string =>
  [
    `${palette.bid}${figure(summary?.bid_price)}${palette.end}`,
    `${palette.ask}${figure(summary?.ask_price)}${palette.end}`,
    figure(summary && Number(summary.mark_price.toFixed(4))),
    (summary?.mark_iv.toFixed(1) ?? '-').padStart(6),
  ].join(' ');

const table = (name: string, rows: readonly Row[], palette: Palette): string => {
  const forward = rows[0]?.call?.underlying_price ?? rows[0]?.put?.underlying_price ?? 0;
  const columns = ['bid', 'ask', 'mark']
    .map((each) => each.padStart(9))
    .join(' ')
    .concat('   iv %');
  const nearest = rows.reduce((best, row) =>
    Math.abs(row.strike - forward) < Math.abs(best.strike - forward) ? row : best,
  );
  const lines = rows.map((row) => {
    const marked = row === nearest ? `>${String(row.strike).padStart(7)} <` : String(row.strike);
    const strike = `${palette.strike}${marked.padStart(8).padEnd(10)}${palette.end}`;
    return `${half(row.call, palette)}  ${strike}${half(row.put, palette)}`;
  });
  const heading = `${name}   forward ${forward.toFixed(2)}`;
  return [heading, '', `${columns}   strike   ${columns}`, ...lines].join('\n');
};

/** Strikes shown on each side of the forward. */
const neighbours = 6;

/**
 * Throws OperationalError when no exchange runs on the folder, or the series is not listed.
 * `series` is a prefix of names such as BTC-27DEC26 or BTC_USDC; the first expiry beyond a week
 * where it names none.
 */
export const printChain = async (dataFolder: string, series: string): Promise<string> => {
  const run = readRunFile(dataFolder);
  const [family = '', code] = series.toUpperCase().split('-');
  const currency = family.includes('_') ? 'USDC' : family;
  const url = `${run.http}/api/v2/public/get_book_summary_by_currency`;
  const summaries = (await ask(`${url}?currency=${currency}&kind=option`)).filter(
    ({ instrument_name: name }) => name.startsWith(`${family}-`),
  );
  const codes = [...new Set(summaries.map((each) => each.instrument_name.split('-')[1] ?? ''))];
  codes.sort((a, b) => expiryMs(a) - expiryMs(b));
  const weekAway = codes.find((each) => expiryMs(each) > Date.now() + 7 * 86_400_000);
  const chosen = code ?? weekAway ?? codes[0];
  if (chosen === undefined || !codes.includes(chosen)) {
    const listed = codes.map((each) => `${family}-${each}`).join(', ');
    throw new OperationalError('no-series', `There is no series ${series}; listed: ${listed}.`);
  }
  const rows = rowsOf(summaries.filter((each) => each.instrument_name.split('-')[1] === chosen));
  const forward = rows[0]?.call?.underlying_price ?? 0;
  const middle = rows.findIndex(({ strike }) => strike >= forward);
  const shown = rows.slice(Math.max(0, middle - neighbours), middle + neighbours);
  return table(`${family}-${chosen}`, shown, process.stdout.isTTY ? colours : plain);
};
