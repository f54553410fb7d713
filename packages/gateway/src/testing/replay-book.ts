// Replay book: a book as a client keeps it from the notifications of one subscription, in which
// nothing may be missing, doubled or out of order.

export interface BookData {
  readonly type: 'snapshot' | 'change';
  readonly change_id: number;
  readonly prev_change_id?: number;
  readonly bids: readonly [string, number, number][];
  readonly asks: readonly [string, number, number][];
}

/** Applies book notifications as a client does; throws where the chain breaks. */
export const replayBook = (messages: readonly BookData[]): Map<string, number> => {
  const levels = new Map<string, number>();
  let changeId: number | null = null;
  for (const message of messages) {
    if (message.type === 'snapshot') levels.clear();
    else if (message.prev_change_id !== changeId) throw new Error('the chain is broken');
    changeId = message.change_id;
    for (const side of ['bids', 'asks'] as const) {
      for (const [action, price, amount] of message[side]) {
        const key = `${side} ${price}`;
        if ((action === 'new') === levels.has(key)) throw new Error(`${action} of ${key}`);
        if (action === 'delete') levels.delete(key);
        else levels.set(key, amount);
      }
    }
  }
  return levels;
};
