// Replay report: what happened in a replay, for the person who started it: expiries settled, fits
// refused, surfaces held, accounts below maintenance margin, and the hash of the commands.
import {
  type Currency,
  currencies,
  type ExpiryFixed,
  type QueryPort,
  type TsUs,
} from '@openstrike/domain';
import type { ReplayReport } from '@openstrike/oracle';
import type { Replay } from './market-parts.ts';

export const instant = (atUs: number): string => new Date(atUs / 1_000).toISOString().slice(0, 19);

/** What the events of a replay told. */
export interface ReplayEvents {
  readonly fixed: ExpiryFixed[];
  trades: number;
}

/** What is to be told at the end: accounts whose equity was below maintenance, and how far. */
interface Shortfall {
  readonly account: string;
  readonly currency: Currency;
  readonly firstUs: TsUs;
  minutes: number;
  /** Least of equity over maintenance margin. */
  least: number;
}

export interface AccountWatch {
  check(atUs: TsUs): Promise<void>;
  checks(): number;
  shortfalls(): readonly Shortfall[];
}

/** Looks at every account and currency whenever asked to. */
export const watchAccounts = (queries: QueryPort): AccountWatch => {
  const shortfalls = new Map<string, Shortfall>();
  let checks = 0;
  const check = async (atUs: TsUs): Promise<void> => {
    checks += 1;
    for (const { accountId, name } of await queries.query('accounts', {})) {
      for (const currency of currencies) {
        const summary = await queries.query('account-summary', { accountId, currency });
        if (typeof summary === 'string') continue;
        const { marginBalance, maintenanceMargin } = summary;
        if (maintenanceMargin === 0 || marginBalance >= maintenanceMargin) continue;
        const key = `${accountId}/${currency}`;
        const known = shortfalls.get(key) ?? {
          account: name,
          currency,
          firstUs: atUs,
          minutes: 0,
          least: Number.POSITIVE_INFINITY,
        };
        known.minutes += 1;
        known.least = Math.min(known.least, marginBalance / maintenanceMargin);
        shortfalls.set(key, known);
      }
    }
  };
  return { check, checks: () => checks, shortfalls: () => [...shortfalls.values()] };
};

export const replayReport = (
  { recording, startUs, endUs }: Replay,
  told: ReplayReport,
  events: ReplayEvents,
  accounts: AccountWatch,
  wallMs: number,
): string => {
  const rate = Math.round(told.seconds / Math.max(0.001, wallMs / 1_000));
  const short = accounts.shortfalls();
  const refused = told.fitsRefused.map(
    ({ underlying, snapshotUs, expiryUs, reason }) =>
      `    ${underlying} ${instant(expiryUs).slice(0, 10)} at ${instant(snapshotUs)}: ${reason}`,
  );
  return [
    `Replayed ${recording.underlyings.join(' and ')} from ${instant(startUs)} ` +
      `to ${instant(endUs)}:`,
    `  ${told.seconds} index seconds in ${(wallMs / 1_000).toFixed(1)} s (${rate} a second), ` +
      `${told.commands} commands, ${events.trades} trades`,
    `  ${told.snapshots} snapshots, ${told.slicesFitted} slices fitted, ` +
      `${told.fitsRefused.length} refused`,
    ...refused,
    `  ${told.placesListed} recorded places of options listed, ${told.placesRefused} left out`,
    `  ${told.surfacesTold} surfaces told, ${told.surfacesHeld} held for want of a certificate, ` +
      `${told.slicesRepaired} slices moved to earn it`,
    `  ${events.fixed.length} expiries settled`,
    ...events.fixed.map(
      ({ indexName, expiryUs, price, prints }) =>
        `    ${indexName} ${instant(expiryUs)}: ${(price / 1e6).toFixed(2)} from ${prints} prints`,
    ),
    `  accounts below maintenance margin, of ${accounts.checks()} checks: ` +
      (short.length === 0 ? 'none' : String(short.length)),
    ...short.map(
      ({ account, currency, firstUs, minutes, least }) =>
        `    ${account} in ${currency} from ${instant(firstUs)}, ${minutes} checks, ` +
        `at least ${(100 * least).toFixed(1)} % of it`,
    ),
    `  commands ${told.hash}`,
    '',
  ].join('\n');
};
