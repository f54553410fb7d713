// Verify a proof of liabilities: a client's own check that its figures are in the published total.
// It reads the answer of `private/get_liabilities_proof` and works it out anew with nothing of the
// exchange's code, only Node's SHA-256; so it can be read in one sitting and run anywhere.
// Invariant: it accepts a proof only if the client's leaf and all sums on the way lead to the root.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { OperationalError } from '@openstrike/domain';

const currencies = ['BTC', 'ETH', 'USDC'] as const;
const columns = ['cash', 'debt', 'gain', 'loss'] as const;
/** No honest total comes near; a larger one could wrap around. */
const sumMax = 2n ** 62n;

type Fields = Readonly<Record<string, unknown>>;

const refuse = (sentence: string): never => {
  throw new OperationalError('not-proved', `The proof does not hold: ${sentence}.`);
};

const fieldsOf = (value: unknown, what: string): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : refuse(`${what} is missing`);

const bytesOf = (value: unknown, what: string): Buffer =>
  typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)
    ? Buffer.from(value, 'hex')
    : refuse(`${what} must be 64 hexadecimal digits`);

const wholeOf = (value: unknown, what: string): bigint =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
    ? BigInt(value)
    : refuse(`${what} must be a whole number, not negative`);

/** The twelve figures in the order in which they are hashed. */
const sumsOf = (value: unknown, what: string): bigint[] => {
  const byCurrency = fieldsOf(value, what);
  return currencies.flatMap((currency) => {
    const own = fieldsOf(byCurrency[currency], `${what}.${currency}`);
    return columns.map((column) => {
      const text = own[column];
      const right = typeof text === 'string' && /^\d{1,19}$/.test(text);
      const sum = right ? BigInt(text) : sumMax;
      return sum < sumMax
        ? sum
        : refuse(`${what}.${currency}.${column} must be a whole number, not negative`);
    });
  });
};

const numberBytes = (values: readonly bigint[]): Buffer => {
  const bytes = Buffer.alloc(8 * values.length);
  values.forEach((value, at) => bytes.writeBigUInt64BE(value, 8 * at));
  return bytes;
};

const hashOf = (...parts: readonly Buffer[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

export interface ProvedLiabilities {
  readonly accountId: number;
  readonly settlement: string;
  readonly root: string;
  /** Minor units, by currency and column. */
  readonly own: readonly bigint[];
  readonly totals: readonly bigint[];
}

/**
 * Checks a proof; `publishedRoot` is the root as learned elsewhere, null to trust the proof's own.
 *
 * Throws: an OperationalError that says what does not hold.
 */
export const verifyProof = (given: unknown, publishedRoot: string | null): ProvedLiabilities => {
  const outer = fieldsOf(given, 'the proof');
  const proof = outer['result'] === undefined ? outer : fieldsOf(outer['result'], 'result');
  if (proof['format'] !== 'openstrike-liabilities-1') refuse('its format is not known here');
  const account = wholeOf(proof['account_id'], 'account_id');
  const settlementMs = wholeOf(proof['settlement_timestamp'], 'settlement_timestamp');
  const own = sumsOf(proof['sums'], 'sums');
  const salt = bytesOf(proof['salt'], 'salt');
  let sums = own;
  let hash = hashOf(
    Buffer.of(0),
    salt,
    numberBytes([account, settlementMs * 1_000n]),
    numberBytes(sums),
  );
  const path: unknown = proof['path'];
  for (const [at, each] of (Array.isArray(path) ? path : refuse('path is missing')).entries()) {
    const step = fieldsOf(each, `path[${at}]`);
    const sibling = [
      bytesOf(step['hash'], `path[${at}].hash`),
      numberBytes(sumsOf(step['sums'], `path[${at}].sums`)),
    ];
    const node = [hash, numberBytes(sums)];
    const { side } = step;
    if (side !== 'left' && side !== 'right') refuse(`path[${at}].side must be left or right`);
    hash = hashOf(
      Buffer.of(1),
      ...(side === 'left' ? [...sibling, ...node] : [...node, ...sibling]),
    );
    const more = sumsOf(step['sums'], `path[${at}].sums`);
    sums = sums.map((sum, column) => sum + (more[column] as bigint));
    if (sums.some((sum) => sum >= sumMax)) refuse('a sum is too large');
  }
  const root = bytesOf(publishedRoot ?? proof['root'], 'root');
  if (!hash.equals(root)) refuse(`it leads to ${hash.toString('hex')}, not to the root`);
  const totals = sumsOf(proof['totals'], 'totals');
  if (totals.some((total, column) => total !== sums[column])) refuse('the totals are others');
  return {
    accountId: Number(account),
    settlement: new Date(Number(settlementMs)).toISOString(),
    root: hash.toString('hex'),
    own,
    totals,
  };
};

const decimals = { BTC: 8, ETH: 8, USDC: 6 } as const;

const decimalOf = (value: bigint, digits: number): string => {
  const text = value.toString().padStart(digits + 1, '0');
  return `${text.slice(0, -digits)}.${text.slice(-digits)}`;
};

/** The outcome in lines for people. */
export const describeProof = (proved: ProvedLiabilities): string => {
  const { accountId, settlement, root, own, totals } = proved;
  const rows = currencies.flatMap((currency, no) =>
    columns.flatMap((column, at) => {
      const place = no * columns.length + at;
      const total = totals[place] as bigint;
      if (total === 0n) return [];
      const mine = decimalOf(own[place] as bigint, decimals[currency]).padStart(20);
      const all = decimalOf(total, decimals[currency]).padStart(24);
      return [`  ${currency.padEnd(5)} ${column.padEnd(5)} ${mine} ${all}`];
    }),
  );
  return [
    `The proof holds: account ${accountId} is in the liabilities of ${settlement}.`,
    `root ${root}`,
    `  ${''.padEnd(11)} ${'yours'.padStart(20)} ${'all accounts'.padStart(24)}`,
    ...rows,
  ].join('\n');
};

/** Reads a proof from a file and says in lines for people that it holds. */
export const verifyProofFile = (path: string, publishedRoot: string | null): string => {
  let given: unknown;
  try {
    given = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    const sentence = `${path} is not JSON; save the answer of get_liabilities_proof in it.`;
    throw new OperationalError('no-proof', sentence, { cause });
  }
  return describeProof(verifyProof(given, publishedRoot));
};
