// Recorded chain: writes option chains and spot bars as files like those that people record, from a
// surface that is known, so that tests can say what a replay must find. Nothing here is real data.
import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { usPerYear } from '@openstrike/domain';
import { black76, type SviParameters, sviVolatility } from '@openstrike/pricing';
import { log } from '@openstrike/std';
import type { Underlying } from '../replay/chain-snapshot.ts';

export interface MadeSnapshot {
  /** ISO 8601. */
  readonly at: string;
  readonly underlying: Underlying;
  /** USD. */
  readonly index: number;
  /** Annualised ln(forward / index). */
  readonly basisRate: number;
  readonly expiries: readonly { readonly at: string; readonly annual: SviParameters }[];
}

/** A smile in variance a year, with its smoothness in deviations of a month. */
export const annualSmile = (volatility: number): SviParameters => ({
  a: 0.6 * volatility * volatility,
  b: 0.4 * volatility * volatility,
  rho: -0.2,
  m: 0,
  sigma: 1,
});

const header =
  'ts,instrument,currency,expiry,strike,type,underlying,underlying_name,index,bid,ask,mark,mark_iv';
const months = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ');

const codeOf = (at: string): string => {
  const date = new Date(at);
  const year = String(date.getUTCFullYear()).slice(2);
  return `${date.getUTCDate()}${months[date.getUTCMonth()]}${year}`;
};

/** A slice at a time to expiry: its shape narrows with the root of time, as real smiles do. */
export const madeSlice = (annual: SviParameters, years: number): SviParameters => {
  const root = Math.sqrt(years);
  return {
    a: annual.a * years,
    b: annual.b * root,
    rho: annual.rho,
    m: annual.m * root,
    sigma: annual.sigma * root,
  };
};

const rowsOf = (snapshot: MadeSnapshot): string[] => {
  const rows: string[] = [];
  const atUs = Date.parse(snapshot.at) * 1_000;
  for (const { at, annual } of snapshot.expiries) {
    const years = (Date.parse(at) * 1_000 - atUs) / usPerYear;
    if (years <= 0) continue;
    const forward = snapshot.index * Math.exp(snapshot.basisRate * years);
    const slice = madeSlice(annual, years);
    const reach = 3 * Math.sqrt(years);
    for (let step = -10; step <= 10; step += 1) {
      const strike = Math.round(snapshot.index * Math.exp((reach * step * 0.5) / 10));
      const iv = sviVolatility(log(strike / forward), years, slice);
      for (const [type, sign] of [
        ['C', 1],
        ['P', -1],
      ] as const) {
        const coins = (volatility: number): number =>
          black76(forward, strike, years, volatility, sign) / forward;
        const name = `${snapshot.underlying}-${codeOf(at)}-${strike}-${type}`;
        const quotes = [coins(iv * 0.99), coins(iv * 1.01), coins(iv)];
        rows.push(
          [snapshot.at, name, snapshot.underlying, at, strike, type, forward]
            .concat([`SYN.${snapshot.underlying}-${codeOf(at)}`, snapshot.index])
            .concat(quotes.map((price) => (price > 1e-7 ? String(price) : '')))
            .concat([iv])
            .join(','),
        );
      }
    }
  }
  return rows;
};

/** Writes snapshots as one CSV, gzipped where the name ends so. */
export const writeChainCsv = (path: string, snapshots: readonly MadeSnapshot[]): string => {
  const text = [header, ...snapshots.flatMap(rowsOf), ''].join('\n');
  writeFileSync(path, path.endsWith('.gz') ? gzipSync(text) : text);
  return path;
};

export interface MadeBar {
  readonly at: string;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
}

export const writeBarsCsv = (path: string, bars: readonly MadeBar[]): string => {
  const rows = bars.map((bar) => [bar.at, bar.open, bar.high, bar.low, bar.close, 1].join(','));
  writeFileSync(path, ['open_time_utc,open,high,low,close,volume', ...rows, ''].join('\n'));
  return path;
};
