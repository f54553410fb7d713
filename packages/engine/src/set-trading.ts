// Set trading: the operator halts and reopens the venue or what settles in one currency. While
// halted only cancels are taken; marks, funding and settlement go on.
import type { RejectCode, SetTrading } from '@openstrike/domain';
import { noteHalt } from './halts/halt-state.ts';
import { currencyNoOf, type EngineState, type TradingState } from './state.ts';

/** Puts a trading state in force. */
export const setTrading = (state: EngineState, command: SetTrading): RejectCode | null => {
  const { scope, state: wanted, reason } = command;
  const at = scope === 'all' ? 0 : 1 + currencyNoOf(scope);

  // Point of no return.
  const trading = state.trading[at] as TradingState;
  trading.halted = wanted === 'halted';
  trading.reason = reason;
  noteHalt(state, wanted === 'halted' ? 'halted' : 'resumed', scope, reason);
  state.emit({ type: 'trading-state-changed', scope, state: wanted, reason });
  return null;
};
