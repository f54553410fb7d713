/** The deterministic state machine of the venue. */
export { createEngine, type EngineOptions } from './engine.ts';
