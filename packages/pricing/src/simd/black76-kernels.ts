/**
 * The stages of black76-scalar.ts as WebAssembly functions over pairs of options. Each double goes
 * through the same operations in the same order, so that the bits are the same; a test compares
 * them over millions of options.
 */
import {
  EXP_PARTS,
  LOG_PARTS,
  MILLS_FIRST,
  MILLS_LAST,
  MILLS_NODES_PER_UNIT,
  MILLS_STRIDE,
  MILLS_TABLE,
} from '@openstrike/std';
import {
  assembleModule,
  bits,
  type FunctionBody,
  FunctionWriter,
  f64x2,
  i32,
  type Local,
  type Value,
} from './wasm-assembler.ts';

const { abs, add, div, greater, gt, ge, lesser, lt, mul, sqrt, sub } = f64x2;

/** How many options one call may take. */
export const KERNEL_BLOCK = 256;
/** Where the tables stand in the memory, in bytes. */
const EXP_ROWS = 1024;
const LOG_ROWS = 3072;
/** Taylor coefficients of the Mills ratio: the first, the next eight, and four more by node. */
const MILLS_VALUES = 7168;
const MILLS_MIDDLE = 11_264;
const MILLS_TAIL = 44_032;
/** What the loops hand on to each other. */
const LOGS = 60_416;
const DISTANCES = LOGS + 8 * KERNEL_BLOCK;
const HALVES = DISTANCES + 8 * KERNEL_BLOCK;
const SCALES = HALVES + 8 * KERNEL_BLOCK;
const GAPS = SCALES + 8 * KERNEL_BLOCK;
const NEAR_RATIOS = GAPS + 8 * KERNEL_BLOCK;
/** All bits of an option that the kernels can price, none of one that is left to the caller. */
export const ORDINARY = NEAR_RATIOS + 8 * KERNEL_BLOCK;
/** From here on the memory is free for arrays. */
export const TABLES_END = ORDINARY + 8 * KERNEL_BLOCK;

const ROUNDER = 6755399441055744;
const MILLS_ZERO = -MILLS_FIRST * MILLS_NODES_PER_UNIT;
const TWO_52 = 4503599627370496;
const INVERSE_SQRT_2PI = 0.3989422804014327;
const NARROW = 1 / 16;
/** Bounds of forward and strike between which logRatio takes no branch. */
const LEAST = 1e-140;
const MOST = 1e140;

const scratch = new DataView(new ArrayBuffer(8));

function wordOf(value: number): bigint {
  scratch.setFloat64(0, value);
  return scratch.getBigUint64(0);
}

/** The constants of a module: each is held twice, a vector at the start of the memory. */
class Constants {
  readonly words: bigint[] = [];

  word(word: bigint): Value {
    let place = this.words.indexOf(word);
    if (place < 0) {
      place = this.words.push(word) - 1;
    }
    return f64x2.load(i32.constant(0), 16 * place);
  }

  number(value: number): Value {
    return this.word(wordOf(value));
  }
}

/** What all pairs of one function are computed with. */
class PairWriter {
  readonly out: FunctionWriter;
  readonly #constants: Constants;

  constructor(out: FunctionWriter, constants: Constants) {
    this.out = out;
    this.#constants = constants;
  }

  keep(value: Value): Local {
    return this.out.keep(value);
  }

  n(value: number): Value {
    return this.#constants.number(value);
  }

  word(word: bigint): Value {
    return this.#constants.word(word);
  }

