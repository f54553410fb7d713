// The liability tree against a plain one: the same sums and root, a path for every account, and the
// same tree however it is stepped. The shipped verifier is tested beside the exchange.
import { sha256 } from '@noble/hashes/sha2.js';
import type { AccountId, LiabilityStatement, TsUs } from '@openstrike/domain';
import { hexOf } from '@openstrike/std';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type LiabilityTree, LiabilityTreeBuilder } from './liability-tree.ts';

const settledUs = 1_790_064_000_000_000 as TsUs;
const key = new Uint8Array(32).fill(7);
const width = 12;

const statementOf = (rows: readonly (readonly number[])[]): LiabilityStatement => ({
  settledUs,
  accountIds: Int32Array.from(rows, (_, at) => 3 * at + 1),
  columns: Array.from({ length: width }, (_, column) =>
    Float64Array.from(rows, (row) => row[column] as number),
  ),
});

const build = (statement: LiabilityStatement, nodes: number): LiabilityTree => {
  const builder = new LiabilityTreeBuilder(statement, key);
  while (!builder.advance(nodes)) {
    // One step more.
  }
  return builder.tree();
};

const amount = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2 ** 40 }));
const rows = fc.array(fc.array(amount, { minLength: width, maxLength: width }), { maxLength: 40 });

const u64 = (value: number): number[] => {
  const bytes: number[] = [];
  for (let shift = 7n; shift >= 0n; shift--) {
    bytes.push(Number((BigInt(value) >> (8n * shift)) & 255n));
  }
  return bytes;
};

/** The root that a proof leads to, and the sums there. */
const climb = (tree: LiabilityTree, accountId: number): { root: string; sums: number[] } => {
  const proof = tree.proofOf(accountId as AccountId);
  if (proof === null) throw new Error(`no proof of ${accountId}`);
  const bytesOf = (hex: string): number[] =>
    (hex.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16));
  const sumsOf = (sums: readonly number[]): number[] => sums.flatMap(u64);
  let sums = [...proof.sums];
  let hash = sha256(
    Uint8Array.from([
      0,
      ...bytesOf(proof.salt),
      ...u64(accountId),
      ...u64(settledUs),
      ...sumsOf(sums),
    ]),
  );
  for (const step of proof.path) {
    const own = [...hash, ...sumsOf(sums)];
    const other = [...bytesOf(step.hash), ...sumsOf(step.sums)];
    hash = sha256(
      Uint8Array.from([1, ...(step.side === 'left' ? [...other, ...own] : [...own, ...other])]),
    );
    sums = sums.map((sum, column) => sum + (step.sums[column] as number));
  }
  return { root: hexOf(hash), sums };
};

test('every account finds itself under the root, whose sums are those of all', () => {
  fc.assert(
    fc.property(rows, fc.integer({ min: 1, max: 50 }), (all, nodes) => {
      const tree = build(statementOf(all), nodes);
      const totals = Array.from({ length: width }, (_, column) =>
        all.reduce((sum, row) => sum + (row[column] as number), 0),
      );
      expect(tree.totals).toEqual(totals);
      expect(tree.accounts).toBe(all.length);
      all.forEach((row, at) => {
        expect(tree.proofOf((3 * at + 1) as AccountId)?.sums).toEqual(row);
        expect(climb(tree, 3 * at + 1)).toEqual({ root: tree.root, sums: totals });
      });
      expect(tree.proofOf(2 as AccountId)).toBeNull();
    }),
    { numRuns: 60, seed: 20_261_127 },
  );
});

test('a figure, a key or an account more changes the root; the size of the steps does not', () => {
  const all = Array.from({ length: 9 }, (_, at) => Array.from({ length: width }, () => at + 1));
  const { root } = build(statementOf(all), 1);
  expect(build(statementOf(all), 1_000).root).toBe(root);
  const changed = all.map((row, at) => (at === 4 ? [...row.slice(1), 6] : row));
  expect(build(statementOf(changed), 5).root).not.toBe(root);
  expect(build(statementOf([...all, Array.from({ length: width }, () => 0)]), 5).root).not.toBe(
    root,
  );
  const other = new LiabilityTreeBuilder(statementOf(all), new Uint8Array(32).fill(8));
  other.advance(100);
  expect(other.tree().root).not.toBe(root);
});

test('a negative figure is not taken into a tree', () => {
  const builder = new LiabilityTreeBuilder(
    statementOf([Array.from({ length: width }, () => -1)]),
    key,
  );
  expect(() => builder.advance(1)).toThrow('no liability is negative');
});
