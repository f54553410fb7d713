// Hash of the state: SHA-256 of the canonical bytes, so that two engines can be compared by one
// line.
import { sha256 } from '@noble/hashes/sha2.js';
import { hexOf } from '@openstrike/std';
import type { EngineState } from '../state.ts';
import { saveState } from './save-state.ts';

/** Hex SHA-256 of a state's canonical bytes. */
export const hashState = (state: EngineState): string => hexOf(sha256(saveState(state)));