  /** exp as in std, for arguments from -708 to 709. */
  exp(x: Local): Value {
    const { stepsPerUnit, stepHigh, stepLow } = EXP_PARTS;
    const raw = this.keep(add(mul(x, this.n(stepsPerUnit)), this.n(ROUNDER)));
    const kd = this.keep(sub(raw, this.n(ROUNDER)));
    const r = this.keep(sub(sub(x, mul(kd, this.n(stepHigh))), mul(kd, this.n(stepLow))));
    const row = this.keep(bits.shl(bits.and(raw, this.word(127n)), 4));
    const low = this.keep(f64x2.load(bits.word(row, 0), EXP_ROWS));
    const high = this.keep(f64x2.load(bits.word(row, 1), EXP_ROWS));
    const value = this.keep(f64x2.lows(low, high));
    const square = this.keep(mul(r, r));
    const cubic = add(this.n(0.5), mul(r, this.n(1 / 6)));
    const quintic = add(this.n(1 / 24), mul(r, this.n(1 / 120)));
    const tail = add(
      add(add(f64x2.highs(low, high), r), mul(square, cubic)),
      mul(mul(square, square), quintic),
    );
    // The rounded quotient's bits above the seven of the row, moved to the exponent: 2^(k >> 7).
    const exponent = bits.and(bits.shl(raw, 45), this.word(0xfff0_0000_0000_0000n));
    const power = bits.add(exponent, this.word(1023n << 52n));
    return mul(add(value, mul(value, tail)), power);
  }

  /** logRatio as in std, for arguments from 1e-140 to 1e140. */
  logRatio(a: Local, b: Local): Value {
    const { firstHighWord, ln2High, ln2Low } = LOG_PARTS;
    const inverseB = this.keep(div(this.n(1), b));
    const q = mul(a, inverseB);
    const offset = this.keep(bits.sub(q, this.word(BigInt(firstHighWord) << 32n)));
    const exponent = this.keep(bits.and(offset, this.word(0xfff0_0000_0000_0000n)));
    const row = this.keep(bits.and(bits.shr(offset, 40), this.word(127n << 5n)));
    const low = this.keep(bits.word(row, 0));
    const high = this.keep(bits.word(row, 1));
    const firstLow = this.keep(f64x2.load(low, LOG_ROWS));
    const firstHigh = this.keep(f64x2.load(high, LOG_ROWS));
    const secondLow = this.keep(f64x2.load(low, LOG_ROWS + 16));
    const secondHigh = this.keep(f64x2.load(high, LOG_ROWS + 16));
    // The exponent as a double: its bits, made positive, in the mantissa of 2^52.
    const positive = bits.shr(bits.add(exponent, this.word(1024n << 52n)), 52);
    const e = this.keep(sub(bits.or(positive, this.word(wordOf(TWO_52))), this.n(TWO_52 + 1024)));
    const c = this.keep(f64x2.lows(firstLow, firstHigh));
    const split = this.keep(mul(b, this.n(134217729)));
    const top = this.keep(sub(split, sub(split, b)));
    const scaled = mul(a, bits.sub(this.word(1023n << 52n), exponent));
    const gap = sub(sub(scaled, mul(c, top)), mul(c, sub(b, top)));
    const r = this.keep(mul(mul(gap, inverseB), f64x2.highs(firstLow, firstHigh)));
    const whole = this.keep(add(mul(e, this.n(ln2High)), f64x2.lows(secondLow, secondHigh)));
    const rest = this.keep(add(mul(e, this.n(ln2Low)), f64x2.highs(secondLow, secondHigh)));
    const sum = this.keep(add(whole, r));
    const square = this.keep(mul(r, r));
    const near = mul(square, add(this.n(-0.5), mul(r, this.n(1 / 3))));
    const far = add(
      add(this.n(-0.25), mul(r, this.n(0.2))),
      mul(square, add(this.n(-1 / 6), mul(r, this.n(1 / 7)))),
    );
    const series = add(near, mul(mul(square, square), far));
    return add(sum, add(add(sub(whole, sum), r), add(rest, series)));
  }

  /** The nearest node of the Mills table: its bytes' offset by lane, and the distance to it. */
  millsNode(x: Local): { readonly rows: readonly [Local, Local]; readonly d: Local } {
    // Rows are counted from the first node: the rounder's last bits hold it.
    const shifted = this.n(ROUNDER + MILLS_ZERO);
    const raw = this.keep(add(mul(x, this.n(MILLS_NODES_PER_UNIT)), shifted));
    const nearest = sub(raw, shifted);
    const d = this.keep(sub(x, mul(nearest, this.n(1 / MILLS_NODES_PER_UNIT))));
    const row = this.keep(bits.shl(raw, 6));
    return { rows: [this.keep(bits.word(row, 0)), this.keep(bits.word(row, 1))], d };
  }

