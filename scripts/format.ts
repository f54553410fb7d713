// `npm run format`: writes the one format there is, imports sorted.
import { runSteps } from './steps.ts';

runSteps([{ name: 'format', command: 'biome', args: ['check', '--write', '.'] }]);
