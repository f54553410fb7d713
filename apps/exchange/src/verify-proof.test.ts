// The shipped verifier against the exchange's own trees, by way of the API: what the door answers
// holds, and nothing of it can be changed unseen.
import type { AccountId, LiabilityStatement, TsUs } from '@openstrike/domain';
import { LiabilityTreeBuilder } from '@openstrike/feeds';
import { methods } from '@openstrike/gateway';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeProof, verifyProof } from './verify-proof.ts';

const settledUs = 1_790_064_000_000_000 as TsUs;
const width = 12;

/** The answer of the API for one account of a venue with so many. */
const answerOf = (accounts: number, accountId: number): Record<string, unknown> => {
  const statement: LiabilityStatement = {
    settledUs,
    accountIds: Int32Array.from({ length: accounts }, (_, at) => at + 1),
    columns: Array.from({ length: width }, (_, column) =>
      Float64Array.from({ length: accounts }, (__, at) => (at * 7 + column * 1e9) % 5e10),
    ),
  };
  const builder = new LiabilityTreeBuilder(statement, new Uint8Array(32).fill(3));
  while (!builder.advance(10)) {
    // One step more.
  }
  const tree = builder.tree();
  const method = methods.find(({ name }) => name === 'private/get_liabilities_proof');
  const call = {
    session: { grant: { accountId: accountId as AccountId } },
    context: { liabilities: () => tree },
  };
  return JSON.parse(JSON.stringify(method?.handle({}, call as never)));
};

test('every account of venues of any size verifies itself', () => {
  for (const accounts of [1, 2, 3, 7, 8, 33]) {
    for (let account = 1; account <= accounts; account++) {
      const answer = answerOf(accounts, account);
      const proved = verifyProof(answer, null);
      expect(proved.accountId).toBe(account);
      expect(proved.root).toBe(answer['root']);
      expect(verifyProof({ jsonrpc: '2.0', result: answer }, answer['root'] as string).root).toBe(
        answer['root'],
      );
    }
  }
  const lines = describeProof(verifyProof(answerOf(3, 2), null)).split('\n');
  expect(lines[0]).toBe(
    'The proof holds: account 2 is in the liabilities of 2026-09-22T08:00:00.000Z.',
  );
  expect(lines[3]).toBe('  BTC   cash            0.00000007               0.00000021');
});

/** Every place of a text or number in a JSON value. */
const placesOf = (
  value: unknown,
  path: readonly (string | number)[] = [],
): (string | number)[][] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, each]) => placesOf(each, [...path, key]))
    : [[...path]];

test('no figure, hash, side or salt can be changed unseen', () => {
  const answer = answerOf(13, 5);
  const places = placesOf(answer);
  fc.assert(
    fc.property(fc.constantFrom(...places), fc.nat(), (place, seed) => {
      const forged = structuredClone(answer);
      const last = place.at(-1) as string;
      let holder: Record<string, unknown> = forged;
      for (const key of place.slice(0, -1)) holder = holder[key] as Record<string, unknown>;
      const before = holder[last];
      if (typeof before === 'number') holder[last] = before + 1 + (seed % 5);
      else if (before === 'left' || before === 'right')
        holder[last] = before === 'left' ? 'right' : 'left';
      else {
        const text = String(before);
        const at = seed % text.length;
        const digit = text[at] === '1' ? '2' : '1';
        holder[last] = text.slice(0, at) + digit + text.slice(at + 1);
      }
      expect(() => verifyProof(forged, null)).toThrow('The proof does not hold');
    }),
    { numRuns: 300, seed: 20_261_127 },
  );
});

test.each([
  ['a root learned elsewhere that is another', (answer: object) => answer, '0'.repeat(64)],
  ['nothing', () => null, null],
  ['a negative figure', (answer: { sums?: unknown }) => ({ ...answer, sums: { BTC: '-1' } }), null],
  ['no path', (answer: object) => ({ ...answer, path: undefined }), null],
])('refuses %s', (_, change, root) => {
  expect(() => verifyProof(change(answerOf(4, 1)), root)).toThrow('The proof does not hold');
});