  /** millsRatio as in std, for arguments within the table. */
  millsRatio(x: Local): Value {
    const { rows, d } = this.millsNode(x);
    const square = this.keep(mul(d, d));
    // One option at a time: odd and even powers are the two lanes.
    const [low, high] = rows.map((row, lane) => {
      const z = this.keep(lane === 0 ? f64x2.splatLow(square) : f64x2.splatHigh(square));
      const pair = (i: number): Value => f64x2.load(row, MILLS_MIDDLE + 16 * i);
      return this.keep(add(pair(0), mul(z, add(pair(1), mul(z, add(pair(2), mul(z, pair(3))))))));
    }) as [Local, Local];
    const odd = f64x2.lows(low, high);
    const even = f64x2.highs(low, high);
    const first = f64x2.loadLanes(i32.shr(rows[0], 3), i32.shr(rows[1], 3), MILLS_VALUES);
    return add(first, mul(d, add(odd, mul(d, even))));
  }

  /** millsSlope as in black76, for arguments within the table. */
  millsSlope(a: Local, t: Local): Value {
    const { rows, d } = this.millsNode(a);
    const p = this.keep(add(d, d));
    const q = this.keep(sub(mul(d, d), mul(t, t)));
    const coefficients: Local[] = [];
    for (let i = 0; i < 12; i += 2) {
      const table = i < 8 ? MILLS_MIDDLE + 8 * i : MILLS_TAIL + 8 * (i - 8);
      const [low, high] = rows.map((row) =>
        this.keep(f64x2.load(i < 8 ? row : i32.shr(row, 1), table)),
      ) as [Local, Local];
      coefficients.push(this.keep(f64x2.lows(low, high)), this.keep(f64x2.highs(low, high)));
    }
    let after = coefficients[11] as Local;
    let sum = this.keep(add(coefficients[10] as Local, mul(p, after)));
    for (let i = 9; i >= 0; i--) {
      const next = add(coefficients[i] as Local, sub(mul(p, sum), mul(q, after)));
      after = sum;
      sum = this.keep(next);
    }
    return f64x2.neg(sum);
  }
}

type PairBody = (pair: PairWriter, at: Local, places: readonly Local[]) => void;

/**
 * One function: a loop over pairs, short enough that many of its turns overlap. Its parameters are
 * the count, which is even and above 0, and places in the memory.
 */
function pairFunction(
  name: string,
  parameterCount: number,
  constants: Constants,
  body: PairBody,
): FunctionBody {
  const out = new FunctionWriter(name, parameterCount);
  writeLoop(out, constants, body);
  return { name, parameterCount, hasResult: false, body: out.finish() };
}

/** The same, which returns 1 if the body's value had no lane of 0 in any turn. */
function testedPairFunction(
  name: string,
  parameterCount: number,
  constants: Constants,
  body: (...inputs: Parameters<PairBody>) => Local,
): FunctionBody {
  const out = new FunctionWriter(name, parameterCount);
  const all = out.keep(bits.not(constants.number(0)));
  writeLoop(out, constants, (pair, at, places) => {
    out.assign(all, bits.and(all, body(pair, at, places)));
  });
  return { name, parameterCount, hasResult: true, body: out.finish(bits.allTrue(all)) };
}

function writeLoop(out: FunctionWriter, constants: Constants, body: PairBody): void {
  const [count, ...places] = out.parameters as readonly [Local, ...Local[]];
  const at = out.keep(i32.constant(0));
  const end = out.keep(i32.shl(count, 3));
  out.repeat(() => {
    body(new PairWriter(out, constants), at, places);
    out.assign(at, i32.add(at, i32.constant(16)));
    return i32.below(at, end);
  });
}

/** A pair of the array that begins at the place. */
const load = (place: Value, at: Local): Value => f64x2.load(i32.add(place, at));

