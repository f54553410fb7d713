// Coverage report: reads bars of an index from a CSV file and says, book by book, whether the
// portfolio margin would have paid for what each lost in two days, with every start at which it
// would not have.
import { readFileSync } from 'node:fs';
import { OperationalError } from '@openstrike/domain';
import { type Bar, type BookCoverage, coverageOf, recommendedParameters } from '@openstrike/risk';

/** Bars read at most; more is no price history by the hour. */
const barsMax = 1_000_000;

interface ReadBars {
  readonly bars: readonly Bar[];
  readonly barHours: number;
}

const columnOf = (names: readonly string[], wanted: readonly string[], path: string): number => {
  const found = names.findIndex((name) => wanted.includes(name));
  if (found >= 0) return found;
  throw new OperationalError(
    'bad-history',
    `${path} has no column ${wanted.join(' or ')} in its first line.`,
  );
};

const readBars = (path: string): ReadBars => {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new OperationalError('bad-history', `${path} could not be read.`, { cause: error });
  }
  const [head = '', ...lines] = text.trim().split(/\r?\n/);
  const names = head.toLowerCase().split(',');
  const timeAt = columnOf(names, ['open_time_utc', 'date', 'time'], path);
  const closeAt = columnOf(names, ['close'], path);
  if (lines.length > barsMax)
    throw new OperationalError('bad-history', `${path} has more than ${barsMax} bars.`);
  const rows = lines.map((line, i) => {
    const cells = line.split(',');
    const hours = Date.parse(cells[timeAt] ?? '') / 3_600_000;
    const close = Number(cells[closeAt]);
    if (Number.isFinite(hours) && close > 0) return { hours, close };
    throw new OperationalError(
      'bad-history',
      `${path}, line ${i + 2}: no time or no price in "${line}".`,
    );
  });
  const gaps = rows.slice(1).map(({ hours }, i) => hours - (rows[i]?.hours ?? hours));
  if (gaps.some((gap) => gap <= 0)) {
    throw new OperationalError('bad-history', `${path}: the bars do not ascend in time.`);
  }
  const barHours = gaps.sort((a, b) => a - b)[gaps.length >> 1] ?? 1;
  return {
    bars: rows.map(({ hours, close }) => ({ endHours: hours + barHours, close })),
    barHours,
  };
};

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;

const bookLine = (row: BookCoverage): string =>
  [
    row.book.padEnd(42),
    percent(row.meanMargin).padStart(9),
    String(row.starts).padStart(8),
    String(row.breaches).padStart(9),
    percent(row.breaches / row.starts).padStart(8),
    row.level995.toFixed(3).padStart(8),
    row.shortfall995.toFixed(3).padStart(10),
    row.worst.toFixed(3).padStart(8),
  ].join('');

const timeOf = (hours: number): string => new Date(hours * 3_600_000).toISOString().slice(0, 16);

/** Bars that warm the volatility up before the first start: ten days of hours, or sixty days. */
const warmUpOf = (barHours: number): number => Math.min(240, Math.ceil((60 * 24) / barHours));

/**
 * The report as text.
 *
 * Throws: OperationalError for a file that is not a price history.
 */
export const coverageReport = (underlying: string, path: string, step: number): string => {
  const { bars, barHours } = readBars(path);
  const warmUp = warmUpOf(barHours);
  const parameters = recommendedParameters(underlying);
  if (bars.length - warmUp < Math.ceil(48 / barHours) + 1) {
    throw new OperationalError(
      'bad-history',
      `${path} has ${bars.length} bars: too few to hold a book two days.`,
    );
  }
  const { books, breaches, starts, breachShare, shortfall995 } = coverageOf({
    parameters,
    bars,
    step,
    warmUp,
  });
  return [
    `${underlying}, parameters version ${parameters.version}: ${starts} starts, ` +
      `${breaches.length} breaches (${percent(breachShare)}), ` +
      `mean loss of the worst 0.5 %: ${shortfall995.toFixed(3)} of the margin`,
    `${'book'.padEnd(42)}   margin  starts  breaches   share  99.5 %  beyond it   worst`,
    ...books.map(bookLine),
    '',
    breaches.length === 0 ? 'No breach.' : 'Every breach, by start of the two days:',
    ...breaches.map(
      ({ book, startHours, startPrice, endPrice, margin, loss }) =>
        `${timeOf(startHours)}  ${startPrice.toFixed(2)} to ${endPrice.toFixed(2)}  ` +
        `loss ${loss.toFixed(0)}, margin ${margin.toFixed(0)}  ${book}`,
    ),
  ].join('\n');
};
