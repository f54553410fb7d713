// Take back answers: removes what accounts have answered in auctions, telling it as if each had
// taken its answer back itself.
import type { AccountId } from '@openstrike/domain';
import type { AccountRecord, EngineState } from '../state.ts';

/** Takes back what some accounts have answered, in all auctions. */
export const takeBackAnswers = (
  state: EngineState,
  isTheirs: (account: AccountRecord) => boolean,
): void => {
  for (const one of state.liquidation.open) {
    const gone = new Set(
      one.answers.filter(({ accountId }) => isTheirs(state.accounts[accountId] as AccountRecord)),
    );
    one.answers = one.answers.filter((answer) => !gone.has(answer));
    for (const { accountId, price } of gone) {
      state.emit({
        type: 'liquidation-answered',
        liquidationId: one.id,
        accountId: accountId as AccountId,
        price,
        shareMax: 0,
      });
    }
  }
};
