// Commands, clocks and storages that several tests of this package use.

import type { Command, Deposit, PlaceOrder, TsUs, VenueClock } from '@openstrike/domain';
import { goodIndex, plainOrder } from '@openstrike/domain';
import { createSequencer, type Sequencer, type SequencerOptions } from '../sequencer.ts';
import { createTallyMachine } from './tally-machine.ts';

/** A clock that gains a millisecond at each look. */
export function steppingClock(startUs = 1_700_000_000_000_000): VenueClock {
  let now = startUs;
  return {
    nowUs: () => {
      now += 1_000;
      return now as TsUs;
    },
  };
}

export const deposit = (number: number, amount = 100): Deposit => ({
  type: 'deposit',
  accountId: 7 as Deposit['accountId'],
  currency: 'BTC',
  amount: amount as Deposit['amount'],
  reference: `deposit ${number}`,
});

export const limitOrder = (number: number): PlaceOrder => ({
  ...plainOrder,
  accountId: (number % 100) as PlaceOrder['accountId'],
  instrumentId: (number % 13) as PlaceOrder['instrumentId'],
  side: number % 2 === 0 ? 'buy' : 'sell',
  priceTicks: (500 + (number % 50)) as PlaceOrder['priceTicks'],
  sizeLots: 10 as PlaceOrder['sizeLots'],
  label: `order ${number}`,
  connectionId: 3,
});

/** The first `count` of an endless mix of commands. */
export function mixedCommands(count: number): Command[] {
  const kinds: ((number: number) => Command)[] = [
    limitOrder,
    (n) => deposit(n),
    () => ({ type: 'pass-time' }),
    (n) => goodIndex('btc_usd', (1e11 + n) as never),
  ];
  return Array.from({ length: count }, (_, n) => (kinds[n % kinds.length] as typeof limitOrder)(n));
}

/** A recovered sequencer on the given storage, with the tally machine. */
export async function startTally(
  storage: SequencerOptions['storage'],
  more: Partial<SequencerOptions> = {},
): Promise<Sequencer> {
  const sequencer = await createSequencer({
    storage,
    clock: steppingClock(),
    createStateMachine: createTallyMachine,
    ...more,
  });
  await sequencer.recover();
  return sequencer;
}

/** Submits the commands in groups, each made durable before the next. */
export async function submitInGroups(
  sequencer: Sequencer,
  commands: readonly Command[],
  groupSize: number,
): Promise<void> {
  for (let at = 0; at < commands.length; at += groupSize) {
    await Promise.all(commands.slice(at, at + groupSize).map((c) => sequencer.submit(c)));
  }
}
