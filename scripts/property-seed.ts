// Property seed: every test run draws the same cases, so that a change is judged by what it does
// and not by the luck of the draw; `npm run fuzz` draws others, by OPENSTRIKE_PROPERTY_SEED.
import fc from 'fast-check';

const seed = Number(process.env['OPENSTRIKE_PROPERTY_SEED'] ?? 1);
if (!Number.isInteger(seed)) throw new Error('OPENSTRIKE_PROPERTY_SEED must be an integer');
fc.configureGlobal({ seed });
