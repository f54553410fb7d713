/**
 * The random source of the public benchmark's streams: MT19937 and the distributions defined on it.
 *
 * Source: Matsumoto and Nishimura (1998), "Mersenne Twister: a 623-dimensionally equidistributed
 * uniform pseudo-random number generator"; the distributions after the benchmark's
 * docs/METHODOLOGY.md, "Determinism".
 */
const SIZE = 624;
const SHIFT = 397;

/** MT19937 seeded by one 32-bit number. */
export class MersenneTwister {
  readonly #state = new Uint32Array(SIZE);
  #index = SIZE;

  constructor(seed: number) {
    this.#state[0] = seed;
    for (let i = 1; i < SIZE; i++) {
      const last = this.#state[i - 1] as number;
      this.#state[i] = Math.imul(1_812_433_253, last ^ (last >>> 30)) + i;
    }
  }

  /** The next 32 random bits. */
  next(): number {
    if (this.#index === SIZE) this.#twist();
    let word = this.#state[this.#index] as number;
    this.#index += 1;
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    return (word ^ (word >>> 18)) >>> 0;
  }

  #twist(): void {
    const state = this.#state;
    for (let i = 0; i < SIZE; i++) {
      const high = (state[i] as number) & 0x80000000;
      const low = (state[(i + 1) % SIZE] as number) & 0x7fffffff;
      const mixed = (high | low) >>> 1;
      const odd = low & 1 ? 0x9908b0df : 0;
      state[i] = (state[(i + SHIFT) % SIZE] as number) ^ mixed ^ odd;
    }
    this.#index = 0;
  }

  /** Uniform in [0, 1) from 53 bits. */
  uniform(): number {
    const high = this.next() >>> 5;
    const low = this.next() >>> 6;
    return (high * 67_108_864 + low) / 9_007_199_254_740_992;
  }

  /** Uniform integer from `low` to `high`, both included. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.uniform() * (high - low + 1));
  }

  /** Standard normal by Box and Muller's cosine branch, two uniforms a draw. */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(Math.max(this.uniform(), 1e-300)));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }
}
