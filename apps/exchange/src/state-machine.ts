// State machine module: where the snapshot worker and the verifier find the engine.
import type { StateMachine } from '@openstrike/domain';
import { createEngine } from '@openstrike/engine';

export const createStateMachine = (): StateMachine => createEngine();

/**
 * Raised when the same commands would give other events or another state than before. A journal of
 * other rules goes on from its last snapshot; what lies before is checked with the release that
 * wrote it.
 */
export const rulesVersion = 6;

export const stateMachineModule = {
  moduleUrl: import.meta.url,
  exportName: 'createStateMachine',
} as const;
