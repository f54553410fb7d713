// Terminal picture: draws text from standard input as an SVG of a terminal, for the README.
// node scripts/terminal-picture.ts 'npm start' < output.txt > docs/images/start.svg
import { readFileSync } from 'node:fs';

const title = process.argv[2] ?? '';
const lines = readFileSync(0, 'utf8').replace(/\s+$/, '').split('\n');

const characterWidth = 7.82;
const lineHeight = 19;
const padding = 18;
const barHeight = 34;
const width =
  Math.ceil(
    Math.max(...lines.map((line) => line.replaceAll(/#[bahe]#/g, '').length)) * characterWidth,
  ) +
  2 * padding;
const height = lines.length * lineHeight + barHeight + 2 * padding;

/** Spaces that no renderer folds. */
const escape = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(' ', '&#160;');

/** Prompts bright, bids green, asks red, headings bold: `#b#text` up to the next mark. */
const colours: Readonly<Record<string, string>> = {
  b: '#7ee787',
  a: '#ff9492',
  h: '#79c0ff',
  e: '#e6edf3',
};

const drawLine = (line: string, index: number): string => {
  const y = barHeight + padding + (index + 0.75) * lineHeight;
  const spans = line.split(/(?=#[bahe]#)/).map((part) => {
    const match = /^#([bahe])#(.*)$/s.exec(part);
    if (match === null) return `<tspan>${escape(part)}</tspan>`;
    return `<tspan fill="${colours[match[1] as string]}">${escape(match[2] as string)}</tspan>`;
  });
  return `<text x="${padding}" y="${y}">${spans.join('')}</text>`;
};

const dots = ['#ff5f57', '#febc2e', '#28c840'].map(
  (fill, index) => `<circle cx="${20 + 20 * index}" cy="17" r="6" fill="${fill}"/>`,
);
process.stdout.write(
  [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
      `viewBox="0 0 ${width} ${height}" font-family="ui-monospace,Menlo,Consolas,monospace" ` +
      'font-size="13">',
    `<rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>`,
    `<rect width="${width}" height="${barHeight}" rx="8" fill="#161b22"/>`,
    ...dots,
    `<text x="${width / 2}" y="22" fill="#8b949e" text-anchor="middle">${escape(title)}</text>`,
    '<g fill="#e6edf3">',
    ...lines.map(drawLine),
    '</g>',
    '</svg>',
    '',
  ].join('\n'),
);
