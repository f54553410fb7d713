/**
 * The Sobol sequence in up to 1,024 dimensions, scrambled by a seed so that each seed gives an
 * independent, equally even set of points: nested uniform scrambling by a hash of the bits.
 * Source: Joe and Kuo (2008), Constructing Sobol Sequences with Better Two-Dimensional Projections;
 * Owen (1995), Randomly Permuted (t,m,s)-Nets; Burley (2020), Practical Hash-based Owen Scrambling.
 */
import { assert, type Random } from '@openstrike/std';
import { SOBOL_DIRECTIONS } from './sobol-directions.ts';

/** How many dimensions there are directions for. */
export const SOBOL_DIMENSIONS_MAX = 1024;

const BITS = 32;
const SCALE = 2.3283064365386963e-10;

let directions: Int32Array | undefined;

/** Row per dimension, a direction number per bit, the highest bit of the point first. */
function directionsOf(): Int32Array {
  if (directions !== undefined) {
    return directions;
  }
  const table = new Int32Array(SOBOL_DIMENSIONS_MAX * BITS);
  for (let bit = 0; bit < BITS; bit++) {
    table[bit] = 1 << (BITS - 1 - bit);
  }
  SOBOL_DIRECTIONS.split(',').forEach((text, i) => {
    const [head = '', rest = ''] = text.split(':');
    fillDirections(table, (i + 1) * BITS, Number(head), rest.split(' ').map(Number));
  });
  directions = table;
  return table;
}

/** The recurrence of Joe and Kuo (2008), eq. 2, on numbers shifted to the top of the word. */
function fillDirections(
  table: Int32Array,
  offset: number,
  polynomial: number,
  initial: readonly number[],
): void {
  const degree = initial.length;
  for (let bit = 0; bit < BITS; bit++) {
    if (bit < degree) {
      table[offset + bit] = (initial[bit] as number) << (BITS - 1 - bit);
      continue;
    }
    const before = table[offset + bit - degree] as number;
    let value = before ^ (before >>> degree);
    for (let k = 1; k < degree; k++) {
      if ((polynomial >>> (degree - k)) & 1) {
        value ^= table[offset + bit - k] as number;
      }
    }
    table[offset + bit] = value;
  }
}

/** A scrambled Sobol sequence. */
export class SobolSequence {
  readonly dimensions: number;
  readonly #directions: Int32Array;
  readonly #state: Int32Array;
  readonly #seeds: Int32Array;
  readonly #scrambled: boolean;
  #index = 0;

  /**
   * The sequence in a number of dimensions, scrambled by the chance, or plain without.
   * Domain: 1 to 1,024 dimensions.
   */
  constructor(dimensions: number, random?: Random) {
    assert(dimensions >= 1 && dimensions <= SOBOL_DIMENSIONS_MAX, 'directions exist to 1,024');
    this.dimensions = dimensions;
    this.#directions = directionsOf();
    this.#state = new Int32Array(dimensions);
    this.#seeds = new Int32Array(dimensions);
    this.#scrambled = random !== undefined;
    if (random !== undefined) {
      for (let i = 0; i < dimensions; i++) {
        this.#seeds[i] = random.nextUint32() | 0;
      }
    }
  }

  /** Writes the next point, each coordinate between 0 and 1 and never at either. */
  next(out: Float64Array): void {
    const state = this.#state;
    for (let i = 0; i < this.dimensions; i++) {
      const bits = state[i] as number;
      const value = this.#scrambled ? scramble(bits, this.#seeds[i] as number) : bits >>> 0;
      out[i] = (value + 0.5) * SCALE;
    }
    // The next point in the order of Gray's code differs by one direction.
    const bit = 31 - Math.clz32(~this.#index & (this.#index + 1));
    this.#index = (this.#index + 1) >>> 0;
    for (let i = 0; i < this.dimensions; i++) {
      state[i] = (state[i] as number) ^ (this.#directions[i * BITS + bit] as number);
    }
  }
}

/** Flips each bit by a hash of the bits above it and the seed. */
function scramble(bits: number, seed: number): number {
  let x = (reverse(bits) + seed) | 0;
  x ^= Math.imul(x, 0x6c50b47c);
  x ^= Math.imul(x, 0xb82f1e52);
  x ^= Math.imul(x, 0xc7afe638);
  x ^= Math.imul(x, 0x8d22f6e6);
  return reverse(x) >>> 0;
}

function reverse(bits: number): number {
  let x = bits;
  x = ((x >>> 1) & 0x55555555) | ((x & 0x55555555) << 1);
  x = ((x >>> 2) & 0x33333333) | ((x & 0x33333333) << 2);
  x = ((x >>> 4) & 0x0f0f0f0f) | ((x & 0x0f0f0f0f) << 4);
  x = ((x >>> 8) & 0x00ff00ff) | ((x & 0x00ff00ff) << 8);
  return (x >>> 16) | (x << 16);
}
