// `npm run check`: types, lint, format and tidy, without the tests.
import { runSteps, staticSteps } from './steps.ts';

runSteps([
  ...staticSteps,
  { name: 'tidy', command: 'vitest', args: ['run', 'scripts/tidy.test.ts'] },
]);
