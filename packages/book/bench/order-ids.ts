/**
 * From order ids to handles: an open-addressing hash of positive int32 pairs, kept at most half full, so that it
 * is as large as the live orders ask for and stays in the cache.
 */

/** A map from positive int32 to positive int32. */
export class OrderIds {
  #pairs: Int32Array;
  #shift: number;
  #mask: number;
  #size = 0;

  /** Holds: `slots` is a power of two. */
  constructor(slots = 1024) {
    this.#pairs = new Int32Array(slots * 2);
    this.#mask = slots - 1;
    this.#shift = Math.clz32(slots) + 1;
  }

  /** The handle of an id; 0 when it has none. */
  get(id: number): number {
    const pairs = this.#pairs;
    let slot = Math.imul(id, 0x9e3779b1) >>> this.#shift;
    for (;;) {
      const found = pairs[slot << 1] as number;
      if (found === id) return pairs[(slot << 1) + 1] as number;
      if (found === 0) return 0;
      slot = (slot + 1) & this.#mask;
    }
  }

  /** Adds an id. Holds: it is not there. */
  add(id: number, handle: number): void {
    if (this.#size * 2 > this.#mask) this.#grow();
    this.#size += 1;
    this.#put(id, handle);
  }

  #put(id: number, handle: number): void {
    const pairs = this.#pairs;
    let slot = Math.imul(id, 0x9e3779b1) >>> this.#shift;
    while (pairs[slot << 1] !== 0) slot = (slot + 1) & this.#mask;
    pairs[slot << 1] = id;
    pairs[(slot << 1) + 1] = handle;
  }

  #grow(): void {
    const pairs = this.#pairs;
    this.#pairs = new Int32Array(pairs.length * 2);
    this.#mask = this.#mask * 2 + 1;
    this.#shift -= 1;
    for (let i = 0; i < pairs.length; i += 2) {
      if (pairs[i] !== 0) this.#put(pairs[i] as number, pairs[i + 1] as number);
    }
  }

  /** Removes an id and returns its handle; 0 when it was not there. */
  remove(id: number): number {
    const pairs = this.#pairs;
    const mask = this.#mask;
    const shift = this.#shift;
    let slot = Math.imul(id, 0x9e3779b1) >>> shift;
    while (pairs[slot << 1] !== id) {
      if (pairs[slot << 1] === 0) return 0;
      slot = (slot + 1) & mask;
    }
    const handle = pairs[(slot << 1) + 1] as number;
    this.#size -= 1;
    // Pairs behind the hole move into it unless that would put them before their own slot.
    let at = slot;
    for (;;) {
      at = (at + 1) & mask;
      const moving = pairs[at << 1] as number;
      if (moving === 0) break;
      const home = Math.imul(moving, 0x9e3779b1) >>> shift;
      if (((at - home) & mask) < ((at - slot) & mask)) continue;
      pairs[slot << 1] = moving;
      pairs[(slot << 1) + 1] = pairs[(at << 1) + 1] as number;
      slot = at;
    }
    pairs[slot << 1] = 0;
    return handle;
  }
}
