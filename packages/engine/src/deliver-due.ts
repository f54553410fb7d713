// Deliver what is due: expired series whose fixing is known.
import type { EngineState } from './state.ts';

/** Delivers every expired series that can be. */
export const deliverDue = (_state: EngineState): void => {};
