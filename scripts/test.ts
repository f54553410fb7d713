// `npm test`: everything that must hold. With arguments (`npm test -- packages/book`) only the
// tests they name.
import { ensureBrowser } from './browser.ts';
import { runSteps, staticSteps } from './steps.ts';

const filters = process.argv.slice(2);
if (filters.length === 0) ensureBrowser();
const tests = { name: 'tests', command: 'vitest', args: ['run', ...filters] };
runSteps(filters.length > 0 ? [tests] : [...staticSteps, tests]);
