// Hash of a machine: SHA-256 of its snapshot by the platform's own code, many times as fast as the
// one that runs everywhere. Equal states have equal snapshots, byte by byte, so it tells as much.
import { createHash } from 'node:crypto';
import type { StateMachine } from '@openstrike/domain';

/** In hexadecimal; the same text as the machine's own `stateHash`. */
export const hashOf = (machine: StateMachine): string =>
  createHash('sha256').update(machine.snapshot()).digest('hex');
