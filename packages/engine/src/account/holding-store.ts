// Holding store: where the numbers of holdings and currency records lie, and how a holding is
// found. Thousands of accounts do not fit a processor's cache, so what one order needs of them lies
// in a few places: numbers in slabs of doubles, eight to a cache line, and one hash table from
// account and instrument to the holding. Nothing here decides anything.
import type { Holding } from '../state.ts';
import { HoldingPool } from './holding-record.ts';

/** Rows of the first chunk, enough for a simulated account; each next one is twice as large. */
const FIRST_ROWS = 32;
const LAST_ROWS = 65_536;

/** Doubles before a chunk's first row: malloc puts large buffers 16 bytes behind a line's start. */
const LEAD = 6;

/** Sets a row to zero; for a few doubles a loop is quicker than a call of `fill`. */
export const clearRow = (chunk: Float64Array, at: number, width: number): void => {
  for (let i = at; i < at + width; i++) chunk[i] = 0;
};

/** Rows of doubles of one width; a row given back is used again. */
export class NumberSlab {
  readonly #width: number;
  readonly #freeChunks: Float64Array[] = [];
  readonly #freeAt: number[] = [];
  #chunk = new Float64Array(0);
  #used = 0;
  #rows = FIRST_ROWS;
  /** Where the row taken last begins. */
  at = 0;

  constructor(width: number) {
    this.#width = width;
  }

  /** A row of zeros: the chunk it lies in; `at` tells where. */
  take(): Float64Array {
    const chunk = this.#freeChunks.pop();
    if (chunk !== undefined) {
      this.at = this.#freeAt.pop() as number;
      clearRow(chunk, this.at, this.#width);
      return chunk;
    }
    if (this.#used === this.#chunk.length) {
      this.#chunk = new Float64Array(LEAD + this.#rows * this.#width);
      this.#rows = Math.min(2 * this.#rows, LAST_ROWS);
      this.#used = LEAD;
    }
    this.at = this.#used;
    this.#used += this.#width;
    return this.#chunk;
  }

  /** Gives a row back. */
  give(chunk: Float64Array, at: number): void {
    this.#freeChunks.push(chunk);
    this.#freeAt.push(at);
  }
}

const FIRST_CAPACITY = 1 << 8;
/** Instrument ids stay below this, account ids below 2^31: a key is a safe integer. */
const INSTRUMENTS_MAX = 4_194_304;

/** Finds holdings by account and instrument. Linear probing; a removal closes its gap. */
export class HoldingTable {
  #capacity = FIRST_CAPACITY;
  /** 0 where the place is free: no account has the id 0. */
  #keys = new Float64Array(FIRST_CAPACITY);
  #holdings: (Holding | null)[] = new Array(FIRST_CAPACITY).fill(null);
  #size = 0;

  find(accountId: number, instrumentId: number): Holding | null {
    return this.#holdings[this.#placeOf(accountId, instrumentId)] ?? null;
  }

  /** Where a holding is; below 0 for none. Holds until the next change. */
  placeOf(accountId: number, instrumentId: number): number {
    const at = this.#placeOf(accountId, instrumentId);
    return this.#keys[at] === 0 ? -1 : at;
  }

  /** The holding at a place. */
  at(place: number): Holding {
    return this.#holdings[place] as Holding;
  }

  /** Reads the place where a search would begin. */
  peek(accountId: number, instrumentId: number): number {
    const at = this.#homeOf(accountId, instrumentId);
    return (this.#keys[at] as number) + (this.#holdings[at] === null ? 0 : 1);
  }

  /** Takes in a holding. Holds: it is not here. */
  add(holding: Holding): void {
    if (2 * this.#size >= this.#capacity) {
      this.#grow();
    }
    const accountId = holding.account.id;
    const instrumentId = holding.instrument.id;
    const at = this.#placeOf(accountId, instrumentId);
    this.#keys[at] = accountId * INSTRUMENTS_MAX + instrumentId;
    this.#holdings[at] = holding;
    this.#size += 1;
  }

  /** Takes a holding out. Holds: it is here. */
  remove(holding: Holding): void {
    let gap = this.#placeOf(holding.account.id, holding.instrument.id);
    const mask = this.#capacity - 1;
    for (let at = (gap + 1) & mask; this.#keys[at] !== 0; at = (at + 1) & mask) {
      const key = this.#keys[at] as number;
      const instrumentId = key % INSTRUMENTS_MAX;
      const home = this.#homeOf((key - instrumentId) / INSTRUMENTS_MAX, instrumentId);
      if (((at - home) & mask) >= ((at - gap) & mask)) {
        this.#keys[gap] = key;
        this.#holdings[gap] = this.#holdings[at] as Holding;
        gap = at;
      }
    }
    this.#keys[gap] = 0;
    this.#holdings[gap] = null;
    this.#size -= 1;
  }

  #homeOf(accountId: number, instrumentId: number): number {
    const mixed = Math.imul(accountId, 0x9e3779b1) + Math.imul(instrumentId, 0x85ebca6b);
    return (mixed ^ (mixed >>> 15)) & (this.#capacity - 1);
  }

  #placeOf(accountId: number, instrumentId: number): number {
    const key = accountId * INSTRUMENTS_MAX + instrumentId;
    const mask = this.#capacity - 1;
    let at = this.#homeOf(accountId, instrumentId);
    for (let found = this.#keys[at]; found !== key && found !== 0; found = this.#keys[at]) {
      at = (at + 1) & mask;
    }
    return at;
  }

  #grow(): void {
    const keys = this.#keys;
    const holdings = this.#holdings;
    this.#capacity *= 2;
    this.#keys = new Float64Array(this.#capacity);
    this.#holdings = new Array(this.#capacity).fill(null);
    // By their keys alone: to look at each holding would be a cache miss for each.
    for (let from = 0; from < keys.length; from++) {
      const key = keys[from] as number;
      if (key === 0) continue;
      const instrumentId = key % INSTRUMENTS_MAX;
      const at = this.#placeOf((key - instrumentId) / INSTRUMENTS_MAX, instrumentId);
      this.#keys[at] = key;
      this.#holdings[at] = holdings[from] as Holding;
    }
  }
}

/** What the holdings of one engine, or of one simulated account, share. */
export interface HoldingStore {
  readonly table: HoldingTable;
  readonly pool: HoldingPool;
  readonly rows: NumberSlab;
  readonly recordRows: NumberSlab;
}

/** Doubles in the row of a holding and of a currency record. */
const holdingWidth = 24;
const recordWidth = 8;

/** A store with nothing in it. */
export const createHoldingStore = (): HoldingStore => ({
  table: new HoldingTable(),
  pool: new HoldingPool(),
  rows: new NumberSlab(holdingWidth),
  recordRows: new NumberSlab(recordWidth),
});
