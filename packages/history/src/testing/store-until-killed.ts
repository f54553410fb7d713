// Store until killed: a process of its own for the test that kills it while it stores.
import { createHistory } from '../create-history.ts';
import { tellStory } from './venue-story.ts';

const folder = process.argv[2] as string;
const { batches } = tellStory(4, 6000);
const history = await createHistory({ folder });
process.stdout.write('storing\n');
for (const batch of batches) {
  history.absorb(batch);
  await new Promise((resolve) => setImmediate(resolve));
}
await history.flush();
await new Promise((resolve) => setTimeout(resolve, 60_000));
