// Recorded quotes: what bid and ask volatility the recording shows for an option at an instant, for
// makers that quote as the recorded ones did. A strike between two recorded ones takes its
// volatility from the line between them; beyond the last recorded bid there is no bid, beyond the
// last ask the last ask's volatility holds. Between snapshots volatilities go in a straight line.
import { usPerMs, usPerYear } from '@openstrike/domain';
import { impliedBlack76 } from '@openstrike/pricing';
import { log, lowerBound } from '@openstrike/std';
import type { ChainRow, ChainSnapshot, Underlying } from './chain-snapshot.ts';
import type { Recording } from './open-recording.ts';
import { createSnapshotWindow } from './snapshot-window.ts';

export interface RecordedIvs {
  /** Annualised fractions; null where nobody bid, or asked. */
  readonly bidIv: number | null;
  readonly askIv: number | null;
}

export interface RecordedQuotes {
  /** Moves on to an instant in milliseconds, never back; a promise where a file is read on. */
  advance(atMs: number): Promise<void> | null;
  /** Null for an expiry that the recording does not have then. */
  ivsOf(underlying: Underlying, expiryMs: number, strike: number): RecordedIvs | null;
  close(): Promise<void>;
}

/** One side of an expiry: volatilities by ln(strike), ascending. */
interface Side {
  readonly k: number[];
  readonly iv: number[];
}

type QuotedExpiry = Readonly<Record<'bid' | 'ask', Side>>;

interface QuotedSnapshot {
  readonly atUs: number;
  readonly byExpiry: ReadonlyMap<number, QuotedExpiry>;
}

const quotedIv = (row: ChainRow, side: 'bid' | 'ask'): number => {
  const coins = row[side];
  if (coins === null) return -1;
  const years = (row.expiryUs - row.atUs) / usPerYear;
  const sign = row.optionType === 'call' ? 1 : -1;
  return impliedBlack76(coins * row.forward, row.forward, row.strike, years, sign);
};

const quotedSnapshot = ({ atUs, rows }: ChainSnapshot): QuotedSnapshot => {
  const byExpiry = new Map<number, QuotedExpiry>();
  for (const row of [...rows].sort((a, b) => a.strike - b.strike)) {
    // The out-of-the-money option tells the volatility of its strike: it has no intrinsic value
    // for an instant's difference between its prices to distort.
    const outside = (row.optionType === 'call') === row.strike >= row.forward;
    if (!outside) continue;
    const quoted = byExpiry.get(row.expiryUs) ?? {
      bid: { k: [], iv: [] },
      ask: { k: [], iv: [] },
    };
    byExpiry.set(row.expiryUs, quoted);
    for (const side of ['bid', 'ask'] as const) {
      const iv = quotedIv(row, side);
      if (!(iv > 0)) continue;
      quoted[side].k.push(log(row.strike));
      quoted[side].iv.push(iv);
    }
  }
  return { atUs, byExpiry };
};

const ivOn = ({ k, iv }: Side, at: number, beyond: 'none' | 'hold'): number | null => {
  const above = lowerBound(k, at);
  if (k[above] === at) return iv[above] ?? null;
  if (above === 0 || above === k.length) {
    const edge = above === 0 ? iv[0] : iv[above - 1];
    return beyond === 'hold' && edge !== undefined ? edge : null;
  }
  const from = k[above - 1] as number;
  const share = (at - from) / ((k[above] as number) - from);
  const low = iv[above - 1] as number;
  return low + share * ((iv[above] as number) - low);
};

const ivsOn = (snapshot: QuotedSnapshot | null, expiryUs: number, k: number) => {
  const quoted = snapshot?.byExpiry.get(expiryUs);
  if (quoted === undefined) return null;
  return { bidIv: ivOn(quoted.bid, k, 'none'), askIv: ivOn(quoted.ask, k, 'hold') };
};

const mix = (from: number | null, to: number | null, share: number): number | null =>
  // A side that is missing at one end is shown for the half of the way next to the other.
  from === null || to === null ? (share < 0.5 ? from : to) : from + share * (to - from);

export const createRecordedQuotes = (recording: Recording): RecordedQuotes => {
  const window = createSnapshotWindow(recording.snapshots(), quotedSnapshot);
  let atUs = 0;
  return {
    advance: (atMs) => {
      atUs = Math.max(atUs, atMs * usPerMs);
      return window.advance(atUs);
    },
    ivsOf: (underlying, expiryMs, strike) => {
      const { before, after } = window.pair(underlying);
      const k = log(strike);
      const from = ivsOn(before, expiryMs * usPerMs, k);
      const to = ivsOn(after, expiryMs * usPerMs, k);
      if (before === null || after === null || from === null || to === null) return from ?? to;
      const share = (atUs - before.atUs) / (after.atUs - before.atUs);
      return {
        bidIv: mix(from.bidIv, to.bidIv, share),
        askIv: mix(from.askIv, to.askIv, share),
      };
    },
    close: () => window.close(),
  };
};
