// Surface text: a fitted chain as a table, its arbitrage report, its term structure as bars and one
// smile drawn in characters, for a terminal of a hundred columns.
import type { QuoteCount } from '@openstrike/oracle';
import type { ExpiryView, SurfaceView } from './surface-view.ts';

const percent = (share: number, digits = 1): string =>
  Number.isFinite(share) ? `${(100 * share).toFixed(digits)} %` : '-';

const shareOf = (count: number, of: number): string => (of === 0 ? '-' : percent(count / of));

const expiryRow = ({ fit, marks, name, days, ivAt }: ExpiryView): string =>
  [
    name.padEnd(9),
    days.toFixed(1).padStart(6),
    fit.forward.toFixed(2).padStart(12),
    percent(ivAt(0)).padStart(9),
    String(fit.quoted).padStart(8),
    shareOf(fit.inside, fit.quoted).padStart(9),
    shareOf(fit.withinTick, fit.quoted).padStart(9),
    shareOf(marks.inside, marks.quoted).padStart(9),
    shareOf(marks.withinTick, marks.quoted).padStart(9),
    `  ${fit.outcome}${fit.refusal === null ? '' : `: ${fit.refusal}`}`,
  ].join('');

const barWidth = 56;

const termBars = (expiries: readonly ExpiryView[]): readonly string[] => {
  const most = Math.max(...expiries.map(({ ivAt }) => ivAt(0)).filter(Number.isFinite));
  return expiries
    .filter(({ ivAt }) => Number.isFinite(ivAt(0)))
    .map(({ name, ivAt }) => {
      const length = Math.round((barWidth * ivAt(0)) / most);
      return `${name.padEnd(9)}${'█'.repeat(length)} ${percent(ivAt(0))}`;
    });
};

const plotWidth = 80;
const plotHeight = 16;

/** The expiry nearest to thirty days among those that were fitted. */
export const typicalExpiry = (expiries: readonly ExpiryView[]): ExpiryView | undefined =>
  expiries
    .filter(({ fit, smile }) => fit.slice !== null && smile.length > 2)
    .sort((a, b) => Math.abs(a.days - 30) - Math.abs(b.days - 30))[0];

/** Strikes whose quotes are narrow enough to be worth drawing. */
export const drawnSmile = (expiry: ExpiryView): ExpiryView['smile'] =>
  expiry.smile.filter(({ bidIv, askIv, k }) => askIv - bidIv < 0.6 * expiry.ivAt(k));

const smilePlot = (expiry: ExpiryView): readonly string[] => {
  const drawn = drawnSmile(expiry);
  const [first, last] = [drawn[0], drawn.at(-1)];
  if (first === undefined || last === undefined || first.k === last.k) return [];
  const low = Math.min(...drawn.map(({ bidIv, k }) => Math.min(bidIv, expiry.ivAt(k))));
  const high = Math.max(...drawn.map(({ askIv, k }) => Math.max(askIv, expiry.ivAt(k))));
  const columnOf = (k: number): number =>
    Math.round(((k - first.k) / (last.k - first.k)) * (plotWidth - 1));
  const rowOf = (iv: number): number => Math.round(((high - iv) / (high - low)) * (plotHeight - 1));
  const cells = Array.from({ length: plotHeight }, () => new Array<string>(plotWidth).fill(' '));
  const put = (column: number, row: number, mark: string): void => {
    const line = cells[row];
    if (line !== undefined) line[column] = mark;
  };
  for (const { k, bidIv, askIv } of drawn) {
    for (let row = rowOf(askIv); row <= rowOf(bidIv); row++) put(columnOf(k), row, '│');
  }
  for (let column = 0; column < plotWidth; column++) {
    const k = first.k + ((last.k - first.k) * column) / (plotWidth - 1);
    put(column, rowOf(expiry.ivAt(k)), '•');
  }
  const labels = new Map([
    [0, percent(high)],
    [plotHeight - 1, percent(low)],
  ]);
  const lines = cells.map((line, row) => `${(labels.get(row) ?? '').padStart(8)} ${line.join('')}`);
  const ends = [first, last].map(({ strike }) => String(strike));
  const gap = plotWidth - (ends[0]?.length ?? 0) - (ends[1]?.length ?? 0);
  return [...lines, `${' '.repeat(9)}${ends[0]}${' '.repeat(Math.max(1, gap))}${ends[1]}`];
};

const middleOf = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

const arbitrageLines = ({ fitted, expiries }: SurfaceView): readonly string[] => {
  const { free, violations, butterfly, calendar, gridPoints } = fitted.certificate;
  const least = (margins: readonly { readonly k: number; readonly value: number }[]): string => {
    const [worst] = [...margins].sort((a, b) => a.value - b.value);
    return worst === undefined
      ? 'nothing to check'
      : `least ${worst.value.toExponential(2)} at k = ${worst.k.toFixed(3)}`;
  };
  const sliced = expiries.filter(({ fit }) => fit.slice !== null);
  return [
    `Arbitrage: ${free ? 'free' : `${violations.length} violations`}, ` +
      `${sliced.length} slices searched at ${gridPoints} points and refined`,
    `  butterflies (density factor g): ${least(butterfly)}`,
    `  calendars (rise of total variance): ${least(calendar)}`,
    ...violations.map(
      ({ kind, index, k, value }) =>
        `  ${kind} of ${sliced[index]?.name ?? index} at k = ${k.toFixed(3)}: ${value}`,
    ),
  ];
};

const countLine = (counts: readonly QuoteCount[]): string => {
  const sum = (of: (count: QuoteCount) => number): number =>
    counts.reduce((total, count) => total + of(count), 0);
  const quoted = sum((count) => count.quoted);
  const inside = shareOf(
    sum((count) => count.inside),
    quoted,
  );
  const withinTick = shareOf(
    sum((count) => count.withinTick),
    quoted,
  );
  return `${quoted}, inside bid and ask ${inside}, within a tick ${withinTick}`;
};

/** The report of a fitted chain as text. */
export const surfaceText = (view: SurfaceView): string => {
  const { underlying, atUs, fitted, expiries, markGaps } = view;
  const day = expiries.filter(({ days }) => days > 1);
  const typical = typicalExpiry(expiries);
  return [
    `${underlying} at ${new Date(atUs / 1000).toISOString()}, ` +
      `index ${fitted.indexPrice.toFixed(2)} USD, ${expiries.length} expiries`,
    '',
    `${' '.repeat(45)}  fit                marks`,
    'expiry     days     forward   at money   quotes   inside in a tick  inside in a tick  outcome',
    ...expiries.map(expiryRow),
    '',
    'Two-sided quotes of more than a day',
    `  fit: ${countLine(day.map(({ fit }) => fit))}`,
    `  marks, pinned where the fit passes by: ${countLine(day.map(({ marks }) => marks))}`,
    markGaps.length === 0
      ? 'The file has no marks of the venue to compare with.'
      : `Median difference to the venue's mark volatility: ` +
        `${(100 * middleOf(markGaps)).toFixed(2)} points over ${markGaps.length} options`,
    ...arbitrageLines(view),
    '',
    'Volatility at the money',
    ...termBars(expiries),
    ...(typical === undefined
      ? []
      : ['', `Smile of ${typical.name}: │ bid to ask, • fit`, ...smilePlot(typical)]),
  ].join('\n');
};