function writeLogs(pair: PairWriter, at: Local, places: readonly Local[]): void {
  const [forward, strike] = places as [Local, Local];
  const f = pair.keep(load(forward, at));
  const k = pair.keep(load(strike, at));
  pair.out.store(at, pair.logRatio(f, k), LOGS);
}

/**
 * Distance and half width in deviations, and the normal density's factor times the lower of forward
 * and strike. Each lane says whether its option is ordinary.
 */
function writeScales(pair: PairWriter, at: Local, places: readonly Local[]): Local {
  const [forward, strike, timeYears, volatility] = places as [Local, Local, Local, Local];
  const f = pair.keep(load(forward, at));
  const k = pair.keep(load(strike, at));
  const s = pair.keep(mul(load(volatility, at), sqrt(load(timeYears, at))));
  const wideA = pair.keep(div(abs(f64x2.load(at, LOGS)), s));
  const wideT = pair.keep(mul(pair.n(0.5), s));
  const lower = pair.keep(lesser(f, k));
  const inRange = bits.and(gt(lower, pair.n(LEAST)), lt(greater(f, k), pair.n(MOST)));
  const inTable = bits.and(
    lt(add(wideA, wideT), pair.n(MILLS_LAST)),
    ge(sub(wideA, wideT), pair.n(MILLS_FIRST)),
  );
  const ordinary = pair.keep(bits.and(bits.and(gt(s, pair.n(1e-12)), inTable), inRange));
  // Options that are left to the caller go on as 0, so that they stay within the tables.
  const a = pair.keep(bits.and(wideA, ordinary));
  const t = pair.keep(bits.and(wideT, ordinary));
  const near = pair.keep(sub(a, t));
  const bell = pair.exp(pair.keep(mul(mul(pair.n(-0.5), near), near)));
  pair.out.store(at, a, DISTANCES);
  pair.out.store(at, t, HALVES);
  pair.out.store(at, mul(lower, bell), SCALES);
  pair.out.store(at, ordinary, ORDINARY);
  return ordinary;
}

/** The Mills ratio at a - t, and its difference to that at a + t. */
function writeGaps(pair: PairWriter, at: Local): void {
  const a = pair.keep(f64x2.load(at, DISTANCES));
  const t = pair.keep(f64x2.load(at, HALVES));
  const near = pair.keep(sub(a, t));
  const far = pair.keep(add(a, t));
  const nearRatio = pair.keep(pair.millsRatio(near));
  const gap = sub(nearRatio, pair.millsRatio(far));
  pair.out.store(at, nearRatio, NEAR_RATIOS);
  pair.out.store(at, gap, GAPS);
  // Seldom taken, so it reads everything anew instead of keeping registers for it.
  pair.out.when(bits.anyTrue(lt(t, pair.n(NARROW))), () => {
    const center = pair.keep(f64x2.load(at, DISTANCES));
    const half = pair.keep(f64x2.load(at, HALVES));
    const slope = mul(mul(pair.n(2), half), pair.millsSlope(center, half));
    const narrow = lt(half, pair.n(NARROW));
    pair.out.store(at, bits.select(slope, f64x2.load(at, GAPS), narrow), GAPS);
  });
}

function priceOf(pair: PairWriter, at: Local, places: readonly Local[]) {
  const [forward, strike, sign] = places as [Local, Local, Local];
  const f = pair.keep(load(forward, at));
  const side = pair.keep(f64x2.loadBytes(i32.add(sign, i32.shr(at, 3))));
  const scale = pair.keep(f64x2.load(at, SCALES));
  const gap = pair.keep(f64x2.load(at, GAPS));
  const inside = greater(pair.n(0), mul(side, sub(f, load(strike, at))));
  const value = pair.keep(add(inside, mul(scale, gap)));
  return { f, side, gap, scale, value };
}

function writePrices(pair: PairWriter, at: Local, places: readonly Local[]): void {
  const { value } = priceOf(pair, at, places);
  pair.out.store(i32.add(places[3] as Local, at), value);
}

