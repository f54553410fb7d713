// Liability methods: the published root over what the venue owes at the last settlement, and each
// client's own way to it. Invariant: nobody sees more of another account than the sums that stand
// beside its own way, under hashes that name no one.
import { currencies, liabilityColumns, usPerMs } from '@openstrike/domain';
import type { LiabilityTree } from '@openstrike/feeds';
import { liabilitiesProofShape, liabilitiesShape } from '@openstrike/wire';
import { ApiError, type Call, defineMethod, type Method } from '../method.ts';
import { accountOf } from './caller.ts';

const treeOf = (call: Call): LiabilityTree => {
  const tree = call.context.liabilities();
  if (tree === null) {
    throw new ApiError('not_found', { reason: 'no settlement has been proved yet' });
  }
  return tree;
};

const renderFigures = (sums: readonly number[]): unknown =>
  Object.fromEntries(
    currencies.map((currency, no) => [
      currency,
      Object.fromEntries(
        liabilityColumns.map((column, at) => [
          column,
          String(sums[no * liabilityColumns.length + at]),
        ]),
      ),
    ]),
  );

export const liabilityMethods: readonly Method[] = [
  defineMethod({
    name: 'public/get_liabilities',
    summary:
      'What the venue owed its clients at the last daily settlement, with the root of the tree ' +
      'that proves it.',
    scope: null,
    transport: 'any',
    rateClass: 'plain',
    ...liabilitiesShape,
    handle: (_params, call) => {
      const { settledUs, root, accounts, totals } = treeOf(call);
      return {
        settlement_timestamp: settledUs / usPerMs,
        root,
        accounts,
        totals: renderFigures(totals),
      };
    },
  }),
  defineMethod({
    name: 'private/get_liabilities_proof',
    summary:
      "The account's own figures at the last daily settlement and their way to the root; save it " +
      'and check it with `openstrike verify-proof`.',
    scope: 'account:read',
    transport: 'any',
    rateClass: 'plain',
    ...liabilitiesProofShape,
    handle: (_params, call) => {
      const tree = treeOf(call);
      const proof = tree.proofOf(accountOf(call));
      if (proof === null) {
        throw new ApiError('not_found', { reason: 'the account had nothing at the settlement' });
      }
      return {
        format: 'openstrike-liabilities-1',
        settlement_timestamp: proof.settledUs / usPerMs,
        root: tree.root,
        account_id: proof.accountId,
        salt: proof.salt,
        sums: renderFigures(proof.sums),
        path: proof.path.map(({ side, hash, sums }) => ({ side, hash, sums: renderFigures(sums) })),
        totals: renderFigures(tree.totals),
      };
    },
  }),
];
