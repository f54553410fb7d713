// Surface picture: a fitted chain as an SVG of small multiples, one smile an expiry with its quotes
// from bid to ask, and the term structure at the end.

import { drawnSmile } from './surface-text.ts';
import type { ExpiryView, SurfaceView } from './surface-view.ts';

const columns = 3;
const panel = { width: 360, height: 230, left: 46, right: 14, top: 30, bottom: 30 };
const colours = {
  ink: '#1f2933',
  pale: '#e4e7eb',
  soft: '#7b8794',
  quote: '#9fb3c8',
  fit: '#d64545',
};

interface Scale {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

const scaleOf = (xs: readonly number[], ys: readonly number[]): Scale => {
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [low, high] = [Math.min(...ys), Math.max(...ys)];
  const margin = 0.06 * (high - low || 0.01);
  const width = panel.width - panel.left - panel.right;
  const height = panel.height - panel.top - panel.bottom;
  const span = high - low + 2 * margin;
  return {
    x: (value) => panel.left + ((value - left) / (right - left || 1)) * width,
    y: (value) => panel.top + ((high + margin - value) / span) * height,
  };
};

const at = (value: number): string => value.toFixed(1);

const text = (x: number, y: number, words: string, more = ''): string =>
  `<text x="${at(x)}" y="${at(y)}" ${more}>${words}</text>`;

const polyline = (points: readonly (readonly [number, number])[]): string =>
  `<polyline points="${points.map(([x, y]) => `${at(x)},${at(y)}`).join(' ')}" ` +
  `fill="none" stroke="${colours.fit}" stroke-width="1.6"/>`;

/** Round volatilities for the rules of a panel. */
const rulesOf = (ys: readonly number[]): readonly number[] => {
  const [low, high] = [Math.min(...ys), Math.max(...ys)];
  const steps = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];
  const step = steps.find((each) => (high - low) / each <= 5) ?? 10;
  const first = Math.ceil(low / step);
  const count = Math.floor(high / step) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, i) => (first + i) * step);
};

const frame = (title: string, note: string, ys: readonly number[], scale: Scale): string =>
  [
    text(panel.left, 18, title, 'class="title"'),
    text(panel.width - panel.right, 18, note, 'class="note" text-anchor="end"'),
    ...rulesOf(ys).map((value) => {
      const y = scale.y(value);
      const rule = `<line x1="${panel.left}" x2="${panel.width - panel.right}" `;
      return (
        `${rule}y1="${at(y)}" y2="${at(y)}" stroke="${colours.pale}"/>` +
        text(panel.left - 6, y + 4, `${Math.round(100 * value)}`, 'class="note" text-anchor="end"')
      );
    }),
  ].join('');

const smilePanel = (expiry: ExpiryView): string | null => {
  const drawn = drawnSmile(expiry);
  const [first, last] = [drawn[0], drawn.at(-1)];
  if (first === undefined || last === undefined || first.k === last.k) return null;
  const curve = Array.from({ length: 81 }, (_, i): [number, number] => {
    const k = first.k + ((last.k - first.k) * i) / 80;
    return [k, expiry.ivAt(k)];
  });
  const ys = [...drawn.flatMap(({ bidIv, askIv }) => [bidIv, askIv]), ...curve.map(([, y]) => y)];
  const scale = scaleOf([first.k, last.k], ys);
  const { fit, name, days } = expiry;
  const share = fit.quoted === 0 ? '' : `, ${Math.round((100 * fit.inside) / fit.quoted)} % inside`;
  const bars = drawn.map(({ k, bidIv, askIv }) => {
    const x = at(scale.x(k));
    const ends = `y1="${at(scale.y(askIv))}" y2="${at(scale.y(bidIv))}"`;
    return `<line x1="${x}" x2="${x}" ${ends} stroke="${colours.quote}" stroke-width="3"/>`;
  });
  const foot = panel.height - panel.bottom + 16;
  return [
    frame(name, `${days.toFixed(days < 10 ? 1 : 0)} days${share}`, ys, scale),
    ...bars,
    polyline(curve.map(([k, iv]) => [scale.x(k), scale.y(iv)])),
    text(scale.x(first.k), foot, String(first.strike), 'class="note"'),
    text(scale.x(last.k), foot, String(last.strike), 'class="note" text-anchor="end"'),
  ].join('');
};

const termPanel = (expiries: readonly ExpiryView[]): string | null => {
  const points = expiries
    .map(({ days, ivAt }): [number, number] => [Math.sqrt(days), ivAt(0)])
    .filter(([, iv]) => Number.isFinite(iv));
  if (points.length < 2) return null;
  const ys = points.map(([, iv]) => iv);
  const scale = scaleOf(
    points.map(([x]) => x),
    ys,
  );
  const placed = points.map(([x, y]): [number, number] => [scale.x(x), scale.y(y)]);
  const dots = placed.map(
    ([x, y]) => `<circle cx="${at(x)}" cy="${at(y)}" r="3" fill="${colours.fit}"/>`,
  );
  const [first, last] = [expiries[0], expiries.at(-1)];
  const foot = panel.height - panel.bottom + 16;
  return [
    frame('At the money', 'by root of time', ys, scale),
    polyline(placed),
    ...dots,
    text(panel.left, foot, first?.name ?? '', 'class="note"'),
    text(panel.width - panel.right, foot, last?.name ?? '', 'class="note" text-anchor="end"'),
  ].join('');
};

/** The picture as the text of an SVG file. */
export const surfacePicture = (view: SurfaceView): string => {
  const { underlying, atUs, fitted, expiries } = view;
  const panels = [...expiries.map(smilePanel), termPanel(expiries)].filter((each) => each !== null);
  const rows = Math.ceil(panels.length / columns);
  const [width, height] = [columns * panel.width + 20, rows * panel.height + 64];
  const when = new Date(atUs / 1000).toISOString().slice(0, 16).replace('T', ' ');
  const state = fitted.certificate.free ? 'free of arbitrage' : 'NOT free of arbitrage';
  const style =
    `text{font-family:system-ui,sans-serif;fill:${colours.ink};font-size:12px}` +
    `.title{font-weight:600;font-size:13px}.note{fill:${colours.soft};font-size:11px}` +
    '.head{font-weight:700;font-size:18px}';
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
      `viewBox="0 0 ${width} ${height}">`,
    `<style>${style}</style><rect width="100%" height="100%" fill="#fff"/>`,
    text(20, 32, `${underlying} implied volatility, ${when} UTC`, 'class="head"'),
    text(
      20,
      50,
      `index ${fitted.indexPrice.toFixed(2)} USD; bars: bid to ask in percent, line: fit, ${state}`,
      'class="note"',
    ),
    ...panels.map((content, i) => {
      const x = 10 + (i % columns) * panel.width;
      const y = 60 + Math.floor(i / columns) * panel.height;
      return `<g transform="translate(${x} ${y})">${content}</g>`;
    }),
    '</svg>',
    '',
  ].join('\n');
};
