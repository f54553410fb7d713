// What a proof of liabilities costs: the whole tree over ten and a hundred thousand accounts, and
// the longest stretch that it holds up whoever drives it. Run: npm run bench -- liability-tree
import { availableParallelism, cpus } from 'node:os';
import type { AccountId, LiabilityStatement, TsUs } from '@openstrike/domain';
import { type LiabilityTree, LiabilityTreeBuilder } from './liability-tree.ts';

/** As the exchange drives it. */
const nodesPerStep = 50;

const statementOf = (accounts: number): LiabilityStatement => ({
  settledUs: 1_790_064_000_000_000 as TsUs,
  accountIds: Int32Array.from({ length: accounts }, (_, at) => at + 1),
  columns: Array.from({ length: 12 }, (_, column) =>
    Float64Array.from({ length: accounts }, (__, at) => (at * 7_919 * (column + 1)) % 1e12),
  ),
});

interface Built {
  readonly tree: LiabilityTree;
  readonly tookMs: number;
  readonly longestMs: number;
}

const build = (statement: LiabilityStatement): Built => {
  const started = performance.now();
  const builder = new LiabilityTreeBuilder(statement, new Uint8Array(32).fill(5));
  let longestMs = 0;
  for (let whole = false; !whole; ) {
    const from = performance.now();
    whole = builder.advance(nodesPerStep);
    longestMs = Math.max(longestMs, performance.now() - from);
  }
  const tree = builder.tree();
  return { tree, tookMs: performance.now() - started, longestMs };
};

export const run = ({ smoke }: { readonly smoke: boolean }): void => {
  console.log(
    `Node ${process.version}, ${cpus()[0]?.model ?? 'unknown'} x ${availableParallelism()}, ` +
      `${nodesPerStep} nodes a step, one thread`,
  );
  for (const accounts of smoke ? [500] : [10_000, 100_000]) {
    const statement = statementOf(accounts);
    const rounds = Array.from({ length: smoke ? 1 : 5 }, () => build(statement));
    const times = rounds.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
    const longest = rounds.map(({ longestMs }) => longestMs).sort((a, b) => a - b);
    const { tree } = rounds[0] as Built;
    const path = tree.proofOf((accounts >> 1) as AccountId)?.path.length;
    console.log(
      `${accounts} accounts: best ${times[0]?.toFixed(1)} ms, ` +
        `median ${times[times.length >> 1]?.toFixed(1)} ms; longest step best ` +
        `${longest[0]?.toFixed(2)} ms, median ${longest[longest.length >> 1]?.toFixed(2)} ms; ` +
        `path of ${path}; root ${tree.root.slice(0, 16)}`,
    );
  }
};

if (import.meta.url === new URL(process.argv[1] ?? '', 'file:').href) {
  run({ smoke: process.argv.includes('--smoke') });
}
