// Proof model: what a settlement says is owed against the cash of every account, and the published
// root against a tree built anew in the plainest way, with Node's hashes. Invariant: nobody's cash
// is missing, nothing is added, debts stand apart, and the root is that of the statement.
import { createHash, createHmac } from 'node:crypto';
import {
  currencies,
  type LiabilitiesPublished,
  type LiabilityStatement,
  liabilityColumns,
  type SettlementClosed,
} from '@openstrike/domain';
import type { CashModel } from './cash-model.ts';
import { hold, show } from './violation.ts';

/** The key of the salts in every simulation. */
export const simulatedProofKey: Uint8Array = new Uint8Array(32).fill(11);

const width = liabilityColumns.length;

interface Node {
  readonly hash: Buffer;
  readonly sums: readonly bigint[];
}

const numbers = (values: readonly (number | bigint)[]): Buffer => {
  const bytes = Buffer.alloc(8 * values.length);
  values.forEach((value, at) => bytes.writeBigUInt64BE(BigInt(value), 8 * at));
  return bytes;
};

const sha256 = (...parts: readonly Buffer[]): Buffer =>
  createHash('sha256').update(Buffer.concat(parts)).digest();

const leafOf = ({ settledUs, accountIds, columns }: LiabilityStatement, row: number): Node => {
  const account = accountIds[row] as number;
  const salt = createHmac('sha256', simulatedProofKey)
    .update(numbers([settledUs, account]))
    .digest();
  const sums = columns.map((column) => BigInt(column[row] as number));
  const hash = sha256(Buffer.of(0), salt, numbers([account, settledUs]), numbers(sums));
  return { hash, sums };
};

/** By the first thirty bits of the hash, then by the account. */
const byHash = (a: Node, b: Node): number =>
  (a.hash.readUInt32BE() >>> 2) - (b.hash.readUInt32BE() >>> 2);

const rootOf = (nodes: readonly Node[]): Buffer => {
  const [first] = nodes;
  if (first === undefined) return sha256(Buffer.of(2));
  if (nodes.length === 1) return first.hash;
  const above: Node[] = [];
  for (let at = 0; at < nodes.length; at += 2) {
    const left = nodes[at] as Node;
    const right = nodes[at + 1];
    if (right === undefined) {
      above.push(left);
      continue;
    }
    above.push({
      hash: sha256(Buffer.of(1), left.hash, numbers(left.sums), right.hash, numbers(right.sums)),
      sums: left.sums.map((sum, column) => sum + (right.sums[column] as bigint)),
    });
  }
  return rootOf(above);
};

export class ProofModel {
  readonly #cash: CashModel;
  #last: LiabilityStatement | null = null;

  constructor(cash: CashModel) {
    this.#cash = cash;
  }

  settled(event: SettlementClosed): void {
    const { liabilities, checkpoints } = event;
    this.#last = liabilities;
    const { accountIds, columns } = liabilities;
    const rows = new Map([...accountIds].map((accountId, row) => [accountId, row]));
    hold(rows.size === accountIds.length, 'an account is owed once', () => show(accountIds));
    for (const [no, currency] of currencies.entries()) {
      const at = (column: number, row: number): number => columns[width * no + column]?.[row] ?? 0;
      for (const [accountId, balance] of this.#cash.balancesIn(currency)) {
        const row = rows.get(accountId) ?? -1;
        hold(
          at(0, row) === Math.max(balance, 0) && at(1, row) === Math.max(-balance, 0),
          'what is owed is what every account has',
          () =>
            `account ${accountId}: ${at(0, row)} less ${at(1, row)}, has ${balance} ${currency}`,
        );
      }
      let sum = 0;
      for (let row = 0; row < accountIds.length; row++) sum += at(0, row) - at(1, row);
      const checkpoint = checkpoints[no];
      const fund = this.#cash.insurance.get(currency) ?? 0;
      hold(
        checkpoint?.clients === sum && checkpoint.insurance === fund,
        'a checkpoint is the sum of what is owed',
        () => `${show(checkpoint)}, expected ${sum} and ${fund}`,
      );
    }
    for (const column of columns) {
      for (const value of column) hold(value >= 0, 'no liability is negative', () => `${value}`);
    }
  }

  published({ settledUs, root }: LiabilitiesPublished): void {
    const statement = this.#last;
    hold(statement?.settledUs === settledUs, 'a root is of the last settlement', () => root);
    const leaves = [...statement.accountIds].map((_, row) => leafOf(statement, row));
    const expected = rootOf(leaves.sort(byHash)).toString('hex');
    hold(root === expected, 'a root is that of its settlement', () => `${root}, not ${expected}`);
  }
}
