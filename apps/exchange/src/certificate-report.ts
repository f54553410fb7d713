// Certificate report: computes margin certificates again without the exchange: one from a file, or
// that of an account at a command of a stopped exchange's journal. Invariant: it goes by the legs,
// marks and parameters that the certificate names, through books filled from nothing, and never
// through the engine's resident arrays or running sums; what does not come out the same is refused.
import { readFileSync } from 'node:fs';
import {
  type AccountCertificate,
  type ContractTable,
  type Currency,
  OperationalError,
} from '@openstrike/domain';
import { checkAccountCertificate } from '@openstrike/risk';
import { replayTo } from './replay-to.ts';

export interface CertificateReport {
  readonly recomputed: true;
  /** Of the largest figure. */
  readonly largestDifference: number;
  readonly certificate: AccountCertificate;
}

const format: AccountCertificate['format'] = 'openstrike-account-certificate/2';

const check = (
  certificate: AccountCertificate,
  tables: readonly ContractTable[],
): CertificateReport => {
  const result = checkAccountCertificate(certificate, tables);
  if (!result.ok) {
    const sentence = `The certificate does not compute again: ${result.why}.`;
    throw new OperationalError('not-recomputed', sentence);
  }
  return { recomputed: true, largestDifference: result.largestDifference, certificate };
};

/** Checks a certificate in a file, as the API answered it; `tables` are the published ones. */
export const certificateOfFile = (
  file: string,
  tables: readonly ContractTable[],
): CertificateReport => {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new OperationalError('bad-file', `${file} cannot be read as JSON.`, { cause });
  }
  const { result } = value as { readonly result?: unknown };
  const certificate = (result ?? value) as Partial<AccountCertificate>;
  if (certificate.format !== format) {
    const sentence = `${file} is no account certificate of the format ${format}.`;
    throw new OperationalError('bad-file', sentence);
  }
  return check(certificate as AccountCertificate, tables);
};

/** The certificate of an account after a command of a journal (null: the last), computed again. */
export const certificateOfJournal = async (
  journal: string,
  accountName: string,
  currency: Currency,
  seq: number | null,
): Promise<CertificateReport> => {
  const machine = await replayTo(journal, seq);
  const account = machine.query('accounts', {}).find(({ name }) => name === accountName);
  if (account === undefined) {
    const names = machine.query('accounts', {}).map(({ name }) => name);
    const sentence = `There is no account ${accountName}; known are ${names.join(', ')}.`;
    throw new OperationalError('no-account', sentence);
  }
  const { accountId } = account;
  const certificate = machine.query('margin-certificate', { accountId, currency });
  if (typeof certificate === 'string') {
    throw new OperationalError('no-certificate', `There is no certificate: ${certificate}.`);
  }
  const { inForce } = machine.query('tables', {});
  return check(
    certificate,
    inForce.map(({ table }) => table),
  );
};
