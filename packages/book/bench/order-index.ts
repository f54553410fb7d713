/**
 * Finds the handle of a live order by its id: open addressing with linear probing in one
 * Int32Array, sized to the live orders and not to all ids, so that it stays in the processor's
 * cache.
 *
 * Ids and handles are positive; an id of 0 marks a free slot. Slots behind a removed one move up,
 * so that no probe crosses a gap.
 */

/** Ids to handles. */
export interface OrderIndex {
  /** Enters an id. Holds: it is not there, and fewer are than the index was made for. */
  insert(id: number, handle: number): void;
  /** Takes an id out and returns its handle; 0 when it was not there. */
  remove(id: number): number;
  /** Every id that is there, in no order of its own. */
  ids(): number[];
}

/** An index for up to `2 ** (bits - 1)` live orders. */
export function createOrderIndex(bits: number): OrderIndex {
  const slots = new Int32Array(2 << bits);
  const last = slots.length - 2;
  // Fibonacci hashing: the high bits of the product spread dense ids evenly.
  const shift = 32 - bits;
  const home = (id: number): number => (Math.imul(id, 0x9e37_79b1) >>> shift) << 1;

  /** The slot of an id, or the free one where it belongs. */
  function slotOf(id: number): number {
    let at = home(id);
    while (slots[at] !== id && slots[at] !== 0) at = (at + 2) & last;
    return at;
  }

  return {
    insert(id, handle) {
      const at = slotOf(id);
      slots[at] = id;
      slots[at | 1] = handle;
    },
    remove(id) {
      let gap = slotOf(id);
      if (slots[gap] === 0) return 0;
      const handle = slots[gap | 1] as number;
      for (let at = (gap + 2) & last; slots[at] !== 0; at = (at + 2) & last) {
        const follower = slots[at] as number;
        // It may move up unless its home lies behind the gap.
        if (((at - home(follower)) & last) < ((at - gap) & last)) continue;
        slots[gap] = follower;
        slots[gap | 1] = slots[at | 1] as number;
        gap = at;
      }
      slots[gap] = 0;
      return handle;
    },
    ids: () => Array.from(slots.filter((id, at) => at % 2 === 0 && id !== 0)),
  };
}