function writeGreeks(pair: PairWriter, at: Local, places: readonly Local[]): void {
  const { f, side, gap, scale, value } = priceOf(pair, at, places);
  const years = pair.keep(load(places[3] as Local, at));
  const share = pair.keep(div(scale, f));
  // Whether the call is out of the money.
  const below = pair.keep(lt(f64x2.load(at, LOGS), pair.n(0)));
  const outward = pair.keep(bits.select(pair.n(1), pair.n(-1), below));
  const tail = mul(share, sub(f64x2.load(at, NEAR_RATIOS), bits.andNot(gap, below)));
  const density = pair.keep(mul(pair.n(INVERSE_SQRT_2PI), scale));
  const s = pair.keep(mul(pair.n(2), f64x2.load(at, HALVES)));
  const delta = add(mul(outward, tail), mul(pair.n(0.5), sub(side, outward)));
  const gamma = div(mul(pair.n(INVERSE_SQRT_2PI), share), mul(f, s));
  const vega = mul(density, sqrt(years));
  const theta = div(mul(mul(pair.n(-0.5), density), s), years);
  const rho = mul(f64x2.neg(years), value);
  [value, delta, gamma, vega, theta, rho].forEach((result, i) => {
    pair.out.store(i32.add(places[4 + i] as Local, at), result);
  });
}

/** The bytes of the module, and the constants that stand at the start of its memory. */
export type KernelModule = {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly words: readonly bigint[];
};

/**
 * The functions of the module, to be called in this order: the last two are alternatives. The
 * count is even, above 0 and at most KERNEL_BLOCK; scales returns 1 if every option is ordinary.
 */
export type KernelFunctions = {
  readonly logs: (count: number, forward: number, strike: number) => void;
  readonly scales: (
    count: number,
    forward: number,
    strike: number,
    timeYears: number,
    volatility: number,
  ) => number;
  readonly gaps: (count: number) => void;
  readonly prices: (
    count: number,
    forward: number,
    strike: number,
    sign: number,
    price: number,
  ) => void;
  readonly greeks: (
    count: number,
    forward: number,
    strike: number,
    sign: number,
    timeYears: number,
    price: number,
    delta: number,
    gamma: number,
    vega: number,
    theta: number,
    rho: number,
  ) => void;
};

/** Assembles the module; the same bytes each time. */
export function assembleKernels(): KernelModule {
  const constants = new Constants();
  const bytes = assembleModule([
    pairFunction('logs', 3, constants, writeLogs),
    testedPairFunction('scales', 5, constants, writeScales),
    pairFunction('gaps', 1, constants, writeGaps),
    pairFunction('prices', 5, constants, writePrices),
    pairFunction('greeks', 11, constants, writeGreeks),
  ]);
  return { bytes, words: constants.words };
}

/** Writes constants and tables to the start of a memory. */
export function writeTables(kernels: KernelModule, memory: ArrayBuffer): void {
  const words = new BigUint64Array(memory, 0, EXP_ROWS / 8);
  kernels.words.forEach((word, i) => {
    words[2 * i] = word;
    words[2 * i + 1] = word;
  });
  new Float64Array(memory, EXP_ROWS, EXP_PARTS.table.length).set(EXP_PARTS.table);
  new Float64Array(memory, LOG_ROWS, LOG_PARTS.table.length).set(LOG_PARTS.table);
  const rows = MILLS_TABLE.length / MILLS_STRIDE;
  const values = new Float64Array(memory, MILLS_VALUES, rows);
  const middle = new Float64Array(memory, MILLS_MIDDLE, 8 * rows);
  const tail = new Float64Array(memory, MILLS_TAIL, 4 * rows);
  for (let row = 0; row < rows; row++) {
    const at = row * MILLS_STRIDE;
    values[row] = MILLS_TABLE[at] as number;
    middle.set(MILLS_TABLE.subarray(at + 1, at + 9), 8 * row);
    tail.set(MILLS_TABLE.subarray(at + 9, at + 13), 4 * row);
  }
}
