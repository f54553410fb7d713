// Daily settlement.
import type { TsUs } from '@openstrike/domain';
import type { EngineState } from './state.ts';

/** Moves session profit into cash. */
export const settleDaily = (_state: EngineState, _forUs: TsUs): void => {};
