/**
 * Seeded random numbers: the generator xoshiro128** over four 32-bit words, seeded through a
 * mixing function, so that one seed gives one sequence on every engine. There is no ambient
 * randomness below the outer floors; whoever needs chance is handed a Random.
 * Source: Blackman and Vigna (2021), Scrambled Linear Pseudorandom Number Generators.
 */
import { AssertionError, assert } from './assert.ts';
import { TWO_53 } from './float-bits.ts';
import { log } from './logarithm.ts';

const TWO_32 = 4294967296;
const TWO_26 = 67108864;

/** The whole state of a Random: plain numbers, safe to store and to compare. */
export type RandomState = readonly number[];

/** A seeded generator. Not for secrets. */
export class Random {
  #s0 = 0;
  #s1 = 0;
  #s2 = 0;
  #s3 = 0;
  #identityHigh = 0;
  #identityLow = 0;

  private constructor() {}

  /** Starts a generator from the two words that name its stream. */
  static ofIdentity(high: number, low: number): Random {
    const random = new Random();
    random.#identityHigh = high >>> 0;
    random.#identityLow = low >>> 0;
    random.#s0 = mix32(high ^ mix32(low + 0x9e3779b9));
    random.#s1 = mix32(low ^ mix32(random.#s0 + 0x3c6ef372));
    random.#s2 = mix32(high ^ mix32(random.#s1 + 0xdaa66d2b));
    random.#s3 = mix32(low ^ mix32(random.#s2 + 0x78dde6e4));
    if ((random.#s0 | random.#s1 | random.#s2 | random.#s3) === 0) {
      random.#s0 = 1;
    }
    return random;
  }

  /** Starts a generator where `save` left another. */
  static restore(state: RandomState): Random {
    assert(state.length === 6, 'a random state has six words');
    const random = new Random();
    const [s0, s1, s2, s3, high, low] = state as [number, number, number, number, number, number];
    random.#s0 = s0 | 0;
    random.#s1 = s1 | 0;
    random.#s2 = s2 | 0;
    random.#s3 = s3 | 0;
    random.#identityHigh = high >>> 0;
    random.#identityLow = low >>> 0;
    return random;
  }

  /** An integer uniform on 0 to 2^32 - 1. */
  nextUint32(): number {
    const s1 = this.#s1;
    const scrambled = Math.imul(rotateLeft(Math.imul(s1, 5), 7), 9) >>> 0;
    const shifted = s1 << 9;
    const s2 = this.#s2 ^ this.#s0;
    const s3 = this.#s3 ^ s1;
    this.#s1 = s1 ^ s2;
    this.#s0 ^= s3;
    this.#s2 = s2 ^ shifted;
    this.#s3 = rotateLeft(s3, 11);
    return scrambled;
  }

  /** A double uniform on the 2^53 multiples of 2^-53 in [0, 1). */
  nextFloat(): number {
    const high = this.nextUint32() >>> 5;
    const low = this.nextUint32() >>> 6;
    return (high * TWO_26 + low) / TWO_53;
  }

  /** An integer uniform on lo to hiExclusive - 1, without bias; the range is below 2^53. */
  nextInt(lo: number, hiExclusive: number): number {
    const range = hiExclusive - lo;
    if (!Number.isSafeInteger(lo) || !Number.isSafeInteger(range) || range <= 0) {
      throw new AssertionError(`an empty or unsafe range: ${lo} to ${hiExclusive}`);
    }
    if (range <= TWO_32) {
      const limit = TWO_32 - (TWO_32 % range);
      for (;;) {
        const drawn = this.nextUint32();
        if (drawn < limit) {
          return lo + (drawn % range);
        }
      }
    }
    const limit = TWO_53 - (TWO_53 % range);
    for (;;) {
      const drawn = this.nextFloat() * TWO_53;
      if (drawn < limit) {
        return lo + (drawn % range);
      }
    }
  }

  /** A standard normal deviate, by Marsaglia's polar method; keeps no deviate back. */
  nextNormal(): number {
    for (;;) {
      const u = 2 * this.nextFloat() - 1;
      const v = 2 * this.nextFloat() - 1;
      const square = u * u + v * v;
      if (square < 1 && square > 0) {
        return u * Math.sqrt((-2 * log(square)) / square);
      }
    }
  }

  /** An exponential deviate of mean 1. */
  nextExponential(): number {
    return -log(1 - this.nextFloat());
  }

  /**
   * An independent generator named by the label. It depends on the seed and the label only, not
   * on how much was drawn here, so a new user of chance does not disturb the others.
   */
  fork(label: string): Random {
    const [high, low] = hashText(label, this.#identityHigh, this.#identityLow);
    return Random.ofIdentity(high, low);
  }

  /** The state to hand to `restore`. */
  save(): RandomState {
    return [
      this.#s0 >>> 0,
      this.#s1 >>> 0,
      this.#s2 >>> 0,
      this.#s3 >>> 0,
      this.#identityHigh,
      this.#identityLow,
    ];
  }
}

/** A generator from a safe integer or a text; the same seed gives the same sequence everywhere. */
export function createRandom(seed: number | string): Random {
  if (typeof seed === 'string') {
    const [high, low] = hashText(seed, 0x243f6a88, 0x85a308d3);
    return Random.ofIdentity(high, low);
  }
  assert(Number.isSafeInteger(seed), `a numeric seed is a safe integer: ${seed}`);
  return Random.ofIdentity(Math.floor(seed / TWO_32) | 0, seed >>> 0);
}

function rotateLeft(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

/** A bijective scrambler of 32-bit words (multiply and xor-shift rounds). */
function mix32(word: number): number {
  let mixed = word | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x7feb352d);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b);
  return mixed ^ (mixed >>> 16);
}

/** Two words from a text and two starting words; not for secrets. */
function hashText(text: string, startHigh: number, startLow: number): [number, number] {
  let high = mix32(startHigh ^ text.length);
  let low = mix32(startLow + 0x9e3779b9);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    high = mix32(Math.imul(high, 31) + low + unit);
    low = mix32(low ^ rotateLeft(high, 13) ^ Math.imul(unit, 0x85ebca6b));
  }
  return [high >>> 0, low >>> 0];
}
