// Plant: how a run's state machines are made. A simulation of the venue as it is takes the engine
// itself; a test of the simulator takes one that is broken on purpose.
import { createNaiveMatcher } from '@openstrike/book';
import type { StateMachine } from '@openstrike/domain';
import { createEngine } from '@openstrike/engine';
import { MemoryStorage } from '@openstrike/sequencer';

export interface Plant {
  /** The venue's own machine. */
  readonly createMachine: () => StateMachine;
  /** The auditor's, which follows what is published. */
  readonly createShadow: () => StateMachine;
  readonly createPlatters: () => MemoryStorage;
}

/** The venue as it is; the auditor's replica matches with the other implementation of the book. */
export const soundPlant: Plant = {
  createMachine: () => createEngine(),
  createShadow: () => createEngine({ createMatcher: createNaiveMatcher }),
  createPlatters: () => new MemoryStorage(),
};
