// Publish root: what the exchange does after a settlement, on the simulation's one thread: builds
// the tree over what is owed and brings its root into the journal.
import type { LiabilityStatement } from '@openstrike/domain';
import { LiabilityTreeBuilder } from '@openstrike/feeds';
import { simulatedProofKey } from './auditor/proof-model.ts';
import type { Coverage } from './coverage.ts';
import type { Venue } from './venue.ts';

/** Submits the root of a settlement; a venue that dies meanwhile never hears of it. */
export const publishRoot = (
  venue: Venue,
  statement: LiabilityStatement,
  coverage: Coverage,
): void => {
  const builder = new LiabilityTreeBuilder(statement, simulatedProofKey);
  while (!builder.advance(1_000)) {
    // One step more.
  }
  const { root, settledUs } = builder.tree();
  venue.submit({ type: 'publish-liabilities', settledUs, root }).then(
    () => coverage.count('venue', 'root published'),
    () => coverage.count('venue', 'root unheard'),
  );
};
